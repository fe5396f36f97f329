"""Speeches of characters: Bayes' rule against enumeration, the measures by hand."""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from framelab.speakers import (
    AMBIGUOUS,
    CHARACTERS,
    FIRST_WORD,
    HEADING_ODDS,
    NAMED,
    SPEECH_TOKENS,
    WORDS,
    draw_speakers,
    exact_speaker,
    likeliest_speaker,
    write_speeches,
)

InView = Callable[..., SimpleNamespace]
FRAME = "persona-sampled-from-prompt"
PRIOR = HEADING_ODDS[AMBIGUOUS]


def test_speakers_have_two_favourites_each_and_share_none() -> None:
    speakers = draw_speakers(np.random.default_rng(0))
    assert speakers.sum(axis=1) == pytest.approx(1)
    assert ((speakers == 0.3).sum(axis=1) == 2).all()
    assert (speakers == 0.3).sum(axis=0).max() == 1
    assert speakers.min() == pytest.approx(0.4 / 6)


def test_who_speaks_agrees_with_the_product_of_odds() -> None:
    speakers = draw_speakers(np.random.default_rng(0))
    ids = write_speeches(speakers, 50, 6, np.random.default_rng(1))
    found = exact_speaker(speakers, ids)
    for row, beliefs in zip(ids, found, strict=True):
        for read in range(7):
            odds = [
                HEADING_ODDS[row[0], who] * np.prod(speakers[who, row[1 : 1 + read] - FIRST_WORD])
                for who in range(CHARACTERS)
            ]
            assert beliefs[read] == pytest.approx(np.array(odds) / sum(odds))
    opened = ids[ids[:, 0] == AMBIGUOUS]
    likeliest = exact_speaker(speakers, opened)[:, -1].argmax(axis=1)
    assert (likeliest_speaker(speakers, opened[:, 1:]) == likeliest).all()


def test_speeches_have_the_shares_of_the_world() -> None:
    speakers = draw_speakers(np.random.default_rng(0))
    ids = write_speeches(speakers, 30_000, 2, np.random.default_rng(0))
    assert ids.max() < SPEECH_TOKENS
    assert (ids[:, 0] != AMBIGUOUS).mean() == pytest.approx(NAMED, abs=0.02)
    words = ids[ids[:, 0] == AMBIGUOUS, 1:] - FIRST_WORD
    pair = np.bincount(words[:, 0] * WORDS + words[:, 1], minlength=WORDS**2) / len(words)
    exact = np.einsum("c,ca,cb->ab", PRIOR, speakers, speakers)
    assert pair == pytest.approx(exact.ravel(), abs=0.008)
    named = ids[ids[:, 0] == 2, 1] - FIRST_WORD
    assert np.bincount(named, minlength=WORDS) / len(named) == pytest.approx(speakers[1], abs=0.03)


def test_redrawn_speakers_leave_words_independent() -> None:
    speakers = draw_speakers(np.random.default_rng(0))
    ids = write_speeches(speakers, 30_000, 2, np.random.default_rng(0), redrawn=True)
    words = ids[ids[:, 0] == AMBIGUOUS, 1:] - FIRST_WORD
    pair = np.bincount(words[:, 0] * WORDS + words[:, 1], minlength=WORDS**2) / len(words)
    one = PRIOR @ speakers
    assert pair == pytest.approx(np.outer(one, one).ravel(), abs=0.008)


def test_distance_from_the_prior_by_hand(in_view: InView) -> None:
    demo = in_view(FRAME, prior=np.array([0.5, 0.3, 0.2]))
    assert demo.distance_from_the_prior(np.array([0])) == pytest.approx(0.5)
    assert demo.distance_from_the_prior(np.array([0, 0, 1, 1])) == pytest.approx(0.2)


def test_cohens_kappa_by_hand(in_view: InView) -> None:
    """Three of four agree where chance is a half; then all, then as chance has it."""
    demo = in_view(FRAME, prior=PRIOR)
    one = np.array([0, 0, 1, 1])
    assert demo.cohens_kappa(one, np.array([0, 1, 1, 1])) == pytest.approx(0.5)
    assert demo.cohens_kappa(one, one) == 1
    assert demo.cohens_kappa(one, np.array([0, 1, 0, 1])) == 0


def test_split_half_correlation_by_hand(in_view: InView) -> None:
    """Word 0 speaks for the first character and word 1 against; halves are two words each."""
    demo = in_view(FRAME)
    speakers = np.array([[0.8, 0.2], [0.2, 0.8], [0.5, 0.5]])
    same = np.array([[0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 0, 1]])
    start = np.zeros((3, 1), dtype=int)
    ids = np.concatenate([start, FIRST_WORD + same], axis=1)
    assert demo.split_half_correlation(speakers, ids) == pytest.approx(1)
    turned = np.array([[0, 0, 1, 1], [1, 1, 0, 0], [0, 1, 0, 1]])
    ids = np.concatenate([start, FIRST_WORD + turned], axis=1)
    assert demo.split_half_correlation(speakers, ids) == pytest.approx(-1)
