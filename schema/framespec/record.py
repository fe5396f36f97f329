"""A record: what a frame claims, who says so, how it is tested, what is open, how it relates."""

import datetime
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

Kind = Literal["representational", "functional", "conceptual"]
Reach = Literal["claim", "mechanism", "illustration"]
How = Literal["supports", "contradicts", "refines", "explains", "same_mechanism"]

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
CLAIM_LIMIT = 300  # the claim is read in one breath
SENTENCE_LIMIT = 400

Id = Annotated[str, Field(pattern=ID_PATTERN, max_length=60)]
Sentence = Annotated[str, Field(min_length=10, max_length=SENTENCE_LIMIT)]


class Strict(BaseModel):
    """Values only: unknown keys and loose types are refused, and nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def broken(rule: str, what: str, mend: str) -> PydanticCustomError:
    """A rule of the contract that was broken, with how to mend it."""
    return PydanticCustomError(rule, "{what}", {"what": what, "mend": mend})


class Source(Strict):
    """Who said it. One of arxiv, doi and url says where; `supports` says which part counts."""

    id: Id = Field(description="a short key for the source, e.g. olsson-2022")
    title: str = Field(min_length=3, max_length=200, description="the title as published")
    authors: list[str] = Field(min_length=1, description="names in full, in the source's order")
    year: int = Field(ge=1900, le=2100, description="the year of publication, a whole number")
    arxiv: Annotated[str, Field(pattern=r"^\d{4}\.\d{4,5}$")] | None = Field(
        None, description='the arXiv identifier in quotes, e.g. "2209.11895"'
    )
    doi: Annotated[str, Field(pattern=r"^10\.\d{4,9}/\S+$")] | None = Field(
        None, description='the DOI in quotes, e.g. "10.1198/016214506000001437"'
    )
    url: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = Field(
        None, description="the address, where there is no arXiv identifier or DOI"
    )
    supports: Sentence = Field(
        description="what in the source supports the claim, with a section, figure or page"
    )

    @model_validator(mode="after")
    def _has_identifier(self) -> "Source":
        if not (self.arxiv or self.doi or self.url):
            raise broken(
                "source-identifier",
                "it has no identifier",
                "add one of arxiv, doi or url",
            )
        return self

    @property
    def link(self) -> str:
        """The address to read it at."""
        if self.arxiv:
            return f"https://arxiv.org/abs/{self.arxiv}"
        return f"https://doi.org/{self.doi}" if self.doi else str(self.url)


class Expect(Strict):
    """The bound that a prediction sets on its measure: exactly one of three."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [name]} for name in ("at_least", "at_most", "between")]
        }
    )
    at_least: float | None = Field(None, description="the measure is this or more")
    at_most: float | None = Field(None, description="the measure is this or less")
    between: Annotated[list[float], Field(min_length=2, max_length=2)] | None = Field(
        None, description="[low, high]: the measure lies in between"
    )

    @model_validator(mode="after")
    def _one_bound(self) -> "Expect":
        bounds = {"at_least": self.at_least, "at_most": self.at_most, "between": self.between}
        given = [name for name, bound in bounds.items() if bound is not None]
        if len(given) != 1:
            listed = " and ".join(given) or "nothing"
            raise broken(
                "one-bound",
                f"gives {listed}, it needs exactly one bound",
                "keep one of at_least, at_most, between",
            )
        if self.between and self.between[0] > self.between[1]:
            raise broken(
                "bound-order",
                f"between {self.between} is empty: its low end is above its high end",
                "write [low, high]",
            )
        return self

    @property
    def low(self) -> float:
        """The smallest value inside the bound, -inf if there is none."""
        if self.between:
            return self.between[0]
        return self.at_least if self.at_least is not None else float("-inf")

    @property
    def high(self) -> float:
        """The largest value inside the bound, inf if there is none."""
        if self.between:
            return self.between[1]
        return self.at_most if self.at_most is not None else float("inf")

    def __str__(self) -> str:
        if self.between:
            return f"between {self.between[0]:g} and {self.between[1]:g}"
        if self.at_least is not None:
            return f"at least {self.at_least:g}"
        return f"at most {self.at_most:g}"


