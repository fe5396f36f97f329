"""The built site in a real browser: read from disk, at both widths, in both colour schemes."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from framebuild.load import load
from framebuild.render import render
from framebuild.site import build_site, mkdocs_ready
from framespec.corpus import find_root

DRIVER = shutil.which("chromedriver")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(DRIVER is None, reason="needs Debian's chromium and chromium-driver"),
]

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars",
)  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the real records; no demo is run for it."""
    root = tmp_path_factory.mktemp("site")
    shutil.copy(find_root() / "mkdocs.yml", root)
    corpus, _ = load(find_root())
    with mkdocs_ready(root) as mkdocs:
        build_site(root, render(corpus, {}, "2026-01-01"), mkdocs)
    return root / "site"


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    options = Options()
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    found = webdriver.Chrome(options=options, service=Service(DRIVER, log_output=os.devnull))
    yield found
    found.quit()


PAGES = [
    "index.html",
    "evidence/index.html",
    "timing/index.html",
    "frames/induction-heads/index.html",
    "frames/superposition/index.html",
    "tours/index.html",
    "tours/looking-inside/index.html",
]


def look(browser: webdriver.Chrome, page: Path, width: int = 1280, dark: bool = False) -> None:
    """Open a page at a width and in a colour scheme."""
    screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    browser.get(page.as_uri())


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_scrolls_sideways(
    browser: webdriver.Chrome, site: Path, page: str, width: int
) -> None:
    look(browser, site / page, width)
    wide = browser.execute_script("return document.documentElement.scrollWidth")
    assert wide <= width


@pytest.mark.parametrize("page", PAGES)
def test_no_request_leaves_the_disk(browser: webdriver.Chrome, site: Path, page: str) -> None:
    browser.get_log("performance")
    look(browser, site / page)
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [event for event in events if event["method"] == "Network.requestWillBeSent"]
    asked = [event["params"]["request"]["url"] for event in sent]
    assert asked
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_the_claim_and_the_verdict_come_first_without_script(
    browser: webdriver.Chrome, site: Path
) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        look(browser, site / "frames/induction-heads/index.html")
        claim = browser.find_element(By.CSS_SELECTOR, ".claim")
        verdict = browser.find_element(By.CSS_SELECTOR, ".verdict")
        assert claim.text.startswith("Some attention heads find an earlier copy")
        assert claim.location["y"] < verdict.location["y"] < 900
        assert "Untested" in verdict.text
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize("dark", [False, True])
def test_every_page_is_reached_by_links_that_lead_somewhere(
    browser: webdriver.Chrome, site: Path, dark: bool
) -> None:
    look(browser, site / "index.html", dark=dark)
    found = browser.find_elements(By.CSS_SELECTOR, ".md-content a")
    addresses = [str(link.get_attribute("href")) for link in found]
    paths = {Path(one.removeprefix("file://").partition("#")[0]) for one in addresses}
    assert {path for path in paths if not path.exists()} == set()
    assert len(paths) > len(load(find_root())[0].frames)
