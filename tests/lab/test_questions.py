"""Written questions, each against its answer worked out in words."""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from framelab.questions import (
    ASKS,
    BIT_START,
    BITS,
    FILLER,
    FIRST_KIND,
    KINDS,
    NOTHING,
    ROW_LENGTH,
    ROW_START,
    ROW_TOKENS,
    Questions,
    answer_places,
    draw_parities,
    draw_questions,
)
from framelab.training import IGNORED

InView = Callable[..., SimpleNamespace]


def worked_out(row: list[int], kind: int, named: int) -> int:
    asked = KINDS[kind]
    if asked == "any":
        return int(named in row)
    if asked == "how many":
        return row.count(named)
    assert named == NOTHING
    return max(row) if asked == "largest" else min(row)


def test_every_answer_is_right_and_every_kind_is_asked() -> None:
    drawn = draw_questions(300, 4, np.random.default_rng(0))
    for row, kinds, named, answers in zip(*(part.tolist() for part in drawn), strict=True):
        right = [worked_out(row, *asked) for asked in zip(kinds, named, strict=True)]
        assert answers == right
    assert np.bincount(drawn.kinds.ravel()) / 1200 == pytest.approx(np.full(4, 0.25), abs=0.05)


def test_questions_are_written_in_either_order() -> None:
    """Two questions about one row: its largest digit, and how many sevens it has."""
    row = [7, 0, 7, 3, 9, 1]
    one = Questions(*(np.array([part]) for part in (row, [0, 3], [NOTHING, 7], [9, 2])))
    asked = [[FIRST_KIND, NOTHING], [FIRST_KIND + 3, 7]]
    assert one.ids().tolist() == [[ROW_START, *row, *asked[0], 9, *asked[1], 2]]
    first = one.ids(answer_first=True)
    assert first.tolist() == [[ROW_START, *row, 9, *asked[0], 2, *asked[1]]]
    assert one.ids()[0, answer_places(2)].tolist() == [9, 2]
    assert first[0, answer_places(2, answer_first=True)].tolist() == [9, 2]
    assert answer_places(1)[0] == 1 + ROW_LENGTH + 2


@pytest.mark.parametrize("steps", [True, False], ids=["steps", "fillers"])
def test_parities_end_in_the_parity_of_their_bits(steps: bool) -> None:
    ids, labels = draw_parities(40, np.random.default_rng(0), steps)
    assert ids.shape == (40, 2 * BITS + 2)
    assert set(ids[:, 0].tolist()) == {BIT_START}
    assert set(ids[:, BITS + 1].tolist()) == {ASKS}
    bits, worked = ids[:, 1 : BITS + 1], ids[:, BITS + 2 :]
    for place in range(BITS):
        running = bits[:, : place + 1].sum(dim=1) % 2
        expected = running if steps or place == BITS - 1 else torch.full_like(running, FILLER)
        assert worked[:, place].equal(expected)
    charged = labels != IGNORED
    assert charged.sum(dim=1).tolist() == [BITS if steps else 1] * 40
    assert labels[charged].equal(ids[charged])


@pytest.mark.parametrize("answer_first", [False, True])
def test_accuracy_by_kind_of_a_reader_who_knows_two_kinds(
    in_view: InView, answer_first: bool
) -> None:
    """It says the token that comes next where a 'largest' or 'any' is asked, else a start."""

    def knowing(_: object, ids: torch.Tensor) -> torch.Tensor:
        said = torch.full_like(ids, ROW_START)
        said[:, :-1] = ids[:, 1:]
        for place in answer_places(3, answer_first):
            kind = ids[:, place + 1 if answer_first else place - 2] - FIRST_KIND
            said[(kind == 1) | (kind == 3), place - 1] = ROW_START
        return torch.nn.functional.one_hot(said, ROW_TOKENS).double().log()

    demo = in_view(
        "token-prediction-is-answer-prediction",
        questions=3,
        asked=100,
        next_token_logprobs=knowing,
    )
    assert demo.accuracy(None, 0, answer_first) == [1, 0, 1, 0]


@pytest.mark.parametrize("steps", [True, False], ids=["steps", "fillers"])
def test_parity_is_scored_on_the_last_token_that_a_model_writes(
    in_view: InView, steps: bool
) -> None:
    def says_one(_: object, ids: torch.Tensor, length: int) -> torch.Tensor:
        assert ids.shape[1] + length == 2 * BITS + 2
        assert length == (BITS if steps else 1)
        return torch.ones(len(ids), length, dtype=torch.int64)

    demo = in_view("token-prediction-is-answer-prediction", asked=100, answer_tokens=says_one)
    ids, _ = draw_parities(100, np.random.default_rng([0, 1]), steps)
    odd = (ids[:, 1 : BITS + 1].sum(dim=1) % 2 == 1).double().mean().item()
    assert demo.parity_accuracy(None, 0, steps) == pytest.approx(odd)
