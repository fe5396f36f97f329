"""The topics: their list, and a page for each with its frames and what they leave open."""

from collections.abc import Iterator

from framebuild.pages.page import Page, Site, markdown
from framebuild.pages.tally import tally


def pages(site: Site) -> Iterator[Page]:
    """The list of topics, then each topic. A topic without frames has a page that says so."""
    topics = site.corpus.topics
    frames = {
        one: [frame for frame in site.frames.values() if one in frame["topics"]] for one in topics
    }
    counts = {one: tally(found) for one, found in frames.items()}
    yield markdown("topics/index.md", "topics.md", topics=topics, frames=frames, counts=counts)
    for one, topic in topics.items():
        yield markdown(
            f"topics/{one}/index.md",
            "topic.md",
            topic=topic,
            topics=topics,
            frames=frames[one],
            counts=counts[one],
        )
