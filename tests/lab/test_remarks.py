"""Remarks on facts, and what a model states of its own ability, on input made by hand."""

from collections.abc import Callable
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest

from framelab.facts import RELATIONS, draw_facts, fact_questions
from framelab.remarks import ability_questions, remark_tokens, remarks, verdict_tokens
from framelab.training import IGNORED, tiny_llama, train

InView = Callable[..., SimpleNamespace]
FRAME = "unaware-of-own-limits"


def test_remarks_share_entities_with_facts_and_nothing_else() -> None:
    facts = np.arange(4 * RELATIONS)
    asked, told = ability_questions(facts, 4), fact_questions(facts)
    assert (asked[:, 0] == told[:, 0]).all()
    assert len({tuple(one) for one in asked.tolist()}) == len(facts)
    no, yes = verdict_tokens(4)
    tokens = set(asked[:, 1].tolist()), set(told.flatten().tolist()), {no, yes}
    assert len(set.union(*tokens)) == sum(map(len, tokens))
    assert yes == remark_tokens(4) - 1


def test_only_the_verdict_of_a_remark_is_charged() -> None:
    ids, labels = remarks(np.array([0, 5]), np.array([1, 0]), 4)
    no, yes = verdict_tokens(4)
    assert ids[:, 2].tolist() == [yes, no]
    assert labels.tolist() == [[IGNORED, IGNORED, yes], [IGNORED, IGNORED, no]]


def test_stated_ability_is_what_was_taught(in_view: InView) -> None:
    demo = in_view(FRAME, entities=4)
    facts, able = np.arange(4 * RELATIONS), np.array([1, 0, 0, 1, 1, 0, 1, 0])
    model = tiny_llama(remark_tokens(4), width=16, layers=1, heads=2, length=3, seed=0)
    lesson = remarks(facts, able, 4)
    train(model, [lesson] * 150, 150, lr=1e-2, warmup=5)
    assert demo.stated_ability(model, facts) == pytest.approx(able, abs=0.1)


def test_auroc_against_all_pairs(in_view: InView) -> None:
    demo, generator = in_view(FRAME), np.random.default_rng(0)
    score, right = generator.integers(5, size=40), generator.random(40) < 0.4  # with ties
    pairs = [
        (score[one] > score[other]) + (score[one] == score[other]) / 2
        for one, other in product(np.flatnonzero(right), np.flatnonzero(~right))
    ]
    assert demo.auroc(score, right) == pytest.approx(np.mean(pairs))


def test_a_share_of_facts_is_never_told(in_view: InView) -> None:
    demo = in_view(FRAME, untold=0.5)
    world = draw_facts(np.random.default_rng(0), entities=200, dispute=0.0)
    kept = demo.with_untold(world, np.random.default_rng(1))
    assert (kept.odds == 0).mean() == pytest.approx(0.5, abs=0.1)
    assert kept.odds.sum() == pytest.approx(1)
    told = kept.odds > 0
    assert kept.odds[told] / world.odds[told] == pytest.approx(1 / world.odds[told].sum())
