"""A result: what one run of a demo measured, and the receipt that lets anyone check it."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from framespec.judge import Verdict, Word, decide
from framespec.record import Record, Strict

MIME_TYPE = "application/vnd.frame.result+json"
SCHEMA_VERSION: Literal[1] = 1

Parameter = bool | int | float | str | list[int] | list[float] | list[str]


class Lenient(Strict):
    """A measure may be nan or infinite, which JSON can only hold as text."""

    model_config = ConfigDict(ser_json_inf_nan="strings", strict=False)


class Replicates(Lenient):
    """One value per independent replicate, in the prediction's unit."""

    measured: list[float]
    control: list[float] = Field(default_factory=list)


class Model(Strict):
    """A model that the demo ran on. The revision names its exact weights."""

    id: str
    revision: str
    parameters: int | None = Field(None, ge=0, description="how many numbers its weights hold")


class Environment(Strict):
    """What computed: versions by distribution name, device and number type."""

    versions: dict[str, str]
    device: str
    dtype: str


class Measurements(Lenient):
    """What a demo displays as its last output, under MIME_TYPE."""

    schema_version: Literal[1] = SCHEMA_VERSION
    frame: str
    reported: dict[str, Replicates]
    seeds: list[int]
    models: list[Model]
    environment: Environment
    modules: str | None = Field(None, description="a digest of the lab's code that it used")
    seal: str | None = Field(None, description="what seal.py makes of it; none outside a notebook")


class Receipt(Lenient):
    """Everything needed to run it again and to tell whether it would still be the same."""

    models: list[Model]
    parameters: dict[str, Parameter]
    seeds: list[int]
    environment: Environment
    seconds: float | None = Field(ge=0, description="wall-clock seconds of the notebook")
    cpu_seconds: float | None = Field(
        ge=0, description="processor seconds of its processes; known to a build alone"
    )
    peak_mb: float | None = Field(
        ge=0, description="peak resident memory of the same, in MB; likewise"
    )
    commit: str
    key: str | None = Field(description="of a run by `frames run`; other notebooks have none")
    seal: str | None = Field(None, description="of the notebook that it was read from")


class Result(Lenient):
    """A run's measurements with its receipt; verdicts are computed from it, never stored."""

    schema_version: Literal[1] = SCHEMA_VERSION
    frame: str
    reported: dict[str, Replicates]
    receipt: Receipt

    def verdict(self, record: Record) -> Verdict:
        """Judge this result by a record's predictions."""
        return verdict_of(record, self.reported)


def verdict_of(record: Record, reported: dict[str, Replicates]) -> Verdict:
    """Judge what was reported, by a record's predictions."""
    return decide(
        record,
        {name: one.measured for name, one in reported.items()},
        {name: one.control for name, one in reported.items()},
    )


Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Note(Strict):
    """What a person has to say about a row, above all why its verdict got worse."""

    date: Day = Field(description='the day in quotes, e.g. "2026-11-29"')
    says: str = Field(min_length=10, max_length=400, description="one sentence")


class Past(Strict):
    """A verdict that a row had before."""

    verdict: Word
    date: Day = Field(description="the day on which it was recorded")
    until: Day = Field(description="the day on which another one took its place")


class Row(Lenient):
    """What a frame's demo measured on one model.

    The verdict is the one that was reached when the row was recorded, so that a change of it is
    seen in review; pages judge the reported values anew.
    """

    model: str | None = Field(description="as it is named to a demo; null for the demo's own")
    revisions: list[str] = Field(description="of its weights: one, or one for each seed")
    parameters: int | None = Field(ge=0, description="how many numbers its weights hold")
    date: Day = Field(description="the day on which it was recorded")
    verdict: Word = Field(description="as it was when the row was recorded")
    before: list[Past] = Field(description="the verdicts that it had before this one")
    notes: list[Note] = Field(description="dated; one is needed where the verdict got worse")
    reported: dict[str, Replicates]
    receipt: Receipt
    digest: str = Field(description="over all of the row but its notes; see seal.py")


class Evidence(Strict):
    """frames/<id>.results.json: one row a model, written by `frames record`."""

    schema_version: Literal[1] = SCHEMA_VERSION
    frame: str
    rows: list[Row]
