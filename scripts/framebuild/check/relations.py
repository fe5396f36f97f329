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
    first: dict[frozenset[str], tuple[str, int, str]] = {}
    for frame in corpus.frames.values():
        for index, relation in enumerate(frame.record.related):
            pair = frozenset((frame.id, relation.frame))
            line = frame.line_of("related", index)
            if pair in first:
                path, other, how = first[pair]
                if {how, relation.how} == {"supports", "contradicts"}:
                    continue  # worse than twice, and told by its own rule
                what = f"related: '{relation.frame}' is related already, at {path}:{other}"
                mend = "keep one of the two; the reverse direction is generated"
                yield Problem(frame.path, line, what, mend)
            first.setdefault(pair, (frame.path, line, relation.how))


def relation_opposed(corpus: Corpus) -> Iterator[Problem]:
    """No frame contradicts one that it supports, from either side or by way of a third."""
    for frame in corpus.frames.values():
        for index, relation in enumerate(frame.record.related):
            if relation.how != "contradicts":
                continue
            for one, other in ((frame.id, relation.frame), (relation.frame, frame.id)):
                if way := _way(corpus, one, other, ("supports",)):
                    shown = " -> ".join(way)
                    what = f"related: contradicts '{relation.frame}', yet one supports the other"
                    mend = f"keep one of the two; the support goes {shown}"
                    yield Problem(frame.path, frame.line_of("related", index), what, mend)
                    break


def relation_circle(corpus: Corpus) -> Iterator[Problem]:
    """Nothing explains or refines itself by way of others."""
    told: set[frozenset[str]] = set()
    for frame in corpus.frames.values():
        for index, relation in enumerate(frame.record.related):
            if relation.how not in ("explains", "refines"):
                continue
            way = _way(corpus, relation.frame, frame.id, (relation.how,))
            if len(way) > 2 and frozenset(way) not in told:
                told.add(frozenset(way))
                what = f"related: {relation.how} goes in a circle, {' -> '.join([frame.id, *way])}"
                mend = "say of one pair which explains which, or use same_mechanism"
                yield Problem(frame.path, frame.line_of("related", index), what, mend)


def _way(corpus: Corpus, start: str, end: str, hows: tuple[str, ...]) -> list[str]:
    """The frames from one to another by declared relations of some kinds; empty if none lead."""
    ways, seen = [[start]], {start}
    for way in ways:
        if way[-1] == end:
            return way
        here = corpus.frames.get(way[-1])
        for relation in here.record.related if here else ():
            if relation.how in hows and relation.frame not in seen:
                seen.add(relation.frame)
                ways.append([*way, relation.frame])
    return []


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
    relation_opposed,
    relation_circle,
    moved_nowhere,
)
