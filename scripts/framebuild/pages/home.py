"""The first page."""

from collections.abc import Iterator

from framebuild.pages.page import Page, Site, markdown


def pages(site: Site) -> Iterator[Page]:
    """What a frame is, and all of them."""
    frames = list(site.frames.values())
    yield markdown("index.md", "index.md", frames=frames, topics=site.corpus.topics)
