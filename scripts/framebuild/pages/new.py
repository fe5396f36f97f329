"""What is new, as a page and as a feed."""

from collections.abc import Iterator
from itertools import groupby

from framebuild.news import atom, events
from framebuild.pages.page import Page, Site, markdown


def pages(site: Site) -> Iterator[Page]:
    """Frames and verdict changes by day."""
    found = events(site.frames.values())
    days = [(day, list(group)) for day, group in groupby(found, key=lambda one: one.day)]
    yield markdown("new/index.md", "new.md", days=days, frames=site.frames)
    yield Page("feed.xml", atom(found, site.frames, site.built, site.url))
