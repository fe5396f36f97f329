"""Reaching into a model, and the directions of the demo about refusing."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from framelab.interventions import block_outputs, changing, moved_along
from framelab.reading import next_token_logprobs, residual_stream
from framelab.requests import REFUSAL, REQUEST_TOKENS
from framelab.training import tiny_gpt2

InView = Callable[..., SimpleNamespace]
IDS = torch.tensor([[1, 4, 2, 8], [3, 3, 9, 1]])


def test_block_outputs_are_the_stream_before_the_last_normalisation(tiny: Any) -> None:
    given, stream = block_outputs(tiny, IDS), residual_stream(tiny, IDS)
    assert given.shape == (2, 2, 4, 8)
    assert torch.allclose(given[0], stream[1])
    last = tiny.base_model.norm if hasattr(tiny.base_model, "norm") else tiny.base_model.ln_f
    assert torch.allclose(last(given[1]), stream[2], atol=1e-6)


def test_changes_reach_later_blocks_and_go_away(tiny: Any) -> None:
    before, outputs = next_token_logprobs(tiny, IDS), block_outputs(tiny, IDS)
    with changing(tiny, {0: lambda given: -given}):
        changed = block_outputs(tiny, IDS)
        assert not torch.allclose(next_token_logprobs(tiny, IDS), before)
    assert torch.equal(changed[0], -outputs[0])
    assert not torch.allclose(changed[1], outputs[1])
    assert torch.equal(next_token_logprobs(tiny, IDS), before)


def test_hooks_go_away_after_an_error(tiny: Any) -> None:
    before = next_token_logprobs(tiny, IDS)
    with pytest.raises(RuntimeError, match="stop"), changing(tiny, {1: lambda given: given * 0}):
        raise RuntimeError("stop")
    assert torch.equal(next_token_logprobs(tiny, IDS), before)


def test_a_model_without_known_blocks_is_refused() -> None:
    unknown: Any = torch.nn.Linear(2, 2)
    with pytest.raises(ValueError, match="no blocks found in a Linear"), changing(unknown, {}):
        pass


def test_moved_along_by_hand() -> None:
    """Only the component along (3, 4) / 5 changes: from 5 and from 0 to 10."""
    move = moved_along(torch.tensor([0.6, 0.8]), torch.tensor(10.0))
    moved = move(torch.tensor([[[3.0, 4.0], [4.0, -3.0]]]))
    assert moved.tolist() == [[pytest.approx([6.0, 8.0]), pytest.approx([10.0, 5.0])]]


def test_difference_of_means_by_hand(in_view: InView) -> None:
    demo = in_view("refusal-direction")
    held = torch.tensor([[1.0, 2.0], [3.0, 2.0], [0.0, 5.0]])
    found = demo.difference_of_means(held, torch.tensor([True, True, False]))
    assert found.tolist() == [2.0, -3.0]
    assert demo.unit(found).norm().item() == pytest.approx(1)


def test_the_refusal_word_is_what_makes_it_likelier(in_view: InView) -> None:
    """With a gain of 0 in all but one place, only that place can count."""
    demo = in_view("refusal-direction")
    model: Any = tiny_gpt2(REQUEST_TOKENS, width=4, layers=1, heads=1, length=8, seed=0)
    with torch.no_grad():
        model.lm_head.weight.zero_()
        model.lm_head.weight[REFUSAL[0]] = torch.tensor([1.0, 1.0, 0.0, 0.0])
        model.transformer.ln_f.weight.copy_(torch.tensor([0.0, 2.0, 1.0, 1.0]))
    assert demo.refusal_word(model).tolist() == pytest.approx([0, 1, 0, 0])


def test_erasing_acts_from_its_block_on(in_view: InView) -> None:
    demo = in_view("refusal-direction", block=1)
    model = tiny_gpt2(11, width=4, layers=3, heads=2, length=8, seed=0)
    direction, harmless = torch.tensor([0.0, 1.0, 0.0, 0.0]), torch.full((3, 4), 7.0)
    plain = block_outputs(model, IDS)
    with demo.erasing(model, direction, harmless):
        # Hooks run in the order in which they were put on, so these come after the erasure.
        erased = block_outputs(model, IDS)
    assert torch.equal(erased[0], plain[0])
    assert erased[1:, :, :, 1].unique().tolist() == pytest.approx([7.0])
    assert torch.allclose(erased[1][..., [0, 2, 3]], plain[1][..., [0, 2, 3]])
