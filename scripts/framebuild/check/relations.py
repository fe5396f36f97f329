"""Rules about how records name each other."""

from collections.abc import Iterator

from framebuild.check.rule import Rule
from framebuild.load import Corpus
from framebuild.problem import Problem
from framespec.corpus import nearest


def unknown_relation(corpus: Corpus) -> Iterator[Problem]:
    """A relation names another frame that exists; one that has moved is named by its new id."""
    for frame in corpus.frames.values():
        for index, relation in enumerate(frame.record.related):
            line, other = frame.line_of("related", index), relation.frame
            if other == frame.id:
                yield Problem(frame.path, line, "related: a frame to itself", "remove the line")
            elif other in corpus.stubs:
                what = f"related: '{other}' has moved"
                yield Problem(frame.path, line, what, f"write '{corpus.stubs[other]}'")
            elif other not in corpus.frames and other not in corpus.unreadable:
                near = nearest(other, list(corpus.frames))
                mend = f"nearest is {near}" if near else "`frames ls` lists the frames"
                yield Problem(frame.path, line, f"related: no frame '{other}'", mend)


def relation_twice(corpus: Corpus) -> Iterator[Problem]:
    """A pair of frames is related once: from one side, in one way."""
    first: dict[frozenset[str], tuple[str, int]] = {}
    for frame in corpus.frames.values():
        for index, relation in enumerate(frame.record.related):
            pair = frozenset((frame.id, relation.frame))
            line = frame.line_of("related", index)
            if pair in first:
                path, other = first[pair]
                what = f"related: '{relation.frame}' is related already, at {path}:{other}"
                mend = "keep one of the two; the reverse direction is generated"
                yield Problem(frame.path, line, what, mend)
            first.setdefault(pair, (frame.path, line))


def moved_nowhere(corpus: Corpus) -> Iterator[Problem]:
    """A stub leads to a frame, in one step."""
    for old, new in corpus.stubs.items():
        if new not in corpus.frames and new not in corpus.unreadable:
            near = nearest(new, list(corpus.frames))
            mend = f"nearest is {near}" if near else "`frames ls` lists the frames"
            yield Problem(f"frames/{old}.yaml", 1, f"moved_to: no frame '{new}'", mend)


RULES: tuple[Rule, ...] = (
    unknown_relation,
    relation_twice,
    moved_nowhere,
)
