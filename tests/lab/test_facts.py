"""The world of facts met unequally often, and the measures of what a model knows it knows."""

from collections.abc import Callable
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest

from framelab.facts import (
    RELATIONS,
    VALUES,
    draw_facts,
    fact_documents,
    fact_questions,
    likeliest_values,
    tell_facts,
    times_told,
    trained_on_facts,
)
from framelab.training import IGNORED

InView = Callable[..., SimpleNamespace]


def test_odds_and_dispute_by_hand() -> None:
    """Of three entities the third is disputed, and met 3 ** -2 as often as the first."""
    world = draw_facts(np.random.default_rng(0), entities=3, power=2.0, dispute=0.3)
    weight = np.repeat([1, 1 / 4, 1 / 9], RELATIONS)
    assert world.odds == pytest.approx(weight / weight.sum())
    assert world.dispute.tolist() == [0.0] * 4 + [0.3] * 2
    assert world.value_odds.sum(axis=1) == pytest.approx(1)
    assert world.value_odds[5, world.table[5]] == pytest.approx(0.7)
    assert np.delete(world.value_odds[5], world.table[5]) == pytest.approx(0.02)


def test_documents_come_with_their_odds() -> None:
    world = draw_facts(np.random.default_rng(0), entities=3, power=1.0, dispute=0.4)
    facts, values = tell_facts(world, 200_000, np.random.default_rng(1))
    share = np.zeros((len(world.odds), VALUES))
    np.add.at(share, (facts, values), 1 / len(facts))
    assert share == pytest.approx(world.odds[:, None] * world.value_odds, abs=0.005)


def test_no_two_questions_look_alike() -> None:
    facts = np.arange(10 * RELATIONS)
    asked = fact_questions(facts).tolist()
    assert len({tuple(one) for one in asked}) == len(facts)
    assert min(min(one) for one in asked) == VALUES
    assert max(max(one) for one in asked) == VALUES + RELATIONS + 9
    ids, labels = fact_documents(facts[:2], np.array([4, 7]))
    assert ids.tolist() == [[*asked[0], 4], [*asked[1], 7]]
    assert labels.tolist() == [[IGNORED, IGNORED, 4], [IGNORED, IGNORED, 7]]


def test_a_model_that_read_facts_answers_them() -> None:
    """The value that every document tells is likeliest, and the same seed gives the same odds."""
    told = np.array([0, 3]), np.array([7, 2])
    stream = [told] * 80
    assert times_told(stream, entities=3).tolist() == [80, 0, 0, 80, 0, 0]
    model = trained_on_facts(stream, entities=3, seed=0)
    values, sure = likeliest_values(model, told[0])
    assert values.tolist() == [7, 2]
    assert sure.min() > 0.9
    again = trained_on_facts(stream, entities=3, seed=0)
    assert likeliest_values(again, np.arange(6))[1].tolist() == (
        likeliest_values(model, np.arange(6))[1].tolist()
    )


def test_expected_calibration_error_by_hand(in_view: InView) -> None:
    """Two facts share a bin and make up for each other, the third is .5 off with weight .2."""
    demo = in_view("know-what-they-know")
    found = demo.expected_calibration_error(
        np.array([0.62, 0.68, 1.0]), np.array([0.72, 0.58, 0.5]), np.array([0.4, 0.4, 0.2])
    )
    assert found == pytest.approx(0.1)


def test_exposure_strata_by_hand(in_view: InView) -> None:
    """20 has its own; 21 to 24 are within a quarter of 20, 26 is not, 31 is within the next."""
    demo = in_view("know-what-they-know")
    found = demo.exposure_stratum(np.array([1, 19, 20, 21, 24, 26, 31, 32]))
    assert found.tolist() == [1, 19, 20, 21, 21, 22, 22, 23]


def test_auroc_at_equal_exposure_against_all_pairs(in_view: InView) -> None:
    demo, generator = in_view("know-what-they-know"), np.random.default_rng(0)
    confidence = generator.integers(5, size=40) / 5  # with ties
    right, stratum = generator.random(40) < 0.5, generator.integers(3, size=40)
    pairs = [
        (confidence[one] > confidence[other]) + (confidence[one] == confidence[other]) / 2
        for one, other in product(range(40), repeat=2)
        if right[one] and not right[other] and stratum[one] == stratum[other]
    ]
    assert demo.auroc_at_equal_exposure(confidence, right, stratum) == pytest.approx(np.mean(pairs))


def test_exposure_alone_tells_nothing_at_equal_exposure(in_view: InView) -> None:
    demo = in_view("know-what-they-know")
    count = np.array([1, 1, 5, 5, 5])
    right = np.array([True, False, True, True, False])
    assert demo.auroc_at_equal_exposure(count / 10, right, count) == 0.5


def test_overconfidence_by_hand(in_view: InView) -> None:
    demo = in_view("know-what-they-know")
    found = demo.overconfidence(np.array([0.9, 0.5]), np.array([True, False]))
    assert found == pytest.approx(0.2)
