"""How templates write: their words, marks and filters."""

from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from framebuild.claim_review import claim_review
from framebuild.markdown import plain
from framespec.judge import CONFIDENCE

MARKS = {"supported": "●", "contradicted": "▲", "inconclusive": "◐", "untested": "○"}
OUTCOMES = {"held": "●", "failed": "▲", "unclear": "◐", None: "○"}
VERDICT_LIKE = {
    "held": "supported",
    "failed": "contradicted",
    "unclear": "inconclusive",
    None: "untested",
}
REACHES = {
    "claim": "the demo tests the claim itself, at small scale",
    "mechanism": "the demo tests a mechanism that the claim rests on",
    "illustration": "the demo shows what the claim means",
}
WORDS = {
    "supported": "Every prediction held, and no control passed.",
    "contradicted": "A prediction failed: what was measured lies outside its bound.",
    "inconclusive": "The run does not decide: something stands in the way.",
    "untested": "There is no run to judge by.",
}


@cache
def environment() -> Environment:
    """Templates named .md write Markdown, where a record's text passes `text`, and `e` in HTML.

    Templates named .html write HTML, where everything is escaped unless it is marked as safe.
    """
    made = Environment(
        loader=PackageLoader("framebuild"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=lambda name: bool(name and name.endswith(".html")),
    )
    made.filters |= {"text": plain, "number": number, "bound": bound, "words": in_words}
    made.filters["urlsafe"] = url_safe
    made.filters["claim_review"] = claim_review
    made.globals |= {
        "marks": MARKS,
        "outcomes": OUTCOMES,
        "meaning": WORDS,
        "reaches": REACHES,
        "verdict_like": VERDICT_LIKE,
        "confidence": f"{CONFIDENCE:.0%}",
    }
    return made


def number(value: float | None) -> str:
    """Three significant digits, as a person writes them."""
    if value is None:
        return "not finite"
    return f"{value:.3g}" if value == 0 or 1e-3 <= abs(value) < 1e5 else f"{value:.2e}"


def url_safe(url: str) -> str:
    """An address that cannot end the Markdown link that it stands in."""
    return quote(url, safe="/:?#@!$&'*+,;=%~-._")


def bound(expect: dict[str, Any]) -> str:
    """A bound in words."""
    if "between" in expect:
        low, high = expect["between"]
        return f"between {number(low)} and {number(high)}"
    name, value = next(iter(expect.items()))
    return f"{name.replace('_', ' ')} {number(value)}"


def in_words(measure: str) -> str:
    """A measure's name as words."""
    return measure.replace("_", " ")
