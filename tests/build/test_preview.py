"""A page that is built again alone is what it would be if all were built again."""

import time
from pathlib import Path
from urllib.request import urlopen

from small import REPORTS, write_demo

from framebuild.preview import Preview
from framebuild.serve import View, free_port

PATIENCE_S = 60


def built(site: Path) -> dict[str, bytes]:
    files = [path for path in site.rglob("*") if path.is_file()]
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in files}


def test_a_page_built_alone_is_as_if_all_were_built(root: Path) -> None:
    (root / "mkdocs.yml").symlink_to(Path(__file__).parents[2] / "mkdocs.yml")
    for name in ("good", "other"):
        write_demo(root, name, REPORTS)
    view, port = View(root), free_port(0)
    view.draw()
    preview = Preview(view.folder, port)
    site = view.folder / "site"
    before = built(site)
    paths = {"frames/good/index.md", "index.md", "assets/frames.js"}
    for path in paths:
        with (view.folder / "pages" / path).open("a", encoding="utf-8") as page:
            page.write("\n/* Added since. */\n")
    with preview.served() as address:
        preview.update(paths)
        start = time.monotonic()
        # While it builds, the server answers nobody.
        while b"Added since" not in urlopen(f"{address}assets/frames.js").read():
            assert time.monotonic() - start < PATIENCE_S
    alone = built(site)
    changed = {path for path in before if before[path] != alone[path]}
    assert changed == {"frames/good/index.html", "index.html", "assets/frames.js"}

    Preview(view.folder, port)  # which builds all
    assert built(site) == alone
