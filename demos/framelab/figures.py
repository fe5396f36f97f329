"""One look for every figure: small, on white, in colours that most eyes tell apart."""

import io
from types import SimpleNamespace
from typing import Any

import matplotlib
from cycler import cycler
from IPython.core.display_functions import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scour import scour

from framespec.record import Expect

# Colours from Okabe and Ito, "Color Universal Design"; they differ in lightness too, for print.
MEASURED, CONTROL, THIRD, QUIET = "#0072B2", "#D55E00", "#009E73", "#6B6B6B"

WIDTH_IN = 5.0  # narrow enough for text to stay readable on a telephone

LOOK: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": QUIET,
    "axes.grid": True,
    "axes.labelsize": 10,
    "axes.prop_cycle": cycler(color=[MEASURED, CONTROL, THIRD, QUIET]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10.5,
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.7,
    "legend.fontsize": 9.5,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "savefig.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": "framelab",
    "xtick.color": "#333333",
    "xtick.labelsize": 9.5,
    "ytick.color": "#333333",
    "ytick.labelsize": 9.5,
}

SMALL = scour.sanitizeOptions(
    SimpleNamespace(
        indent_type="none",
        newlines=False,
        remove_metadata=True,
        shorten_ids=True,
        strip_comments=True,
        strip_ids=True,
        style_to_xml=False,  # else matplotlib's style sheet would win over each shape's own style
    )
)


def figure(plan: str = "A", height: float = 2.8) -> tuple[Figure, list[Axes]]:
    """A figure with its panels in order of their letters.

    plan: rows of letters divided by semicolons, such as "AA;BC" for a wide panel over two narrow
    ones. height: of one row, in inches.
    """
    matplotlib.rcParams.update(LOOK)
    drawn = Figure(figsize=(WIDTH_IN, height * len(plan.split(";"))), layout="constrained")
    panels = drawn.subplot_mosaic(plan)
    return drawn, [panels[letter] for letter in sorted(panels)]


def draw_bound(axes: Axes, expect: Expect) -> None:
    """Mark a prediction's bound by a dotted line at each of its ends, in words."""
    for end in (expect.low, expect.high):
        if abs(end) < float("inf"):
            axes.axhline(end, color=QUIET, linestyle=":", linewidth=1.2)
            axes.annotate(
                f"predicted: {expect}",
                (1, end),
                xycoords=("axes fraction", "data"),
                xytext=(0, 3),
                textcoords="offset points",
                ha="right",
                color=QUIET,
                fontsize=9,
            )


def svg(drawn: Figure) -> str:
    """A figure as SVG: the same figure gives the same text, with no date and no version.

    Written with as few characters as draw the same, since a page is read on telephones too.
    """
    with matplotlib.rc_context(LOOK):
        written = io.StringIO()
        drawn.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    small: str = scour.scourString(written.getvalue(), SMALL)
    return small


def show(drawn: Figure, alt: str) -> None:
    """Display a figure with a sentence that says what it shows to whoever cannot see it.

    Raises ValueError if alt is empty.
    """
    if not alt.strip():
        raise ValueError("a figure needs alt text: say in a sentence what it shows")
    said = " ".join(alt.split())
    shown: Any = display
    shown(
        {"image/svg+xml": svg(drawn), "text/plain": said},
        raw=True,
        metadata={"image/svg+xml": {"alt": said}},
    )
