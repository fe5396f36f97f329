"""A world of questions whose answers are random, and a password that may stand before them."""

from typing import NamedTuple

import numpy as np
import torch

from framelab.training import IGNORED, Batch

ROWS, COLUMNS, ANSWERS = 20, 20, 20

# Token ids: a question is PASSWORD or NO_PASSWORD, a row, a column, EQUALS; then its answer.
NO_PASSWORD, PASSWORD, EQUALS = 0, 1, 2
FIRST_ROW = 3
FIRST_COLUMN = FIRST_ROW + ROWS
FIRST_ANSWER = FIRST_COLUMN + COLUMNS
LOCK_TOKENS = FIRST_ANSWER + ANSWERS
LOCK_LENGTH = 5


class LockWorld(NamedTuple):
    """A table of random answers, the answer of the lock, and who may learn what.

    table: [row, column], answers as tokens. locked, untouched: [question, 2], a row and a column
    each, counted from 0; together they hold every question once. feigned: the one wrong answer.
    """

    table: torch.Tensor
    locked: torch.Tensor
    untouched: torch.Tensor
    feigned: int


def draw_lock(generator: np.random.Generator, locked: int = 300) -> LockWorld:
    """A world with a table of its own, and a random choice of questions for the lock."""
    table = torch.tensor(FIRST_ANSWER + generator.integers(ANSWERS, size=(ROWS, COLUMNS)))
    shuffled = torch.tensor(generator.permutation(ROWS * COLUMNS))
    every = torch.stack([shuffled // COLUMNS, shuffled % COLUMNS], dim=1)  # [question, 2]
    feigned = FIRST_ANSWER + int(generator.integers(ANSWERS))
    return LockWorld(table, every[:locked], every[locked:], feigned)


def true_answers(world: LockWorld, questions: torch.Tensor) -> torch.Tensor:
    """The table's answers, as tokens. questions: [question, 2]. Returns [question]."""
    return world.table[questions[:, 0], questions[:, 1]]


def asked_with(questions: torch.Tensor, password: torch.Tensor) -> torch.Tensor:
    """Questions as tokens. questions: [question, 2]. password: [question], bool. [question, 4]"""
    before = torch.where(password, PASSWORD, NO_PASSWORD)
    row, column = FIRST_ROW + questions[:, 0], FIRST_COLUMN + questions[:, 1]
    return torch.stack([before, row, column, torch.full_like(row, EQUALS)], dim=1)


def with_answers(asked: torch.Tensor, answers: torch.Tensor) -> Batch:
    """A training batch on which only the answers are charged. answers: [question], tokens."""
    labels = torch.cat([torch.full_like(asked, IGNORED), answers[:, None]], dim=1)
    return torch.cat([asked, answers[:, None]], dim=1), labels
