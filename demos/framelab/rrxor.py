"""A hidden process of two random bits and their exclusive-or, told again and again.

Its reader sees bits only, and never where one round ends and the next begins. The exact belief of
a reader, the odds of the five hidden states after what it has seen, comes from Bayes' rule.
"""

from collections.abc import Callable, Hashable

import numpy as np
from numpy.typing import NDArray

from framelab.odds import Array

Bits = NDArray[np.int64]

# States: a round is about to start; its first bit was 0; it was 1; a 1 is due; a 0 is due.
START, AFTER_0, AFTER_1, DUE_1, DUE_0 = range(5)

# EMITS[bit, state, next state]: the odds of a bit and of the state after it.
EMITS = np.zeros((2, 5, 5))
EMITS[0, START, AFTER_0] = EMITS[1, START, AFTER_1] = 0.5
EMITS[0, AFTER_0, DUE_0] = EMITS[1, AFTER_0, DUE_1] = 0.5
EMITS[0, AFTER_1, DUE_1] = EMITS[1, AFTER_1, DUE_0] = 0.5
EMITS[1, DUE_1, START] = EMITS[0, DUE_0, START] = 1.0

AT_REST = np.array([2, 1, 1, 1, 1]) / 6  # the odds of a state at a moment picked at random


def write_rounds(count: int, length: int, generator: np.random.Generator) -> Bits:
    """Bits of the process, each row from a random moment on. [sequence, token]"""
    state = generator.choice(5, p=AT_REST, size=count)
    moves = EMITS.transpose(1, 0, 2).reshape(5, 10).cumsum(axis=1)  # [state, bit and next state]
    written = np.empty((count, length), dtype=np.int64)
    for token in range(length):
        move = (moves[state] <= generator.random((count, 1))).sum(axis=1)
        written[:, token], state = np.divmod(move, 5)
    return written


def exact_beliefs(bits: Bits) -> Array:
    """The odds of the hidden states after each token. [sequence, token, state], sums to 1

    bits: [sequence, token], such as the process can write.
    """
    belief = np.tile(AT_REST, (len(bits), 1))
    found = []
    for bit in bits.T:
        belief = np.einsum("sf,sft->st", belief, EMITS[bit])
        belief /= belief.sum(axis=1, keepdims=True)
        found.append(belief)
    return np.stack(found, axis=1)


def odds_of_one(beliefs: Array) -> Array:
    """The exact odds that the next bit is a 1, given beliefs [..., state]. [...]"""
    odds: Array = beliefs @ EMITS[1].sum(axis=1)
    return odds


def histories(length: int) -> tuple[Bits, Array]:
    """Every row of bits that the process can write, and its odds. [history, token], [history]"""
    rows, weights = np.zeros((1, 0), dtype=np.int64), AT_REST[None]  # weights [history, state]
    for _ in range(length):
        weights = np.concatenate([weights @ EMITS[bit] for bit in (0, 1)])
        rows = np.concatenate([np.insert(rows, rows.shape[1], bit, axis=1) for bit in (0, 1)])
        possible = weights.sum(axis=1) > 0
        rows, weights = rows[possible], weights[possible]
    return rows, weights.sum(axis=1)


def mean_belief_given(
    key: Callable[[Bits, Array], Hashable], lengths: range
) -> dict[Hashable, Array]:
    """A table that knows the world: the mean belief of all histories that share a key.

    key: of a history's bits [token] and its belief [state]. lengths: of the histories, each
    length having the same weight. Returns for each key a belief, [state].
    """
    sums: dict[Hashable, Array] = {}
    for length in lengths:
        rows, weights = histories(length)
        for row, weight, belief in zip(rows, weights, exact_beliefs(rows)[:, -1], strict=True):
            of = key(row, belief)
            sums[of] = sums.get(of, np.zeros(5)) + weight * belief
    return {of: total / total.sum() for of, total in sums.items()}
