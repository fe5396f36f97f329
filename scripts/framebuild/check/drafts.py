"""The rule about what `frames new` left to be filled in."""

from collections.abc import Iterator

from framebuild.check.rule import Rule, demos
from framebuild.explain import where
from framebuild.load import Corpus, Frame
from framebuild.problem import Problem
from framebuild.skeleton import to_fill_in


def unfilled(corpus: Corpus) -> Iterator[Problem]:
    """Nothing is left of the marks that a new frame starts with."""
    for frame in corpus.frames.values():
        for line, how in to_fill_in(frame.document.text).items():
            what = f"{_field(frame, line)} is still to be filled in"
            yield Problem(frame.path, line, what, how, draft=True)
    for demo in demos(corpus):
        for line, how in to_fill_in(demo.text).items():
            what = "this line is still to be filled in"
            yield Problem(demo.path, line, what, how, draft=True)


def _field(frame: Frame, line: int) -> str:
    """The field that begins on a line, or the one whose item does, and what it belongs to."""
    here = [at for at, begun in frame.document.lines.items() if begun == line and at]
    keys = [at for at in here if isinstance(at[-1], str)]
    at = min(keys or here, key=len, default=())
    while at and not isinstance(at[-1], str):
        at = at[:-1]
    return f"{where(at[:-1], None)}{at[-1]}" if at else "this line"


RULES: tuple[Rule, ...] = (unfilled,)
