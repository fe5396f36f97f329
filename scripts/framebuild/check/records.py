"""Rules about what a record says of itself."""

from collections.abc import Iterator
from itertools import pairwise

from framebuild.check.rule import Rule
from framebuild.load import Corpus
from framebuild.problem import Problem
from framespec.corpus import nearest
from framespec.record import Record

FIELDS = list(Record.model_fields)


def field_order(corpus: Corpus) -> Iterator[Problem]:
    """The fields stand in the order in which a record is read."""
    for frame in corpus.frames.values():
        written = list(frame.document.data)
        for before, name in pairwise(written):
            if FIELDS.index(name) < FIELDS.index(before):
                what = f"'{name}' stands after '{before}'"
                mend = f"`frames check --fix` orders them: {', '.join(FIELDS)}"
                yield Problem(frame.path, frame.line_of(name), what, mend)
                break


def unknown_topic(corpus: Corpus) -> Iterator[Problem]:
    """A frame's topics are in the list of topics."""
    for frame in corpus.frames.values():
        for index, topic in enumerate(frame.record.topics):
            if topic not in corpus.topics:
                near = nearest(topic, list(corpus.topics))
                mend = f"nearest is {near}; " if near else ""
                what = f"topics: no topic '{topic}'"
                mend += "topics are listed in frames/topics.yaml"
                yield Problem(frame.path, frame.line_of("topics", index), what, mend)


def unknown_answer(corpus: Corpus) -> Iterator[Problem]:
    """What answers a question is a frame, or a source of the same record."""
    for frame in corpus.frames.values():
        known = [source.id for source in frame.record.sources] + list(corpus.frames)
        for index, question in enumerate(frame.record.open_questions):
            if not isinstance(question, str) and question.answered_by not in known:
                near = nearest(question.answered_by, known)
                what = f"answered_by: no frame or source '{question.answered_by}'"
                mend = f"nearest is {near}" if near else "name a frame, or a source's id"
                line = frame.line_of("open_questions", index, "answered_by")
                yield Problem(frame.path, line, what, mend)


def source_ids(corpus: Corpus) -> Iterator[Problem]:
    """A record's sources have ids of their own."""
    for frame in corpus.frames.values():
        ids = [source.id for source in frame.record.sources]
        for index, one in enumerate(ids):
            if one in ids[:index]:
                what, mend = f"two sources have the id '{one}'", "give each its own"
                yield Problem(frame.path, frame.line_of("sources", index, "id"), what, mend)


RULES: tuple[Rule, ...] = (
    field_order,
    unknown_topic,
    unknown_answer,
    source_ids,
)