class Bounded(Strict):
    """Something that a demo measures, against a bound."""

    id: Id = Field(description="a short key, used by the demo to report what it measured")
    says: Sentence = Field(description="one sentence: what will be seen")
    measure: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)] = Field(
        description="the measure's standard name, in snake_case"
    )
    unit: str = Field(min_length=1, max_length=60, description="the measure's unit, e.g. nats")
    expect: Expect = Field(description="one of at_least, at_most, between")


class Prediction(Bounded):
    """Written before the first run: what is expected, of what rival, and what would refute it."""

    control: Sentence = Field(
        description="what the same measure is taken on, where the effect must be absent"
    )
    would_refute: Sentence = Field(description="the result that would refute the claim")


class Precondition(Bounded):
    """What the model must have learned for the demo to mean anything."""


class Demo(Strict):
    """The notebook that tests the claim, and how far it reaches."""

    notebook: str = Field(description="demos/<id>.py")
    reach: Reach = Field(description="claim, mechanism or illustration")
    precondition: Precondition | None = Field(
        None, description="what the model must have learned; unmet, the verdict is inconclusive"
    )
    predictions: list[Prediction] = Field(
        default_factory=list, description="written before the first run"
    )
    limits: list[Sentence] = Field(min_length=1, description="what this demo does not show")

    @model_validator(mode="after")
    def _predictions_fit_reach(self) -> "Demo":
        if self.reach == "illustration" and self.predictions:
            raise broken(
                "illustration-predicts",
                "an illustration gives no verdict, yet it has predictions",
                "set reach to claim or mechanism, or remove the predictions",
            )
        if self.reach != "illustration" and not self.predictions:
            raise broken(
                "no-predictions",
                f"reach is '{self.reach}' but there are no predictions",
                "write what is expected, its control and what would refute it",
            )
        ids = [bounded.id for bounded in self.bounded]
        for repeated in sorted({one for one in ids if ids.count(one) > 1}):
            raise broken(
                "prediction-ids",
                f"two predictions have the id '{repeated}'",
                "give each prediction, and the precondition, its own id",
            )
        return self

    @property
    def bounded(self) -> list[Bounded]:
        """Everything that the demo must report, the precondition first."""
        return [*([self.precondition] if self.precondition else []), *self.predictions]


class Question(Strict):
    """An open question that was answered, and by what."""

    question: Sentence
    answered_by: str = Field(description="a frame's id, or the id of a source in this record")


class Relation(Strict):
    """How this frame bears on another. Declared on one side; the reverse is generated."""

    frame: Id = Field(description="the other frame's id")
    how: How = Field(description="supports, contradicts, refines, explains or same_mechanism")


class Record(Strict):
    """One frame. Its id is its file's stem."""

    title: str = Field(min_length=3, max_length=80, description="a short noun phrase")
    kind: Kind = Field(description="representational, functional or conceptual")
    topics: list[Id] = Field(min_length=1, description="ids in frames/topics.yaml")
    claim: str = Field(
        min_length=20,
        max_length=CLAIM_LIMIT,
        description="one or two sentences in our own words, present tense, no hype",
    )
    aliases: list[str] = Field(default_factory=list, description="other names of the same idea")
    added: str | None = Field(None, description="the day it was added, e.g. 2026-11-20")
    sources: list[Source] = Field(min_length=1, description="who says so, with a locator each")
    demo: Demo = Field(description="how it is tested")
    open_questions: list[Sentence | Question] = Field(
        min_length=1, description="real ones, each a sentence"
    )
    related: list[Relation] = Field(default_factory=list, description="{frame, how}")

    @model_validator(mode="after")
    def _added_is_a_day(self) -> "Record":
        try:
            if self.added is not None:
                datetime.date.fromisoformat(self.added)
        except ValueError:
            raise broken(
                "added-day", f"added '{self.added}' is not a day", "write it as 2026-11-20"
            ) from None
        return self


class Stub(Strict):
    """What a renamed id leaves behind, so that its address never dies."""

    moved_to: Id = Field(description="the id that took its place")


class Topic(Strict):
    """One of the things the field wants to understand."""

    name: str = Field(min_length=2, max_length=40, description="as shown to a reader")
    says: Sentence = Field(description="one sentence on what belongs here")


def is_id(text: Any) -> bool:
    """Whether a text can be a frame's id."""
    return isinstance(text, str) and re.match(ID_PATTERN, text) is not None
