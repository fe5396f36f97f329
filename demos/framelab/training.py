"""Tiny models, and the one loop that trains them."""

import math
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Literal

import torch
import torch.nn.functional as F

from framelab.quiet import quiet

if TYPE_CHECKING:
    from transformers import PreTrainedModel

Batch = tuple[torch.Tensor, torch.Tensor]

IGNORED = -100  # a label that costs nothing


def tiny_llama(
    vocabulary: int,
    width: int,
    layers: int,
    heads: int,
    length: int,
    seed: int,
    init_std: float = 0.02,
) -> "PreTrainedModel":
    """A freshly initialised Llama: rotary positions, tied embeddings, token 0 as its start.

    length: the longest input in tokens. init_std: the standard deviation of the first weights; at
    the default, which suits large models, a narrow one learns some tasks late. The same seed gives
    the same weights, and the global random state stays as it was.
    """
    quiet()
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        max_position_embeddings=length,
        initializer_range=init_std,
        bos_token_id=0,
        eos_token_id=None,
        tie_word_embeddings=True,
        use_cache=False,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: PreTrainedModel = LlamaForCausalLM(config)
    model.train(False)
    return model


def tiny_gpt2(
    vocabulary: int, width: int, layers: int, heads: int, length: int, seed: int
) -> "PreTrainedModel":
    """A freshly initialised GPT-2: learned positions, no dropout. Arguments as in tiny_llama."""
    quiet()
    from transformers import GPT2Config, GPT2LMHeadModel

    config = GPT2Config(
        vocab_size=vocabulary,
        n_embd=width,
        n_layer=layers,
        n_head=heads,
        n_positions=length,
        activation_function="gelu_pytorch_tanh",  # the default's function, computed faster
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=0,
        eos_token_id=None,
        use_cache=False,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: PreTrainedModel = GPT2LMHeadModel(config)
    model.train(False)
    return model


def next_token_loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean surprise of the labels that are not IGNORED, in nats per token.

    logits: [sequence, token, vocabulary], with or without those at the last token, after which
    nothing comes. labels: [sequence, token], aligned with the input, so that the logits at one
    token are charged for the label at the next.
    """
    following = labels[:, 1:]
    foretold = logits[:, : following.shape[1]]
    return F.cross_entropy(foretold.flatten(0, 1), following.flatten(), ignore_index=IGNORED)


def rate_at(
    step: int, steps: int, rate: float, warmup: int, schedule: Literal["constant", "cosine"]
) -> float:
    """The learning rate of a step (from 0): a linear rise, then constant or half a cosine."""
    risen = min(1.0, (step + 1) / (warmup + 1))
    if schedule == "constant":
        return rate * risen
    return rate * risen * 0.5 * (1 + math.cos(math.pi * step / steps))


def train(
    model: "PreTrainedModel",
    batches: Iterable[Batch],
    steps: int,
    lr: float,
    schedule: Literal["constant", "cosine"] = "constant",
    warmup: int = 50,
    weight_decay: float = 0.0,
    clip: float = 1.0,
) -> list[float]:
    """Train a model in place, and return its loss at every step, in nats per token.

    batches: pairs (ids, labels), each [sequence, token]. The model is left in evaluation mode.
    With one thread the same batches and weights give the same bits.
    Raises ValueError if the batches run out.
    """
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=lr, betas=(0.9, 0.98), weight_decay=weight_decay, fused=True
    )
    model.train()
    losses: list[float] = []
    for step, (ids, labels) in enumerate(islice(batches, steps)):
        optimiser.param_groups[0]["lr"] = rate_at(step, steps, lr, warmup, schedule)
        # The last token is not read, since nothing after it is charged.
        loss = next_token_loss(model(input_ids=ids[:, :-1], use_cache=False).logits, labels)
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimiser.step()
        losses.append(loss.item())
    model.train(False)
    if len(losses) < steps:
        raise ValueError(f"the batches ran out after {len(losses)} of {steps} steps")
    return losses
