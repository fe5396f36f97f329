"""A world of work of all grades: episodes whose score is written down before each step.

At each step of an episode a worker stands in a random state and takes an action. In every state
one action is right and brings a point, and one is the mistake that everybody makes. A worker's
skill is the chance that it acts right. A written step is the points still to come in the episode,
the state, and the action.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from framelab.odds import Array
from framelab.training import IGNORED, Batch

if TYPE_CHECKING:
    from transformers import PreTrainedModel

Whole = NDArray[np.int64]

WORK_STEPS, STATES, ACTIONS = 8, 16, 4  # steps are the full mark too
# Token ids: a grade as it is, then the states, then the actions.
FIRST_STATE = WORK_STEPS + 1
FIRST_ACTION = FIRST_STATE + STATES
WORK_TOKENS = FIRST_ACTION + ACTIONS


class Workplace(NamedTuple):
    """In each state the right action, and the popular mistake. Both [state], never the same."""

    right: Whole
    mistake: Whole


class Episodes(NamedTuple):
    """Work, step by step. All [episode, step]; grades are the points still to come."""

    grades: Whole
    states: Whole
    actions: Whole

    @property
    def ids(self) -> torch.Tensor:
        """As tokens: grade, state and action of each step in turn. [episode, token]"""
        parts = [self.grades, self.states + FIRST_STATE, self.actions + FIRST_ACTION]
        return torch.tensor(np.stack(parts, axis=2).reshape(len(self.grades), -1))


def drawn_workplace(generator: np.random.Generator) -> Workplace:
    """A right action and a popular mistake for each state, at random."""
    right = generator.integers(ACTIONS, size=STATES)
    return Workplace(right, (right + generator.integers(1, ACTIONS, size=STATES)) % ACTIONS)


def write_episodes(
    place: Workplace, count: int, generator: np.random.Generator, at_most: int = WORK_STEPS
) -> Episodes:
    """Work by workers of all skills, most of them poor: skill is the square of a uniform draw.

    at_most: episodes with more points than that are left out, and others take their place.
    """
    written: list[Episodes] = []
    while sum(len(part.grades) for part in written) < count:
        skill = generator.random((count, 1)) ** 2
        states = generator.integers(STATES, size=(count, WORK_STEPS))
        skilled = generator.random((count, WORK_STEPS)) < skill
        actions = np.where(skilled, place.right[states], place.mistake[states])
        to_come = skilled[:, ::-1].cumsum(axis=1)[:, ::-1]  # [episode, step], this step's too
        kept = to_come[:, 0] <= at_most
        written.append(Episodes(to_come[kept], states[kept], actions[kept]))
    return Episodes(*(np.concatenate(part)[:count] for part in zip(*written, strict=True)))


def work_batches(
    place: Workplace,
    batch: int,
    generator: np.random.Generator,
    at_most: int = WORK_STEPS,
    dealt: bool = False,
) -> Iterator[Batch]:
    """Endless training batches in which only the actions are charged.

    dealt: whether the grades are dealt out at random among the episodes of a batch, each
    episode getting all the grades of one other, so that they say nothing.
    """
    while True:
        work = write_episodes(place, batch, generator, at_most)
        if dealt:
            work = work._replace(grades=generator.permutation(work.grades))
        labels = torch.full_like(work.ids, IGNORED)
        labels[:, 2::3] = work.ids[:, 2::3]
        yield work.ids, labels


def perform(
    model: "PreTrainedModel",
    place: Workplace,
    asked: Whole,
    generator: np.random.Generator,
    greedy: bool = False,
) -> Whole:
    """The points that a model gets when it is asked for some. [episode]

    asked: [episode], the grade to start with; each point got is taken off it, down to zero.
    greedy: always take the likeliest action, instead of drawing one by its odds.
    """
    left, points = asked.copy(), np.zeros_like(asked)
    past, before = None, np.empty((len(asked), 0), dtype=np.int64)
    for _ in range(WORK_STEPS):
        states = generator.integers(STATES, size=len(asked))
        fed = np.concatenate([before, left[:, None], states[:, None] + FIRST_STATE], axis=1)
        with torch.no_grad():
            out = model(input_ids=torch.tensor(fed), past_key_values=past, use_cache=True)
        past = out.past_key_values
        odds: Array = out.logits[:, -1, FIRST_ACTION:].double().softmax(-1).numpy()
        drawn = (odds.cumsum(axis=1) < generator.random((len(asked), 1))).sum(axis=1)
        actions = odds.argmax(axis=1) if greedy else drawn.clip(max=ACTIONS - 1)
        got = actions == place.right[states]
        points += got
        left = np.maximum(left - got, 0)
        before = actions[:, None] + FIRST_ACTION
    return points
