"""Lab models: small networks that any demo may ask for by name, `lab:NAME`.

Everything that makes one is in view here. cache.py trains it on first use and keeps it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

import torch

from framelab.repeats import repeat_batches
from framelab.stories import STORIES, STORY_LENGTH, story_batches
from framelab.training import Batch, tiny_llama, train

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# Training draws from this seed on, so that no demo measures on the sequences of training.
TRAINING_SEEDS = 1_000_000


class Recipe(NamedTuple):
    """A Llama on a world, by default that of repeated random tokens, and how it is trained."""

    says: str
    layers: int
    world: Literal["repeats", "stories"] = "repeats"
    heads: int = 1  # more would share the work, and then no single one shows it
    width: int = 64
    vocabulary: int = 64
    length: int = 64  # the longest input, in tokens
    half: int = 10  # tokens in each copy of a repeat
    batch: int = 32
    init_std: float = 0.02
    steps: int = 400
    lr: float = 2e-3
    schedule: Literal["constant", "cosine"] = "constant"


RECIPES = {
    "repeats-2l": Recipe("continues repeated random tokens, with two layers", layers=2),
    "repeats-1l": Recipe("the same training with one layer", layers=1),
    "stories": Recipe(
        "tells short stories about somebody who lost a thing",
        layers=2,
        world="stories",
        heads=4,
        vocabulary=len(STORIES.words),
        length=STORY_LENGTH,
        batch=24,
        init_std=0.1,
        steps=600,
        lr=5e-3,
        schedule="cosine",
    ),
}


def untrained(recipe: Recipe, seed: int) -> "PreTrainedModel":
    """The model of a recipe before its first step."""
    return tiny_llama(
        recipe.vocabulary,
        recipe.width,
        recipe.layers,
        recipe.heads,
        recipe.length,
        seed,
        recipe.init_std,
    )


def trained(recipe: Recipe, seed: int) -> tuple["PreTrainedModel", list[float]]:
    """The model of a recipe after training, and its losses in nats per token."""
    model = untrained(recipe, seed)
    generator = torch.Generator().manual_seed(TRAINING_SEEDS + seed)
    batches = _batches(recipe, generator)
    return model, train(model, batches, recipe.steps, recipe.lr, recipe.schedule)


def _batches(recipe: Recipe, generator: torch.Generator) -> Iterator[Batch]:
    if recipe.world == "stories":
        return story_batches(generator, recipe.batch, recipe.length)
    return repeat_batches(generator, recipe.batch, recipe.half, recipe.vocabulary)
