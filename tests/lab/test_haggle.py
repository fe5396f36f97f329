"""Talks between two who want opposite things: the world by enumeration, the measures by hand."""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from framelab.haggle import (
    FIRST_OFFER,
    HIGH,
    LOW,
    MIDDLE,
    MOVES,
    OFFERS,
    OPENINGS,
    TALK_LENGTH,
    TALK_TOKENS,
    TALK_TURNS,
    by_character,
    exact_mean_offers,
    exact_offer_odds,
    offers_by,
    own_talks,
    write_talks,
)
from framelab.training import tiny_llama

InView = Callable[..., SimpleNamespace]
FRAME = "simulator-not-simulacrum"


def test_odds_sum_to_one_and_are_mirror_images() -> None:
    assert OPENINGS.sum(axis=1) == pytest.approx(1)
    assert MOVES.sum(axis=2) == pytest.approx(1)
    assert OPENINGS[0].tolist() == OPENINGS[1][::-1].tolist()
    assert MOVES[0, 5, [4, 5, 6]] == pytest.approx([0.35, 0.55, 0.10])
    assert MOVES[1, 5, [4, 5, 6]] == pytest.approx([0.10, 0.55, 0.35])
    assert MOVES[0, 9, [8, 9]] == pytest.approx([0.35, 0.65])
    assert MOVES[1, 9, [8, 9]] == pytest.approx([0.10, 0.90])


def test_talks_have_the_exact_means() -> None:
    ids = write_talks(20_000, np.random.default_rng(0))
    assert ids.shape == (20_000, TALK_LENGTH)
    assert ids.max() == TALK_TOKENS - 1
    tags = ids[:, 1::2]
    assert (tags[:, 1:] != tags[:, :-1]).all()
    assert (tags[:, 0] == HIGH).mean() == pytest.approx(0.5, abs=0.02)
    assert offers_by(ids).mean(axis=1) == pytest.approx(exact_mean_offers(), abs=0.05)
    assert exact_mean_offers()[0, 0] == pytest.approx(7.5)
    assert exact_mean_offers().sum(axis=0) == pytest.approx(2 * MIDDLE)


def test_offers_follow_their_speakers_last_one() -> None:
    ids = write_talks(20_000, np.random.default_rng(0))
    offers = offers_by(ids)
    odds = exact_offer_odds(offers)
    assert odds.sum(axis=-1) == pytest.approx(1)
    assert (np.take_along_axis(odds, offers[..., None], axis=-1) > 0).all()
    for who in range(2):
        stays = offers[who, :, 1:][offers[who, :, :-1] == 5] == 5
        assert stays.mean() == pytest.approx(0.55, abs=0.02)


def test_dealt_tags_say_nothing() -> None:
    ids = write_talks(20_000, np.random.default_rng(0), dealt=True)
    offers = ids[:, 2::2] - FIRST_OFFER
    for tag in (HIGH, LOW):
        assert offers[ids[:, 1::2] == tag].mean() == pytest.approx(MIDDLE, abs=0.05)


def test_turns_sorted_by_character() -> None:
    ids = np.zeros((2, 9), dtype=int)
    ids[0, 1::2] = HIGH, LOW, HIGH, LOW
    ids[1, 1::2] = LOW, HIGH, LOW, HIGH
    turns = np.array([[1, 2, 3, 4], [5, 6, 7, 8]])
    found = by_character(ids, turns)
    assert found.tolist() == [[[1, 3], [6, 8]], [[2, 4], [5, 7]]]
    deep = by_character(ids, np.stack([turns, -turns], axis=2))
    assert deep.shape == (2, 2, 2, 2)
    assert deep[..., 0].tolist() == found.tolist()


def test_own_talks_have_the_form_of_talks() -> None:
    model = tiny_llama(TALK_TOKENS, width=8, layers=1, heads=2, length=TALK_LENGTH, seed=0)
    ids = own_talks(model, 60, seed=0)
    assert ids.shape == (60, TALK_LENGTH)
    tags, offers = ids[:, 1::2], ids[:, 2::2]
    assert set(tags[:, 0].tolist()) == {HIGH, LOW}
    assert (tags[:, 1:] + tags[:, :-1] == HIGH + LOW).all()
    assert offers.min() >= FIRST_OFFER
    assert offers.shape[1] == TALK_TURNS
    assert (own_talks(model, 60, seed=0) == ids).all()


def talk(high: int, low: int) -> np.ndarray:
    """A talk in which each repeats one offer."""
    ids = np.zeros((1, TALK_LENGTH), dtype=int)
    ids[0, 1::4], ids[0, 3::4] = HIGH, LOW
    ids[0, 2::4], ids[0, 4::4] = FIRST_OFFER + high, FIRST_OFFER + low
    return ids


def test_shift_and_gap_by_hand(in_view: InView) -> None:
    demo = in_view(FRAME)
    ids = np.concatenate([talk(9, 4), talk(7, 0)])
    assert demo.final_offers(ids).tolist() == [6.5, 3.5]
    assert demo.shift_of_final_offers(ids) == pytest.approx(0.5)
    exact = np.subtract(*exact_mean_offers().mean(axis=1))
    assert demo.gap_between_characters(ids) == pytest.approx(6 / exact)


def test_divergence_of_a_model_that_says_each_token_is_as_likely(in_view: InView) -> None:
    """Each offer gets one share of all tokens, so the divergence is log of these less entropy."""
    demo = in_view(FRAME)
    model = tiny_llama(TALK_TOKENS, width=8, layers=1, heads=2, length=TALK_LENGTH, seed=0)
    with torch.no_grad():
        model.get_input_embeddings().weight.zero_()
    found = demo.divergence_from_exact_odds(model, 0)
    odds = exact_offer_odds(offers_by(write_talks(500, np.random.default_rng([0, 1]))))
    entropy = -(odds * np.log(np.where(odds > 0, odds, 1))).sum(axis=-1).mean(axis=(1, 2))
    assert found == pytest.approx(np.log(TALK_TOKENS) - entropy.min(), abs=1e-4)
    assert odds.shape[-1] == OFFERS
