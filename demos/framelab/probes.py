"""What can be read out of a layer by a straight line, and how much of it."""

import numpy as np
from numpy.typing import ArrayLike

from framelab.odds import Array


def linear_readout(held: ArrayLike, wanted: ArrayLike, held_new: ArrayLike) -> Array:
    """Least squares with an intercept, fitted on some rows and applied to others.

    held: [row, width]. wanted: [row, value]. held_new: [new row, width]. Returns the values read
    from the new rows, [new row, value]. Of several best fits the smallest is taken, so units that
    are always silent do no harm.
    """
    x, y = np.asarray(held, dtype=np.float64), np.asarray(wanted, dtype=np.float64)
    middle, level = x.mean(axis=0), y.mean(axis=0)
    slopes = np.linalg.lstsq(x - middle, y - level, rcond=None)[0]  # [width, value]
    read: Array = (np.asarray(held_new, dtype=np.float64) - middle) @ slopes + level
    return read


def variance_explained(wanted: ArrayLike, read: ArrayLike) -> float:
    """One minus the squared error over the variance, both summed over all values (R squared).

    wanted, read: [row, value]. 1 is perfect, 0 is no better than the mean, below 0 is worse.
    """
    y, guess = np.asarray(wanted, dtype=np.float64), np.asarray(read, dtype=np.float64)
    return float(1 - ((y - guess) ** 2).sum() / ((y - y.mean(axis=0)) ** 2).sum())
