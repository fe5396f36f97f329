"""A world of objects, each answered with a word, and of words that fall into classes.

Which word answers which object is each model's own affair, a random table; which class a word is of
is the same for all. A statement is its kind, what it is about, EQUALS, and what it says.
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from framelab.training import IGNORED, Batch

OBJECTS, WORDS, CLASSES = 200, 32, 4
WORD_CLASS = np.arange(WORDS) % CLASSES  # [word], as many words in each class

KINDS = 5
EQUALS = KINDS
FIRST_OBJECT = EQUALS + 1
FIRST_WORD = FIRST_OBJECT + OBJECTS
FIRST_CLASS = FIRST_WORD + WORDS
REPLY_TOKENS = FIRST_CLASS + CLASSES
STATEMENT_LENGTH = 4

Ids = NDArray[np.int64]


class Kind(NamedTuple):
    """A kind of statement: its token, and from which tokens its two ends are taken.

    about: the first token of what it may be about. says: those of what it may say.
    """

    token: int
    about: int
    says: range


_WORDS = range(FIRST_WORD, FIRST_WORD + WORDS)
_CLASSES = range(FIRST_CLASS, FIRST_CLASS + CLASSES)
REPLY = Kind(0, FIRST_OBJECT, _WORDS)  # one's own word for an object
CLASS_OF = Kind(1, FIRST_WORD, _CLASSES)  # the class of a word
OWN_REPORT = Kind(2, FIRST_OBJECT, _CLASSES)  # the class of one's own word for an object
RECORD = Kind(3, FIRST_OBJECT, _WORDS)  # another's word for an object
OTHER_REPORT = Kind(4, FIRST_OBJECT, _CLASSES)  # the class of another's word for an object


def statements(kind: Kind, about: Ids, says: Ids) -> Batch:
    """Statements of a kind as tokens, of which only the last is charged. [statement, 4]

    about, says: [statement], objects, words or classes, counted from 0.
    """
    columns = [np.full_like(about, kind.token), kind.about + about]
    columns += [np.full_like(about, EQUALS), kind.says.start + says]
    ids = torch.tensor(np.stack(columns, axis=1))
    labels = ids.clone()
    labels[:, :-1] = IGNORED
    return ids, labels


def mixed(*parts: Batch) -> Batch:
    """Several batches of equal length as one."""
    return torch.cat([ids for ids, _ in parts]), torch.cat([labels for _, labels in parts])
