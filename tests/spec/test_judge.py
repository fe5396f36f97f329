"""judge() on replicates whose interval is known by hand."""

import math

import pytest

from framespec.judge import decide, interval, judge
from framespec.record import Expect, Prediction, Record

HIGH, LOW = [0.9, 0.9, 0.9], [0.1, 0.1, 0.1]


def prediction(**expect: object) -> Prediction:
    return Prediction(
        id="one",
        says="Something will be seen.",
        measure="score",
        unit="nats",
        expect=Expect(**expect),
        control="the same without the effect",
        would_refute="nothing is seen at all",
    )


def test_interval_of_one_two_three() -> None:
    """Mean 2, sd 1, n 3: half width 4.302653 / sqrt 3, with t(0.975, 2) from any table."""
    found = interval([1, 2, 3])
    assert found.mean == 2
    assert found.high - found.mean == pytest.approx(4.302653 / math.sqrt(3), abs=1e-6)
    assert found.mean - found.low == pytest.approx(found.high - found.mean)


def test_interval_of_equal_values_has_no_width() -> None:
    assert interval([0.5] * 4)[1:] == (0.5, 0.5, 0.5)


@pytest.mark.parametrize(
    ("measured", "control", "outcome", "why"),
    [
        (HIGH, LOW, "held", "the measure is at least 0.5, and the control is not"),
        ([0.5] * 3, LOW, "held", "the measure is at least 0.5, and the control is not"),
        (LOW, LOW, "failed", "the measure is not at least 0.5"),
        ([0.1, 0.5, 0.9], LOW, "unclear", "the measure's interval crosses the bound, at least 0.5"),
        (HIGH, HIGH, "unclear", "the control passes too, so the measure shows nothing"),
        (
            HIGH,
            [0.1, 0.5, 0.9],
            "unclear",
            "the control's interval crosses the bound, at least 0.5",
        ),
        ([0.9, 0.9], LOW, "unclear", "the measure has 2 replicates, at least 3 are needed"),
        (HIGH, [], "unclear", "the control has 0 replicates, at least 3 are needed"),
        ([0.9, math.nan, 0.9], LOW, "unclear", "the measure has a value that is not finite"),
        (HIGH, [math.inf] * 3, "unclear", "the control has a value that is not finite"),
    ],
)
def test_judge(measured: list[float], control: list[float], outcome: str, why: str) -> None:
    judged = judge(prediction(at_least=0.5), measured, control)
    assert (judged.outcome, judged.why) == (outcome, why)


@pytest.mark.parametrize(
    ("expect", "held", "failed"),
    [
        ({"at_most": 0.5}, LOW, HIGH),
        ({"between": [0.0, 0.2]}, LOW, HIGH),
        ({"between": [0.8, 1.0]}, HIGH, LOW),
    ],
)
def test_each_bound(expect: dict[str, object], held: list[float], failed: list[float]) -> None:
    assert judge(prediction(**expect), held, failed).outcome == "held"
    assert judge(prediction(**expect), failed, held).outcome == "failed"


@pytest.mark.parametrize(
    ("precondition", "first", "second", "word", "why"),
    [
        (LOW, HIGH, HIGH, "supported", "every prediction held, and no control passed"),
        (LOW, HIGH, LOW, "contradicted", "failed: second"),
        (LOW, [0.1, 0.5, 0.9], HIGH, "inconclusive", "unclear: first"),
        (LOW, [0.1, 0.5, 0.9], LOW, "contradicted", "failed: second"),
        (HIGH, LOW, LOW, "inconclusive", "the precondition is not met: it is not at most 0.5"),
        ([], HIGH, HIGH, "inconclusive", None),
    ],
)
def test_verdict(
    record: Record,
    precondition: list[float],
    first: list[float],
    second: list[float],
    word: str,
    why: str | None,
) -> None:
    measured = {"learned": precondition, "first": first, "second": second}
    found = decide(record, measured, {"first": LOW, "second": LOW})
    assert found.word == word
    assert why is None or found.why == why


def test_an_illustration_is_never_judged(record: Record) -> None:
    shown = {"reach": "illustration", "predictions": []}
    illustration = record.model_copy(update={"demo": record.demo.model_copy(update=shown)})
    assert decide(illustration, {}, {}).word == "untested"
