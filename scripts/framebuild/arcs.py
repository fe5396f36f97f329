"""The frames and their relations as an arc diagram: one row a frame, so that labels never meet.

A drawing that places frames freely needs room between labels, which a hundred titles do not leave,
and a telephone leaves none. In rows a picture only grows longer, and the work with it.
"""

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

AXIS = 116  # where arcs end and labels begin; this and all below in the picture's own units
LABEL = AXIS + 24
WIDTH = 392
CHARACTERS = 34  # in a line of a label
LINE, ROW, HEADING = 17, 25, 38
BULGE = 100  # of the longest arc
BY_RANK = 0.6
SPREAD = 7  # arcs end within this much of their row's middle
SWEEPS = 12


@dataclass(frozen=True)
class Relation:
    """What one frame declares about another."""

    source: str
    target: str
    how: str
    words: str


@dataclass(frozen=True)
class Row:
    """A frame's place: the middle of its first line, and its title in lines."""

    frame: str
    y: float
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Arc:
    """A relation's curve as SVG path data, the end that it points to, and its widest point."""

    relation: Relation
    path: str
    end: tuple[float, float]
    widest: tuple[float, float]


@dataclass(frozen=True)
class Picture:
    """A whole arc diagram. headings: (topic, y)."""

    width: float
    height: float
    headings: tuple[tuple[str, float], ...]
    rows: tuple[Row, ...]
    arcs: tuple[Arc, ...]


def relations(frames: Mapping[str, Mapping[str, Any]]) -> list[Relation]:
    """Every relation once, in the direction in which it is declared."""
    return [
        Relation(one, other["frame"], other["how"], other["words"])
        for one, found in frames.items()
        for other in found["related"]
        if other["direction"] == "to"
    ]


def draw(frames: Mapping[str, Mapping[str, Any]]) -> Picture:
    """The picture of some frames, each as `api.frame_object` gives it."""
    drawn = relations(frames)
    rows, headings, y = [], [], 0.0
    for topic, members in _ordered(_grouped(frames, drawn), drawn):
        headings.append((topic, y + HEADING - 14))
        y += HEADING
        for one in members:
            lines = tuple(textwrap.wrap(frames[one]["title"], CHARACTERS)) or (one,)
            rows.append(Row(one, y + ROW / 2, lines))
            y += ROW + LINE * (len(lines) - 1)
    places = {row.frame: row.y for row in rows}
    arcs = tuple(_arcs(drawn, places))
    return Picture(WIDTH, y + HEADING / 2, tuple(headings), tuple(rows), arcs)


def _grouped(
    frames: Mapping[str, Mapping[str, Any]], drawn: Sequence[Relation]
) -> dict[str, list[str]]:
    """Frames by the one of their topics that most of their relations share."""
    shared: dict[str, Counter[str]] = {one: Counter() for one in frames}
    for relation in drawn:
        for topic in set(frames[relation.source]["topics"]) & set(
            frames[relation.target]["topics"]
        ):
            shared[relation.source][topic] += 1
            shared[relation.target][topic] += 1
    sizes = Counter(topic for found in frames.values() for topic in found["topics"])
    groups: dict[str, list[str]] = {}
    for one, found in frames.items():
        topic = max(sorted(found["topics"]), key=lambda name: (shared[one][name], sizes[name]))
        groups.setdefault(topic, []).append(one)
    return groups


def _ordered(
    groups: dict[str, list[str]], drawn: Sequence[Relation]
) -> list[tuple[str, list[str]]]:
    """Topics, and frames within them, in an order that keeps arcs short."""
    topics = _topics_in_order(groups, drawn)
    near: dict[str, list[str]] = {one: [] for group in groups.values() for one in group}
    for relation in drawn:
        near[relation.source].append(relation.target)
        near[relation.target].append(relation.source)
    found = _walk(near)
    order = {topic: sorted(groups[topic], key=found.__getitem__) for topic in topics}
    best, shortest = order, _length(order, drawn)
    for _ in range(SWEEPS):
        place = _places(order)
        pull = {
            one: sum(place[other] for other in others) / len(others) if others else place[one]
            for one, others in near.items()
        }
        order = {
            topic: sorted(members, key=lambda one: (pull[one], one))
            for topic, members in order.items()
        }
        if (length := _length(order, drawn)) < shortest:
            best, shortest = order, length
    return list(best.items())


