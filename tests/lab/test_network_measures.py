"""Measures of the demos that train plain networks, on input made by hand."""

import math
from collections.abc import Callable
from types import SimpleNamespace

import pytest
import torch

InView = Callable[..., SimpleNamespace]


def test_pairs_are_dealt_unordered_and_once(in_view: InView) -> None:
    demo = in_view("grokking", modulus=5)
    seen, unseen = demo.dealt_pairs(torch.Generator().manual_seed(0))
    assert (len(seen), len(unseen)) == (8, 7)  # round(15 / 2) and the rest
    dealt = {tuple(sorted(pair)) for pair in torch.cat([seen, unseen]).tolist()}
    assert len(dealt) == 15


def test_accuracy_of_a_network_that_always_says_the_same(in_view: InView) -> None:
    """On a clock of three numbers, 0 is right for 0 + 0 and 1 + 2 of the four pairs."""
    demo = in_view("grokking", modulus=3, width=2, hidden=2)
    silent = [torch.zeros(3, 2), torch.zeros(2, 2), torch.zeros(2, 2), torch.zeros(2, 3)]
    pairs = torch.tensor([[0, 0], [1, 2], [0, 1], [2, 2]])
    assert demo.accuracy([*silent, torch.zeros(2)], pairs) == 0.5


def test_accuracy_when_memorised_takes_the_first_look(in_view: InView) -> None:
    demo = in_view("grokking")
    looks = torch.tensor([[0.5, 0.1], [0.99, 0.2], [0.4, 0.3], [1.0, 0.9]])
    assert demo.test_accuracy_when_memorised(looks, 0.98) == pytest.approx(0.2)
    assert demo.test_accuracy_when_memorised(looks, 1.0) == pytest.approx(0.9)
    assert math.isnan(demo.test_accuracy_when_memorised(looks[:1], 0.98))


def test_fourier_power_of_pure_waves(in_view: InView) -> None:
    """Six waves of one strength beside a constant: the top five hold five sixths."""
    demo = in_view("grokking", modulus=29)
    turn = 2 * torch.pi * torch.arange(29) / 29
    waves = torch.stack([torch.cos(frequency * turn) for frequency in (1, 3, 4, 7, 9, 13)], dim=1)
    share = demo.fourier_power_in_top_five_frequencies
    assert share(waves + 2) == pytest.approx(5 / 6)
    assert share(waves[:, :2]) == pytest.approx(1)


def test_exclusive_ors_by_hand(in_view: InView) -> None:
    demo = in_view("xor-features", pairs=2)
    present = torch.tensor([[1, 0, 1, 1, 0], [0, 0, 0, 1, 1]]).bool()
    assert demo.exclusive_ors(present).tolist() == [[True, False], [False, True]]


def test_inputs_hold_their_features(in_view: InView) -> None:
    demo = in_view("xor-features", features=3, noise=0.0)
    x, present = demo.drawn_inputs(torch.eye(3), 400, torch.Generator().manual_seed(0))
    assert x.tolist() == ((2.0 * present - 1) / 3**0.5).tolist()
    assert present.double().mean(dim=0).tolist() == pytest.approx([0.5] * 3, abs=0.1)


def test_probe_reads_what_is_linear_and_no_exclusive_or(in_view: InView) -> None:
    demo = in_view("xor-features", pairs=1)
    corners = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]]).repeat(3, 1)
    with_product = torch.cat([corners, corners.prod(dim=1, keepdim=True)], dim=1)
    features, ors = corners.bool(), demo.exclusive_ors(corners.bool())
    probe = demo.probe_accuracy
    assert probe(corners, features, corners, features).tolist() == [1, 1]
    assert probe(with_product, ors, with_product, ors).tolist() == [1]
    assert probe(with_product, ors, with_product, ~ors).tolist() == [0]


def test_layers_of_a_network_by_hand(in_view: InView) -> None:
    demo = in_view("xor-features")
    first, last = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)
    for part, slope in [(first, -2.0), (last, 1.0)]:
        part.weight.data.fill_(slope)
        part.bias.data.zero_()
    network = torch.nn.Sequential(first, torch.nn.ReLU(), last)
    found = demo.layers(network, torch.tensor([[1.0], [-1.0]]))
    assert [held.tolist() for held in found] == [[[1], [-1]], [[0], [2]]]


def prompts(demo: SimpleNamespace, mappings: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    generators = [torch.Generator().manual_seed(seed) for seed in range(len(mappings))]
    x, y = demo.drawn_prompts(mappings, generators)
    return x, y


def test_prompts_hold_the_values_of_their_mapping(in_view: InView) -> None:
    demo = in_view("in-context-learning", dimensions=2, examples=3)
    mappings = torch.tensor([[[1.0, 0.0]], [[0.0, 2.0]]])  # [replicate, prompt, dimension]
    x, y = prompts(demo, mappings)
    assert x.shape == (2, 1, 4, 2)
    assert y[0].tolist() == x[0, :, :, 0].tolist()
    assert y[1].tolist() == (2 * x[1, :, :, 1]).tolist()


def test_known_mappings_are_chosen_from_each_replicates_own(in_view: InView) -> None:
    demo = in_view("in-context-learning", dimensions=1)
    generators = [torch.Generator().manual_seed(seed) for seed in range(2)]
    known = torch.tensor([[[1.0], [2.0]], [[3.0], [4.0]]])
    drawn = demo.drawn_mappings(50, generators, known)
    assert [set(own.flatten().tolist()) for own in drawn] == [{1.0, 2.0}, {3.0, 4.0}]


def test_weights_of_one_gradient_step_take_it(in_view: InView) -> None:
    """Look at the inputs, move by the values: the sum of y x over the examples, times the input."""
    demo = in_view("in-context-learning", dimensions=3, examples=6)
    x, y = prompts(demo, torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(1)))
    look, move = torch.diag(torch.tensor([1.0, 1, 1, 0])), torch.diag(torch.tensor([0.0, 0, 0, 1]))
    weights = torch.stack([look, move])[None, :, None].repeat(1, 1, 2, 1, 1)
    step = demo.one_gradient_step(x, y, 1 / 6)
    assert demo.answered(weights, x, y).allclose(step, atol=1e-5)
    by_hand = sum(y[0, 0, i] * (x[0, 0, i] @ x[0, 0, -1]) for i in range(6)) / 6
    assert step[0, 0].item() == pytest.approx(by_hand.item(), rel=1e-5)


def test_the_answer_is_not_shown(in_view: InView) -> None:
    demo = in_view("in-context-learning", dimensions=3, examples=6)
    x, y = prompts(demo, torch.ones(1, 4, 3))
    weights = torch.randn(2, 2, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    other = torch.cat([y[..., :-1], y[..., -1:] + 9], dim=-1)
    assert demo.answered(weights, x, y).equal(demo.answered(weights, x, other))


def test_least_squares_is_exact_and_errors_are_shares(in_view: InView) -> None:
    demo = in_view("in-context-learning", dimensions=3, examples=6)
    mappings = torch.tensor([[[1.0, 0, 0], [0, 2, 0]]])  # squared lengths 1 and 4, mean 2.5
    x, y = prompts(demo, mappings)
    assert demo.least_squares(x, y).allclose(y[..., -1], atol=1e-4)
    off = y[..., -1] + torch.tensor([[1.0, 2.0]])
    share = demo.normalised_squared_error(off, y[..., -1], mappings)
    assert share.tolist() == [pytest.approx(1.0)]  # (1 + 4) / 2 over 2.5
