"""What the demos cost."""

from collections.abc import Iterator

from framebuild.pages.page import Page, Site, markdown


def pages(site: Site) -> Iterator[Page]:
    """Seconds and memory of every run, the longest first."""
    timed = [found for found in site.frames.values() if found["receipt"]]
    frames = sorted(timed, key=lambda found: -found["seconds"])
    yield markdown("timing/index.md", "timing.md", frames=frames)
