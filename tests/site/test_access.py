"""What axe-core finds on every kind of page, in both colour schemes, and the way by keyboard."""

from pathlib import Path
from typing import Any

import pytest
from looking import PAGES, look
from selenium import webdriver
from selenium.webdriver.common.by import By

AXE = Path(__file__).parent / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")


def findings(browser: webdriver.Chrome) -> list[str]:
    """Each grave finding with the elements that it is about."""
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = browser.execute_async_script(
        "axe.run({resultTypes: ['violations']}).then(arguments[arguments.length - 1])"
    )
    return [
        f"{one['impact']}: {one['id']}: {node['html'][:200]} {node['failureSummary'][:200]}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_grave(
    browser: webdriver.Chrome, site: Path, page: str, dark: bool, width: int
) -> None:
    look(browser, site / page, width, dark)
    for details in browser.find_elements(By.CSS_SELECTOR, ".md-content details"):
        browser.execute_script("arguments[0].open = true", details)
    assert findings(browser) == []


@pytest.mark.parametrize("page", ["index.html", "frames/index.html", "evidence/index.html"])
def test_every_control_is_reached_by_tab_and_shows_it(
    browser: webdriver.Chrome, site: Path, page: str
) -> None:
    look(browser, site / page)
    wanted = browser.find_elements(
        By.CSS_SELECTOR, ".md-content :is(a[href], button, input, select, summary)"
    )
    want = {one.id for one in wanted if one.is_displayed()}
    met = set()
    for _ in range(3 * len(want) + 40):
        browser.execute_cdp_cmd(
            "Input.dispatchKeyEvent", {"type": "keyDown", "key": "Tab", "windowsVirtualKeyCode": 9}
        )
        met.add(browser.switch_to.active_element.id)
        if want <= met:
            break
    assert want <= met


def test_every_figure_says_what_it_shows(browser: webdriver.Chrome, site: Path) -> None:
    look(browser, site / "frames/induction-heads/index.html")
    for image in browser.find_elements(By.CSS_SELECTOR, ".md-content img"):
        assert len(str(image.get_attribute("alt"))) > 20
    for picture in browser.find_elements(By.CSS_SELECTOR, ".plot"):
        label = str(picture.get_attribute("aria-label"))
        assert "measured" in label
        assert "bound" in label
