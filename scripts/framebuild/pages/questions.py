"""What is open: every question of every frame in one place, and those that were answered."""

from collections.abc import Iterator

from framebuild.pages.page import Page, Site, markdown


def pages(site: Site) -> Iterator[Page]:
    """The questions by frame, the open before the answered."""
    asked = [(frame, one) for frame in site.frames.values() for one in frame["open_questions"]]
    yield markdown(
        "questions/index.md",
        "questions.md",
        frames=site.frames,
        asking=[
            (frame, [one for one in frame["open_questions"] if not one["answered_by"]])
            for frame in site.frames.values()
        ],
        answered=[(frame, one) for frame, one in asked if one["answered_by"]],
        total=len(asked),
    )
