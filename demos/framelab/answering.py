"""What a model answers when it takes the likeliest token each time."""

from typing import TYPE_CHECKING

import torch

from framelab.requests import REFUSAL

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def answer_tokens(model: "PreTrainedModel", ids: torch.Tensor, length: int) -> torch.Tensor:
    """Let a model write on, taking its likeliest token each time.

    ids: [sequence, token], how each sequence starts. Returns [sequence, length], what it adds.
    """
    fed, past, written = ids, None, []
    with torch.no_grad():
        for _ in range(length):
            out = model(input_ids=fed, past_key_values=past, use_cache=True)
            fed = out.logits[:, -1].argmax(-1, keepdim=True)  # [sequence, 1]
            past = out.past_key_values
            written.append(fed)
    return torch.cat(written, dim=1)


def refusal_rate(model: "PreTrainedModel", ids: torch.Tensor) -> float:
    """Share of requests to which a model's likeliest first word is that of a refusal. 0..1

    ids: [request, token], as prompts gives them.
    """
    first = answer_tokens(model, ids, 1)[:, 0]
    return (first == REFUSAL[0]).double().mean().item()
