"""Every prediction of every frame in one table."""

from collections.abc import Iterator

from framebuild.pages.page import Page, Site, markdown


def pages(site: Site) -> Iterator[Page]:
    """The table of evidence."""
    yield markdown("evidence/index.md", "evidence.md", frames=list(site.frames.values()))
