"""The process of two bits and their exclusive-or, against every path that it can take."""

import math
from collections.abc import Callable
from itertools import pairwise, product
from types import SimpleNamespace

import numpy as np
import pytest

from framelab.rrxor import (
    AT_REST,
    DUE_0,
    EMITS,
    exact_beliefs,
    histories,
    mean_belief_given,
    odds_of_one,
    write_rounds,
)
from framelab.training import tiny_llama

InView = Callable[..., SimpleNamespace]


def path_odds(bits: tuple[int, ...]) -> np.ndarray:
    """The odds of a row of bits and of each state after it, summed over every path."""
    ends = np.zeros(5)
    for path in product(range(5), repeat=len(bits) + 1):
        odds = AT_REST[path[0]]
        for bit, (before, after) in zip(bits, pairwise(path), strict=True):
            odds *= EMITS[bit, before, after]
        ends[path[-1]] += odds
    return ends


def test_the_process_is_made_of_odds_and_at_rest() -> None:
    assert EMITS.sum(axis=(0, 2)) == pytest.approx(1)
    assert AT_REST @ EMITS.sum(axis=0) == pytest.approx(AT_REST)


def test_the_third_bit_of_a_round_is_the_exclusive_or() -> None:
    """Eight bits hold two whole rounds wherever they start; one of three starts must fit."""
    bits = write_rounds(300, 8, np.random.default_rng(0))
    fits = [
        (bits[:, start] ^ bits[:, start + 1] == bits[:, start + 2])
        & (bits[:, start + 3] ^ bits[:, start + 4] == bits[:, start + 5])
        for start in range(3)
    ]
    assert np.any(fits, axis=0).all()


def test_beliefs_histories_and_written_rows_agree_with_every_path() -> None:
    rows, odds = histories(4)
    written = {tuple(row) for row in write_rounds(2000, 4, np.random.default_rng(0)).tolist()}
    assert written == {tuple(row) for row in rows.tolist()}
    assert odds.sum() == pytest.approx(1)
    for row, odd, beliefs in zip(rows, odds, exact_beliefs(rows), strict=True):
        ends = path_odds(tuple(row))
        assert odd == pytest.approx(ends.sum())
        assert beliefs[-1] == pytest.approx(ends / ends.sum())
        one = path_odds((*row, 1)).sum() / ends.sum()
        assert odds_of_one(beliefs)[-1] == pytest.approx(one)


def test_a_table_of_the_last_bit_by_hand() -> None:
    """One bit tells little: a 1 leaves odds 1/6 (first bit), 1/12 + 1/12, 1/12 + 1/12, of 1/2.

    From the start (1/3) to the state after a 1: 1/6. From either state of a first bit (1/6) to one
    that is due: 1/12. From a 1 that was due (1/6) to the start: 1/6.
    """
    table = mean_belief_given(lambda bits, belief: int(bits[-1]), range(1, 2))
    #                               start, after 0, after 1, due 1, due 0
    assert table[1] == pytest.approx(np.array([1 / 6, 0, 1 / 6, 1 / 12, 1 / 12]) * 2)
    assert table[0] == pytest.approx(np.array([1 / 6, 1 / 6, 0, 1 / 12, 1 / 12]) * 2)


def test_looked_up_and_read_out_keep_the_order_of_places(in_view: InView) -> None:
    demo = in_view("belief-state-geometry", lengths=range(2, 4), remembered=1)
    bits = np.array([[0, 1, 1], [1, 0, 0]])
    beliefs = exact_beliefs(bits)
    table = {(0,): np.full(5, 0.0), (1,): np.full(5, 1.0)}
    assert demo.looked_up(demo.last_bits, table, bits, beliefs)[:, 0].tolist() == [1, 1, 0, 0]
    held = np.arange(8.0)[:, None]
    wanted = 3 * held + 1
    assert demo.scored(wanted, demo.read_out(held, wanted)) == pytest.approx(1)
    assert demo.next_odds(bits[0], AT_REST) == 0.5


def test_loss_above_the_entropy_rate_of_a_model_with_even_odds(in_view: InView) -> None:
    """With all weights zero every bit costs log 2; where a 0 is due, the filter pays nothing."""
    demo = in_view("belief-state-geometry", context=1)
    model = tiny_llama(vocabulary=2, width=8, layers=1, heads=2, length=4, seed=0)
    for weights in model.parameters():
        weights.data.zero_()
    due = np.tile(np.eye(5)[DUE_0], (1, 4, 1))  # [sequence, token, state]
    above = demo.loss_above_the_entropy_rate(model, np.zeros((1, 4), dtype=np.int64), due)
    assert above == pytest.approx(math.log(2))
