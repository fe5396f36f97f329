"""A world of texts with two parts: pairs of neighbours, and rules that reach over a distance.

A text is a start and then a chain of ordinary tokens. Somewhere in it stands one trigger, and
later on a question, with its answer right after it. A rule says which answer belongs to which
trigger. The chain runs on after each of these as if from the last ordinary token.
"""

import numpy as np
import torch

from framelab.chains import write_chains
from framelab.draws import Ids
from framelab.odds import Array
from framelab.training import IGNORED

ORDINARY = 40
RULED = 16  # triggers, and as many answers

# Token ids: the start, the ordinary tokens, the triggers, the question, the answers.
FIRST_ORDINARY = 1
FIRST_TRIGGER = FIRST_ORDINARY + ORDINARY
QUESTION = FIRST_TRIGGER + RULED
FIRST_ANSWER = QUESTION + 1
TRIGGER_TOKENS = FIRST_ANSWER + RULED

TRIGGER_LENGTH = 24
TRIGGER_PLACES = (2, 11)  # from, and before
QUESTION_PLACES = (12, 23)


def write_triggers(
    moves: Array, answers: Ids | None, count: int, generator: np.random.Generator
) -> Ids:
    """Texts with a rule in each. [sequence, token], int64.

    moves: [token, token], the odds of the chain. answers: [trigger], which answer belongs to each,
    both counted from 0; without it every text has an answer of its own at random.
    """
    rows = np.arange(count)
    trigger = generator.integers(0, RULED, count)
    answer = generator.integers(0, RULED, count) if answers is None else answers[trigger]
    asked = generator.integers(*QUESTION_PLACES, count)
    ids = np.full((count, TRIGGER_LENGTH), -1)
    ids[:, 0] = 0
    ids[rows, generator.integers(*TRIGGER_PLACES, count)] = FIRST_TRIGGER + trigger
    ids[rows, asked] = QUESTION
    ids[rows, asked + 1] = FIRST_ANSWER + answer
    chain = write_chains(moves, count, TRIGGER_LENGTH - 4, generator)
    ids[ids < 0] = FIRST_ORDINARY + chain.ravel()
    return ids


def charged_parts(ids: Ids) -> tuple[np.ndarray, np.ndarray]:
    """Where a text can be predicted by its pairs, and where by its rule. Each [sequence, token]

    Pairs are ordinary tokens right after an ordinary one; rules are answers.
    """
    ordinary = (ids >= FIRST_ORDINARY) & (ids < FIRST_TRIGGER)
    pairs = ordinary.copy()
    pairs[:, 1:] &= ordinary[:, :-1]
    pairs[:, 0] = False
    return pairs, ids >= FIRST_ANSWER


def trigger_batch(ids: Ids) -> tuple[torch.Tensor, torch.Tensor]:
    """Texts to train on, and labels that charge their pairs and rules alone."""
    pairs, rules = charged_parts(ids)
    return torch.tensor(ids), torch.tensor(np.where(pairs | rules, ids, IGNORED))
