"""The files of assets/, as they are."""

from collections.abc import Iterator
from importlib.resources import files

from framebuild.pages.page import Page, Site


def pages(_: Site) -> Iterator[Page]:
    """Styles and scripts: ours or vendored, so that no page asks another host for anything."""
    for path in sorted((files("framebuild") / "assets").iterdir(), key=lambda one: one.name):
        yield Page(f"assets/{path.name}", path.read_bytes())
