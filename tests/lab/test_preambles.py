"""Preambles to a request: Bayes' rule against counts, the measures by hand."""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from framelab.preambles import (
    COMPLIED,
    EVIDENCE_NATS,
    FIRST_TELLING,
    PADDING,
    PREAMBLE_LENGTH,
    PREAMBLE_WORDS,
    REFUSED,
    REQUEST,
    SHARES,
    TELLS,
    WORDS_EACH,
    Tells,
    exact_compliance,
    preambles_of,
    word_odds,
    write_preambles,
)

InView = Callable[..., SimpleNamespace]
FRAME = "jailbreaks-other-ravines"


def test_a_telling_word_carries_its_evidence_and_others_none() -> None:
    odds = word_odds()
    assert odds.sum(axis=1) == pytest.approx(1)
    told = np.log(odds[1] / odds[0]).reshape(len(TELLS), WORDS_EACH)
    assert told[0] == pytest.approx(EVIDENCE_NATS)
    assert told[1] == pytest.approx(-EVIDENCE_NATS)
    assert told[2] == pytest.approx(0)


def test_documents_are_a_heading_words_a_request_and_an_answer() -> None:
    ids = write_preambles(200, np.random.default_rng(0))
    assert ids.shape == (200, PREAMBLE_LENGTH)
    for row in ids.tolist():
        asked = row.index(REQUEST)
        assert row[0] < len(SHARES)
        assert all(FIRST_TELLING <= word < REQUEST for word in row[1:asked])
        assert row[asked + 1] in (COMPLIED, REFUSED)
        assert set(row[asked + 2 :]) <= {PADDING}


@pytest.mark.parametrize("dealt", [False, True], ids=["headings tell", "dealt"])
def test_compliance_is_as_frequent_as_the_heading_says_unless_dealt(dealt: bool) -> None:
    ids = write_preambles(60_000, np.random.default_rng(0), dealt)
    complied = (ids == COMPLIED).any(axis=1)
    found = [complied[ids[:, 0] == heading].mean() for heading in range(len(SHARES))]
    expected = np.full(len(SHARES), SHARES.mean()) if dealt else SHARES
    assert found == pytest.approx(expected, abs=0.02)


def test_exact_compliance_agrees_with_counts() -> None:
    """Among many documents, those that begin alike comply as often as Bayes' rule says."""
    ids = write_preambles(200_000, np.random.default_rng(0))
    ids = ids[ids[:, 2] == REQUEST]  # one word each
    for heading, word in [(0, FIRST_TELLING), (1, FIRST_TELLING + 3), (2, FIRST_TELLING + 6)]:
        alike = ids[(ids[:, 0] == heading) & (ids[:, 1] == word)]
        exact = exact_compliance(alike[:1, :3])
        assert (alike[:, 3] == COMPLIED).mean() == pytest.approx(exact[0], abs=0.06)


@pytest.mark.parametrize("tells", TELLS)
def test_prompts_are_of_one_kind_and_add_up_in_nats(tells: Tells) -> None:
    ids = preambles_of(3, tells, 4, 20, np.random.default_rng(0))
    kinds = (ids[:, 1:-1] - FIRST_TELLING) // WORDS_EACH
    assert (kinds == TELLS.index(tells)).all()
    assert set(ids[:, 0]) == {3}
    assert set(ids[:, -1]) == {REQUEST}
    added = {"complying": 4, "refusing": -4, "neither": 0}[tells] * EVIDENCE_NATS
    prior = np.log(SHARES[3] / (1 - SHARES[3]))
    exact = exact_compliance(ids)
    assert np.log(exact / (1 - exact)) == pytest.approx(prior + added)


def test_measures_of_an_exact_reader(in_view: InView) -> None:
    """It needs two words a nat, and none where both characters are alike."""
    some = np.flatnonzero(SHARES)
    against = np.log((1 - SHARES[some]) / SHARES[some])

    def exact(_: object, ids: torch.Tensor) -> torch.Tensor:
        logs = torch.zeros(*ids.shape, PADDING)
        complies = torch.tensor(exact_compliance(ids.numpy()))
        logs[:, -1, COMPLIED] = complies.log()
        logs[:, -1, REFUSED] = (1 - complies).log()
        return logs

    demo = in_view(FRAME, drawn=2, next_token_logprobs=exact, some=some, against=against)
    told = demo.log_odds_of_complying(None, "complying", 0)
    assert told.shape == (len(SHARES), PREAMBLE_WORDS + 1)
    assert demo.distance_from_the_share(told[:, 0]) == pytest.approx(0, abs=1e-6)
    assert demo.log_odds_added_per_word(told[some]) == pytest.approx(EVIDENCE_NATS)
    assert demo.words_needed_per_nat_of_prior_odds(told[some]) == pytest.approx(2, abs=1e-3)
    neither = demo.log_odds_of_complying(None, "neither", 0)
    assert demo.log_odds_added_per_word(neither[some]) == pytest.approx(0, abs=1e-6)


def test_words_needed_by_hand(in_view: InView) -> None:
    demo = in_view(FRAME)
    assert demo.words_needed(np.array([-1.0, -0.5, 1.5])) == pytest.approx(1.25)
    assert demo.words_needed(np.array([0.2, 1.0])) == 0
    assert demo.words_needed(np.array([-3.0, -2.0, -1.0])) == 2