def _walk(near: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Each frame's place on a walk along relations, depth first, from the most related on."""
    found: dict[str, int] = {}
    for start in sorted(near, key=lambda one: (-len(near[one]), one)):
        ahead = [start]
        while ahead:
            one = ahead.pop()
            if one not in found:
                found[one] = len(found)
                ahead += sorted(near[one], reverse=True)
    return found


def _topics_in_order(groups: dict[str, list[str]], drawn: Sequence[Relation]) -> list[str]:
    """Each topic put where it lengthens the ties between topics least, the most tied first."""
    topic_of = {one: topic for topic, members in groups.items() for one in members}
    ties = Counter(
        (min(pair), max(pair))
        for relation in drawn
        if len(pair := {topic_of[relation.source], topic_of[relation.target]}) == 2
    )
    weight = Counter[str]()
    for (one, other), count in ties.items():
        weight[one] += count
        weight[other] += count
    placed: list[str] = []
    for topic in sorted(groups, key=lambda name: (-weight[name], name)):
        options = [[*placed[:at], topic, *placed[at:]] for at in range(len(placed) + 1)]
        placed = min(options, key=lambda option: _stretch(option, groups, ties))
    return placed


def _stretch(
    order: Sequence[str], groups: dict[str, list[str]], ties: Mapping[tuple[str, str], int]
) -> float:
    middle, y = {}, 0.0
    for topic in order:
        middle[topic] = y + len(groups[topic]) / 2
        y += len(groups[topic])
    return sum(
        count * abs(middle[one] - middle[other])
        for (one, other), count in ties.items()
        if one in middle and other in middle
    )


def _places(order: Mapping[str, Sequence[str]]) -> dict[str, int]:
    ids = [one for members in order.values() for one in members]
    return {one: place for place, one in enumerate(ids)}


def _length(order: Mapping[str, Sequence[str]], drawn: Sequence[Relation]) -> int:
    place = _places(order)
    return sum(abs(place[one.source] - place[one.target]) for one in drawn)


def _arcs(drawn: Sequence[Relation], places: Mapping[str, float]) -> list[Arc]:
    ends = _ends(drawn, places)
    spans = [abs(places[one.source] - places[one.target]) for one in drawn]
    bulges = _bulges(spans)
    arcs = []
    for number, (relation, bulge) in enumerate(zip(drawn, bulges, strict=True)):
        start, stop = ends[number, relation.source], ends[number, relation.target]
        reach = AXIS - bulge * 4 / 3  # a cubic curve goes three quarters of the way to its handles
        path = (
            f"M{AXIS} {start:.1f}C{reach:.1f} {start:.1f} {reach:.1f} {stop:.1f} {AXIS} {stop:.1f}"
        )
        widest = (round(AXIS - bulge, 1), round((start + stop) / 2, 1))
        arcs.append(Arc(relation, path, (AXIS, round(stop, 1)), widest))
    return arcs


def _bulges(spans: Sequence[float]) -> list[float]:
    """How far each arc reaches to the left: the longer the farther, so that arcs nest.

    Mostly by rank: by length alone, a few long arcs would press all others against the labels.
    """
    longest = max(spans, default=0) or 1
    bulges = [0.0] * len(spans)
    for rank, number in enumerate(sorted(range(len(spans)), key=spans.__getitem__), start=1):
        length = (spans[number] / longest) ** 0.5
        bulges[number] = BULGE * (BY_RANK * rank / len(spans) + (1 - BY_RANK) * length)
    return bulges


def _ends(drawn: Sequence[Relation], places: Mapping[str, float]) -> dict[tuple[int, str], float]:
    """Where each arc meets its two rows, side by side, so that arcs of one frame do not cross."""
    at: dict[str, list[tuple[bool, float, int]]] = {}
    for number, relation in enumerate(drawn):
        for one, other in (
            (relation.source, relation.target),
            (relation.target, relation.source),
        ):
            down = places[other] > places[one]
            span = abs(places[other] - places[one])
            at.setdefault(one, []).append((down, -span if down else span, number))
    ends = {}
    for one, arcs in at.items():
        step = min(4.0, 2 * SPREAD / max(1, len(arcs) - 1))
        for slot, (_, _, number) in enumerate(sorted(arcs)):
            ends[number, one] = places[one] + step * (slot - (len(arcs) - 1) / 2)
    return ends
