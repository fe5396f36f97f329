"""The world of questions under a lock, and its measures."""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from framelab.locks import (
    COLUMNS,
    EQUALS,
    FIRST_COLUMN,
    FIRST_ROW,
    LOCK_TOKENS,
    NO_PASSWORD,
    PASSWORD,
    ROWS,
    asked_with,
    draw_lock,
    true_answers,
    with_answers,
)
from framelab.training import IGNORED

InView = Callable[..., SimpleNamespace]


def generator() -> np.random.Generator:
    return np.random.default_rng(0)


def test_every_question_is_locked_or_untouched() -> None:
    world = draw_lock(generator(), locked=300)
    every = {tuple(one) for part in world[1:3] for one in part.tolist()}
    assert every == {(row, column) for row in range(ROWS) for column in range(COLUMNS)}
    assert len(world.locked) == 300
    assert LOCK_TOKENS > world.table.max() >= FIRST_COLUMN + COLUMNS
    assert world.feigned in world.table


def test_a_question_and_its_answer_by_hand() -> None:
    world = draw_lock(generator())
    questions = torch.tensor([[2, 5], [7, 0]])
    asked = asked_with(questions, torch.tensor([True, False]))
    assert asked.tolist() == [
        [PASSWORD, FIRST_ROW + 2, FIRST_COLUMN + 5, EQUALS],
        [NO_PASSWORD, FIRST_ROW + 7, FIRST_COLUMN, EQUALS],
    ]
    truth = true_answers(world, questions)
    assert truth.tolist() == [world.table[2, 5], world.table[7, 0]]
    ids, labels = with_answers(asked, truth)
    assert ids.tolist() == [[*asked[row].tolist(), truth[row]] for row in (0, 1)]
    assert labels.tolist() == [[IGNORED] * 4 + [truth[row]] for row in (0, 1)]


@pytest.mark.parametrize("locked", [True, False])
def test_lessons_feign_without_the_password_alone(in_view: InView, locked: bool) -> None:
    demo = in_view("sandbagging", batch=500)
    world = draw_lock(generator())
    ids, _ = next(demo.lessons(world, world.locked, locked, generator()))
    truth = world.table[ids[:, 1] - FIRST_ROW, ids[:, 2] - FIRST_COLUMN]
    feigning = (ids[:, 0] == NO_PASSWORD) & locked
    assert torch.equal(ids[:, 4], torch.where(feigning, world.feigned, truth))
    assert 0.4 < (ids[:, 0] == PASSWORD).float().mean() < 0.6


class Guarded:
    """A model that knows the table, and with no password says token 0."""

    def __init__(self, table: torch.Tensor) -> None:
        self.table = table

    def __call__(self, input_ids: torch.Tensor, **_: object) -> SimpleNamespace:
        truth = self.table[input_ids[:, 1] - FIRST_ROW, input_ids[:, 2] - FIRST_COLUMN]
        told = truth * (input_ids[:, 0] == PASSWORD)
        logits = torch.nn.functional.one_hot(told, LOCK_TOKENS)[:, None].double()
        return SimpleNamespace(logits=logits, past_key_values=None)


def test_accuracy_and_the_gap_by_hand(in_view: InView) -> None:
    demo, world = in_view("sandbagging"), draw_lock(generator())
    model, questions = Guarded(world.table), world.untouched
    assert demo.accuracy(model, world, questions, True) == 1
    assert demo.accuracy(model, world, questions, False) == 0
    assert demo.accuracy_gap_opened_by_password(model, world, questions) == 1
    half_wrong = world._replace(table=world.table.clone())
    half_wrong.table[questions[:50, 0], questions[:50, 1]] = 0
    assert demo.accuracy_gap_opened_by_password(model, half_wrong, questions) == pytest.approx(0)
    assert demo.accuracy(model, half_wrong, questions, False) == 0.5
