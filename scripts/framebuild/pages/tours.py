"""The tours: their list, and a page for each with its frames in the order of the walk."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from framebuild.markdown import Figure, figures_of
from framebuild.pages.page import Page, Site, markdown


class Passage(NamedTuple):
    """Where a tour comes by a frame: the frames before and after it, where there are any."""

    id: str
    title: str
    before: str | None
    after: str | None


def pages(site: Site) -> Iterator[Page]:
    """The list of tours, then each tour."""
    walks = list(site.corpus.tours.values())
    if not walks:
        return
    yield markdown("tours/index.md", "tours.md", walks=walks, frames=site.frames)
    for place, walk in enumerate(walks):
        yield markdown(
            f"tours/{walk.id}/index.md",
            "tour.md",
            tour=walk.tour,
            stops=[_stop(site, step.frame) | {"says": step.says} for step in walk.tour.steps],
            previous=walks[place - 1] if place else None,
            following=walks[place + 1] if place + 1 < len(walks) else None,
        )


def _stop(site: Site, one: str) -> dict[str, Any]:
    """A frame as its tour shows it, with its first figure if a run has drawn one."""
    ran = site.ran.get(one)
    figures: list[Figure] = figures_of(ran.notebook) if ran else []
    return {"frame": site.frames[one], "figure": figures[0] if figures else None}


def passages(site: Site, one: str) -> list[Passage]:
    """The tours that a frame is on."""
    found = []
    for walk in site.corpus.tours.values():
        ids = [step.frame for step in walk.tour.steps]
        if one in ids:
            place = ids.index(one)
            before, after = [None, *ids][place], [*ids, None][place + 1]
            found.append(Passage(walk.id, walk.tour.title, before, after))
    return found
