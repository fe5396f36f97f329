"""Every measure on input made by hand, with its answer worked out."""

import math
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from framelab.odds import divergence, surprise
from framelab.repeats import Repeats

InView = Callable[..., SimpleNamespace]


def test_surprise_of_four_scores() -> None:
    """log(e^3 + e^1 + e^6 + e^2) = 6.072, less each score."""
    assert surprise([3, 1, 6, 2]) == pytest.approx([3.072, 5.072, 0.072, 4.072], abs=5e-4)


def test_surprise_ignores_a_shift_and_survives_large_scores() -> None:
    assert surprise([1003, 1001, 1006, 1002]) == pytest.approx(surprise([3, 1, 6, 2]))
    assert surprise([[0.0, 0.0]]).tolist() == [[pytest.approx(math.log(2))] * 2]


def test_divergence_by_hand() -> None:
    """1/2 log(1/2 / 1/4) + 1/2 log(1/2 / 3/4) = log 2 - log 3 / 2."""
    found = divergence([0.5, 0.5], np.log([0.25, 0.75]))
    assert found == pytest.approx(math.log(2) - math.log(3) / 2)
    assert divergence([0.2, 0.8], np.log([0.2, 0.8])) == pytest.approx(0)


def test_charges_by_hand(in_view: InView) -> None:
    demo = in_view("surprise-is-the-score")
    p = np.array([0.5, 0.3, 0.2])
    assert demo.linear_charge(p) == pytest.approx([0.5, 0.7, 0.8])
    assert demo.squared_charge_on_the_outcome(p) == pytest.approx([0.25, 0.49, 0.64])
    # .25 + .09 + .04, then .25 + .49 + .04, then .25 + .09 + .64
    assert demo.squared_charge(p) == pytest.approx([0.38, 0.78, 0.98])
    assert demo.log_charge(p)[0] == pytest.approx(math.log(2))


def test_linear_charge_is_cheapest_in_a_corner(in_view: InView) -> None:
    demo = in_view("surprise-is-the-score")
    q = np.array([0.6, 0.3, 0.1])
    p = demo.cheapest_forecast(demo.linear_charge, q, np.random.default_rng(0))
    assert p == pytest.approx([1, 0, 0], abs=1e-3)
    assert demo.distance_from_the_truth(p, q) == pytest.approx(0.4, abs=1e-3)


def test_price_of_a_lie_under_two_charges(in_view: InView) -> None:
    """Under the squared charge it is the squared distance, so the gap is that minus KL."""
    demo = in_view("surprise-is-the-score", lies=1)
    q = np.array([0.5, 0.3, 0.2])
    p = np.random.default_rng(0).dirichlet(np.ones(3), size=1)[0]
    gap = demo.gap_between_excess_charge_and_divergence
    expected = abs(((p - q) ** 2).sum() - (q * np.log(q / p)).sum())
    assert gap(demo.squared_charge, q, np.random.default_rng(0)) == pytest.approx(expected)
    assert gap(demo.log_charge, q, np.random.default_rng(0)) == pytest.approx(0, abs=1e-12)


def repeats() -> Repeats:
    """5 6 7 9 5 6 7: copies of three tokens at 0 and at 4."""
    return Repeats(
        torch.tensor([[5, 6, 7, 9, 5, 6, 7]]), torch.tensor([[0, 1, 2]]), torch.tensor([[4, 5, 6]])
    )


def test_prefix_matching_score_by_hand(in_view: InView) -> None:
    """Query 4 should look at key 1 and query 5 at key 2; the last query does not count."""
    demo = in_view("induction-heads")
    patterns = torch.zeros(2, 1, 3, 7, 7)  # [layer, sequence, head, query, key]
    patterns[1, 0, 2, 4, 1] = 1.0
    patterns[1, 0, 2, 5, 2] = 0.5
    patterns[0, 0, 0, 6, 3] = 1.0
    patterns[0, 0, 1, 4, 0] = 1.0  # the earlier copy itself, not what followed it
    scores = demo.prefix_matching_score(patterns, repeats())
    assert scores.tolist() == [[0, 0, 0], [0, 0, 0.75]]


def test_random_other_key_is_earlier_and_not_the_matched_one(in_view: InView) -> None:
    demo = in_view("induction-heads")
    one = repeats()
    many = Repeats(*(part.repeat(500, 1) for part in one))
    keys = demo.random_other_key(many, torch.Generator().manual_seed(0))
    assert set(keys[:, 0].tolist()) == {0, 2, 3}  # query 4, matched key 1
    assert set(keys[:, 1].tolist()) == {0, 1, 3, 4}  # query 5, matched key 2


def test_features_per_dimension_and_weight_share_by_hand(in_view: InView) -> None:
    demo = in_view("superposition", dimensions=2)
    # [sparsity, replicate, dimension, feature]; squared norms by feature are 4, 1, 0, 5
    weights = torch.tensor([[[[2.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 2.0]]]])
    assert demo.features_per_dimension(weights).tolist() == [[5.0]]
    assert demo.weight_share_of_most_important(weights).tolist() == [[0.5]]


def test_unexplained_share_of_a_network_that_keeps_one_of_two(in_view: InView) -> None:
    """Weights keep feature 0 whole and lose feature 1: .5 E[x^2] of 1.5 E[x^2] is left."""
    demo = in_view(
        "superposition",
        features=2,
        importance=torch.tensor([1.0, 0.5]),
        absent=torch.tensor([0.0]),
        study=SimpleNamespace(seeds=[0]),
    )
    weights, bias = torch.tensor([[[[1.0, 0.0]]]]), torch.zeros(1, 1, 2)
    for relu in (True, False):
        left = demo.unexplained_share(weights, bias, relu)
        assert left.item() == pytest.approx(1 / 3, abs=0.01)


def test_sparse_samples_have_the_asked_rate(in_view: InView) -> None:
    demo = in_view("superposition", features=4, absent=torch.tensor([0.0, 0.75]))
    x = demo.sample(5000, [torch.Generator().manual_seed(0)])
    assert x.shape == (2, 1, 5000, 4)
    assert (x > 0).float().mean(dim=(1, 2, 3)).tolist() == pytest.approx([1.0, 0.25], abs=0.02)


def test_log_odds_ratio_of_late_rudeness_by_hand(in_view: InView) -> None:
    """Late are the last two of six turns: 3 of 4 against 1 of 4, so log 3 + log 3."""
    demo = in_view("anti-personas", turns=6)
    polite = torch.tensor([[0, 0, 0, 0, 1, 1], [1, 1, 1, 1, 1, 0]]).bool()
    unannounced = torch.tensor([[1, 1, 0, 0, 0, 1], [0, 0, 0, 1, 0, 0]]).bool()
    found = demo.log_odds_ratio_of_late_rudeness(polite, unannounced)
    assert found.item() == pytest.approx(2 * math.log(3))


def test_rudeness_kept_by_hand(in_view: InView) -> None:
    """One story turns at 2..4 and is rude at two of turns 12..16; one turns too late to count."""
    demo = in_view("anti-personas", turns=18)
    rude = torch.zeros(3, 18, dtype=torch.bool)
    rude[0, [2, 3, 4, 12, 16, 17]] = True
    rude[1, [5, 6, 7, 8]] = False
    rude[1, 10:] = True
    rude[2, [0, 1, 3, 4]] = True  # never three in a row
    assert demo.rudeness_kept(rude).item() == pytest.approx((2 / 5) / 0.75)
