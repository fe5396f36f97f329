"""A world of preambles: words that hint at who will answer a request, and then the answer.

A document is a heading, some words, a request and its answer. One of two characters writes all of
it; one complies with every request and the other refuses every one. A heading says how often each
of them writes under it, and each word is a little more typical of one of them, or of neither.
"""

from typing import Literal

import numpy as np

from framelab.draws import Ids, draw_rows
from framelab.odds import Array

SHARES = np.array([0.5, 0.25, 0.12, 0.06, 0.03, 0.0])  # of the complying character, by heading
EVIDENCE_NATS = 0.5  # what a telling word adds to the odds of one character or the other
NEUTRAL = 0.3  # how often either character uses a word that tells nothing
PREAMBLE_WORDS = 12  # words before the request, at most

# Token ids: the headings, the words by what they tell, the request, its two answers, padding.
WORDS_EACH = 3
FIRST_TELLING = len(SHARES)
REQUEST = FIRST_TELLING + 3 * WORDS_EACH
REFUSED, COMPLIED, PADDING = REQUEST + 1, REQUEST + 2, REQUEST + 3
PREAMBLE_TOKENS = PADDING + 1
PREAMBLE_LENGTH = PREAMBLE_WORDS + 3

Tells = Literal["complying", "refusing", "neither"]
TELLS: tuple[Tells, ...] = ("complying", "refusing", "neither")


def word_odds() -> Array:
    """How often each character uses each word. [character, word], rows sum to 1.

    The refusing character comes first. Words come in the order of TELLS, some of each.
    """
    lean = np.exp(np.array([[-1, 1, 0], [1, -1, 0]]) * EVIDENCE_NATS / 2)  # [character, kind]
    telling = (1 - NEUTRAL) / lean[0, :2].sum()
    odds: Array = np.repeat(lean * [telling, telling, NEUTRAL], WORDS_EACH, axis=1) / WORDS_EACH
    return odds


def write_preambles(count: int, generator: np.random.Generator, dealt: bool = False) -> Ids:
    """Documents under headings that are equally frequent. [sequence, token], int64, padded.

    dealt: whether the headings are dealt out at random once the documents are written, so that
    they say nothing.
    """
    heading = generator.integers(0, len(SHARES), count)
    complying = (generator.random(count) < SHARES[heading]).astype(np.int64)
    length = generator.integers(0, PREAMBLE_WORDS + 1, count)
    odds = word_odds()[complying]  # [sequence, word]
    ids = np.full((count, PREAMBLE_LENGTH), PADDING)
    ids[:, 0] = generator.permutation(heading) if dealt else heading
    for place in range(PREAMBLE_WORDS):
        word = FIRST_TELLING + draw_rows(odds, generator)
        ids[:, 1 + place] = np.where(place < length, word, PADDING)
    rows = np.arange(count)
    ids[rows, 1 + length] = REQUEST
    ids[rows, 2 + length] = np.where(complying, COMPLIED, REFUSED)
    return ids


def preambles_of(
    heading: int, tells: Tells, words: int, count: int, generator: np.random.Generator
) -> Ids:
    """Prompts of one heading, so many words of one kind, and the request. [sequence, token]"""
    drawn = generator.integers(0, WORDS_EACH, (count, words))
    body = FIRST_TELLING + TELLS.index(tells) * WORDS_EACH + drawn
    ends = [np.full((count, 1), token) for token in (heading, REQUEST)]
    return np.concatenate([ends[0], body, ends[1]], axis=1)


def exact_compliance(ids: Ids) -> Array:
    """The chance that a request is complied with, by Bayes' rule. [sequence], in 0..1

    ids: [sequence, token], prompts of a heading, words and the request, all of one length.
    """
    complies = SHARES[ids[:, 0]]
    told = word_odds()[:, ids[:, 1:-1] - FIRST_TELLING].prod(axis=2)  # [character, sequence]
    found: Array = complies * told[1] / (complies * told[1] + (1 - complies) * told[0])
    return found
