"""Opening a built site in Chromium: at a width, in a colour scheme, from disk or from a server."""

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars",
)  # fmt: skip

# One of every kind of page, and a frame of every verdict.
PAGES = [
    "index.html",
    "frames/index.html",
    "topics/index.html",
    "topics/circuits/index.html",
    "tours/index.html",
    "tours/looking-inside/index.html",
    "play/index.html",
    "questions/index.html",
    "evidence/index.html",
    "timing/index.html",
    "graph/index.html",
    "graph/connections/index.html",
    "new/index.html",
    "frames/induction-heads/index.html",
    "frames/refusal-direction/index.html",
    "frames/grokking/index.html",
    "frames/superposition/index.html",
]


def look(
    browser: webdriver.Chrome, page: Path | str, width: int = 1280, dark: bool = False
) -> None:
    """Open a page at a width and in a colour scheme, as a visitor who was never here."""
    screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    if browser.current_url.startswith(("file:", "http:")):
        browser.execute_script("localStorage.clear()")  # the theme remembers a scheme
    address = page if isinstance(page, str) else page.as_uri()
    if browser.current_url.partition("#")[0] == address.partition("#")[0]:
        browser.get("about:blank")  # else a change after # opens nothing anew
    browser.get(address)


def network(browser: webdriver.Chrome, method: str) -> list[dict[str, Any]]:
    """What the network did since the last call: the parameters of one kind of event."""
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [event["params"] for event in events if event["method"] == method]


@contextmanager
def served(folder: Path, policy: str | None = None) -> Iterator[str]:
    """The address of a server of a folder, which sends a content security policy if given one."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None: ...

        def end_headers(self) -> None:
            if policy:
                self.send_header("Content-Security-Policy", policy)
            super().end_headers()

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
