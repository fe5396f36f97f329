"""The world of graded work, and what a model gets when it is asked."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from framelab.grades import (
    FIRST_ACTION,
    FIRST_STATE,
    STATES,
    WORK_STEPS,
    WORK_TOKENS,
    drawn_workplace,
    perform,
    work_batches,
    write_episodes,
)
from framelab.training import IGNORED

InView = Callable[..., SimpleNamespace]

PLACE = drawn_workplace(np.random.default_rng(0))


class Worker:
    """Stands for a model: in each state it knows the right action and the popular mistake.

    It acts right as long as the grade before it is above zero, and records what it was fed.
    """

    def __init__(self) -> None:
        self.fed: list[torch.Tensor] = []

    def __call__(self, input_ids: torch.Tensor, **_: object) -> Any:
        self.fed.append(input_ids)
        grade, state = input_ids[:, -2], input_ids[:, -1] - FIRST_STATE
        right, mistake = (torch.tensor(one)[state] for one in PLACE)
        action = torch.where(grade > 0, right, mistake)
        logits = torch.full((len(input_ids), 1, WORK_TOKENS), -1e9)
        logits[torch.arange(len(input_ids)), 0, FIRST_ACTION + action] = 0.0
        return SimpleNamespace(logits=logits, past_key_values=None)


def test_the_mistake_is_never_right() -> None:
    assert (PLACE.right != PLACE.mistake).all()
    assert set(PLACE.right) | set(PLACE.mistake) <= set(range(4))


def test_grades_count_the_right_actions_to_come() -> None:
    work = write_episodes(PLACE, 500, np.random.default_rng(0))
    for grades, states, actions in zip(*work, strict=True):
        right = actions == PLACE.right[states]
        assert (right | (actions == PLACE.mistake[states])).all()
        assert grades.tolist() == [right[step:].sum() for step in range(WORK_STEPS)]


def test_every_grade_occurs_at_its_rate() -> None:
    """Skill is u squared, so all eight steps are right with odds E[u^16] = 1/17, and a step 1/3."""
    work = write_episodes(PLACE, 40_000, np.random.default_rng(0))
    share = np.bincount(work.grades[:, 0], minlength=WORK_STEPS + 1) / 40_000
    assert share[WORK_STEPS] == pytest.approx(1 / 17, abs=0.005)
    assert share @ np.arange(WORK_STEPS + 1) / WORK_STEPS == pytest.approx(1 / 3, abs=0.01)
    assert share.min() > 0


def test_middling_work_is_all_the_work_that_is_not_better() -> None:
    work = write_episodes(PLACE, 1000, np.random.default_rng(0), at_most=5)
    assert len(work.grades) == 1000
    assert work.grades.max() == 5


def test_batches_charge_actions_and_deal_whole_runs_of_grades() -> None:
    ids, labels = next(work_batches(PLACE, 50, np.random.default_rng(0)))
    dealt, _ = next(work_batches(PLACE, 50, np.random.default_rng(0), dealt=True))
    assert ids.shape == (50, 3 * WORK_STEPS)
    assert (labels[:, 2::3] == ids[:, 2::3]).all()
    assert (labels[:, 0::3] == IGNORED).all()
    assert (labels[:, 1::3] == IGNORED).all()
    assert ids[:, 0::3].max() <= WORK_STEPS
    assert FIRST_STATE <= ids[:, 1::3].min() <= ids[:, 1::3].max() < FIRST_STATE + STATES
    same, moved = ids[:, 0::3].tolist(), dealt[:, 0::3].tolist()
    assert same != moved
    assert sorted(same) == sorted(moved)
    assert (dealt[:, 2::3] == ids[:, 2::3]).all()


@pytest.mark.parametrize("greedy", [False, True])
def test_a_worker_who_obeys_gets_what_is_asked(greedy: bool) -> None:
    worker: Any = Worker()
    asked = np.array([0, 3, 8])
    assert perform(worker, PLACE, asked, np.random.default_rng(0), greedy).tolist() == [0, 3, 8]
    grades = torch.stack([fed[:, -2] for fed in worker.fed], dim=1)
    assert grades[1].tolist() == [3, 2, 1, 0, 0, 0, 0, 0]


def test_return_and_slope_by_hand(in_view: InView) -> None:
    demo = in_view("ask-for-performance", grades=range(9), asked_times=2)
    worker: Any = Worker()
    achieved = demo.achieved_return(worker, PLACE, 0, [0, 5, 8])
    assert achieved.tolist() == [0, 5, 8]
    slope = demo.slope_of_achieved_on_requested_return
    assert slope(np.arange(9) / 2 + 1) == pytest.approx(0.5)
    assert slope(np.full(9, 3.0)) == pytest.approx(0)
