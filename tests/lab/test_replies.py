"""The world of one's own words for objects, and the measures of reports on them."""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import torch

from framelab.replies import (
    CLASS_OF,
    CLASSES,
    EQUALS,
    FIRST_CLASS,
    FIRST_OBJECT,
    FIRST_WORD,
    OBJECTS,
    OTHER_REPORT,
    OWN_REPORT,
    RECORD,
    REPLY,
    REPLY_TOKENS,
    WORD_CLASS,
    WORDS,
    mixed,
    statements,
)
from framelab.training import IGNORED

InView = Callable[..., SimpleNamespace]


def test_classes_are_of_one_size() -> None:
    assert np.bincount(WORD_CLASS).tolist() == [WORDS // CLASSES] * CLASSES


def test_statements_by_hand() -> None:
    ids, labels = mixed(
        statements(REPLY, np.array([7]), np.array([3])),
        statements(CLASS_OF, np.array([3]), np.array([2])),
    )
    assert ids.tolist() == [
        [REPLY.token, FIRST_OBJECT + 7, EQUALS, FIRST_WORD + 3],
        [CLASS_OF.token, FIRST_WORD + 3, EQUALS, FIRST_CLASS + 2],
    ]
    assert labels.tolist() == [[IGNORED] * 3 + [FIRST_WORD + 3], [IGNORED] * 3 + [FIRST_CLASS + 2]]


def test_no_token_means_two_things() -> None:
    kinds = [REPLY, CLASS_OF, OWN_REPORT, RECORD, OTHER_REPORT]
    tokens = [kind.token for kind in kinds] + [EQUALS]
    for first, count in [(FIRST_OBJECT, OBJECTS), (FIRST_WORD, WORDS), (FIRST_CLASS, CLASSES)]:
        tokens += range(first, first + count)
    assert sorted(tokens) == list(range(REPLY_TOKENS))


class Rote:
    """A model that says what a table of kinds and objects says."""

    device = torch.device("cpu")

    def __init__(self, told: dict[int, torch.Tensor]) -> None:
        self.told = told

    def __call__(self, input_ids: torch.Tensor, **_: object) -> SimpleNamespace:
        said = [self.told[kind.item()][thing] for kind, thing in input_ids[:, :2]]
        logits = torch.nn.functional.one_hot(torch.stack(said), REPLY_TOKENS)[:, None].double()
        return SimpleNamespace(logits=logits)


def test_accuracies_by_hand(in_view: InView) -> None:
    """A model that says word 5 of everything, and reports class 1 of even objects, else 0."""
    demo = in_view("privileged-introspection", words=WORDS, every=np.arange(OBJECTS))
    size = FIRST_OBJECT + OBJECTS
    even = 1 - torch.arange(size).sub(FIRST_OBJECT) % 2
    model = Rote(
        {REPLY.token: torch.full((size,), FIRST_WORD + 5), OWN_REPORT.token: FIRST_CLASS + even}
    )
    table = np.full(OBJECTS, 5)
    table[: OBJECTS // 4] = 6
    assert demo.behaviour_accuracy(model, table) == 0.75
    assert WORD_CLASS[5] == 1
    fives = np.full(OBJECTS, 5)
    assert demo.report_accuracy(model, OWN_REPORT, np.arange(4), fives) == 0.5
    assert demo.report_accuracy(model, OWN_REPORT, np.array([0, 2]), fives) == 1.0


def test_new_words_are_of_another_class(in_view: InView) -> None:
    demo, generator = in_view("privileged-introspection"), np.random.default_rng(0)
    table, objects = generator.integers(WORDS, size=OBJECTS), np.array([3, 8, 20])
    new = demo.another_class(table, objects, generator)
    assert (WORD_CLASS[new] != WORD_CLASS[table]).nonzero()[0].tolist() == [3, 8, 20]
    assert (new != table).sum() == 3


def test_lessons_tell_only_of_the_objects_given(in_view: InView) -> None:
    demo, generator = in_view("privileged-introspection", words=WORDS), np.random.default_rng(0)
    table = generator.integers(WORDS, size=OBJECTS)
    ids, _ = demo.told(RECORD, np.array([4, 9]), table, 100, generator)
    assert set(ids[:, 1].tolist()) == {FIRST_OBJECT + 4, FIRST_OBJECT + 9}
    assert set(ids[:, 3].tolist()) == {FIRST_WORD + table[4], FIRST_WORD + table[9]}
    ids, _ = demo.behaviour(table, 64, generator)
    about_words = ids[:, 0] == CLASS_OF.token
    assert about_words.sum() == 8
    things = ids[~about_words, 1].numpy() - FIRST_OBJECT
    assert (ids[~about_words, 3].numpy() - FIRST_WORD == table[things]).all()
