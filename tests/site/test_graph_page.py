"""The graph in a real browser: labels do not meet, links lead somewhere, nothing needs a script."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from framebuild.load import Corpus, load
from framebuild.render import render
from framebuild.site import build_site, mkdocs_ready
from framespec.corpus import find_root

DRIVER = shutil.which("chromedriver")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(DRIVER is None, reason="needs Debian's chromium and chromium-driver"),
]

FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
HUNDRED = 100
MEETING = """
const boxes = [...document.querySelectorAll(".graph__picture > svg text")].map((one) => {
  const box = one.getBoundingClientRect();
  return {said: one.textContent, box};
});
const picture = document.querySelector(".graph__picture > svg").getBoundingClientRect();
const found = [];
boxes.forEach((a, i) => {
  if (a.box.right > picture.right || a.box.left < picture.left) found.push(a.said + " sticks out");
  for (const b of boxes.slice(i + 1)) {
    if (a.box.left < b.box.right && b.box.left < a.box.right
        && a.box.top < b.box.bottom && b.box.top < a.box.bottom) {
      found.push(`${a.said} / ${b.said}`);
    }
  }
});
return [boxes.length, found];
"""


def hundred(corpus: Corpus) -> Corpus:
    """A hundred frames made up from the real ones, related as those are and to the next copy."""
    made = {}
    names = list(corpus.frames)
    for number in range(HUNDRED):
        turn, name = divmod(number, len(names))
        frame = corpus.frames[names[name]]
        related = [
            one.model_copy(update={"frame": f"{one.frame}-{turn}"}) for one in frame.record.related
        ]
        record = frame.record.model_copy(update={"related": related})
        made[f"{frame.id}-{turn}"] = replace(frame, id=f"{frame.id}-{turn}", record=record)
    return replace(corpus, frames=made, tours={})


@pytest.fixture(scope="module", params=["real", "hundred"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph of the real frames, and of a hundred."""
    root = tmp_path_factory.mktemp("graph")
    shutil.copy(find_root() / "mkdocs.yml", root)
    corpus, _ = load(find_root())
    if request.param == "hundred":
        corpus = hundred(corpus)
    with mkdocs_ready(root) as mkdocs:
        build_site(root, render(corpus, {}, "2026-01-01"), mkdocs)
    return root / "site"


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    options = Options()
    for flag in FLAGS:
        options.add_argument(flag)
    found = webdriver.Chrome(options=options, service=Service(DRIVER, log_output=os.devnull))
    yield found
    found.quit()


def look(browser: webdriver.Chrome, page: Path, width: int = 1280) -> None:
    screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    browser.get(page.as_uri())


@pytest.mark.parametrize("width", [1280, 390])
def test_no_two_labels_of_the_graph_meet(browser: webdriver.Chrome, site: Path, width: int) -> None:
    look(browser, site / "graph/index.html", width)
    count, meeting = browser.execute_script(MEETING)
    frames = len(browser.find_elements(By.CSS_SELECTOR, ".arcs__frame"))
    assert count > 2 * frames >= 2 * len(load(find_root())[0].frames)
    assert meeting == []
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_every_link_of_graph_and_connections_leads_somewhere(
    browser: webdriver.Chrome, site: Path
) -> None:
    for page in ("graph/index.html", "graph/connections/index.html", "new/index.html"):
        look(browser, site / page)
        links = "[...document.querySelectorAll('.md-content a')]"
        script = f"return {links}.map((one) => one.href.baseVal ?? one.href)"
        folder = (site / page).parent
        found = [
            Path(one.removeprefix("file://").partition("#")[0])
            if one.startswith("file:")
            else folder / one.partition("#")[0]
            for one in browser.execute_script(script)
        ]
        assert found
        assert {path for path in found if not path.exists()} == set()


def test_a_frame_in_focus_makes_its_relations_stand_out(
    browser: webdriver.Chrome, site: Path
) -> None:
    look(browser, site / "graph/index.html")
    link = browser.find_element(By.CSS_SELECTOR, ".arcs__frame[data-frame^=superposition]")
    browser.execute_script("arguments[0].focus()", link)
    near = browser.find_elements(By.CSS_SELECTOR, ".arc--near")
    name = str(link.get_attribute("data-frame"))
    assert near
    assert all(name in str(one.get_attribute("data-ends")).split() for one in near)
    browser.execute_script("arguments[0].blur()", link)
    assert not browser.find_elements(By.CSS_SELECTOR, ".arcs--reading")


def test_the_head_names_the_page_and_the_feed(browser: webdriver.Chrome, site: Path) -> None:
    page = next((site / "frames").glob("superposition*")) / "index.html"
    look(browser, page)
    script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1])"
    assert browser.execute_script(script, "meta[property='og:title']", "content") == "Superposition"
    feed = browser.execute_script(script, "link[type='application/atom+xml']", "href")
    assert (page.parent / feed).resolve() == site / "feed.xml"
    twin = browser.execute_script(script, "link[type='text/markdown']", "href")
    assert (page.parent / twin).read_text(encoding="utf-8").startswith("# Superposition\n")
