"""Lab models: small networks that any demo may ask for by name, `lab:NAME`.

Everything that makes one is in view here. cache.py trains it on first use and keeps it.
"""

from typing import TYPE_CHECKING, NamedTuple

import torch

from framelab.repeats import repeat_batches
from framelab.training import tiny_llama, train

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# Training draws from this seed on, so that no demo measures on the sequences of training.
TRAINING_SEEDS = 1_000_000


class Recipe(NamedTuple):
    """A Llama on the world of repeated random tokens, and how it is trained."""

    says: str
    layers: int
    heads: int = 1  # more would share the work, and then no single one shows it
    width: int = 64
    vocabulary: int = 64
    length: int = 64  # the longest input, in tokens
    half: int = 10  # tokens in each copy
    batch: int = 32
    steps: int = 400
    lr: float = 2e-3


RECIPES = {
    "repeats-2l": Recipe("continues repeated random tokens, with two layers", layers=2),
    "repeats-1l": Recipe("the same training with one layer", layers=1),
}


def untrained(recipe: Recipe, seed: int) -> "PreTrainedModel":
    """The model of a recipe before its first step."""
    return tiny_llama(
        recipe.vocabulary, recipe.width, recipe.layers, recipe.heads, recipe.length, seed
    )


def trained(recipe: Recipe, seed: int) -> tuple["PreTrainedModel", list[float]]:
    """The model of a recipe after training, and its losses in nats per token."""
    model = untrained(recipe, seed)
    generator = torch.Generator().manual_seed(TRAINING_SEEDS + seed)
    batches = repeat_batches(generator, recipe.batch, recipe.half, recipe.vocabulary)
    return model, train(model, batches, recipe.steps, recipe.lr)
