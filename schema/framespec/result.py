"""A result: what one run of a demo measured, and the receipt that lets anyone check it."""

from typing import Literal

from pydantic import ConfigDict, Field

from framespec.judge import Verdict, decide
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


class Receipt(Lenient):
    """Everything needed to run it again and to tell whether it would still be the same."""

    models: list[Model]
    parameters: dict[str, Parameter]
    seeds: list[int]
    environment: Environment
    seconds: float = Field(ge=0, description="wall-clock seconds of the notebook")
    cpu_seconds: float = Field(ge=0, description="processor seconds of the same processes")
    peak_mb: float = Field(ge=0, description="peak resident memory of its processes, in MB")
    commit: str
    key: str


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
