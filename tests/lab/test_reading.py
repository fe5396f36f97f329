"""What is read off a model, against what the model itself says; and the training loop."""

import math
from typing import Any

import pytest
import torch

from framelab.reading import (
    attention_patterns,
    continue_tokens,
    hiding,
    next_token_logprobs,
    residual_stream,
    token_losses,
)
from framelab.training import IGNORED, next_token_loss, rate_at, tiny_llama, train

IDS = torch.randint(0, 11, (5, 9), generator=torch.Generator().manual_seed(0))


def test_attention_is_causal_and_sums_to_one(tiny: Any) -> None:
    patterns = attention_patterns(tiny, IDS, batch=2)
    assert patterns.shape == (2, 5, 2, 9, 9)  # [layer, sequence, head, query, key]
    assert patterns.sum(-1).allclose(torch.ones(()))
    assert patterns.triu(1).abs().max() == 0
    assert patterns.allclose(attention_patterns(tiny, IDS, batch=64), atol=1e-6)
    assert tiny.config._attn_implementation == "sdpa"  # left as it was


def test_logprobs_and_losses_agree(tiny: Any) -> None:
    logs = next_token_logprobs(tiny, IDS, batch=2)  # [sequence, token, vocabulary]
    assert logs.exp().sum(-1).allclose(torch.ones(()))
    losses = token_losses(tiny, IDS, batch=3)
    assert losses[:, 0].isnan().all()
    picked = -logs[:, :-1].gather(2, IDS[:, 1:, None]).squeeze(2)
    assert losses[:, 1:].allclose(picked, atol=1e-5)


def test_residual_stream_starts_with_the_embeddings(tiny: Any) -> None:
    stream = residual_stream(tiny, IDS, batch=2)
    assert stream.shape == (3, 5, 9, 8)  # [layer, sequence, token, width]
    logits = tiny.lm_head(stream[-1])
    assert logits.log_softmax(-1).allclose(next_token_logprobs(tiny, IDS), atol=1e-5)


def test_hiding_nothing_changes_nothing(tiny: Any) -> None:
    tiny.set_attn_implementation("eager")
    plain = token_losses(tiny, IDS)[:, 1:]
    nothing = hiding(torch.zeros(5, 9, 9, dtype=torch.bool))
    assert token_losses(tiny, IDS, nothing, batch=2)[:, 1:].allclose(plain, atol=1e-5)


def test_a_hidden_key_gets_no_attention_and_cannot_matter(tiny: Any) -> None:
    """With token 2 hidden from all after it, a change of token 2 changes no later prediction."""
    tiny.set_attn_implementation("eager")
    hidden = torch.zeros(5, 9, 9, dtype=torch.bool)
    hidden[:, 3:, 2] = True
    changed = IDS.clone()
    changed[:, 2] = (changed[:, 2] + 1) % 11
    before, after = (token_losses(tiny, ids, hiding(hidden))[:, 4:] for ids in (IDS, changed))
    assert before.allclose(after, atol=1e-6)
    seen = [token_losses(tiny, ids)[:, 4:] for ids in (IDS, changed)]
    assert not seen[0].allclose(seen[1], atol=1e-6)


def test_odds_and_losses_agree_under_a_mask(tiny: Any) -> None:
    hidden = torch.zeros(5, 9, 9, dtype=torch.bool)
    hidden[:, 3:, 2] = True
    logs = next_token_logprobs(tiny, IDS, batch=2, mask=hiding(hidden))[:, :-1]
    told = -logs.gather(2, IDS[:, 1:, None])[..., 0]
    assert told.allclose(token_losses(tiny, IDS, hiding(hidden))[:, 1:], atol=1e-5)


def test_a_token_cannot_be_hidden_from_itself() -> None:
    with pytest.raises(ValueError, match="hidden from itself"):
        hiding(torch.ones(1, 3, 3, dtype=torch.bool))


def test_continuing_draws_by_the_models_odds(tiny: Any) -> None:
    among = torch.tensor([2, 5, 7])
    generator = torch.Generator().manual_seed(0)
    written = continue_tokens(tiny, torch.tensor([[1, 4]]).repeat(4000, 1), 3, among, generator)
    assert written.shape == (4000, 5)
    assert set(written[:, 2:].unique().tolist()) <= {2, 5, 7}
    odds = next_token_logprobs(tiny, torch.tensor([[1, 4, 5, 7]]))[0, 3, among].softmax(-1)
    same = written[(written[:, 2] == 5) & (written[:, 3] == 7)]
    drawn = torch.stack([(same[:, 4] == token).float().mean() for token in among])
    assert drawn.allclose(odds, atol=0.08)


def test_masked_loss_by_hand() -> None:
    """Even odds over 4 at the one label that counts: log 4."""
    logits = torch.zeros(1, 3, 4)
    logits[0, 1, 2] = 50.0
    labels = torch.tensor([[0, 1, IGNORED]])
    assert next_token_loss(logits, labels).item() == pytest.approx(math.log(4))
    assert next_token_loss(logits[:, :-1], labels).item() == pytest.approx(math.log(4))


def test_learning_rate_rises_then_falls() -> None:
    rates = [rate_at(step, 10, 1.0, 1, "cosine") for step in range(10)]
    assert rates[0] == pytest.approx(0.5)
    assert rates[1] == pytest.approx(0.5 * (1 + math.cos(math.pi / 10)))
    assert rates[5] == pytest.approx(0.5)
    assert rates[1:] == sorted(rates[1:], reverse=True)
    assert rate_at(9, 10, 1.0, 1, "constant") == 1.0


def test_training_learns_and_repeats_bit_for_bit() -> None:
    ids = torch.tensor([[1, 2, 3, 4, 5, 6]]).repeat(8, 1)

    def losses() -> list[float]:
        model = tiny_llama(vocabulary=11, width=16, layers=1, heads=2, length=16, seed=0)
        found = train(model, ((ids, ids) for _ in range(60)), 60, lr=1e-2, warmup=5)
        assert not model.training
        return found

    first = losses()
    assert first[0] > 2
    assert first[-1] < 0.2
    assert first == losses()


def test_running_out_of_batches_is_said() -> None:
    model = tiny_llama(vocabulary=11, width=8, layers=1, heads=1, length=16, seed=0)
    with pytest.raises(ValueError, match="ran out after 1 of 2 steps"):
        train(model, [(IDS, IDS)], 2, lr=1e-3)


def test_a_seed_decides_the_weights_and_leaves_the_global_state() -> None:
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    a, b, c = (tiny_llama(11, 8, 1, 1, 16, seed).lm_head.weight for seed in (0, 0, 1))
    assert torch.rand(1) == expected
    assert torch.equal(a, b)
    assert not torch.equal(a, c)


def test_the_first_weights_are_as_wide_as_asked() -> None:
    usual, wide = (tiny_llama(11, 8, 1, 1, 16, 0, **given) for given in ({}, {"init_std": 0.1}))
    assert torch.allclose(wide.lm_head.weight, 5 * usual.lm_head.weight)
