"""Frames that speak of the same things and have no relation yet, as suggestions.

Text is compared by the cosine of TF-IDF weights: a word counts by how often it is used and by how
few frames use it. A word of very many frames is left out, which tells nothing and would make the
work grow with the square of their number.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Any

MOST_FRAMES = 100  # that may use a word which counts, and no more than a third of all
LEAST_FRAMES = 2  # a word of one frame joins nothing
TOPICS_COUNT = 0.2  # the share of a score that comes from topics, not from words
LEAST_SCORE = 0.12
LEAST_REASONS = 2  # words or topics: one word alone is chance
WORDS_SHOWN = 4
WORTH_SHOWING = 0.1  # of a score, for a word to be named as its reason
WORD = re.compile(r"[a-z][a-z'-]+[a-z]")
SAYS_NOTHING = """
about after all also an and any are as at be because been before being between both but by can
could do does done each even every few first for from had has have how if in into is it its
itself just less like many may more most much must never no not now of off on one only onto or
other others our out over own same should since so some still such than that the their them then
there these they this those through to too two under until up upon use used very was way well
were what when where whether which while who whose why will with without would yet you your
"""
COMMON = frozenset(SAYS_NOTHING.split())


@dataclass(frozen=True)
class Near:
    """Another frame, how near it is (0..1), and what the two share."""

    frame: str
    score: float
    words: tuple[str, ...]
    topics: tuple[str, ...]


def undrawn(frames: Mapping[str, Mapping[str, Any]], most: int = 3) -> dict[str, list[Near]]:
    """For each frame the nearest that it has no relation to, nearest first, at most so many.

    frames: by id, each as `api.frame_object` gives it.
    """
    weights = _weights({one: _counts(found) for one, found in frames.items()})
    users: dict[str, list[tuple[str, float]]] = {}
    for one, words in weights.items():
        for word, weight in words.items():
            users.setdefault(word, []).append((one, weight))
    return {one: _nearest(one, frames, weights[one], users, most) for one in frames}


def _nearest(
    one: str,
    frames: Mapping[str, Mapping[str, Any]],
    words: Mapping[str, float],
    users: Mapping[str, list[tuple[str, float]]],
    most: int,
) -> list[Near]:
    shared: dict[str, dict[str, float]] = {}
    for word, weight in words.items():
        for other, theirs in users[word]:
            shared.setdefault(other, {})[word] = weight * theirs
    drawn = {relation["frame"] for relation in frames[one]["related"]} | {one}
    own, found = set(frames[one]["topics"]), []
    for other, parts in shared.items():
        if other in drawn:
            continue
        its, words_shared = set(frames[other]["topics"]), sum(parts.values())
        alike = len(own & its) / len(own | its)
        score = round((1 - TOPICS_COUNT) * words_shared + TOPICS_COUNT * alike, 6)
        if score >= LEAST_SCORE and len(own & its) + len(_reasons(parts)) >= LEAST_REASONS:
            found.append((-score, other))
    return [
        Near(
            other,
            -score,
            _reasons(shared[other]),
            tuple(sorted(own & set(frames[other]["topics"]))),
        )
        for score, other in sorted(found)[:most]
    ]


def _reasons(parts: Mapping[str, float]) -> tuple[str, ...]:
    """The words that make most of a score."""
    least = WORTH_SHOWING * sum(parts.values())
    ranked = sorted(parts, key=lambda word: (-parts[word], word))
    return tuple(word for word in ranked if parts[word] >= least)[:WORDS_SHOWN]


def _counts(frame: Mapping[str, Any]) -> Counter[str]:
    """How often a frame uses each word. Its title says most about it, and counts three times."""
    text = [frame["title"]] * 3 + [frame["claim"], *frame["aliases"]]
    text += [one["question"] for one in frame["open_questions"]]
    words = WORD.findall(" ".join(text).lower())
    return Counter(_stem(word) for word in words if word not in COMMON)


def _stem(word: str) -> str:
    """A plural as its singular: enough to let "heads" meet "head"."""
    word = word.removesuffix("'s")
    plural = len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "ies", "us", "is"))
    return word[:-1] if plural else word


def _weights(counts: Mapping[str, Counter[str]]) -> dict[str, dict[str, float]]:
    """TF-IDF of each word of each frame, each frame's with a sum of squares of 1."""
    frames_with = Counter(word for one in counts.values() for word in one)
    most = min(MOST_FRAMES, max(LEAST_FRAMES, len(counts) // 3))
    weights = {}
    for one, count in counts.items():
        raw = {
            word: (1 + log(times)) * log(len(counts) / frames_with[word])
            for word, times in sorted(count.items())
            if LEAST_FRAMES <= frames_with[word] <= most
        }
        length = sum(value**2 for value in raw.values()) ** 0.5 or 1.0
        weights[one] = {word: value / length for word, value in raw.items() if value}
    return weights
