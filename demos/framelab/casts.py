"""A world of answers by a cast of characters, one good and two bad, and by an assistant.

Every question has one answer of each character and one wrong answer that nobody gives. All
answers are drawn from one stock of words, so that none of them is new as a word. A text is a
heading and then questions with answers; under an open heading any character may speak, and under
the assistant's heading the good one does.
"""

from collections.abc import Sequence

import numpy as np
import torch

from framelab.draws import Ids
from framelab.training import IGNORED, Batch

FIELDS, QUESTIONS_EACH = 8, 6
CAST_QUESTIONS = FIELDS * QUESTIONS_EACH
STOCK = 24  # words to answer with
CAST_ODDS = (0.6, 0.2, 0.2)  # who speaks under the open heading: good, and the two bad ones
ASSISTED = 0.3  # share of texts under the assistant's heading
ASKED_EACH = 6  # questions in a text

# Columns of a table of answers.
GOOD, FIRST_BAD, SECOND_BAD, NOBODY = range(4)

# Token ids: the headings, the questions field by field, the answers.
OPEN, ASSISTANT, FIRST_QUESTION = 0, 1, 2
FIRST_OF_STOCK = FIRST_QUESTION + CAST_QUESTIONS
CAST_TOKENS = FIRST_OF_STOCK + STOCK
CAST_LENGTH = 1 + 2 * ASKED_EACH


def draw_cast(generator: np.random.Generator) -> Ids:
    """Four different answers to each question, as tokens. [question, character or nobody]"""
    drawn = generator.permuted(np.tile(np.arange(STOCK), (CAST_QUESTIONS, 1)), axis=1)
    table: Ids = FIRST_OF_STOCK + drawn[:, : NOBODY + 1]
    return table


def several_questions(count: int, generator: np.random.Generator) -> Ids:
    """Different questions for each text, counted from 0. [sequence, question]"""
    every = np.tile(np.arange(CAST_QUESTIONS), (count, 1))
    drawn: Ids = generator.permuted(every, axis=1)[:, :ASKED_EACH]
    return drawn


def with_replies(heading: int, questions: Ids, replies: Ids) -> Batch:
    """Texts of questions and answers, on whose answers alone is charged.

    questions: [sequence, question], counted from 0. replies: the same shape, as tokens.
    """
    rows = len(questions)
    pairs = np.stack([FIRST_QUESTION + questions, replies], axis=2).reshape(rows, -1)
    ids = np.concatenate([np.full((rows, 1), heading), pairs], axis=1)
    labels = np.full_like(ids, IGNORED)
    labels[:, 2::2] = replies
    return torch.tensor(ids), torch.tensor(labels)


def cast_batch(table: Ids, count: int, generator: np.random.Generator, redrawn: bool) -> Batch:
    """Texts to train on, some of them the assistant's. table: [question, character or nobody].

    redrawn: whether the speaker of a text under the open heading is drawn anew for each question.
    """
    assisted = int(generator.binomial(count, ASSISTED))
    shape = (count, ASKED_EACH)
    questions = several_questions(count, generator)
    who = generator.choice(len(CAST_ODDS), size=shape if redrawn else (count, 1), p=CAST_ODDS)
    who = np.broadcast_to(who, shape).copy()
    who[:assisted] = GOOD
    ids, labels = with_replies(OPEN, questions, table[questions, who])
    ids[:assisted, 0] = ASSISTANT
    return ids, labels


def field_questions(fields: Sequence[int]) -> Ids:
    """The questions of some fields, counted from 0. [question]"""
    each = np.arange(QUESTIONS_EACH)
    return np.concatenate([field * QUESTIONS_EACH + each for field in fields])
