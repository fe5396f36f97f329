"""The one place that decides: from replicates to outcomes, from outcomes to a verdict."""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from framespec.record import Bounded, Expect, Record

Outcome = Literal["held", "failed", "unclear"]
Word = Literal["supported", "contradicted", "inconclusive", "untested"]

MIN_REPLICATES = 3
CONFIDENCE = 0.95


class Interval(NamedTuple):
    """A mean and its 95 % interval over independent replicates, in the measure's unit."""

    values: tuple[float, ...]
    mean: float
    low: float
    high: float

    @property
    def n(self) -> int:
        """The number of replicates."""
        return len(self.values)

    @property
    def usable(self) -> bool:
        """Whether there are enough replicates and all are finite."""
        return self.n >= MIN_REPLICATES and math.isfinite(self.low) and math.isfinite(self.high)


class Judgement(NamedTuple):
    """What became of one prediction (or of the precondition, which has no control)."""

    id: str
    outcome: Outcome
    why: str
    measured: Interval
    control: Interval | None


class Verdict(NamedTuple):
    """The sum, and the parts that it never replaces."""

    word: Word
    why: str
    precondition: Judgement | None
    predictions: tuple[Judgement, ...]


def interval(values: Sequence[float]) -> Interval:
    """The mean and its two-sided 95 % interval by Student's t, over independent replicates.

    values: [replicate], in the measure's unit. The interval is nan where there are fewer than
    two values or one of them is not finite. Equal values give an interval of width zero.
    Source: Student 1908, doi 10.1093/biomet/6.1.1.
    """
    count = len(values)
    if count < 2 or not all(map(math.isfinite, values)):
        mean = math.fsum(values) / count if count else math.nan
        return Interval(tuple(values), mean, math.nan, math.nan)
    # Imported here because a build in which nothing is judged should not pay for it.
    from scipy.special import stdtrit

    mean = math.fsum(values) / count
    variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    half = float(stdtrit(count - 1, (1 + CONFIDENCE) / 2)) * math.sqrt(variance / count)
    return Interval(tuple(values), mean, mean - half, mean + half)


def _inside(found: Interval, expect: Expect) -> bool:
    return found.low >= expect.low and found.high <= expect.high


def _outside(found: Interval, expect: Expect) -> bool:
    return found.high < expect.low or found.low > expect.high


def _unusable(name: str, found: Interval) -> str | None:
    if found.n < MIN_REPLICATES:
        return f"{name} has {found.n} replicates, at least {MIN_REPLICATES} are needed"
    return None if found.usable else f"{name} has a value that is not finite"


def judge(bounded: Bounded, measured: Sequence[float], control: Sequence[float]) -> Judgement:
    """Judge one prediction from its replicates.

    measured, control: [replicate], in the prediction's unit.
    held: the measured interval is inside the bound and the control's is outside it.
    failed: the measured interval is outside the bound.
    unclear: anything else, said in words.
    """
    found, rival = interval(measured), interval(control)

    def judged(outcome: Outcome, why: str) -> Judgement:
        return Judgement(bounded.id, outcome, why, found, rival)

    if problem := _unusable("the measure", found):
        return judged("unclear", problem)
    if _outside(found, bounded.expect):
        return judged("failed", f"the measure is not {bounded.expect}")
    if not _inside(found, bounded.expect):
        return judged("unclear", f"the measure's interval crosses the bound, {bounded.expect}")
    if problem := _unusable("the control", rival):
        return judged("unclear", problem)
    if _inside(rival, bounded.expect):
        return judged("unclear", "the control passes too, so the measure shows nothing")
    if not _outside(rival, bounded.expect):
        return judged("unclear", f"the control's interval crosses the bound, {bounded.expect}")
    return judged("held", f"the measure is {bounded.expect}, and the control is not")


def judge_precondition(bounded: Bounded, measured: Sequence[float]) -> Judgement:
    """Judge whether the model learned what the demo needs; held means met."""
    found = interval(measured)
    problem = _unusable("the precondition's measure", found)
    if problem:
        return Judgement(bounded.id, "unclear", problem, found, None)
    if _inside(found, bounded.expect):
        return Judgement(bounded.id, "held", f"it is {bounded.expect}", found, None)
    if _outside(found, bounded.expect):
        return Judgement(bounded.id, "failed", f"it is not {bounded.expect}", found, None)
    why = f"its interval crosses the bound, {bounded.expect}"
    return Judgement(bounded.id, "unclear", why, found, None)


def decide(
    record: Record,
    measured: dict[str, Sequence[float]],
    control: dict[str, Sequence[float]],
) -> Verdict:
    """Judge every prediction of a record, and sum up.

    measured, control: by prediction id, [replicate]; the precondition only in measured.
    What was not reported counts as no replicates.
    """
    before = record.demo.precondition
    met = judge_precondition(before, measured.get(before.id, ())) if before else None
    parts = tuple(
        judge(one, measured.get(one.id, ()), control.get(one.id, ()))
        for one in record.demo.predictions
    )
    word, why = _sum_up(met, parts)
    return Verdict(word, why, met, parts)


def _sum_up(met: Judgement | None, parts: tuple[Judgement, ...]) -> tuple[Word, str]:
    if not parts:
        return "untested", "an illustration gives no verdict"
    if met and met.outcome != "held":
        return "inconclusive", f"the precondition is not met: {met.why}"
    failed = [part.id for part in parts if part.outcome == "failed"]
    unclear = [part.id for part in parts if part.outcome == "unclear"]
    if failed:
        return "contradicted", f"failed: {', '.join(failed)}"
    if unclear:
        return "inconclusive", f"unclear: {', '.join(unclear)}"
    return "supported", "every prediction held, and no control passed"
