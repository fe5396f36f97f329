"""The first page, and the index that its search reads."""

import json
from collections.abc import Iterator

from framebuild.pages.page import Page, Site, markdown
from framebuild.pages.tally import tally


def pages(site: Site) -> Iterator[Page]:
    """What a frame is, how the evidence stands, and the ways in."""
    frames = list(site.frames.values())
    yield markdown(
        "index.md",
        "index.md",
        frames=frames,
        counts=tally(frames),
        topics=site.corpus.topics,
        tours=site.corpus.tours,
        example=_example(site),
    )
    yield Page("assets/frames-index.js", _index(site).encode())


def _example(site: Site) -> str | None:
    """A frame to show as an example: the first that a run supports, else the first of all."""
    ids = [one for one, found in site.frames.items() if found["verdict"] == "supported"]
    return next(iter(ids or site.frames), None)


def _index(site: Site) -> str:
    """Titles, names, claims and verdicts as a script, since a page from disk may not read JSON."""
    rows = [
        [one["id"], one["title"], one["claim"], one["verdict"], " ".join(one["aliases"])]
        for one in site.frames.values()
    ]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return f"window.framesIndex = {text};\n"
