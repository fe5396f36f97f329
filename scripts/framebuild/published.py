"""What /api/frames.json holds, as types: /api/frames.schema.json is made from them."""

import json
from typing import Literal

from pydantic import Field

from framespec.judge import Outcome, Word
from framespec.record import Expect, How, Id, Kind, Reach, Strict
from framespec.result import Receipt


class Estimate(Strict):
    """A mean and its 95 % interval over independent replicates; null where it is not finite."""

    n: int = Field(ge=0, description="how many replicates")
    mean: float | None
    low: float | None
    high: float | None
    values: list[float | None]


class Measured(Strict):
    """Something with a bound, and what became of it. Without a run, the last four are null."""

    id: Id
    says: str
    measure: str
    unit: str
    expect: Expect
    outcome: Outcome | None
    why: str | None
    measured: Estimate | None
    control: Estimate | None


class Predicted(Measured):
    """A prediction, with what it is held against."""

    control_is: str
    would_refute: str


class Asked(Strict):
    """An open question."""

    question: str
    answered_by: str | None = Field(description="a frame's id, or a source's")


class Related(Strict):
    """How this frame bears on another (`to`), or another on this (`from`)."""

    frame: Id
    how: How
    direction: Literal["to", "from"]
    words: str


class Cited(Strict):
    """A source, with the address to read it at."""

    id: Id
    title: str
    authors: list[str]
    year: int
    arxiv: str | None
    doi: str | None
    url: str | None
    supports: str
    link: str


class Part(Strict):
    """The outcome of one prediction, or of the precondition, on one model."""

    id: Id
    outcome: Outcome
    why: str
    measured: Estimate
    control: Estimate | None


class Before(Strict):
    """A verdict that a row had before."""

    verdict: Word
    date: str
    until: str


class Remark(Strict):
    """What a person said about a row."""

    date: str
    says: str


class OnRecord(Strict):
    """What is on record of a frame on one model."""

    model: str | None
    default: bool = Field(description="whether it is the demo's own model")
    revisions: list[str]
    parameters: int | None
    date: str
    verdict: Word
    why: str
    parts: list[Part]
    before: list[Before]
    notes: list[Remark]
    receipt: Receipt


class PublishedFrame(Strict):
    """A frame: what it claims, how it fared, and where that comes from."""

    id: Id
    title: str
    kind: Kind
    claim: str
    topics: list[Id]
    aliases: list[str]
    added: str | None = Field(description="the day, e.g. 2026-11-20")
    verdict: Word
    why: str
    reach: Reach
    precondition: Measured | None
    predictions: list[Predicted]
    limits: list[str]
    open_questions: list[Asked]
    related: list[Related]
    sources: list[Cited]
    receipt: Receipt | None
    seconds: float | None
    evidence: list[OnRecord] = Field(default_factory=list)
    models_disagree: list[str] = Field(
        default_factory=list, description="predictions whose outcomes differ between models"
    )
    url: str = Field(description="of its page, relative to the site's address")


class Published(Strict):
    """Everything that the site knows of frames."""

    schema_version: Literal[1]
    built: str = Field(description="when the content was made, as ISO 8601")
    frames: list[PublishedFrame]


def published_schema_text() -> str:
    """The schema of /api/frames.json, draft 2020-12. A frame alone is its $defs/PublishedFrame."""
    schema = Published.model_json_schema(mode="serialization")
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(dialect | schema, indent=1, ensure_ascii=False) + "\n"
