"""Odds over a few outcomes, and what they cost: exact, in float64."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def surprise(scores: ArrayLike) -> Array:
    """What each outcome would cost a network that gave it this score, if it came.

    scores: [..., outcome], raw scores (logits) of any size; only their differences count.
    Returns [..., outcome], minus the log of the softmax, in nats, at least 0.
    """
    raw = np.asarray(scores, dtype=np.float64)
    top = raw.max(axis=-1, keepdims=True)
    cost: Array = np.log(np.exp(raw - top).sum(axis=-1, keepdims=True)) + top - raw
    return cost


def divergence(truth: ArrayLike, stated_logs: ArrayLike) -> Array:
    """Kullback-Leibler divergence of stated odds from the true ones.

    truth: [..., outcome], positive odds that sum to 1. stated_logs: [..., outcome], logs of the
    stated odds. Returns [...], in nats; at least 0 where the stated odds sum to at most 1.
    """
    true = np.asarray(truth, dtype=np.float64)
    gap: Array = true * (np.log(true) - np.asarray(stated_logs, dtype=np.float64))
    return np.asarray(gap.sum(axis=-1))
