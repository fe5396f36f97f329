"""The layer of gates: its settings, its read-off, its measures, by hand."""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

InView = Callable[..., SimpleNamespace]
FRAME = "boolean-circuits-in-superposition"


@pytest.mark.parametrize("of_the_pair", [0, 1, 2])
def test_as_many_inputs_are_on_as_asked(in_view: InView, of_the_pair: int) -> None:
    pairs = np.array([(i, j) for i in range(6) for j in range(i)])
    demo = in_view(FRAME, inputs=6, draws=50, pairs=pairs)
    x = demo.settings(of_the_pair, 3, np.random.default_rng(0))
    assert (x.sum(axis=2) == 3).all()
    which = x[np.arange(len(pairs))[:, None], :, pairs]  # [pair, 2, draw]
    assert (which.sum(axis=1) == of_the_pair).all()
    if of_the_pair == 1:
        assert which[:, 0].mean() == pytest.approx(0.5, abs=0.06)


def test_read_off_by_hand(in_view: InView) -> None:
    """Neurons join inputs 0 1, 0 1 2 and 2. The pair 0 1 reads the mean of the first two."""
    pairs = np.array([(1, 0), (2, 0), (3, 0)])
    demo = in_view(FRAME, pairs=pairs)
    layer = np.array([[1, 1, 0, 0], [1, 1, 1, 0], [0, 0, 1, 0]], dtype=float)
    x = np.array([[[1, 1, 1, 0], [0, 0, 0, 0]]] * 3, dtype=float)
    assert demo.read_offs(layer, x).tolist() == [[1.5, 0], [2, 0], [0, 0]]
    assert demo.read_offs(layer, x, relu=False).tolist() == [[1.5, -1], [2, -1], [0, 0]]


def test_interaction_and_balanced_error_by_hand(in_view: InView) -> None:
    demo = in_view(FRAME)
    assert demo.read_off_interaction(0.1, 0.2, 0.6) == pytest.approx(0.5)
    assert demo.read_off_interaction(-1.0, 0.0, 1.0) == 0  # a sum has none
    fires = np.array([True, False, False, False]), np.array([True, True, False, True])
    assert demo.balanced_error(*fires) == pytest.approx((1 / 4 + 1 / 4) / 2)


def test_two_of_two_inputs_leave_the_theoretical_interaction(in_view: InView) -> None:
    """With two on, both read 1, one reads p and none p squared: the interaction is (1 - p)^2."""
    pairs = np.array([(i, j) for i in range(40) for j in range(i)])
    demo = in_view(FRAME, inputs=40, neurons=300, joined=0.2, draws=2, pairs=pairs)
    generator = np.random.default_rng(0)
    layer = demo.drawn_layer(generator)
    assert layer.mean() == pytest.approx(0.2, abs=0.02)
    means = [demo.read_offs(layer, demo.settings(k, 2, generator)).mean() for k in range(3)]
    assert demo.read_off_interaction(*means) == pytest.approx(0.64, abs=0.03)
