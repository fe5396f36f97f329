"""A frame as the object that /api/frames.json publishes and `frames ls --json` prints."""

import math
from typing import Any

from framebuild.load import Corpus, Frame
from framebuild.store import Run
from framespec.judge import Interval, Judgement, Verdict, decide
from framespec.record import Bounded, Question
from framespec.result import Row
from framespec.result import verdict_of as judged_by

SCHEMA_VERSION = 1
REVERSED = {
    "supports": "is supported by",
    "contradicts": "contradicts",
    "refines": "is refined by",
    "explains": "is explained by",
    "same_mechanism": "has the same mechanism as",
}
FORWARD = {
    "supports": "supports",
    "contradicts": "contradicts",
    "refines": "refines",
    "explains": "explains",
    "same_mechanism": "has the same mechanism as",
}


def verdict_of(frame: Frame, run: Run | None) -> Verdict:
    """The verdict on a frame; untested without a run."""
    if run is not None:
        return run.result.verdict(frame.record)
    empty = decide(frame.record, {}, {})
    return empty._replace(word="untested", why="its demo has not been run in its present form")


def frame_object(corpus: Corpus, frame: Frame, run: Run | None) -> dict[str, Any]:
    """Everything about a frame, as JSON values."""
    record, verdict = frame.record, verdict_of(frame, run)
    judged = {one.id: one for one in verdict.predictions}
    before = record.demo.precondition
    receipt = run.result.receipt if run else None
    rows = evidence(frame)
    return {
        "id": frame.id,
        "title": record.title,
        "kind": record.kind,
        "claim": record.claim,
        "topics": record.topics,
        "aliases": record.aliases,
        "added": record.added,
        "verdict": verdict.word,
        "why": verdict.why,
        "reach": record.demo.reach,
        "precondition": _part(before, verdict.precondition, run) if before else None,
        "predictions": [
            _part(one, judged[one.id], run)
            | {"control_is": one.control, "would_refute": one.would_refute}
            for one in record.demo.predictions
        ],
        "limits": record.demo.limits,
        "open_questions": [_question(one) for one in record.open_questions],
        "related": related(corpus, frame),
        "sources": [source.model_dump() | {"link": source.link} for source in record.sources],
        "receipt": receipt.model_dump(mode="json") if receipt else None,
        "seconds": receipt.seconds if receipt else None,
        "evidence": rows,
        "models_disagree": disagreements(rows),
        "url": f"frames/{frame.id}/",
    }


def evidence(frame: Frame) -> list[dict[str, Any]]:
    """What is on record of a frame, one object a model, judged by the record's present bounds."""
    return [_row(frame, row) for row in (frame.results.rows if frame.results else ())]


def _row(frame: Frame, row: Row) -> dict[str, Any]:
    verdict = judged_by(frame.record, row.reported)
    return {
        "model": row.model,
        "default": row.model == frame.default_model,
        "revisions": row.revisions,
        "parameters": row.parameters,
        "date": row.date,
        "verdict": verdict.word,
        "why": verdict.why,
        "parts": parts_of(verdict),
        "before": [past.model_dump() for past in row.before],
        "notes": [note.model_dump() for note in row.notes],
        "receipt": row.receipt.model_dump(mode="json"),
    }


def parts_of(verdict: Verdict) -> list[dict[str, Any]]:
    """The precondition and each prediction, with what became of it."""
    before = [verdict.precondition] if verdict.precondition else []
    return [
        {
            "id": part.id,
            "outcome": part.outcome,
            "why": part.why,
            "measured": _interval(part.measured),
            "control": _interval(part.control) if part.control else None,
        }
        for part in [*before, *verdict.predictions]
    ]


def disagreements(rows: list[dict[str, Any]]) -> list[str]:
    """The predictions, and the precondition, whose outcomes differ between models on record."""
    outcomes: dict[str, set[str]] = {}
    for row in rows:
        for part in row["parts"]:
            outcomes.setdefault(part["id"], set()).add(part["outcome"])
    return [one for one, found in outcomes.items() if len(found) > 1]


def _part(bounded: Bounded, judged: Judgement | None, run: Run | None) -> dict[str, Any]:
    known = judged if run else None
    return {
        "id": bounded.id,
        "says": bounded.says,
        "measure": bounded.measure,
        "unit": bounded.unit,
        "expect": bounded.expect.model_dump(exclude_none=True),
        "outcome": known.outcome if known else None,
        "why": known.why if known else None,
        "measured": _interval(known.measured) if known else None,
        "control": _interval(known.control) if known and known.control else None,
    }


def _interval(found: Interval) -> dict[str, Any]:
    """JSON has no infinity and no nan: they are null."""

    def finite(value: float) -> float | None:
        return value if math.isfinite(value) else None

    return {
        "n": found.n,
        "mean": finite(found.mean),
        "low": finite(found.low),
        "high": finite(found.high),
        "values": [finite(value) for value in found.values],
    }


def _question(question: str | Question) -> dict[str, Any]:
    if isinstance(question, str):
        return {"question": question, "answered_by": None}
    return question.model_dump()


def related(corpus: Corpus, frame: Frame) -> list[dict[str, str]]:
    """Relations in both directions: those that the record declares, and the reverse of others'."""
    found = [
        {"frame": one.frame, "how": one.how, "direction": "to", "words": FORWARD[one.how]}
        for one in frame.record.related
    ]
    found += [
        {"frame": other, "how": one.how, "direction": "from", "words": REVERSED[one.how]}
        for other, one in corpus.pointing_to.get(frame.id, ())
    ]
    return [one for one in found if one["frame"] in corpus.frames]
