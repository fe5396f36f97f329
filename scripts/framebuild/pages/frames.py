"""All frames in one list, which a script can filter and sort."""

from collections.abc import Iterator

from framebuild.pages.page import Page, Site, markdown
from framebuild.pages.templates import MARKS


def pages(site: Site) -> Iterator[Page]:
    """The list, with the choices that its filters offer."""
    frames = list(site.frames.values())
    used = {topic for frame in frames for topic in frame["topics"]}
    choices = {
        "verdict": {word: word for word in MARKS},
        "topic": {one: topic.name for one, topic in site.corpus.topics.items() if one in used},
        "kind": {kind: kind for kind in sorted({frame["kind"] for frame in frames})},
        "reach": {reach: reach for reach in ("claim", "mechanism", "illustration")},
    }
    yield markdown(
        "frames/index.md", "frames.md", frames=frames, topics=site.corpus.topics, choices=choices
    )
