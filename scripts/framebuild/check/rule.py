"""What a rule is: a pure function from the corpus to problems, which never raises."""

from collections.abc import Callable, Iterator

from framebuild.demo import Demo
from framebuild.load import Corpus, Frame
from framebuild.problem import Problem

Rule = Callable[[Corpus], Iterator[Problem]]


def demos(corpus: Corpus) -> Iterator[Demo]:
    """Every demo that could be read, also where its record could not."""
    yield from (demo for _, demo in demos_of(corpus))
    yield from corpus.loose_demos


def demos_of(corpus: Corpus) -> Iterator[tuple[Frame, Demo]]:
    """Each frame that has a demo which could be read, and the demo."""
    return ((frame, frame.demo) for frame in corpus.frames.values() if frame.demo)


def named(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())
