"""Where a prediction's intervals lie beside its bound, as places across a picture."""

import math
from dataclasses import dataclass
from typing import Any

from framebuild.pages.templates import number

EDGE = 3.0  # per cent of the width kept free at either side


@dataclass(frozen=True)
class Row:
    """An interval and its replicates, as percentages of the width."""

    mean: float
    low: float
    high: float
    values: tuple[float, ...]


@dataclass(frozen=True)
class Plot:
    """What to draw: the bound's range and its edges, then the rows that could be measured."""

    inside: tuple[float, float]
    edges: tuple[tuple[float, str], ...]
    measured: Row | None
    control: Row | None


def plot(one: dict[str, Any]) -> Plot | None:
    """The picture of a prediction as `api.frame_object` gives it; None where nothing is finite."""
    rows = [found for found in (one["measured"], one["control"]) if _drawable(found)]
    if not rows:
        return None
    low, high = _bound(one["expect"])
    edges = [edge for edge in (low, high) if math.isfinite(edge)]
    points = [
        value for row in rows for value in (row["low"], row["high"], row["mean"], *row["values"])
    ]
    start, end = min(points + edges), max(points + edges)
    if start == end:
        start, end = start - (abs(start) or 1) / 2, end + (abs(end) or 1) / 2

    def place(value: float) -> float:
        share = (value - start) / (end - start)
        across: float = round(EDGE + share * (100 - 2 * EDGE), 2)
        return across

    def row(found: dict[str, Any] | None) -> Row | None:
        if found is None or not _drawable(found):
            return None
        values = tuple(place(value) for value in found["values"])
        return Row(place(found["mean"]), place(found["low"]), place(found["high"]), values)

    inside = (
        place(low) if math.isfinite(low) else 0.0,
        place(high) if math.isfinite(high) else 100.0,
    )
    marked = tuple((place(edge), number(edge)) for edge in edges)
    return Plot(inside, marked, row(one["measured"]), row(one["control"]))


def _bound(expect: dict[str, Any]) -> tuple[float, float]:
    if "between" in expect:
        low, high = expect["between"]
        return low, high
    return expect.get("at_least", -math.inf), expect.get("at_most", math.inf)


def _drawable(found: dict[str, Any] | None) -> bool:
    """Whether every number of an interval is finite."""
    if not found or not found["n"]:
        return False
    return None not in (found["mean"], found["low"], found["high"], *found["values"])
