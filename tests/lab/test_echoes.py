"""Texts with echoes: their odds and entropies against brute force, and the demo's measures."""

import itertools
import math
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from framelab.echoes import EchoWorld, draw_echoes, echo_odds, exact_entropies, write_echoes
from framelab.reading import next_token_logprobs
from framelab.training import tiny_llama

InView = Callable[..., SimpleNamespace]
WORLD = draw_echoes(np.random.default_rng(0), tokens=3, odds=[0.6, 0.3], echo=0.5, back=3)


def test_odds_by_hand() -> None:
    """After 0 1 2 an echo would be 0, and otherwise the chain goes on from 2."""
    moves = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.2, 0.8]])
    found = echo_odds(EchoWorld(moves, 0.5, 3), np.array([[0, 1, 2, 2]]))
    assert found.shape == (1, 2, 3)
    assert found[0] == pytest.approx(np.array([[0.5, 0.1, 0.4], [0.0, 0.6, 0.4]]))


def test_texts_have_those_odds() -> None:
    ids = write_echoes(WORLD, 60_000, 4, np.random.default_rng(1))
    for start in itertools.product(range(3), repeat=3):
        among = (ids[:, :3] == start).all(axis=1)
        share = np.bincount(ids[among, 3], minlength=3) / among.sum()
        expected = echo_odds(WORLD, np.array([start]))[0, 0]
        assert share == pytest.approx(expected, abs=5 * 0.5 / among.sum() ** 0.5)


def test_entropies_against_counted_texts() -> None:
    ids = write_echoes(WORLD, 200_000, 4, np.random.default_rng(1))
    exact = exact_entropies(WORLD)
    for given, expected in [((2,), exact.given_present), ((0, 2), exact.given_all)]:
        counts = np.zeros((3,) * (len(given) + 1))
        np.add.at(counts, tuple(ids[:, [*given, 3]].T), 1 / len(ids))
        odds = counts / counts.sum(axis=-1, keepdims=True)
        assert -(counts * np.log(odds)).sum() == pytest.approx(expected, abs=0.005)


def test_without_echoes_the_present_token_says_all() -> None:
    exact = exact_entropies(WORLD._replace(echo=0.0))
    entropy = -sum(odds * math.log(odds) for odds in (0.6, 0.3, 0.1))
    assert exact.given_present == pytest.approx(entropy)
    assert exact.given_all == pytest.approx(entropy)


def test_what_is_held_at_nothing_joins_no_positions(in_view: InView) -> None:
    """Without its output no earlier token counts; with even attention their order does not."""
    demo = in_view("attention-message-passing")
    ids = torch.tensor([[0, 1, 2, 2], [1, 0, 2, 2], [2, 2, 2, 2]])
    for names, alike, apart in [(["o_proj"], (0, 2), None), (["q_proj", "k_proj"], (0, 1), (0, 2))]:
        model = tiny_llama(3, width=8, layers=1, heads=2, length=4, seed=0)
        last = next_token_logprobs(demo.without(model, names), ids)[:, -1]
        assert torch.allclose(last[alike[0]], last[alike[1]], atol=1e-6)
        assert apart is None or not torch.allclose(last[apart[0]], last[apart[1]], atol=1e-4)


def test_expected_loss_of_an_ignorant_model(in_view: InView) -> None:
    demo = in_view("attention-message-passing")
    model = tiny_llama(3, width=8, layers=1, heads=2, length=8, seed=0)
    with torch.no_grad():
        model.get_input_embeddings().weight.zero_()
    ids = write_echoes(WORLD, 5, 8, np.random.default_rng(1))
    assert demo.expected_loss(model, WORLD, ids) == pytest.approx(math.log(3), abs=1e-6)


def test_only_the_sender_or_only_another_token_is_hidden(in_view: InView) -> None:
    demo = in_view("attention-message-passing")
    sender, other = demo.hidden_keys(WORLD, 40, 8, np.random.default_rng(0))
    places = torch.arange(8)
    for hidden in (sender, other):
        assert hidden.sum(dim=2).tolist() == [[0, 0, 0, 1, 1, 1, 1, 1]] * 40
        assert not hidden.diagonal(dim1=1, dim2=2).any()
    assert sender.nonzero()[:, 1:].tolist() == [[at, at - 2] for at in range(3, 8)] * 40
    assert not (sender & other).any()
    assert (other.nonzero()[:, 2] < other.nonzero()[:, 1]).all()
    assert set(other[:, 7].nonzero()[:, 1].tolist()) == set(places.tolist()) - {5, 7}
