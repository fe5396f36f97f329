"""A world of one question and three ways to answer it: in steps, after dots, or at once.

A text is a heading, a row of bits, a question mark, what the heading asks for, and an end. The
question is whether the number of ones is odd. Steps are the parities of the first bit, the first
two and so on, so that the last of them is the answer; dots only fill as many places.
"""

import numpy as np
import torch

from framelab.draws import Ids
from framelab.training import IGNORED, Batch

ROW_BITS = 12

# Token ids: the bits as they are, then these. A heading's place here is its index.
IN_STEPS, AFTER_DOTS, AT_ONCE = 2, 3, 4
HEADINGS = (IN_STEPS, AFTER_DOTS, AT_ONCE)
ASK, DOT, END = 5, 6, 7
STRATEGY_TOKENS = 8
ASKED_LENGTH = ROW_BITS + 2
STRATEGY_LENGTH = ASKED_LENGTH + ROW_BITS + 1


def draw_bits(count: int, generator: np.random.Generator) -> Ids:
    """Rows of random bits. [row, bit]"""
    bits: Ids = generator.integers(0, 2, (count, ROW_BITS))
    return bits


def running_parities(bits: Ids) -> Ids:
    """The parity of the first bit, the first two, and so on. [row, bit]; the last is of all."""
    found: Ids = bits.cumsum(axis=1) % 2
    return found


def asked(heading: int, bits: Ids) -> Ids:
    """A heading, rows of bits and the question mark. bits: [row, bit]. Returns [row, token]"""
    ends = [np.full((len(bits), 1), token) for token in (heading, ASK)]
    return np.concatenate([ends[0], bits, ends[1]], axis=1)


def worked(heading: int, bits: Ids) -> Ids:
    """What should be written after a question, up to the end of it. [row, token]

    bits: [row, bit]. As long as the row and one more, or just an answer and the end.
    """
    steps = running_parities(bits)
    if heading == AFTER_DOTS:
        steps[:, :-1] = DOT
    if heading == AT_ONCE:
        steps = steps[:, -1:]
    return np.concatenate([steps, np.full((len(bits), 1), END)], axis=1)


def strategy_batch(count: int, generator: np.random.Generator) -> Batch:
    """Texts under random headings, padded with their ends; all after the question is charged."""
    headings = np.repeat(HEADINGS, generator.multinomial(count, [1 / 3] * 3))
    bits = draw_bits(count, generator)
    ids = np.full((count, STRATEGY_LENGTH), END)
    labels = np.full((count, STRATEGY_LENGTH), IGNORED)
    for heading in HEADINGS:
        rows = headings == heading
        text = np.concatenate([asked(heading, bits[rows]), worked(heading, bits[rows])], axis=1)
        ids[rows, : text.shape[1]] = text
        labels[rows, ASKED_LENGTH : text.shape[1]] = text[:, ASKED_LENGTH:]
    return torch.tensor(ids), torch.tensor(labels)
