"""Finding, filtering and sorting, from disk; and what stands there without script."""

from pathlib import Path

import pytest
from looking import look
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

SECONDS = 10  # far more than a script of ours takes


def shown(browser: webdriver.Chrome) -> list[str]:
    return [one.text for one in browser.find_elements(By.CSS_SELECTOR, ".card .card__title")]


def test_home_finds_a_frame_by_a_word_of_its_claim(browser: webdriver.Chrome, site: Path) -> None:
    look(browser, site / "index.html")
    browser.find_element(By.ID, "find").send_keys("EARLIER copy")
    found = WebDriverWait(browser, SECONDS).until(
        lambda one: one.find_elements(By.CSS_SELECTOR, ".find__found a")
    )
    assert [one.text for one in found] == ["Induction heads"]
    assert "supported" in browser.find_element(By.CSS_SELECTOR, ".find__found").text
    found[0].click()
    assert browser.find_element(By.CSS_SELECTOR, ".claim").text.startswith("Some attention heads")


def test_every_page_leads_to_what_was_sought(browser: webdriver.Chrome, site: Path) -> None:
    look(browser, site / "frames/grokking/index.html")
    browser.find_element(By.CSS_SELECTOR, ".seek input").send_keys("refusal", Keys.ENTER)
    WebDriverWait(browser, SECONDS).until(lambda one: "text=refusal" in one.current_url)
    assert "The refusal direction" in shown(browser)
    assert browser.find_element(By.ID, "text").get_attribute("value") == "refusal"


def test_surprise_leads_to_a_frame(browser: webdriver.Chrome, site: Path) -> None:
    look(browser, site / "index.html")
    browser.find_element(By.CSS_SELECTOR, ".surprise").click()
    WebDriverWait(browser, SECONDS).until(lambda one: one.find_elements(By.CSS_SELECTOR, ".claim"))


def test_filters_go_into_the_address_and_come_back_from_it(
    browser: webdriver.Chrome, site: Path
) -> None:
    look(browser, site / "frames/index.html")
    everything = shown(browser)
    assert everything == sorted(everything, key=str.lower)
    Select(browser.find_element(By.ID, "kind")).select_by_value("representational")
    Select(browser.find_element(By.ID, "verdict")).select_by_value("supported")
    assert shown(browser) == ["Induction heads"]
    address = browser.current_url
    assert address.endswith("#verdict=supported&kind=representational")
    look(browser, address)
    assert shown(browser) == ["Induction heads"]
    browser.find_element(By.CSS_SELECTOR, ".filters button").click()
    assert shown(browser) == everything


def test_filters_by_topic_and_text_and_sorts_by_verdict(
    browser: webdriver.Chrome, site: Path
) -> None:
    look(browser, f"{(site / 'frames/index.html').as_uri()}#topic=circuits&text=attention")
    assert "Induction heads" in shown(browser)
    assert "The refusal direction" not in shown(browser)
    look(browser, f"{(site / 'frames/index.html').as_uri()}#sort=verdict")
    assert shown(browser)[0] == "The refusal direction"


def test_an_odd_address_is_read_as_no_choice(browser: webdriver.Chrome, site: Path) -> None:
    look(browser, f"{(site / 'frames/index.html').as_uri()}#verdict=<b>&sort=constructor")
    assert "The refusal direction" in shown(browser)


def test_evidence_is_sorted_by_keyboard(browser: webdriver.Chrome, site: Path) -> None:
    look(browser, site / "evidence/index.html")
    head = browser.find_element(By.XPATH, "//th[.='measured']")
    button = head.find_element(By.TAG_NAME, "button")
    button.send_keys(Keys.ENTER)
    assert head.get_attribute("aria-sort") == "ascending"
    button.send_keys(Keys.SPACE)
    assert head.get_attribute("aria-sort") == "descending"
    cells = browser.find_elements(By.CSS_SELECTOR, "td[data-label=measured]")
    values = [float(str(one.get_attribute("data-value")) or "-inf") for one in cells]
    assert values == sorted(values, reverse=True)
    assert values[0] > values[-1]


@pytest.mark.parametrize("width", [1280, 390])
def test_lists_and_evidence_are_whole_without_script(
    browser: webdriver.Chrome, site: Path, width: int
) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        look(browser, site / "frames/index.html", width)
        assert not browser.find_element(By.CSS_SELECTOR, ".filters").is_displayed()
        assert "The refusal direction" in shown(browser)
        look(browser, site / "evidence/index.html", width)
        rows = browser.find_elements(By.CSS_SELECTOR, "table.evidence tbody tr")
        assert len([row for row in rows if "failed" in row.text]) == 1
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
