"""A tour: an ordered walk through frames, after a text that set it going."""

from typing import Annotated

from pydantic import Field

from framespec.record import Id, Sentence, Strict

STEP_LIMIT = 600  # a step is one thought on the way to the next, and no page of its own


class Seed(Strict):
    """The text that a tour walks after, with what is known of it."""

    title: str = Field(min_length=3, max_length=200, description="the title as published")
    authors: list[str] = Field(default_factory=list, description="names as given, where known")
    year: int | None = Field(
        None, ge=1900, le=2100, description="the year of publication, a whole number, where known"
    )
    url: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = Field(
        None, description="the address, where known, e.g. https://example.org/text"
    )


class Step(Strict):
    """One frame on the way, and what carries the reader to it and on."""

    frame: Id = Field(description="the frame's id")
    says: str = Field(
        min_length=20,
        max_length=STEP_LIMIT,
        description="a sentence or two: what this frame adds, and what it leaves to be asked",
    )


class Tour(Strict):
    """A walk through frames. Its id is its file's stem. How many steps it needs is a rule."""

    title: str = Field(min_length=3, max_length=80, description="a short noun phrase")
    says: Sentence = Field(description="one sentence: what a reader has seen at the end")
    seed: Seed = Field(description="the text it walks after: title, authors, year, url")
    note: Sentence | None = Field(None, description="what a reader should know before starting")
    steps: list[Step] = Field(description="{frame, says}, in the order of the walk")
