"""Worlds of written questions: short ones about a row of digits, and a hard one about bits."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from framelab.training import IGNORED, Batch

Whole = NDArray[np.int64]

# Token ids of questions about rows: the digits as they are, then these.
ROW_LENGTH = 6
NOTHING, ROW_START, FIRST_KIND = 10, 11, 12
KINDS = ("largest", "smallest", "any", "how many")
ROW_TOKENS = FIRST_KIND + len(KINDS)

# Token ids of questions about bits: the bits as they are, then these.
BITS = 16
BIT_START, ASKS, FILLER = 2, 3, 4
BIT_TOKENS = 5


class Questions(NamedTuple):
    """Rows of digits, with several questions about each and their answers.

    rows: [row, digit]. kinds: [row, question], indices into KINDS. named: [row, question], the
    digit that is asked about, or NOTHING. answers: [row, question], digits.
    """

    rows: Whole
    kinds: Whole
    named: Whole
    answers: Whole

    def ids(self, answer_first: bool = False) -> torch.Tensor:
        """As tokens: start, row, then kind, what is named and answer of each question in turn.

        answer_first: whether each answer comes before its question. Returns [row, token].
        """
        asked = [self.kinds + FIRST_KIND, self.named]
        parts = [self.answers, *asked] if answer_first else [*asked, self.answers]
        written = np.stack(parts, axis=2).reshape(len(self.rows), -1)
        start = np.full((len(self.rows), 1), ROW_START)
        return torch.tensor(np.concatenate([start, self.rows, written], axis=1))


def answer_places(questions: int, answer_first: bool = False) -> list[int]:
    """Where the answers stand in the tokens of a row with so many questions. [question]"""
    first = 1 + ROW_LENGTH + (0 if answer_first else 2)
    return list(range(first, first + 3 * questions, 3))


def draw_questions(count: int, questions: int, generator: np.random.Generator) -> Questions:
    """Random rows, each with some questions of random kinds.

    The kinds: the largest digit; the smallest; whether there is any of a named digit, 1 for yes;
    and how many of it there are. The named digit is as likely one of the row as one of all ten.
    """
    rows = generator.integers(10, size=(count, ROW_LENGTH))
    shape = (count, questions)
    kinds = generator.integers(len(KINDS), size=shape)
    of_row = np.take_along_axis(rows, generator.integers(ROW_LENGTH, size=shape), axis=1)
    digit = np.where(generator.random(shape) < 0.5, of_row, generator.integers(10, size=shape))
    named = np.choose(kinds, [NOTHING, NOTHING, digit, digit])
    how_many = (rows[:, None, :] == digit[:, :, None]).sum(axis=2)
    largest, smallest = rows.max(axis=1, keepdims=True), rows.min(axis=1, keepdims=True)
    answers = np.choose(kinds, [largest, smallest, how_many > 0, how_many])
    return Questions(rows, kinds, named, answers)


def draw_parities(count: int, generator: np.random.Generator, steps: bool) -> Batch:
    """Rows of bits, a question mark, and the parity of each row as the last of as many tokens.

    steps: whether the tokens before the answer are the parities of the first bit, the first two
    and so on, or fillers that say nothing. Returns (ids, labels), each [row, token]; what follows
    from the bits is charged, and neither bits nor fillers are.
    """
    bits = generator.integers(2, size=(count, BITS))
    running = bits.cumsum(axis=1) % 2
    start, asks = np.full((count, 1), BIT_START), np.full((count, 1), ASKS)
    worked = running.copy()
    if not steps:
        worked[:, :-1] = FILLER
    ids = torch.tensor(np.concatenate([start, bits, asks, worked], axis=1))
    labels = ids.clone()
    labels[:, : BITS + 2] = IGNORED
    labels[labels == FILLER] = IGNORED
    return ids, labels
