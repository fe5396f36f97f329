"""The site where it will be served: sitemap, canonical addresses and feed know the address."""

import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from framebuild.load import load
from framebuild.render import render
from framebuild.site import build_site, mkdocs_ready, site_url
from framespec.corpus import find_root

ADDRESS = "https://example.org/frames/"


def build(root: Path) -> Path:
    shutil.copy(find_root() / "mkdocs.yml", root)
    corpus, _ = load(find_root())
    with mkdocs_ready(root) as mkdocs:
        assert build_site(root, render(corpus, {}, "2026-01-01", site_url()), mkdocs)
    return root / "site"


def test_an_address_is_used_where_one_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_URL", ADDRESS)
    site = build(tmp_path)
    sitemap = ElementTree.parse(site / "sitemap.xml")
    listed = {one.text for one in sitemap.iter() if one.tag.endswith("}loc")}
    frames = load(find_root())[0].frames
    assert {f"{ADDRESS}frames/{one}/index.html" for one in frames} <= listed
    page = (site / "frames/superposition/index.html").read_text(encoding="utf-8")
    canonical = f"{ADDRESS}frames/superposition/index.html"
    assert f'<link rel="canonical" href="{canonical}">' in page
    assert f'<meta property="og:url" content="{canonical}">' in page
    assert f'<meta property="og:image" content="{ADDRESS}assets/card.png">' in page
    assert (site / "assets/card.png").read_bytes().startswith(b"\x89PNG")
    feed = ElementTree.parse(site / "feed.xml")
    links = [str(one.get("href")) for one in feed.iter("{http://www.w3.org/2005/Atom}link")]
    assert links
    assert all(link.startswith(ADDRESS) for link in links)
    monkeypatch.delenv("SITE_URL")
    site = build(tmp_path)  # a change of the address alone is a change
    page = (site / "frames/superposition/index.html").read_text(encoding="utf-8")
    assert "canonical" not in page
    assert "og:url" not in page
    assert "og:image" not in page
    assert (site / "frames/superposition/index.md").read_text(encoding="utf-8").startswith("# Sup")
