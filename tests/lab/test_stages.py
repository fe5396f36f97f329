"""Texts of one kind of regularity each: their odds, their pay, their charged tokens."""

import math
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from framelab.stages import (
    ALPHABET,
    CHARGED,
    STAGE_LENGTH,
    STAGE_TOKENS,
    STAGES,
    draw_stages,
    exact_gain,
    stage_lesson,
    stage_texts,
)
from framelab.training import IGNORED, tiny_llama

InView = Callable[..., SimpleNamespace]
WORLD = draw_stages(np.random.default_rng(0), poor=[0.4, 0.2], rich=[0.7])


@pytest.mark.parametrize("kind", STAGES)
def test_every_kind_has_its_own_alphabet_and_charged_tokens(kind: str) -> None:
    ids, labels = stage_texts(WORLD, kind, 50, np.random.default_rng(1))
    assert ids.shape == labels.shape == (50, STAGE_LENGTH)
    first = STAGES.index(kind) * ALPHABET
    assert first <= ids.min()
    assert ids.max() < first + ALPHABET <= STAGE_TOKENS
    charged = labels != IGNORED
    assert (charged.sum(dim=1) == CHARGED[kind]).all()
    assert torch.equal(labels[charged], ids[charged])


def test_a_lesson_has_as_many_charged_tokens_of_each_kind() -> None:
    ids, labels = stage_lesson(WORLD, np.random.default_rng(1))
    told = ids[labels != IGNORED] // ALPHABET
    assert len(set(torch.bincount(told, minlength=len(STAGES)).tolist())) == 1


def test_pay_by_hand() -> None:
    """The poor odds save as much in frequencies as in pairs; a copy saves all there is."""
    rest = 0.4 / (ALPHABET - 2)
    entropy = -(0.4 * math.log(0.4) + 0.2 * math.log(0.2) + 0.4 * math.log(rest))
    for kind in ("frequencies", "poor pairs"):
        assert exact_gain(WORLD, kind) == pytest.approx(math.log(ALPHABET) - entropy)
    for kind in ("present copies", "looked-up copies"):
        assert exact_gain(WORLD, kind) == pytest.approx(math.log(ALPHABET))


def test_frequencies_forget_the_token_before() -> None:
    """What is likeliest comes with its odds after any token; in pairs all are as frequent."""
    ids, _ = stage_texts(WORLD, "frequencies", 4000, np.random.default_rng(1))
    top = WORLD.moves["frequencies"][0].argmax()
    for before in (ids[:, 3] == top, ids[:, 3] != top):
        assert (ids[before, 4] == top).double().mean() == pytest.approx(0.4, abs=0.04)
    ids, _ = stage_texts(WORLD, "pairs", 4000, np.random.default_rng(1))
    counts = torch.bincount(ids[:, 4] - STAGES.index("pairs") * ALPHABET, minlength=ALPHABET)
    assert (counts / 4000).max() < 2 / ALPHABET


def test_copies_are_of_the_present_token_or_of_one_past_an_earlier_copy() -> None:
    ids, labels = stage_texts(WORLD, "present copies", 20, np.random.default_rng(1))
    row, place = torch.nonzero(labels != IGNORED, as_tuple=True)
    assert torch.equal(ids[row, place], ids[row, place - 1])
    ids, labels = stage_texts(WORLD, "looked-up copies", 20, np.random.default_rng(1))
    for text, charged in zip(ids.tolist(), labels != IGNORED, strict=True):
        for at in torch.nonzero(charged)[:, 0].tolist():
            earlier = text.index(text[at - 1])
            assert earlier < at - 1
            assert text[earlier + 1] == text[at]


def test_half_learning_time_is_where_half_is_crossed(in_view: InView) -> None:
    """Half of 2 is crossed half way from 4 to 16 steps, as logs go; later dips do not count."""
    demo = in_view("stages-of-learning")
    steps, gains = np.array([1, 4, 16, 32]), np.array([-0.1, 0.5, 1.5, 0.9])
    assert demo.half_learning_time(steps, gains, 2.0) == pytest.approx(8)
    assert math.isnan(demo.half_learning_time(steps, gains, 4.0))


def test_an_ignorant_model_gains_nothing(in_view: InView) -> None:
    """With all scores alike, the odds within each alphabet are even."""
    demo = in_view("stages-of-learning")
    model = tiny_llama(STAGE_TOKENS, width=8, layers=1, heads=2, length=STAGE_LENGTH, seed=0)
    with torch.no_grad():
        model.get_input_embeddings().weight.zero_()
    texts = [stage_texts(WORLD, kind, 3, np.random.default_rng(1)) for kind in STAGES]
    assert demo.gains(model, texts) == pytest.approx(np.zeros(len(STAGES)), abs=1e-6)
