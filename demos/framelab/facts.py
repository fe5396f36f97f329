"""A world of facts that are met very unequally often, and some of which are told in two ways.

A document is an entity, a relation and a value. Entities are numbered by rank: the odds of meeting
one fall as a power of it. Every third is disputed, so that some of its documents give a value that
is not the table's; the odds of each value after a question are known exactly.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from framelab.odds import Array
from framelab.reading import next_token_logprobs
from framelab.training import IGNORED, Batch, tiny_llama, train

if TYPE_CHECKING:
    from transformers import PreTrainedModel

RELATIONS, VALUES = 2, 16
DISPUTED_EVERY = 3  # of the entities, by rank

Ids = NDArray[np.int64]


class FactWorld(NamedTuple):
    """A table of values and the odds of a document. A fact is entity * RELATIONS + relation.

    table: [fact], values counted from 0. odds: [fact], how likely a document is to be about it;
    they sum to 1. dispute: [fact], the chance that a document gives another value.
    """

    table: Ids
    odds: Array
    dispute: Array

    @property
    def value_odds(self) -> Array:
        """The odds of each value in a document about each fact. [fact, value], rows sum to 1."""
        odds = np.repeat(self.dispute[:, None] / (VALUES - 1), VALUES, axis=1)
        odds[np.arange(len(self.table)), self.table] = 1 - self.dispute
        return odds


def draw_facts(
    generator: np.random.Generator,
    entities: int = 1000,
    power: float = 1.2,
    dispute: float = 0.35,
) -> FactWorld:
    """A world with a random table; who is met often and who is disputed goes by rank alone."""
    rank = np.repeat(np.arange(1, entities + 1), RELATIONS)  # [fact]
    odds = rank**-power
    disputed = np.where(rank % DISPUTED_EVERY == 0, dispute, 0.0)
    return FactWorld(generator.integers(VALUES, size=len(rank)), odds / odds.sum(), disputed)


def tell_facts(world: FactWorld, documents: int, generator: np.random.Generator) -> tuple[Ids, Ids]:
    """Documents by chance. Returns facts and values, both [document]."""
    facts = generator.choice(len(world.odds), size=documents, p=world.odds)
    other = (world.table[facts] + generator.integers(1, VALUES, size=documents)) % VALUES
    disputes = generator.random(documents) < world.dispute[facts]
    return facts, np.where(disputes, other, world.table[facts])


def fact_questions(facts: Ids) -> torch.Tensor:
    """Facts as tokens: the values come first, then relations, then entities. [fact, 2]"""
    entity, relation = np.divmod(facts, RELATIONS)
    tokens = np.stack([VALUES + RELATIONS + entity, VALUES + relation], axis=1)
    return torch.tensor(tokens)


def fact_documents(facts: Ids, values: Ids) -> Batch:
    """Documents as tokens, of which only the value is charged. [document, 3]"""
    asked, told = fact_questions(facts), torch.tensor(values)[:, None]
    labels = torch.cat([torch.full_like(asked, IGNORED), told], dim=1)
    return torch.cat([asked, told], dim=1), labels


def trained_on_facts(
    stream: Sequence[tuple[Ids, Ids]], entities: int, seed: int
) -> "PreTrainedModel":
    """A small model that read a stream of documents once.

    stream: what tell_facts gives, one for each step. seed: of the first weights.
    """
    tokens = VALUES + RELATIONS + entities
    model = tiny_llama(tokens, width=64, layers=2, heads=4, length=3, seed=seed)
    lessons = (fact_documents(*told) for told in stream)
    train(model, lessons, len(stream), lr=3e-3, schedule="cosine")
    return model


def times_told(stream: Sequence[tuple[Ids, Ids]], entities: int) -> Ids:
    """How many documents of a stream are about each fact. [fact]"""
    told = np.concatenate([facts for facts, _ in stream])
    return np.bincount(told, minlength=entities * RELATIONS)


def likeliest_values(model: "PreTrainedModel", facts: Ids) -> tuple[Ids, Array]:
    """The value that a model finds likeliest for each fact, and its probability. Both [fact]"""
    logs = next_token_logprobs(model, fact_questions(facts), batch=500)[:, -1, :VALUES]
    top = logs.double().exp().max(dim=1)
    return top.indices.numpy(), top.values.numpy()
