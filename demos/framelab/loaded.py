"""A model that is ready to use. Apart from models.py, so that a receipt needs no recipes."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


class Loaded(NamedTuple):
    """A model in evaluation mode with eager attention, and how a receipt names it."""

    model: "PreTrainedModel"
    tokenizer: "PreTrainedTokenizerBase | None"
    id: str
    revision: str
