"""Linear read-outs against answers worked out by hand."""

import numpy as np
import pytest

from framelab.probes import linear_readout, variance_explained


def test_a_straight_line_is_read_through_three_points() -> None:
    """The points (0, 1), (1, 3), (2, 5) lie on 1 + 2x; a column that never varies does no harm."""
    held = np.array([[0.0, 7.0], [1.0, 7.0], [2.0, 7.0]])
    read = linear_readout(held, [[1.0], [3.0], [5.0]], [[5.0, 7.0], [-1.0, 7.0]])
    assert read == pytest.approx(np.array([[11.0], [-1.0]]))


def test_least_squares_where_no_line_fits() -> None:
    """Through (0, 0), (0, 2), (1, 3): level 1 at 0 and 3 at 1."""
    read = linear_readout([[0.0], [0.0], [1.0]], [[0.0], [2.0], [3.0]], [[0.0], [1.0]])
    assert read[:, 0] == pytest.approx([1.0, 3.0])


def test_exclusive_or_of_two_inputs_is_not_linear() -> None:
    corners = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    assert linear_readout(corners, [[-1.0], [1.0], [1.0], [-1.0]], corners) == pytest.approx(0)


def test_variance_explained_by_hand() -> None:
    """Squared error 1 + 0 + 1 + 0 of a total variance 2 + 8, summed over both values."""
    wanted = np.array([[0.0, 0.0], [2.0, 4.0]])
    assert variance_explained(wanted, [[1.0, 0.0], [1.0, 4.0]]) == pytest.approx(0.8)
    assert variance_explained(wanted, wanted) == 1
    assert variance_explained(wanted, [[1.0, 2.0]] * 2) == pytest.approx(0)
