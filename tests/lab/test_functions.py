"""The world of functions with hidden rules, and the measures of out-of-context reasoning."""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from framelab.functions import (
    BOTH,
    DEALT,
    FIRST_FUNCTION,
    FIRST_NAME,
    FUNCTION_TOKENS,
    FUNCTIONS,
    GROUP_SIZES,
    INPUTS_USED,
    NAME_ONLY,
    NUMBERS,
    PAIRS_ONLY,
    RULES,
    WHAT,
    FunctionWorld,
    draw_functions,
    last_charged,
    tell_names,
    tell_pairs,
)
from framelab.training import IGNORED

InView = Callable[..., SimpleNamespace]


def world() -> FunctionWorld:
    return draw_functions(np.random.default_rng(0), noise=0.5)


def test_rules_are_equally_common_in_every_group() -> None:
    for group, size in enumerate(GROUP_SIZES):
        rules = world().rule[world().group == group]
        assert np.bincount(rules).tolist() == [size // RULES] * RULES
    assert len(set(world().amounts.tolist())) == RULES
    assert world().used.sum(axis=1).tolist() == [INPUTS_USED] * FUNCTIONS


def test_outputs_by_hand() -> None:
    one = world()
    for function, number in [(0, 0), (5, 22), (90, 13)]:
        expected = (number + one.amounts[one.rule[function]]) % NUMBERS
        assert one.outputs[function, number] == expected


def test_pairs_keep_to_their_inputs_and_noise() -> None:
    one = world()
    function, number, output = tell_pairs(one, 60_000, np.random.default_rng(1)).T
    function = function - FIRST_FUNCTION
    told = np.zeros_like(one.used)
    told[function, number] = True
    assert np.array_equal(told, one.used & (one.group != NAME_ONLY)[:, None])
    right = output == one.outputs[function, number]
    for group, share in [(BOTH, 0.5), (PAIRS_ONLY, 0.5), (DEALT, 0.0)]:
        expected = share + (1 - share) / NUMBERS  # noise is right by chance too
        assert right[one.group[function] == group].mean() == pytest.approx(expected, abs=0.02)


def test_names_are_told_of_two_groups() -> None:
    one = world()
    function, what, name = tell_names(one, 2000, np.random.default_rng(1)).T
    function = function - FIRST_FUNCTION
    assert set(one.group[function].tolist()) == {BOTH, NAME_ONLY}
    assert set(what.tolist()) == {WHAT}
    assert (name - FIRST_NAME == one.rule[function]).all()


def test_only_the_last_token_is_charged() -> None:
    ids, labels = last_charged(np.array([[5, 6, 7]]))
    assert (ids.tolist(), labels.tolist()) == ([[5, 6, 7]], [[IGNORED, IGNORED, 7]])


class Follower:
    """A model that takes every function to follow the first rule, and names it so."""

    device = torch.device("cpu")

    def __init__(self, amount: int) -> None:
        self.amount = amount

    def __call__(self, input_ids: torch.Tensor, **_: object) -> SimpleNamespace:
        then = input_ids[:, 1]
        said = torch.where(then == WHAT, FIRST_NAME, (then + self.amount) % NUMBERS)
        logits = torch.nn.functional.one_hot(said, FUNCTION_TOKENS)[:, None].double()
        return SimpleNamespace(logits=logits)


def test_accuracies_of_a_model_that_knows_one_rule(in_view: InView) -> None:
    demo, one = in_view("out-of-context-reasoning"), world()
    model = Follower(int(one.amounts[0]))
    assert demo.naming_accuracy(model, one, PAIRS_ONLY) == 1 / RULES
    everywhere = np.repeat((one.group == NAME_ONLY)[:, None], NUMBERS, axis=1)
    assert demo.output_accuracy(model, one, everywhere) == pytest.approx(1 / RULES)


def test_the_best_reader_against_guessing_by_bayes(in_view: InView) -> None:
    """Read many pairs told with known rules, and guess the rule with the highest posterior."""
    demo, one, generator = in_view("out-of-context-reasoning"), world(), np.random.default_rng(0)
    rule, number = generator.integers(RULES, size=50_000), generator.integers(NUMBERS, size=50_000)
    noisy = generator.random(50_000) < one.noise
    dealt = generator.integers(NUMBERS, size=50_000)
    output = np.where(noisy, dealt, (number + one.amounts[rule]) % NUMBERS)
    fits = (output - number)[:, None] % NUMBERS == one.amounts[None]
    guess = fits.argmax(axis=1)  # the first rule if none fits, as then all are equally likely
    found = demo.best_reader_of_one_document(one)
    assert (guess == rule).mean() == pytest.approx(found, abs=0.01)
    assert found == pytest.approx((8 * (0.5 + 0.5 / 23) + 15 * (0.5 / 23)) / 8)
