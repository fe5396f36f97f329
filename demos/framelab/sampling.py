"""Text drawn from a model's odds made sharper or flatter."""

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def continue_at(
    model: "PreTrainedModel",
    ids: torch.Tensor,
    length: int,
    among: torch.Tensor,
    temperature: float,
    generator: torch.Generator,
) -> torch.Tensor:
    """Let a model write on at a temperature.

    ids: [sequence, token], how each sequence starts. among: [token], the ids that may come.
    temperature: 1 draws from the model's own odds, 0 always takes the likeliest token.
    Returns [sequence, token] with the start and `length` more tokens.
    """
    fed, past, written = ids, None, [ids]
    with torch.no_grad():
        for _ in range(length):
            out = model(input_ids=fed, past_key_values=past, use_cache=True)
            scores = out.logits[:, -1, among]  # [sequence, token]
            if temperature == 0:
                taken = scores.argmax(-1, keepdim=True)
            else:
                odds = (scores / temperature).softmax(-1)
                taken = torch.multinomial(odds, 1, generator=generator)
            fed = among[taken]  # [sequence, 1]
            past = out.past_key_values
            written.append(fed)
    return torch.cat(written, dim=1)
