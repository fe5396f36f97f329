"""A world with two kinds of text: a chain of tokens, and questions with one right answer.

Half of the questions are disputed, so that the corpus now and then gives them another answer, any
of the others alike.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch

from framelab.chains import chain_odds, draw_successors, write_chains
from framelab.draws import Ids, draw_rows
from framelab.odds import Array

CHAIN_TOKENS = 24
RANK_ODDS = (0.4, 0.25, 0.15, 0.1)  # of the likely successors; the rest is spread evenly
QUESTIONS = 48
ANSWERS = 16
FAULT = 0.3  # how often a disputed question is given another answer
DISPUTED = np.arange(QUESTIONS) < QUESTIONS // 2

# Token ids: the chain, the questions, the answers.
FIRST_ASKED = CHAIN_TOKENS
FIRST_REPLY = FIRST_ASKED + QUESTIONS
DISPUTE_TOKENS = FIRST_REPLY + ANSWERS


class DisputeWorld(NamedTuple):
    """The odds of a world. moves: [token, token], of the chain. right: [question], the answers."""

    moves: Array
    right: Ids

    @property
    def replies(self) -> Array:
        """How often the corpus gives each answer. [question, answer], rows sum to 1."""
        astray = np.where(DISPUTED, FAULT, 0.0)[:, None]
        here = np.arange(ANSWERS) == self.right[:, None]
        odds: Array = np.where(here, 1 - astray, astray / (ANSWERS - 1))
        return odds


def draw_disputes(generator: np.random.Generator) -> DisputeWorld:
    """A world with a chain and answers of its own."""
    successors = draw_successors(CHAIN_TOKENS, len(RANK_ODDS), generator)
    moves = chain_odds(successors, RANK_ODDS)
    return DisputeWorld(moves, generator.integers(0, ANSWERS, QUESTIONS))


def dispute_batches(
    world: DisputeWorld, texts: int, length: int, asked: int, generator: np.random.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Batches to train on, in turn of so many texts of the chain and so many questions."""
    while True:
        ids = torch.tensor(write_chains(world.moves, texts, length, generator))
        yield ids, ids
        question = generator.integers(0, QUESTIONS, asked)
        reply = draw_rows(world.replies[question], generator)
        ids = torch.tensor(np.stack([FIRST_ASKED + question, FIRST_REPLY + reply], axis=1))
        yield ids, ids
