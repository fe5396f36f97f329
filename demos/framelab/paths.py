"""A transformer of one layer without MLP as a sum of paths: the direct one, and the head's."""

from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from framelab.interventions import block_outputs
from framelab.training import tiny_llama

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class Paths(NamedTuple):
    """What each path adds to the scores of the next token. Each [sequence, token, vocabulary]"""

    direct: torch.Tensor
    head: torch.Tensor


def attention_only(vocabulary: int, width: int, length: int, seed: int) -> "PreTrainedModel":
    """A freshly initialised Llama of one layer with one head, whose MLP gives nothing for good.

    Its input and output embeddings are apart. Arguments as in tiny_llama.
    """
    tied = tiny_llama(vocabulary, width, layers=1, heads=1, length=length, seed=seed)
    config: Any = tied.config
    config.tie_word_embeddings = False
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: Any = type(tied)(config)
    mlp = model.model.layers[0].mlp
    torch.nn.init.zeros_(mlp.down_proj.weight)
    mlp.requires_grad_(False)
    model.train(False)
    untied: PreTrainedModel = model
    return untied


def path_scores(model: "PreTrainedModel", ids: torch.Tensor) -> Paths:
    """The two paths of an attention-only model on some text; their sum is what the model says.

    ids: [sequence, token]. The final normalisation keeps its scale in the whole model.
    """
    whole: Any = model
    with torch.no_grad():
        entered = whole.model.embed_tokens(ids)  # [sequence, token, width]
        left = block_outputs(model, ids)[0]  # [sequence, token, width]
        norm = whole.model.norm
        scale = norm.weight * (left.square().mean(-1, keepdim=True) + norm.variance_epsilon).rsqrt()
        return Paths(*(whole.lm_head(scale * part) for part in (entered, left - entered)))


def head_table(model: "PreTrainedModel") -> torch.Tensor:
    """What the head of an attention-only model adds for each token that it attends to.

    Returns [token, vocabulary]: rows are attended tokens, read from the weights alone, up to the
    scale of the final normalisation, which multiplies all of a row alike.
    """
    whole: Any = model
    layer = whole.model.layers[0]
    with torch.no_grad():
        read = layer.input_layernorm(whole.model.embed_tokens.weight)  # [token, width]
        written = layer.self_attn.o_proj(layer.self_attn.v_proj(read))  # [token, width]
        table: torch.Tensor = whole.lm_head(whole.model.norm.weight * written)
    return table
