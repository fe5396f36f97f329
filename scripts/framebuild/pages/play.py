"""The page of the widgets, and the model that they run."""

from collections.abc import Iterator
from typing import Any

from framebuild.pages.page import Page, Site, markdown
from framebuild.pages.templates import environment

MODEL = "assets/story-model.js"
NAMES = ("game", "loom", "inside")
# The frames that a widget illustrates, and what stands in it to begin with.
SHOWN_BY = {
    "surprise-is-the-score": "game",
    "sampling-beats-argmax": "loom",
    "simulator-not-simulacrum": "loom",
    "induction-heads": "inside",
}


def pages(site: Site) -> Iterator[Page]:
    """The page, and the model's script if it has been made."""
    yield markdown(
        "play/index.md", "play.md", book=site.book, kilobytes=_kilobytes(site), frames=site.frames
    )
    if site.book:
        yield Page(MODEL, site.book.script)


def widget(site: Site, one: str) -> str:
    """The widget of a frame as HTML for a Markdown page; empty for a frame that has none."""
    if one not in SHOWN_BY:
        return ""
    values: dict[str, Any] = {"book": site.book, "kilobytes": _kilobytes(site)}
    return environment().get_template("play_frame.md").render(kind=SHOWN_BY[one], **values)


def _kilobytes(site: Site) -> int:
    return round(len(site.book.script) / 1000) if site.book else 0
