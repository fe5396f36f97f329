"""Figures: the same bytes every time, words for those who cannot see them, and few kilobytes."""

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from framelab.figures import draw_bound, figure, show, svg
from framespec.record import Expect


def drawn_once() -> str:
    drawn, (above, below) = figure("A;B")
    above.plot([1, 2, 3], [0.2, 0.5, 0.4], label="measured")
    above.legend()
    draw_bound(above, Expect(between=[0.1, 0.3]))
    below.imshow([[0, 1], [1, 0]], interpolation="none")
    return svg(drawn)


def test_same_figure_same_bytes() -> None:
    first = drawn_once()
    assert first == drawn_once()
    assert "<dc:date>" not in first
    assert "Matplotlib v" not in first
    assert "<text" not in first  # letters are drawn, so no font is needed
    assert len(first) < 30_000


def test_a_figure_says_what_it_shows() -> None:
    InteractiveShell.instance(warn_venv=False)  # another environment may be active
    drawn, _ = figure()
    with capture_output() as shown:
        show(drawn, alt="  A line that\n   rises to 3. ")
    (output,) = shown.outputs
    assert output.data["text/plain"] == "A line that rises to 3."
    assert output.data["image/svg+xml"].startswith("<?xml")
    assert output.metadata == {"image/svg+xml": {"alt": "A line that rises to 3."}}
    InteractiveShell.clear_instance()


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_no_figure_without_words(alt: str) -> None:
    drawn, _ = figure()
    with pytest.raises(ValueError, match="a figure needs alt text"):
        show(drawn, alt=alt)
