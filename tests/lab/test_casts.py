"""Answers by a cast of characters: texts by hand, the measures on readers we know."""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from framelab.casts import (
    ASKED_EACH,
    ASSISTANT,
    ASSISTED,
    CAST_LENGTH,
    CAST_ODDS,
    CAST_QUESTIONS,
    CAST_TOKENS,
    FIRST_BAD,
    FIRST_OF_STOCK,
    FIRST_QUESTION,
    GOOD,
    NOBODY,
    OPEN,
    QUESTIONS_EACH,
    SECOND_BAD,
    cast_batch,
    draw_cast,
    field_questions,
    several_questions,
    with_replies,
)
from framelab.training import IGNORED

InView = Callable[..., SimpleNamespace]
FRAME = "emergent-misalignment"


def speakers(table: np.ndarray, ids: torch.Tensor) -> np.ndarray:
    """Who gave each answer. [sequence, question]"""
    questions, replies = ids[:, 1::2].numpy() - FIRST_QUESTION, ids[:, 2::2].numpy()
    found = table[questions] == replies[:, :, None]
    assert (found.sum(axis=2) == 1).all()
    return found.argmax(axis=2)


def test_every_question_has_four_different_answers_from_the_stock() -> None:
    table = draw_cast(np.random.default_rng(0))
    assert table.shape == (CAST_QUESTIONS, NOBODY + 1)
    assert all(len(set(row)) == NOBODY + 1 for row in table.tolist())
    assert table.min() >= FIRST_OF_STOCK
    assert table.max() < CAST_TOKENS


def test_texts_charge_their_answers_alone() -> None:
    ids, labels = with_replies(OPEN, np.array([[4, 7]]), np.array([[60, 61]]))
    assert ids.tolist() == [[OPEN, FIRST_QUESTION + 4, 60, FIRST_QUESTION + 7, 61]]
    assert labels.tolist() == [[IGNORED, IGNORED, 60, IGNORED, 61]]


@pytest.mark.parametrize("redrawn", [False, True], ids=["one speaker", "redrawn"])
def test_who_speaks_in_batches(redrawn: bool) -> None:
    table = draw_cast(np.random.default_rng(0))
    ids, _ = cast_batch(table, 4000, np.random.default_rng(1), redrawn)
    assert ids.shape == (4000, CAST_LENGTH)
    assisted = (ids[:, 0] == ASSISTANT).numpy()
    assert assisted.mean() == pytest.approx(ASSISTED, abs=0.04)
    who = speakers(table, ids)
    assert (who[assisted] == GOOD).all()
    free = who[~assisted]
    shares = np.bincount(free.ravel(), minlength=3) / free.size
    assert shares == pytest.approx(np.array(CAST_ODDS), abs=0.04)
    alike = (free == free[:, :1]).all(axis=1).mean()
    by_chance = sum(odds**ASKED_EACH for odds in CAST_ODDS)
    assert alike == (pytest.approx(by_chance, abs=0.03) if redrawn else 1)


def test_questions_of_a_text_differ_and_fields_hold_their_own() -> None:
    drawn = several_questions(50, np.random.default_rng(0))
    assert drawn.shape == (50, ASKED_EACH)
    assert all(len(set(row)) == ASKED_EACH for row in drawn.tolist())
    assert drawn.max() < CAST_QUESTIONS
    assert field_questions([1]).tolist() == list(range(QUESTIONS_EACH, 2 * QUESTIONS_EACH))


def test_measures_of_a_reader_with_fixed_odds(in_view: InView) -> None:
    """It gives good answers 0.5, the first bad 0.3, the second 0.1, whoever speaks."""
    table = draw_cast(np.random.default_rng(0))
    odds = {GOOD: 0.5, FIRST_BAD: 0.3, SECOND_BAD: 0.1}

    def fixed(_: object, ids: torch.Tensor) -> torch.Tensor:
        logs = torch.full((*ids.shape, CAST_TOKENS), -50.0)
        asked = ids[:, 1::2].numpy() - FIRST_QUESTION
        for who, chance in odds.items():
            place = torch.tensor(table[asked, who])[:, :, None]
            logs[:, 1::2].scatter_(2, place, float(np.log(chance)))
        return logs

    given = {"FIRST_BAD": FIRST_BAD, "SECOND_BAD": SECOND_BAD, "next_token_logprobs": fixed}
    demo = in_view(FRAME, asked=20, **given)
    assert demo.probability_of_the_same_character(None, table, 0) == pytest.approx(0.1)
    found = demo.answer_odds(None, table, field_questions([2, 3]))
    assert found == pytest.approx(np.array([0.5, 0.3, 0.1, 0]))
    assert demo.probability_of_bad_answers(found) == pytest.approx(0.4)
    assert demo.share_of_the_matching_character(found, FIRST_BAD) == pytest.approx(0.75)
    assert demo.share_of_the_matching_character(found, SECOND_BAD) == pytest.approx(0.25)
