"""The site in a browser while its pages change: what differs is built again, and only that.

mkdocs can serve too, but after each save it builds every page, and its way to build only some
(`--dirty`) goes by the times of files and gets stuck on pages that show each other.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("NO_MKDOCS_2_WARNING", "true")  # the theme reads it when it is imported

from mkdocs.commands.build import build, get_context
from mkdocs.config.base import load_config
from mkdocs.exceptions import MkDocsException
from mkdocs.livereload import LiveReloadServer
from mkdocs.structure.files import get_files, set_exclusions
from mkdocs.structure.nav import get_navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import write_file
from yaml import YAMLError

from framespec.corpus import Refused

LOOK_S = 0.05  # between two looks at whether there is something to build

log = logging.getLogger("mkdocs.preview")  # whose warnings go where those of mkdocs go


class Preview:
    """A folder of pages as mkdocs builds them.

    folder: with the settings in mkdocs.yml, and what they name. It is built into `site` there.
    Raises Refused if mkdocs does not take the settings.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self._settings, self._site, self._signal = (
            folder / name for name in ("mkdocs.yml", "site", "signal")
        )
        self._port, self._address = port, f"http://127.0.0.1:{port}/"
        self._changed: set[str] | None = set()  # paths to build again; None is everything
        self._lock = threading.Lock()
        try:
            self._build_all()
        except (MkDocsException, YAMLError) as error:
            raise Refused(f"mkdocs refused the pages: {error}", "see mkdocs.yml") from None

    @contextlib.contextmanager
    def served(self) -> Iterator[str]:
        """The address at which it is served for as long as the block runs."""
        server = LiveReloadServer(
            self._build, "127.0.0.1", self._port, str(self._site), polling_interval=LOOK_S
        )
        self._signal.mkdir(exist_ok=True)
        server.watch(str(self._signal))
        serving = threading.Thread(target=server.serve, daemon=True)
        serving.start()
        try:
            while not server.serve_thread.is_alive():
                if not serving.is_alive():
                    raise Refused(f"port {self._port} was taken just now", "try again")
                time.sleep(LOOK_S)
            yield self._address
        finally:
            server.shutdown()

    def update(self, changed: set[str] | None) -> None:
        """Have some pages or files built again, and browsers loaded again after that.

        changed: their paths below the folder of pages; None builds everything, as must be where
        the settings changed, or a page is gone.
        """
        with self._lock:
            if changed is None or self._changed is None:
                self._changed = None
            else:
                self._changed |= changed
        (self._signal / "changed").write_text(str(time.time_ns()))

    def _build(self) -> None:
        with self._lock:
            changed, self._changed = self._changed, set()
        try:
            if changed is None:
                self._build_all()
            else:
                self._build_some(changed)
        except Exception as error:  # noqa: BLE001  # until a build succeeds, the server is mute
            log.error("mkdocs cannot build this: %s", error)
            with self._lock:
                self._changed = None  # what was not built now is built with the next change

    def _build_all(self) -> None:
        self._config = load_config(str(self._settings), site_dir=str(self._site))
        self._config.site_url = self._address
        build(self._config)

    def _build_some(self, changed: set[str]) -> None:
        """What `build` does, for some of the files; a page shows nothing of another."""
        config = self._config
        env = config.theme.get_env()
        files = get_files(config)
        set_exclusions(files, config)
        nav = get_navigation(files, config)
        for path in changed:
            file = files.get_file_from_path(path)
            assert file is not None, path
            if not file.is_documentation_page():
                file.copy_file()
                continue
            page = file.page or Page(None, file, config)
            page.read_source(config)
            page.render(config, files)
            page.active = True
            context = get_context(nav, files, config, page)
            html = env.get_template("main.html").render(context)
            page.active = False
            write_file(html.encode(), file.abs_dest_path)
