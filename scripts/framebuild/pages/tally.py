"""How many frames have each verdict, as a bar and in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from framebuild.pages.templates import MARKS


@dataclass(frozen=True)
class Count:
    """A verdict's word, how many frames have it, and its piece of a bar in per cent."""

    word: str
    count: int
    start: float
    share: float


def tally(frames: Iterable[dict[str, Any]]) -> list[Count]:
    """One count a verdict, the pieces beginning where the last one ended."""
    words = [frame["verdict"] for frame in frames]
    found, start = [], 0.0
    for word in MARKS:
        share = 100 * words.count(word) / (len(words) or 1)
        found.append(Count(word, words.count(word), round(start, 3), round(share, 3)))
        start += share
    return found
