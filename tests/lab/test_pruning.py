"""Taking weights away, and what is forgotten, on input made by hand."""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from framelab.facts import RELATIONS, VALUES, draw_facts, fact_documents
from framelab.training import tiny_llama, train

InView = Callable[..., SimpleNamespace]


def test_pruning_spares_embeddings_and_norms(in_view: InView) -> None:
    demo = in_view("prunable-redundancy")
    model = tiny_llama(11, width=8, layers=1, heads=2, length=3, seed=0)
    bare = demo.pruned(model, demo.smallest_first(model), 1.0)
    left = {name for name, weight in bare.named_parameters() if weight.any()}
    assert left == {
        "model.embed_tokens.weight",
        "model.norm.weight",
        "model.layers.0.input_layernorm.weight",
        "model.layers.0.post_attention_layernorm.weight",
    }


def test_the_smallest_weights_go_first_and_the_model_stays_whole(in_view: InView) -> None:
    demo = in_view("prunable-redundancy")
    model = tiny_llama(11, width=8, layers=2, heads=2, length=3, seed=0)
    before = torch.cat([weight.flatten() for weight in demo.inner_weights(model)])
    pruned = demo.pruned(model, demo.smallest_first(model), 0.3)
    after = torch.cat([weight.flatten() for weight in demo.inner_weights(pruned)])
    gone = after == 0
    assert gone.sum() == round(0.3 * len(after))
    assert before[gone].abs().max() <= before[~gone].abs().min()
    assert torch.equal(after[~gone], before[~gone])
    untouched = torch.cat([weight.flatten() for weight in demo.inner_weights(model)])
    assert torch.equal(untouched, before)


def test_what_is_forgotten_by_hand(in_view: InView) -> None:
    """Of five facts none, one, then three are lost; a fifth is first lost at the second look."""
    demo = in_view("prunable-redundancy")
    right = np.array([[1, 1, 1, 1, 1], [1, 0, 1, 1, 1], [1, 0, 0, 1, 0]], dtype=bool)
    assert [demo.first_with_lost(right, share) for share in (0.2, 0.21, 0.6)] == [1, 2, 2]
    group = np.array([False, True, True, True, False])
    assert demo.share_forgotten(right[1], group) == pytest.approx(1 / 3)
    assert demo.share_forgotten(right[2], group) == pytest.approx(2 / 3)


def test_answers_are_scored_against_the_table(in_view: InView) -> None:
    """A model trained on a handful of facts gives their values, and not those of another table."""
    demo = in_view("prunable-redundancy")
    world = draw_facts(np.random.default_rng(0), entities=3)
    facts = np.arange(3 * RELATIONS)
    model = tiny_llama(VALUES + RELATIONS + 3, width=16, layers=1, heads=2, length=3, seed=0)
    lesson = fact_documents(facts, world.table)
    train(model, [lesson] * 150, 150, lr=1e-2, warmup=5)
    assert demo.answers_right(model, world, facts).all()
    other = world._replace(table=(world.table + 1) % VALUES)
    assert not demo.answers_right(model, other, facts).any()
