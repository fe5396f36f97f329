"""Chains and disputed questions: worlds, draws and measures."""

from collections.abc import Callable
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from framelab.answering import answer_tokens
from framelab.chains import chain_odds, draw_successors, write_chains
from framelab.disputes import (
    ANSWERS,
    CHAIN_TOKENS,
    DISPUTE_TOKENS,
    DISPUTED,
    FIRST_ASKED,
    FIRST_REPLY,
    QUESTIONS,
    dispute_batches,
    draw_disputes,
)
from framelab.draws import draw_rows
from framelab.sampling import continue_at
from framelab.training import tiny_llama

InView = Callable[..., SimpleNamespace]
FRAME = "sampling-beats-argmax"


def test_rows_are_drawn_at_their_odds() -> None:
    odds = np.array([[0.2, 0.0, 0.8], [0.0, 1.0, 0.0]])
    drawn = draw_rows(np.repeat(odds, 5000, axis=0), np.random.default_rng(0))
    counts = np.bincount(drawn[:5000], minlength=3) / 5000
    assert counts == pytest.approx(odds[0], abs=0.03)
    assert (drawn[5000:] == 1).all()


def test_successors_are_permutations_that_never_meet() -> None:
    found = draw_successors(12, 4, np.random.default_rng(0))
    assert found.shape == (12, 4)
    for column in found.T:
        assert sorted(column) == list(range(12))
    for row in found:
        assert len(set(row)) == 4


def test_odds_of_a_chain_by_hand() -> None:
    moves = chain_odds(np.array([[1], [2], [0]]), [0.6])
    assert moves == pytest.approx(np.array([[0.2, 0.6, 0.2], [0.2, 0.2, 0.6], [0.6, 0.2, 0.2]]))
    full = chain_odds(draw_successors(10, 2, np.random.default_rng(0)), [0.7, 0.3])
    assert full.sum(axis=0) == pytest.approx(1)  # so that all tokens are as frequent
    assert full.sum(axis=1) == pytest.approx(1)
    assert (full > 1e-9).sum() == 20


def test_texts_of_a_chain_have_its_pairs() -> None:
    moves = chain_odds(draw_successors(4, 2, np.random.default_rng(1)), [0.6, 0.3])
    ids = write_chains(moves, 20_000, 4, np.random.default_rng(0))
    for first, then in product(range(4), repeat=2):
        for place in range(3):
            share = ((ids[:, place] == first) & (ids[:, place + 1] == then)).mean()
            assert share == pytest.approx(moves[first, then] / 4, abs=0.01)


def test_questions_are_answered_as_the_world_says() -> None:
    world = draw_disputes(np.random.default_rng(0))
    rows = np.arange(QUESTIONS)
    assert world.replies.sum(axis=1) == pytest.approx(1)
    assert world.replies[rows, world.right] == pytest.approx(np.where(DISPUTED, 0.7, 1.0))
    assert world.moves.shape == (CHAIN_TOKENS, CHAIN_TOKENS)
    batches = dispute_batches(world, 3, 7, 20_000, np.random.default_rng(0))
    texts, labels = next(batches)
    assert texts.shape == (3, 7)
    assert texts.max() < FIRST_ASKED
    assert torch.equal(texts, labels)
    asked = next(batches)[0].numpy()
    assert asked.shape == (20_000, 2)
    assert asked.max() < DISPUTE_TOKENS
    question, reply = asked[:, 0] - FIRST_ASKED, asked[:, 1] - FIRST_REPLY
    right = reply == world.right[question]
    assert right[~DISPUTED[question]].all()
    assert right[DISPUTED[question]].mean() == pytest.approx(0.7, abs=0.02)
    wrong = (reply - world.right[question])[~right] % ANSWERS
    assert np.bincount(wrong)[1:].min() > 100  # every other answer, about 200 times


def test_cold_draws_are_the_likeliest_and_warm_ones_have_the_odds() -> None:
    model = tiny_llama(vocabulary=9, width=8, layers=1, heads=2, length=8, seed=0)
    with torch.no_grad():
        model.get_input_embeddings().weight.mul_(60)  # so that its odds are uneven
    start, among = torch.full((6000, 1), 3), torch.arange(9)
    generator = torch.Generator().manual_seed(0)
    cold = continue_at(model, start[:1], 5, among, 0.0, generator)
    assert cold[:, 1:].tolist() == answer_tokens(model, start[:1], 5).tolist()
    with torch.no_grad():
        scores = model(input_ids=start[:1]).logits[0, -1]
    for temperature in (0.5, 1.0, 2.0):
        drawn = continue_at(model, start, 1, among, temperature, generator)[:, 1]
        shares = torch.bincount(drawn, minlength=9) / 6000
        exact = (scores / temperature).softmax(-1)
        assert shares.tolist() == pytest.approx(exact.tolist(), abs=0.03)
    few = continue_at(model, start, 3, torch.tensor([2, 5]), 1.0, generator)
    assert set(few[:, 1:].unique().tolist()) <= {2, 5}


def test_repeated_four_grams_by_hand(in_view: InView) -> None:
    """0 1 0 1 0 1 0 has four four-grams, two of them met before; the other text has none."""
    demo = in_view(FRAME)
    ids = np.array([[0, 1, 0, 1, 0, 1, 0], [0, 1, 2, 3, 4, 5, 6]])
    assert demo.repeated_four_grams(ids) == pytest.approx((0.5 + 0) / 2)


def test_divergence_of_pair_frequencies_by_hand(in_view: InView) -> None:
    """Pairs 0 1, 1 0, 0 1 and 1 0 where all four pairs are as likely: log 2."""
    demo = in_view(FRAME)
    even = np.full((2, 2), 0.5)
    alike = demo.divergence_of_pair_frequencies(np.array([[0, 1, 0, 1, 0]]), even)
    assert alike == pytest.approx(np.log(2))
    assert demo.divergence_of_pair_frequencies(np.array([[0, 0, 1, 1, 0]]), even) == 0


def test_accuracy_by_temperature_and_gain_by_hand(in_view: InView) -> None:
    """Odds 3/5 and 2/5: squared they are 9/13 and 4/13."""
    demo = in_view(FRAME)
    logs, right = np.log([[0.6, 0.4], [0.6, 0.4]]), np.array([0, 1])
    assert demo.accuracy_at(logs, right, 0.0).tolist() == [1, 0]
    assert demo.accuracy_at(logs, right, 0.5) == pytest.approx([9 / 13, 4 / 13])
    assert demo.accuracy_gained_by_argmax(logs, right) == pytest.approx([0.4, -0.4])


def test_divergence_from_exact_odds_by_hand(in_view: InView) -> None:
    demo = in_view(FRAME)
    exact, stated = np.array([[1.0, 0.0], [0.5, 0.5]]), np.log([[0.5, 0.5], [0.5, 0.5]])
    assert demo.divergence_from_exact_odds(exact, stated) == pytest.approx(np.log(2) / 2)
