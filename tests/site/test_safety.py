"""Hostile text in a record and in a notebook, and a strict content security policy."""

import base64
import hashlib
import re
import shutil
from pathlib import Path

import pytest
import yaml
from looking import PAGES, look, network, served
from made import ran
from selenium import webdriver
from selenium.webdriver.common.by import By

from framebuild.load import load
from framebuild.render import render
from framebuild.site import build_site, mkdocs_ready
from framespec.corpus import find_root
from framespec.strictyaml import parse

GOOD = Path(__file__).parent.parent / "bad" / "good"
HOSTILE = (
    "</p><script>window.hit=1</script><img src=x onerror=window.hit=2><svg onload=window.hit=3> "
    '"onmouseover="window.hit=4" [a](javascript:window.hit=5) ![b](../../../x) {: onclick=x } `c`'
)
ACTING = """
const acting = [];
const ours = /(figure-[0-9a-f]{12}\\.\\w+|assets\\/[\\w-]+\\.js)$/;
for (const one of document.querySelectorAll('.md-content *')) {
  for (const {name, value} of one.attributes) {
    if (name.startsWith('on') || name === 'style' || name === 'srcdoc') acting.push(name);
    if (/^(href|src|action)$/.test(name) && /^\\s*(javascript|data|vbscript):/i.test(value))
      acting.push(value);
    if (name === 'src' && value.includes('..') && !ours.test(value)) acting.push(value);
  }
  if (one.type === 'application/ld+json') continue; // data that no browser runs
  if (one.localName === 'script' && !one.text && ours.test(one.src)) continue;
  if (/^(script|style|iframe|object|embed|link|base|meta)$/i.test(one.localName))
    acting.push(one.localName);
}
return acting;
"""


def shown(**data: str) -> dict[str, object]:
    named = {key.replace("__", "+").replace("_", "/"): value for key, value in data.items()}
    return {"output_type": "display_data", "data": named, "metadata": {}}


SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" onload="parent.hit=6" width="9" height="9">'
    "<script>parent.hit=7</script></svg>"
)
OUTPUTS = [
    shown(text_html="<script>window.hit=8</script><p onclick=x>", text_plain=HOSTILE),
    shown(
        text_html="<table onclick=x style='position:fixed'><tr><td><iframe src=//evil.example>"
        "<a href=javascript:hit=9>safe cell</a><img src=../../x.png></td></tr></table>",
        text_plain="cell",
    ),
    shown(image_svg__xml=SVG, text_plain=HOSTILE),
    shown(application_javascript="window.hit=10", text_plain="script"),
    shown(text_markdown="<img src=x onerror=window.hit=11>", text_plain="markdown"),
    {"output_type": "stream", "name": "stdout", "text": "</code></pre><script>hit=12</script>"},
    {
        "output_type": "display_data",
        "data": {"image/png": "bm90IGEgcG5n", "text/plain": "not a png"},
        "metadata": {"filenames": {"image/png": "../../../../evil.png"}},
    },
]
PROSE = (
    "# %% [markdown]\n# <script>window.hit=13</script> [a](javascript:hit=14) ![x](../../../y)\n"
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of a record and a notebook that say and show what should act."""
    root = tmp_path_factory.mktemp("hostile")
    shutil.copytree(GOOD, root, dirs_exist_ok=True)
    shutil.copy(find_root() / "mkdocs.yml", root)
    path = root / "frames" / "good.yaml"
    record = parse(path.read_bytes()).data
    record |= {"title": HOSTILE[:80], "claim": HOSTILE[:300], "open_questions": [HOSTILE]}
    record["aliases"] = [HOSTILE]
    record["demo"]["limits"] = [HOSTILE]
    record["sources"][0] |= {"title": HOSTILE[:200], "authors": [HOSTILE], "supports": HOSTILE}
    for one in record["demo"]["predictions"]:
        one |= {"says": HOSTILE, "control": HOSTILE, "would_refute": HOSTILE}
        one |= {"unit": HOSTILE[:60]}
    path.write_text(yaml.safe_dump(record))
    demo = root / "demos" / "good.py"
    demo.write_text(f"{demo.read_text()}\n{PROSE}")
    corpus, problems = load(root)
    assert not problems
    runs = {"good": ran(corpus, "good", outputs=OUTPUTS)}
    with mkdocs_ready(root) as mkdocs:
        build_site(root, render(corpus, runs, "2026-01-01"), mkdocs)
    assert not list(root.rglob("evil*"))
    return root / "site"


HOSTILE_PAGES = [
    "index.html",
    "frames/index.html",
    "frames/good/index.html",
    "questions/index.html",
    "evidence/index.html",
    "topics/index.html",
]


@pytest.mark.parametrize("page", HOSTILE_PAGES)
def test_hostile_text_is_shown_and_does_nothing(
    browser: webdriver.Chrome, hostile: Path, page: str
) -> None:
    browser.get_log("performance")
    look(browser, hostile / page)
    for details in browser.find_elements(By.CSS_SELECTOR, ".md-content details"):
        browser.execute_script("arguments[0].open = true", details)
    assert browser.execute_script(ACTING) == []
    assert browser.execute_script("return window.hit") is None
    asked = [one["request"]["url"] for one in network(browser, "Network.requestWillBeSent")]
    assert [url for url in asked if "evil" in url or url.startswith("http")] == []


def test_hostile_text_reads_as_written(browser: webdriver.Chrome, hostile: Path) -> None:
    look(browser, hostile / "frames/good/index.html")
    assert browser.find_element(By.CSS_SELECTOR, ".claim").text.startswith("</p><script>window.hit")
    browser.execute_script("document.querySelector('.notebook').open = true")
    notebook = browser.find_element(By.CSS_SELECTOR, ".notebook")
    assert "<script>window.hit=13</script>" in notebook.text
    assert "safe cell" in notebook.find_element(By.TAG_NAME, "table").text


def test_a_hostile_title_is_found_as_text(browser: webdriver.Chrome, hostile: Path) -> None:
    look(browser, hostile / "index.html")
    browser.find_element(By.ID, "find").send_keys("window.hit")
    browser.implicitly_wait(5)
    try:
        link = browser.find_element(By.CSS_SELECTOR, ".find__found a")
    finally:
        browser.implicitly_wait(0)
    assert link.text.startswith("</p><script>")
    assert browser.execute_script("return window.hit") is None


def policy_for(site: Path) -> str:
    """Only what is ours from our host, and by its digest each inline script of the theme."""
    texts = "".join((site / page).read_text(encoding="utf-8") for page in PAGES)
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' {_digests(texts, 'script')}",
            f"style-src 'self' {_digests(texts, 'style')}",
            "img-src 'self' data:",  # the theme's icons are masks inside its style sheet
        ]
    )


def _digests(text: str, tag: str) -> str:
    inline = set(re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL))
    found = (base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in inline)
    return " ".join(sorted(f"'sha256-{one}'" for one in found))


def test_works_under_a_strict_policy(browser: webdriver.Chrome, site: Path) -> None:
    with served(site, policy_for(site)) as address:
        browser.get_log("browser")
        for page in PAGES:
            look(browser, f"{address}/{page}")
            assert browser.execute_script(ACTING) == []
        look(browser, f"{address}/frames/index.html#verdict=supported")
        assert len(browser.find_elements(By.CSS_SELECTOR, ".card")) == 1
        said = [entry["message"] for entry in browser.get_log("browser")]
        browser.get("about:blank")
    assert said == []
