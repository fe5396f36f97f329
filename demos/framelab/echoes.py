"""A world of echoes: a token often repeats one that stood a few places back.

Else the token before says what may come, as in a chain. So what earlier tokens tell beyond the
present one is known exactly; with no echoes, it is nothing.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from framelab.chains import chain_odds, draw_successors
from framelab.draws import Ids, draw_rows
from framelab.odds import Array

SETTLING = 60  # tokens written and dropped, after which the start is forgotten


class EchoWorld(NamedTuple):
    """The odds of a next token.

    moves: [token, token], the odds after each token when nothing is repeated. echo: 0..1, how
    often a token repeats the one that stands `back` places before it, at least 2.
    """

    moves: Array
    echo: float
    back: int


class Entropies(NamedTuple):
    """How uncertain the next token is, in nats: given the present token, and given all so far."""

    given_present: float
    given_all: float


def draw_echoes(
    generator: np.random.Generator, tokens: int, odds: Sequence[float], echo: float, back: int
) -> EchoWorld:
    """A world with a random chain. odds: of each token's likeliest successors."""
    moves = chain_odds(draw_successors(tokens, len(odds), generator), odds)
    return EchoWorld(moves, echo, back)


def echo_odds(world: EchoWorld, ids: Ids) -> Array:
    """The odds of every token after each from place back - 1 on. [sequence, token, token]

    ids: [sequence, token]. The first tokens are left out, before which no echo can be known.
    """
    repeated = np.eye(len(world.moves))[ids[:, : ids.shape[1] - world.back + 1]]
    found: Array = world.echo * repeated + (1 - world.echo) * world.moves[ids[:, world.back - 1 :]]
    return found


def write_echoes(world: EchoWorld, count: int, length: int, generator: np.random.Generator) -> Ids:
    """Texts as they are found long after their start. [sequence, token]"""
    text = generator.integers(len(world.moves), size=(count, world.back))
    for _ in range(SETTLING + length):
        odds = echo_odds(world, text[:, -world.back :])[:, 0]
        text = np.concatenate([text, draw_rows(odds, generator)[:, None]], axis=1)
    return text[:, -length:]


def exact_entropies(world: EchoWorld) -> Entropies:
    """What is left to guess, from the exact odds of the last `back` tokens together."""
    tokens, back = len(world.moves), world.back
    joint = np.full((tokens,) * back, tokens**-back, dtype=float)  # the oldest token first
    for _ in range(10 * SETTLING):
        moved = joint.sum(axis=0)[..., None] * world.moves
        joint = world.echo * np.moveaxis(joint, 0, -1) + (1 - world.echo) * moved
    ends = joint.sum(axis=tuple(range(1, back - 1)))  # [oldest, present]
    step = world.echo * np.eye(tokens)[:, None] + (1 - world.echo) * world.moves
    following = ends[..., None] * step  # [oldest, present, next]
    pairs = following.sum(axis=0)
    return Entropies(
        _entropy(pairs) - _entropy(pairs.sum(axis=1)), _entropy(following) - _entropy(ends)
    )


def _entropy(joint: Array) -> float:
    positive = joint[joint > 0]
    return float(-(positive * np.log(positive)).sum())
