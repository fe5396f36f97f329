"""Pages as a reader meets them: from disk, without script, on a telephone, on a slow line."""

import base64
import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from looking import PAGES, look, network, served
from selenium import webdriver
from selenium.webdriver.common.by import By
from weighing import FIRST_VISIT, weight

FRAME = "frames/induction-heads/index.html"


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_scrolls_sideways(
    browser: webdriver.Chrome, site: Path, page: str, width: int
) -> None:
    look(browser, site / page, width)
    for details in browser.find_elements(By.CSS_SELECTOR, ".md-content details"):
        browser.execute_script("arguments[0].open = true", details)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("page", PAGES)
def test_no_request_leaves_the_disk_and_none_fails(
    browser: webdriver.Chrome, site: Path, page: str
) -> None:
    browser.get_log("performance")
    browser.get_log("browser")
    look(browser, site / page)
    asked = [sent["request"]["url"] for sent in network(browser, "Network.requestWillBeSent")]
    assert asked
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:", "about:"))] == []
    assert [entry["message"] for entry in browser.get_log("browser")] == []


@pytest.mark.parametrize(
    ("frame", "word", "said"),
    [
        ("induction-heads", "Supported", "Both predictions held"),
        ("refusal-direction", "Contradicted", "1 of 3 predictions failed"),
        ("grokking", "Inconclusive", "The model did not learn what the demo needs"),
        ("superposition", "Untested", "Nothing was measured"),
    ],
)
def test_the_claim_and_the_verdict_come_first_without_script(
    browser: webdriver.Chrome, site: Path, frame: str, word: str, said: str
) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        look(browser, site / f"frames/{frame}/index.html")
        claim = browser.find_element(By.CSS_SELECTOR, ".claim")
        verdict = browser.find_element(By.CSS_SELECTOR, ".verdict")
        assert claim.location["y"] < verdict.location["y"] < 600
        assert word in verdict.text
        assert said in verdict.find_element(By.CSS_SELECTOR, ".verdict__sentence").text
        assert browser.find_elements(By.CSS_SELECTOR, ".notebook[open]") == []
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_first_visit_is_light_and_stays_with_its_host(
    browser: webdriver.Chrome, site: Path
) -> None:
    with served(site) as address:
        browser.execute_cdp_cmd("Network.clearBrowserCache", {})
        browser.get_log("performance")
        look(browser, f"{address}/{FRAME}")
        events = [json.loads(one["message"])["message"] for one in browser.get_log("performance")]
        browser.get("about:blank")
    done = [one["params"] for one in events if one["method"] == "Network.loadingFinished"]
    sent = [one["params"] for one in events if one["method"] == "Network.requestWillBeSent"]
    asked = {one["request"]["url"] for one in sent}
    sent_bytes = sum(one["encodedDataLength"] for one in done)
    assert sent_bytes < FIRST_VISIT
    # What is weighed on the disk is what the browser fetches, but for headers.
    assert sent_bytes == pytest.approx(weight(site / FRAME), rel=0.05)
    assert {urlsplit(url).netloc for url in asked if url.startswith("http")} == {
        urlsplit(address).netloc
    }


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(browser: webdriver.Chrome, site: Path, page: str) -> None:
    look(browser, site / page)
    links = browser.find_elements(By.CSS_SELECTOR, "a[href], img[src]")
    found = {str(one.get_attribute("href") or one.get_attribute("src")) for one in links}
    here = {urlsplit(one) for one in found if one.startswith("file:")}
    assert {one.path for one in here if not Path(unquote(one.path)).is_file()} == set()
    own = (site / page).as_uri()
    parts = {one.fragment for one in here if one.geturl().startswith(f"{own}#") and one.fragment}
    ids = browser.execute_script("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert parts <= {*ids, "__skip"}


def test_both_notebooks_are_offered_and_can_be_opened(site: Path) -> None:
    folder = site / "frames/induction-heads"
    executed = json.loads((folder / "induction-heads.ipynb").read_text())
    clean = json.loads((folder / "induction-heads.clean.ipynb").read_text())
    assert [cell["source"] for cell in executed["cells"]] == [
        cell["source"] for cell in clean["cells"]
    ]
    assert any(cell.get("outputs") for cell in executed["cells"])
    assert not any(cell.get("outputs") for cell in clean["cells"])


def test_a_printed_page_holds_what_is_folded(browser: webdriver.Chrome, site: Path) -> None:
    look(browser, site / FRAME)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        tall = "return document.querySelector('.notebook').getBoundingClientRect().height"
        assert browser.execute_script(tall) > 500
        printed = browser.execute_cdp_cmd("Page.printToPDF", {})
        assert base64.b64decode(printed["data"]).startswith(b"%PDF")
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_from_home_to_a_contradicted_claim_and_its_reason_in_two_clicks(
    browser: webdriver.Chrome, site: Path
) -> None:
    look(browser, site / "index.html")
    browser.find_element(By.PARTIAL_LINK_TEXT, "contradicted").click()
    browser.find_element(By.CSS_SELECTOR, ".card a").click()
    verdict = browser.find_element(By.CSS_SELECTOR, ".verdict").text
    assert "Contradicted" in verdict
    assert "where it had to be" in verdict
