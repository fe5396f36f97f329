"""One question and three ways to answer it: texts by hand, the measures on readers we know."""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from framelab.strategies import (
    AFTER_DOTS,
    ASK,
    ASKED_LENGTH,
    AT_ONCE,
    DOT,
    END,
    HEADINGS,
    IN_STEPS,
    ROW_BITS,
    STRATEGY_LENGTH,
    asked,
    draw_bits,
    running_parities,
    strategy_batch,
    worked,
)
from framelab.training import IGNORED

InView = Callable[..., SimpleNamespace]
FRAME = "prompt-programs-the-strategy"


def test_each_heading_has_its_own_way_to_the_same_answer() -> None:
    bits = np.zeros((1, ROW_BITS), dtype=np.int64)
    bits[0, [0, 1, 3]] = 1
    steps = [1, 0, 0, *[1] * (ROW_BITS - 3)]
    assert running_parities(bits).tolist() == [steps]
    assert asked(IN_STEPS, bits).tolist() == [[IN_STEPS, *bits[0], ASK]]
    assert worked(IN_STEPS, bits).tolist() == [[*steps, END]]
    assert worked(AFTER_DOTS, bits).tolist() == [[*[DOT] * (ROW_BITS - 1), 1, END]]
    assert worked(AT_ONCE, bits).tolist() == [[1, END]]


def test_batches_hold_every_heading_and_charge_what_follows_the_question() -> None:
    ids, labels = strategy_batch(90, np.random.default_rng(0))
    assert ids.shape == (90, STRATEGY_LENGTH)
    assert set(ids[:, 0].tolist()) == set(HEADINGS)
    for row, label in zip(ids, labels, strict=True):
        heading, bits = int(row[0]), row[None, 1 : 1 + ROW_BITS].numpy()
        rest = worked(heading, bits)[0].tolist()
        assert row[ASKED_LENGTH : ASKED_LENGTH + len(rest)].tolist() == rest
        assert label[label != IGNORED].tolist() == rest


def knowing(_: object, ids: torch.Tensor, length: int) -> torch.Tensor:
    """Writes the next step from the last one and the bit under it; guesses one after dots."""
    written = ids
    for _step in range(length):
        done = written.shape[1] - ASKED_LENGTH
        heading = ids[:, 0]
        total = written[:, -1] if done else torch.zeros_like(heading)
        step = (total + written[:, 1 + min(done, ROW_BITS - 1)]) % 2
        if done == ROW_BITS:
            step = torch.full_like(step, END)
        dots = torch.full_like(step, [DOT, 1, END][(done >= ROW_BITS - 1) + (done >= ROW_BITS)])
        once = torch.full_like(step, END if done else 1)
        said = torch.where(heading == IN_STEPS, step, torch.where(heading == AT_ONCE, once, dots))
        written = torch.cat([written, said[:, None]], dim=1)
    return written[:, ids.shape[1] :]


def test_who_works_in_steps_is_right_with_them_alone(in_view: InView) -> None:
    demo = in_view(FRAME, rows=200, answer_tokens=knowing, asked=asked, worked=worked)
    bits = draw_bits(200, np.random.default_rng(0))
    odd = (bits.sum(axis=1) % 2).mean()
    assert demo.format_accuracy(None, bits) == 1
    assert demo.accuracy(None, IN_STEPS, bits) == 1
    assert demo.accuracy(None, AFTER_DOTS, bits) == pytest.approx(odd)
    assert demo.accuracy(None, AT_ONCE, bits) == pytest.approx(odd)


def test_format_is_lost_without_the_end(in_view: InView) -> None:
    def endless(_: object, ids: torch.Tensor, length: int) -> torch.Tensor:
        return torch.zeros(len(ids), length, dtype=torch.int64)

    demo = in_view(FRAME, rows=50, answer_tokens=endless, asked=asked, worked=worked)
    assert demo.format_accuracy(None, draw_bits(50, np.random.default_rng(0))) == 0


def test_answers_that_follow_the_steps_flip_with_them_alone(in_view: InView) -> None:
    demo = in_view(FRAME, rows=200, answer_tokens=knowing, asked=asked, worked=worked)
    bits = draw_bits(200, np.random.default_rng(0))
    assert demo.share_of_answers_flipped(None, bits, "step", np.random.default_rng(1)) == 1
    assert demo.share_of_answers_flipped(None, bits, "bit", np.random.default_rng(1)) == 0


def test_answers_from_the_row_flip_with_its_bits(in_view: InView) -> None:
    def from_row(_: object, ids: torch.Tensor, length: int) -> torch.Tensor:
        parity = ids[:, 1 : 1 + ROW_BITS].sum(dim=1, keepdim=True) % 2
        return parity.expand(-1, length)

    demo = in_view(FRAME, rows=200, answer_tokens=from_row, asked=asked, worked=worked)
    bits = draw_bits(200, np.random.default_rng(0))
    assert demo.share_of_answers_flipped(None, bits, "step", np.random.default_rng(1)) == 0
    assert demo.share_of_answers_flipped(None, bits, "bit", np.random.default_rng(1)) == 1
