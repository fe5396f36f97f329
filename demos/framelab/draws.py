"""One draw from each row of a table of odds."""

import numpy as np
from numpy.typing import NDArray

from framelab.odds import Array

Ids = NDArray[np.int64]


def draw_rows(odds: Array, generator: np.random.Generator) -> Ids:
    """One outcome a row. odds: [row, outcome], each row summing to 1. Returns [row]."""
    passed = generator.random((len(odds), 1)) > odds.cumsum(axis=1)[:, :-1]
    drawn: Ids = passed.sum(axis=1, dtype=np.int64)
    return drawn
