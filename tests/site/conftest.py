"""The site of the real records, built once, and a real browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from looking import FLAGS
from made import ran
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from framebuild.load import load
from framebuild.render import render
from framebuild.site import build_site, mkdocs_ready
from framespec.corpus import find_root

DRIVER = shutil.which("chromedriver")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, and pass over it where there is none."""
    skip = pytest.mark.skipif(DRIVER is None, reason="needs Debian's chromium and chromium-driver")
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
            item.add_marker(skip)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real records; induction-heads is supported, refusal-direction contradicted, grokking open."""
    root = tmp_path_factory.mktemp("site")
    shutil.copy(find_root() / "mkdocs.yml", root)
    corpus, _ = load(find_root())
    runs = {
        "induction-heads": ran(corpus, "induction-heads"),
        "refusal-direction": ran(corpus, "refusal-direction", failed=True),
        "grokking": ran(corpus, "grokking", met=False),
    }
    with mkdocs_ready(root) as mkdocs:
        build_site(root, render(corpus, runs, "2026-01-01"), mkdocs)
    return root / "site"


@pytest.fixture(scope="session")
def browser() -> Iterator[webdriver.Chrome]:
    options = Options()
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    found = webdriver.Chrome(options=options, service=Service(DRIVER, log_output=os.devnull))
    yield found
    found.quit()
