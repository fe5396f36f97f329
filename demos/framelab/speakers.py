"""A world of speeches by three characters, whose heading may leave open who speaks.

Each character has two favourite words and now and then uses any other. A heading names one of
them, or none; then all three are possible, some more than others. Who is likely to speak, given
the words so far, has an exact answer by Bayes' rule.
"""

import numpy as np

from framelab.draws import Ids, draw_rows
from framelab.odds import Array

WORDS = 8
CHARACTERS = 3

# Token ids: the heading that fits all characters, one heading for each of them, the words.
AMBIGUOUS = 0
FIRST_WORD = 1 + CHARACTERS
SPEECH_TOKENS = FIRST_WORD + WORDS

# Who speaks under each heading. [heading, character], rows sum to 1.
HEADING_ODDS = np.array([[0.5, 0.3, 0.2], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
NAMED = 1 / 3  # share of speeches whose heading names the speaker


def draw_speakers(generator: np.random.Generator) -> Array:
    """How often each character uses each word. [character, word], rows sum to 1."""
    favourites = generator.permutation(WORDS)[: 2 * CHARACTERS].reshape(CHARACTERS, 2)
    odds = np.full((CHARACTERS, WORDS), 0.4 / (WORDS - 2))
    np.put_along_axis(odds, favourites, 0.3, axis=1)
    return odds


def write_speeches(
    speakers: Array, count: int, words: int, generator: np.random.Generator, redrawn: bool = False
) -> Ids:
    """Speeches drawn from the world. [sequence, token], int64: a heading and then words.

    redrawn: whether someone else may speak each word, drawn anew as the heading has it.
    """
    named = generator.random(count) < NAMED
    heading = np.where(named, generator.integers(1, 1 + CHARACTERS, count), AMBIGUOUS)
    who = draw_rows(HEADING_ODDS[heading], generator)
    speech = [heading]
    for _ in range(words):
        speech.append(FIRST_WORD + draw_rows(speakers[who], generator))
        if redrawn:
            who = draw_rows(HEADING_ODDS[heading], generator)
    return np.stack(speech, axis=1)


def exact_speaker(speakers: Array, ids: Ids) -> Array:
    """Who speaks, given the speech so far, by Bayes' rule.

    ids: [sequence, token], a heading and then words of one speaker. Returns [sequence, token,
    character]: at each token the odds after it, summing to 1.
    """
    belief = HEADING_ODDS[ids[:, 0]]  # [sequence, character]
    beliefs = [belief]
    for word in ids[:, 1:].T:
        seen = belief * speakers[:, word - FIRST_WORD].T
        belief = seen / seen.sum(axis=1, keepdims=True)
        beliefs.append(belief)
    return np.stack(beliefs, axis=1)


def likeliest_speaker(speakers: Array, spoken: Ids) -> Ids:
    """Who most likely says these words, under the heading that fits all characters.

    speakers: [character, word]. spoken: [sequence, token], words of one speaker. Returns [sequence]
    """
    evidence = np.log(speakers).T[spoken - FIRST_WORD].sum(axis=1)  # [sequence, character]
    found: Ids = (evidence + np.log(HEADING_ODDS[AMBIGUOUS])).argmax(axis=1)
    return found
