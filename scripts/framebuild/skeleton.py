"""The pair of files that a new frame starts from: they run, and say where to fill in."""

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from framespec.record import CLAIM_LIMIT, Kind, Reach

if TYPE_CHECKING:
    from jinja2 import Environment

    from framebuild.citation import Citation

MARK = re.compile(r"(?P<quote>\"?)FILL IN: *(?P<how>.*?)(?P=quote) *$")

REACH: dict[Kind, Reach] = {
    "representational": "claim",
    "functional": "claim",
    "conceptual": "mechanism",
}
MEASURE: dict[Kind, str] = {
    "representational": "what is read inside the model",
    "functional": "what is seen of the model from outside",
    "conceptual": "the operational reading of the idea",
}


def to_fill_in(text: str) -> dict[int, str]:
    """The lines (from 1) of a text that are still to be filled in, and what to write there."""
    if "FILL IN:" not in text:
        return {}
    found = ((n, MARK.search(line)) for n, line in enumerate(text.splitlines(), start=1))
    return {n: match["how"] for n, match in found if match}


def new_record(one: str, kind: Kind, day: str, topics: Iterable[str], source: "Citation") -> str:
    """The record of a frame that nobody has filled in yet."""
    given = {"id": one, "kind": kind, "day": day, "topics": list(topics), "source": source}
    asked = {"limit": CLAIM_LIMIT, "reach": REACH[kind], "measure": MEASURE[kind]}
    return _environment().get_template("new-record.yaml").render(given | asked)


def new_demo(one: str, kind: Kind) -> str:
    """Its demo, which measures a toy."""
    return _environment().get_template("new-demo.txt").render(id=one, measure=MEASURE[kind])


def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # `frames check` needs none

    environment = Environment(
        loader=PackageLoader("framebuild"),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # the target is YAML and Python, not HTML
    )
    environment.filters["quoted"] = lambda text: json.dumps(text, ensure_ascii=False)
    return environment
