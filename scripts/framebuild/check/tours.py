"""Rules about where a tour may lead, and how long it is."""

from collections.abc import Iterator

from framebuild.check.prose import NUMBER
from framebuild.check.rule import Rule
from framebuild.load import Corpus
from framebuild.problem import Problem
from framespec.corpus import nearest

FEWEST = 3  # fewer frames are a relation, not a walk


def unknown_step(corpus: Corpus) -> Iterator[Problem]:
    """A step names a frame that exists; one that has moved is named by its new id."""
    for walk in corpus.tours.values():
        for index, step in enumerate(walk.tour.steps):
            line, frame = walk.line_of("steps", index), step.frame
            if frame in corpus.stubs:
                what = f"steps: '{frame}' has moved"
                yield Problem(walk.path, line, what, f"write '{corpus.stubs[frame]}'")
            elif frame not in corpus.frames and frame not in corpus.unreadable:
                near = nearest(frame, list(corpus.frames))
                mend = f"nearest is {near}" if near else "`frames ls` lists the frames"
                yield Problem(walk.path, line, f"steps: no frame '{frame}'", mend)


def step_twice(corpus: Corpus) -> Iterator[Problem]:
    """A walk comes to a frame once."""
    for walk in corpus.tours.values():
        first: dict[str, int] = {}
        for index, step in enumerate(walk.tour.steps):
            line = walk.line_of("steps", index)
            if step.frame in first:
                what = f"steps: '{step.frame}' is a step already, at line {first[step.frame]}"
                yield Problem(walk.path, line, what, "keep one of the two")
            first.setdefault(step.frame, line)


def few_steps(corpus: Corpus) -> Iterator[Problem]:
    """A walk is long enough to be one."""
    for walk in corpus.tours.values():
        count = len(walk.tour.steps)
        if count < FEWEST:
            what = f"steps: {count} of at least {FEWEST}"
            mend = "add frames; two that belong together are `related` in a record"
            yield Problem(walk.path, walk.line_of("steps"), what, mend)


def number_on_tour(corpus: Corpus) -> Iterator[Problem]:
    """A step gives no number that a run could move: the page shows the verdict beside it."""
    for walk in corpus.tours.values():
        for index, step in enumerate(walk.tour.steps):
            found = NUMBER.search(step.says)
            if found:
                what = f"steps: '{step.frame}' gives the number '{found.group()}'"
                mend = "say it in words; measured numbers are on the frame's page"
                yield Problem(walk.path, walk.line_of("steps", index, "says"), what, mend)


RULES: tuple[Rule, ...] = (unknown_step, step_twice, few_steps, number_on_tour)
