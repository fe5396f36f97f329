"""Pairs and rules, and the paths of a model that learns them."""

from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from framelab.chains import chain_odds, draw_successors
from framelab.paths import attention_only, head_table, path_scores
from framelab.training import IGNORED, train
from framelab.triggers import (
    FIRST_ANSWER,
    FIRST_ORDINARY,
    FIRST_TRIGGER,
    ORDINARY,
    QUESTION,
    RULED,
    TRIGGER_LENGTH,
    TRIGGER_TOKENS,
    charged_parts,
    trigger_batch,
    write_triggers,
)

InView = Callable[..., SimpleNamespace]
FRAME = "near-linear-circuits"


def moves_of_a_chain() -> np.ndarray:
    return chain_odds(draw_successors(ORDINARY, 2, np.random.default_rng(3)), [0.8, 0.2])


def test_texts_with_a_rule() -> None:
    moves, answers = moves_of_a_chain(), np.random.default_rng(1).permutation(RULED)
    ids = write_triggers(moves, answers, 3000, np.random.default_rng(0))
    assert ids.shape == (3000, TRIGGER_LENGTH)
    assert ids.max() < TRIGGER_TOKENS
    asked = set()
    for row in ids.tolist():
        assert row[0] == 0
        assert row.count(QUESTION) == 1
        at = row.index(QUESTION)
        (trigger,) = [t for t in row if FIRST_TRIGGER <= t < QUESTION]
        assert 2 <= row.index(trigger) <= 10
        assert row[at + 1] == FIRST_ANSWER + answers[trigger - FIRST_TRIGGER]
        asked.add(at)
        chain = [t - FIRST_ORDINARY for t in row if FIRST_ORDINARY <= t < FIRST_TRIGGER]
        assert len(chain) == TRIGGER_LENGTH - 4
        assert all(moves[a, b] > 1e-9 for a, b in pairwise(chain))
    assert asked == set(range(12, 23))


def test_without_a_pairing_every_answer_is_as_likely() -> None:
    ids = write_triggers(moves_of_a_chain(), None, 20_000, np.random.default_rng(0))
    trigger = ids[(ids >= FIRST_TRIGGER) & (ids < QUESTION)] - FIRST_TRIGGER
    answer = ids[ids >= FIRST_ANSWER] - FIRST_ANSWER
    met = np.bincount(trigger * RULED + answer, minlength=RULED**2)
    assert met.min() > 30  # about 78 each


def test_charged_are_pairs_and_answers() -> None:
    ids = np.array([[0, 5, 6, FIRST_TRIGGER, 7, 8, QUESTION, FIRST_ANSWER, 9, 5]])
    pairs, rules = charged_parts(ids)
    assert pairs[0].nonzero()[0].tolist() == [2, 5, 9]
    assert rules[0].nonzero()[0].tolist() == [7]
    labels = trigger_batch(ids)[1][0]
    assert (labels != IGNORED).nonzero()[:, 0].tolist() == [2, 5, 7, 9]
    assert labels[7] == FIRST_ANSWER


def test_paths_add_up_to_the_model_and_the_table_is_the_head() -> None:
    model = attention_only(11, 8, 6, seed=0)
    ids = torch.randint(11, (40, 6), generator=torch.Generator().manual_seed(0))
    train(model, ((ids, ids) for _ in range(5)), 5, lr=1e-2, warmup=0)
    before = model.get_output_embeddings().weight, model.get_input_embeddings().weight
    assert before[0].data_ptr() != before[1].data_ptr()
    direct, head = path_scores(model, ids)
    with torch.no_grad():
        whole = model(input_ids=ids).logits
    assert torch.allclose(direct + head, whole, atol=1e-5)
    # The first token can only attend to itself, so the head adds its row, times the last scale.
    rows = head_table(model)[ids[:, 0]]
    assert torch.cosine_similarity(rows, head[:, 0], dim=1).min() > 1 - 1e-4


def test_the_mlp_gives_nothing_after_training_either() -> None:
    model = attention_only(7, 8, 5, seed=0)
    ids = torch.zeros(4, 5, dtype=torch.int64)
    train(model, ((ids, ids) for _ in range(3)), 3, lr=1e-2, warmup=0, weight_decay=0.1)
    down = dict(model.named_parameters())["model.layers.0.mlp.down_proj.weight"]
    assert (down == 0).all()


def test_excess_over_the_entropy_by_hand(in_view: InView) -> None:
    """Scores that are all alike cost log 3 at each charged token."""
    demo = in_view(FRAME)
    ids, charged = np.array([[0, 1, 2]]), np.array([[False, True, False]])
    scores = torch.zeros(1, 3, 3)
    scores[0, 1] = torch.tensor([9.0, 0, 0])  # foretells the last token, which is not charged
    found = demo.excess_over_the_entropy(scores, ids, charged, 0.5)
    assert found == pytest.approx(np.log(3) - 0.5)


def test_top_one_rule_recovery_by_hand(in_view: InView) -> None:
    """Half of the rows have their answer on top, and one more is beaten by an ordinary token."""
    demo = in_view(FRAME)
    answers = np.arange(RULED)[::-1].copy()
    table = torch.zeros(TRIGGER_TOKENS, TRIGGER_TOKENS)
    for trigger in range(RULED // 2 + 1):
        table[FIRST_TRIGGER + trigger, FIRST_ANSWER + answers[trigger]] = 1.0
    table[FIRST_TRIGGER, 4] = 2.0
    assert demo.top_one_rule_recovery(table, answers) == 0.5
