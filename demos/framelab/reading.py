"""What a model does with tokens: its attention, its residual stream, its next token.

Everything runs in batches, so that memory holds the answer and one batch's working. Ids go to
the model's device; what comes back is float32 on the CPU, wherever and in whatever it computed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F

if TYPE_CHECKING:
    from transformers import PreTrainedModel

BATCH = 64


def attention_patterns(
    model: "PreTrainedModel", ids: torch.Tensor, batch: int = BATCH
) -> torch.Tensor:
    """How each head spreads its attention.

    ids: [sequence, token]. Returns [layer, sequence, head, query, key], attention mass in 0..1
    that sums to 1 over key, and is 0 where key comes after query.
    """
    with _eager(model):
        parts = [
            _back(torch.stack(list(out.attentions)))  # [layer, sequence, head, query, key]
            for out in _forward(model, ids, None, batch, output_attentions=True)
        ]
    return torch.cat(parts, dim=1)


def residual_stream(
    model: "PreTrainedModel", ids: torch.Tensor, batch: int = BATCH
) -> torch.Tensor:
    """The embeddings, then what the stream holds after each block, the last one normalised.

    ids: [sequence, token]. Returns [layer, sequence, token, width], one layer more than blocks.
    """
    parts = [
        _back(torch.stack(list(out.hidden_states)))  # [layer, sequence, token, width]
        for out in _forward(model, ids, None, batch, output_hidden_states=True)
    ]
    return torch.cat(parts, dim=1)


def next_token_logprobs(
    model: "PreTrainedModel",
    ids: torch.Tensor,
    batch: int = BATCH,
    mask: torch.Tensor | None = None,
) -> torch.Tensor:
    """Log-probability of every token to come next, after each token.

    ids: [sequence, token]. mask: as hiding gives it. Returns [sequence, token, vocabulary], in
    nats, at most 0.
    """
    parts = [_back(out.logits).log_softmax(-1) for out in _forward(model, ids, mask, batch)]
    return torch.cat(parts)


def token_losses(
    model: "PreTrainedModel",
    ids: torch.Tensor,
    mask: torch.Tensor | None = None,
    batch: int = BATCH,
) -> torch.Tensor:
    """Surprise at each token, given those before it.

    ids: [sequence, token]. mask: as hiding gives it. Returns [sequence, token] in nats; the
    first token, of which nothing is known, is nan.
    """
    losses = torch.full(ids.shape, torch.nan)
    done = 0
    for out in _forward(model, ids, mask, batch):
        logits = _back(out.logits[:, :-1])  # [sequence, token, vocabulary]
        rows = slice(done, done + len(logits))
        losses[rows, 1:] = F.cross_entropy(logits.transpose(1, 2), ids[rows, 1:], reduction="none")
        done += len(logits)
    return losses


def hiding(hidden: torch.Tensor) -> torch.Tensor:
    """A causal attention mask in which some keys are hidden from some queries, in every layer.

    hidden: [sequence, query, key], true where query may not look at key. Returns the mask that a
    model adds to its attention scores, [sequence, head, query, key] with one head for all.
    Raises ValueError if a token is hidden from itself.
    """
    if hidden.diagonal(dim1=1, dim2=2).any():
        raise ValueError("a token cannot be hidden from itself")
    length = hidden.shape[-1]
    seen = torch.ones(length, length, dtype=torch.bool).tril() & ~hidden
    barred = torch.full(hidden.shape, torch.finfo(torch.float32).min)
    return barred.masked_fill(seen, 0.0).unsqueeze(1)


def continue_tokens(
    model: "PreTrainedModel",
    ids: torch.Tensor,
    length: int,
    among: torch.Tensor,
    generator: torch.Generator,
) -> torch.Tensor:
    """Let a model write on, drawing each token from its own odds.

    ids: [sequence, token], how each sequence starts. among: [token], the ids that may be drawn.
    Returns [sequence, token] with the start and `length` more tokens.
    """
    fed, past, written = ids, None, [ids]
    with torch.no_grad():
        for _ in range(length):
            out = model(input_ids=fed.to(model.device), past_key_values=past, use_cache=True)
            odds = _back(out.logits[:, -1])[:, among].softmax(-1)
            fed = among[torch.multinomial(odds, 1, generator=generator)]  # [sequence, 1]
            past = out.past_key_values
            written.append(fed)
    return torch.cat(written, dim=1)


def _forward(
    model: "PreTrainedModel",
    ids: torch.Tensor,
    mask: torch.Tensor | None,
    batch: int,
    **wanted: bool,
) -> Iterator[Any]:
    if mask is None:
        mask = torch.ones_like(ids)
    elif mask.is_floating_point():  # added to scores, so it must fit into the model's own type
        mask = mask.to(model.dtype).clamp(min=torch.finfo(model.dtype).min)
    with torch.no_grad():
        for rows, masks in zip(torch.split(ids, batch), torch.split(mask, batch), strict=True):
            yield model(
                input_ids=rows.to(model.device),
                attention_mask=masks.to(model.device),
                use_cache=False,
                **wanted,
            )


def _back(values: torch.Tensor) -> torch.Tensor:
    return values.to(device="cpu", dtype=torch.float32)


@contextmanager
def _eager(model: "PreTrainedModel") -> Iterator[None]:
    """Only eager attention says where it looked."""
    before = model.config._attn_implementation
    model.set_attn_implementation("eager")
    try:
        yield
    finally:
        model.set_attn_implementation(before)
