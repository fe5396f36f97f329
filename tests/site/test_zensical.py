"""The same tree under zensical, the theme's successor: every page, and links that lead on."""

import os
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import pytest

from framebuild.load import load
from framebuild.render import render
from framebuild.site import build_site, mkdocs_ready
from framespec.corpus import find_root

pytestmark = pytest.mark.skipif(
    find_spec("zensical") is None, reason="needs zensical, which the dev extra installs"
)


class Addresses(HTMLParser):
    """What a page links to and loads, within the site."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value and ":" not in value:
                self.found.append(value.partition("#")[0].partition("?")[0])


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with both sites: site/ by mkdocs, build/site by zensical."""
    root = tmp_path_factory.mktemp("zensical")
    shutil.copy(find_root() / "mkdocs.yml", root)
    corpus, _ = load(find_root())
    with mkdocs_ready(root) as mkdocs:
        build_site(root, render(corpus, {}, "2026-01-01"), mkdocs)
    command = [sys.executable, "-m", "zensical", "build", "--strict", "-f"]
    command += [str(root / "build/mkdocs.yml")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return root


def pages(site: Path) -> set[str]:
    return {path.relative_to(site).as_posix() for path in site.rglob("*.html")}


def test_zensical_makes_the_same_pages(root: Path) -> None:
    assert pages(root / "site") == pages(root / "build/site")


def test_links_and_assets_of_zensical_s_pages_exist(root: Path) -> None:
    site = root / "build/site"
    missing = set()
    for page in pages(site) - {"404.html"}:  # which is served for any address
        reader = Addresses()
        reader.feed((site / page).read_text(encoding="utf-8"))
        for one in filter(None, reader.found):
            path = Path(os.path.normpath(site / page / ".." / one))
            if not (path / "index.html" if path.is_dir() else path).exists():
                missing.add(f"{page}: {one}")
    assert missing == set()


def test_zensical_keeps_verdict_graph_and_head(root: Path) -> None:
    site = root / "build/site"
    frame = (site / "frames/superposition/index.html").read_text(encoding="utf-8")
    assert "Untested" in frame
    assert 'property="og:title" content="Superposition"' in frame
    graph = (site / "graph/index.html").read_text(encoding="utf-8")
    assert graph.count('class="arcs__frame"') == len(load(find_root())[0].frames)
