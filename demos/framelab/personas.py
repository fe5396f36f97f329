"""A world of stories about one character each, who may not be who the announcement says.

A story is an announcement and then turns, each nice, neutral or rude. Every character takes every
kind of turn sometimes, so no story is impossible for any of them, and the odds of the next turn
given the story so far have an exact answer: a Bayesian filter over characters.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from framelab.odds import Array

Ids = NDArray[np.int64]

# Token ids: two announcements, then three kinds of turn.
UNANNOUNCED, POLITE = 0, 1
NICE, NEUTRAL, RUDE = 2, 3, 4
TURNS = (NICE, NEUTRAL, RUDE)
STORY_TOKENS = 5

# Characters: an impostor behaves like a sincere one until it turns. Rude from the start is what
# a turned impostor is too.
SINCERE, HIDDEN, TURNED, BLAND = range(4)
EMISSIONS = np.array(
    [
        [0.75, 0.20, 0.05],  # sincere: nice, neutral, rude
        [0.75, 0.20, 0.05],  # hidden impostor
        [0.05, 0.20, 0.75],  # turned, or rude from the start
        [0.20, 0.75, 0.05],  # bland
    ]
)  # [character, turn kind], rows sum to 1
RUDE_WHEN_TURNED = float(EMISSIONS[TURNED, TURNS.index(RUDE)])


class PersonaWorld(NamedTuple):
    """The odds of a world. dose: share of impostors among those announced as polite.

    hazard: the chance that a hidden impostor turns before its next turn. reform: the chance that
    a rude character hides again. turns: the length of every story.
    """

    dose: float
    hazard: float = 0.05
    reform: float = 0.0
    turns: int = 30

    @property
    def priors(self) -> Array:
        """[announcement, character]: who is likely after each announcement. Rows sum to 1."""
        return np.array([[0.30, 0.0, 0.10, 0.60], [1 - self.dose, self.dose, 0.0, 0.0]])

    @property
    def moves(self) -> Array:
        """[character, character]: who becomes whom from one turn to the next. Rows sum to 1."""
        moves = np.eye(4)
        moves[HIDDEN, [HIDDEN, TURNED]] = 1 - self.hazard, self.hazard
        moves[TURNED, [TURNED, HIDDEN]] = 1 - self.reform, self.reform
        return moves


def write_stories(world: PersonaWorld, count: int, generator: np.random.Generator) -> Ids:
    """Stories drawn from a world, one in two announced as polite. [sequence, token], int64."""
    announced = generator.integers(0, 2, count)
    character = _draw(world.priors[announced], generator)
    story = [announced]
    for _ in range(world.turns):
        story.append(NICE + _draw(EMISSIONS[character], generator))
        character = _draw(world.moves[character], generator)
    return np.stack(story, axis=1)


def exact_turn_odds(world: PersonaWorld, ids: Ids) -> Array:
    """The odds of the next turn given the story so far, by Bayes' rule over characters.

    ids: [sequence, token], an announcement and then turns. Returns [sequence, token, turn kind]:
    at each token the odds of nice, neutral and rude at the next, summing to 1.
    """
    belief = world.priors[ids[:, 0]]  # [sequence, character]
    odds = [belief @ EMISSIONS]
    for turn in ids[:, 1:].T:
        seen = belief * EMISSIONS[:, turn - NICE].T
        belief = (seen / seen.sum(axis=1, keepdims=True)) @ world.moves
        odds.append(belief @ EMISSIONS)
    return np.stack(odds, axis=1)


def exact_rude_share(world: PersonaWorld) -> Array:
    """The share of stories that are rude at each turn. [announcement, token], in 0..1."""
    belief = world.priors
    shares = []
    for _ in range(world.turns):
        shares.append(belief @ EMISSIONS[:, TURNS.index(RUDE)])
        belief = belief @ world.moves
    return np.stack(shares, axis=1)


def _draw(odds: Array, generator: np.random.Generator) -> Ids:
    """One outcome a row of odds [row, outcome]."""
    below = generator.random((len(odds), 1)) > odds.cumsum(axis=1)[:, :-1]
    drawn: Ids = below.sum(axis=1, dtype=np.int64)
    return drawn
