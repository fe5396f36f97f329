"""A world of short texts, each of one kind of regularity, whose pay is known exactly.

Every kind has an alphabet of its own. What is to be known about a token is its frequency, the token
before, that it is the present one again, or a place further back that has to be found. Only those
tokens are charged, and a lesson has as many of each kind.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from framelab.chains import chain_odds, draw_successors, write_chains
from framelab.odds import Array
from framelab.repeats import repeated_tokens
from framelab.training import IGNORED, Batch

ALPHABET = 40  # tokens of a kind
HALF, MOST_BEFORE, MOST_BETWEEN = 8, 5, 6  # of the texts with looked-up copies
STAGE_LENGTH = MOST_BEFORE + HALF + MOST_BETWEEN + HALF
STAGES = ("frequencies", "poor pairs", "pairs", "present copies", "looked-up copies")
STAGE_TOKENS = len(STAGES) * ALPHABET
# Charged tokens in a text: all but the first, every second, and the second copy but its first.
CHARGED = dict(
    zip(STAGES, [STAGE_LENGTH - 1] * 3 + [(STAGE_LENGTH - 1) // 2, HALF - 1], strict=True)
)


class StageWorld(NamedTuple):
    """The odds of the next token after each, for the kinds that have odds.

    moves: by kind, [token, token], rows sum to 1; in the first kind all rows are the same.
    """

    moves: dict[str, Array]


def draw_stages(
    generator: np.random.Generator, poor: Sequence[float], rich: Sequence[float]
) -> StageWorld:
    """Frequencies and poor pairs with the same odds by rank, so that both pay the same.

    poor, rich: odds of the likeliest tokens; the rest is spread evenly over the others.
    """

    def chain(odds: Sequence[float]) -> Array:
        return chain_odds(draw_successors(ALPHABET, len(odds), generator), odds)

    same = np.repeat(chain(poor)[:1], ALPHABET, axis=0)
    return StageWorld({"frequencies": same, "poor pairs": chain(poor), "pairs": chain(rich)})


def exact_gain(world: StageWorld, kind: str) -> float:
    """What knowing all there is saves on a charged token, in nats, against even odds."""
    even = float(np.log(ALPHABET))
    if kind not in world.moves:
        return even  # a copy is certain
    odds = world.moves[kind][0]  # every row has the same odds, in another order
    return even + float((odds * np.log(odds)).sum())


def stage_texts(world: StageWorld, kind: str, count: int, generator: np.random.Generator) -> Batch:
    """Texts of one kind, in its own alphabet. ids, labels: [sequence, token]"""
    if kind == "looked-up copies":
        drawn = torch.Generator().manual_seed(int(generator.integers(2**62)))
        alphabet = torch.arange(ALPHABET)
        found = repeated_tokens(
            drawn, count, HALF, alphabet, max_before=MOST_BEFORE, max_gap=MOST_BETWEEN
        )
        ids, charged = found.ids, found.second[:, 1:]
    elif kind == "present copies":
        ids = torch.tensor(generator.integers(ALPHABET, size=(count, STAGE_LENGTH)))
        charged = torch.arange(2, STAGE_LENGTH, 2).expand(count, -1)
        ids = ids.scatter(1, charged, ids.gather(1, charged - 1))
    else:
        ids = torch.tensor(write_chains(world.moves[kind], count, STAGE_LENGTH, generator))
        charged = torch.arange(1, STAGE_LENGTH).expand(count, -1)
    ids = ids + STAGES.index(kind) * ALPHABET
    labels = torch.full_like(ids, IGNORED)
    return ids, labels.scatter(1, charged, ids.gather(1, charged))


def stage_lesson(world: StageWorld, generator: np.random.Generator) -> Batch:
    """Texts of all kinds, with as many charged tokens of each. ids, labels: [sequence, token]"""
    most = math.lcm(*CHARGED.values())
    texts = [stage_texts(world, kind, most // CHARGED[kind], generator) for kind in STAGES]
    return torch.cat([ids for ids, _ in texts]), torch.cat([labels for _, labels in texts])
