"""What pydantic found wrong with a record, in a contributor's words and with the line."""

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from framebuild.problem import Problem
from framespec.corpus import nearest
from framespec.record import Topic
from framespec.strictyaml import Document, Location

Words = tuple[str, str]  # what is wrong, how to mend it


def explain(
    error: ValidationError, model: type[BaseModel], document: Document, path: str
) -> Iterator[Problem]:
    """A problem for each line that is wrong, however many branches of a union complained."""
    seen: set[tuple[int, str]] = set()
    for detail in error.errors(include_url=False):
        location = _written(detail["loc"], document)
        what, mend = _in_words(detail, model_at(model, location[:-1]), location)
        line = document.line_of(location)
        if (line, what) not in seen:
            seen.add((line, what))
            whole = "mend" in detail.get("ctx", {})  # a rule on a thing, not on one of its fields
            place = where(location if whole else location[:-1], document.data)
            yield Problem(path, line, f"{place}{what}", mend)


def _written(loc: Location, document: Document) -> Location:
    """A pydantic location without the names of union branches, which nobody wrote."""
    kept: Location = ()
    for part in loc[:-1]:
        if (*kept, part) in document.lines:
            kept = (*kept, part)
    last = loc[-1:]
    if not last or (*kept, *last) in document.lines or kept == loc[:-1]:
        return (*kept, *last)
    return kept


def _in_words(detail: ErrorDetails, owner: type[BaseModel] | None, location: Location) -> Words:
    context: dict[str, Any] = dict(detail.get("ctx", {}))
    if "mend" in context:
        return detail["msg"], str(context["mend"])
    name = str(location[-1]) if location else "the file"
    if location and isinstance(location[-1], int):
        name = f"item {location[-1] + 1}"
    described = _description(owner, name)
    if detail["type"] in _WORDS:
        return _WORDS[detail["type"]](name, detail["input"], context, described, owner)
    given = detail["input"]
    if detail["type"] == "string_type" and isinstance(given, int | float):
        mend = f"{described or 'it is a text'}; `frames check --fix` puts the quotes"
        return f"{name} is the number {given}, not a text", mend
    if detail["type"] in ("float_type", "int_type") and isinstance(given, str):
        return f"{name} is the text '{given}', not a number", "write a number, without quotes"
    wanted = detail["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    return f"{name} is {_shown(detail['input'])}, not a valid {wanted}", described or "correct it"


def _unknown_key(
    name: str, given: Any, context: dict[str, Any], described: str, owner: type[BaseModel] | None
) -> Words:
    allowed = list(owner.model_fields) if owner else []
    return f"unknown key '{name}'", _choice(name, allowed)


def _missing(
    name: str, given: Any, context: dict[str, Any], described: str, owner: type[BaseModel] | None
) -> Words:
    return f"'{name}' is missing", f"add it: {described}"


def _too_long(
    name: str, given: Any, context: dict[str, Any], described: str, owner: type[BaseModel] | None
) -> Words:
    what = f"{name} has {len(given)} characters, the limit is {context['max_length']}"
    detail = "move detail into 'limits' or a prediction" if name == "claim" else "say it shorter"
    return what, f"{detail}; it is read in one breath"


def _too_short(
    name: str, given: Any, context: dict[str, Any], described: str, owner: type[BaseModel] | None
) -> Words:
    what = f"{name} has {len(given)} characters, at least {context['min_length']} are needed"
    return what, described or "say it in a full sentence"


def _empty(
    name: str, given: Any, context: dict[str, Any], described: str, owner: type[BaseModel] | None
) -> Words:
    return f"{name} is empty", described


def _no_such_word(
    name: str, given: Any, context: dict[str, Any], described: str, owner: type[BaseModel] | None
) -> Words:
    allowed = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
    return f"{name} '{given}' is unknown", _choice(str(given), allowed)


def _no_match(
    name: str, given: Any, context: dict[str, Any], described: str, owner: type[BaseModel] | None
) -> Words:
    return f"{name} '{given}' is malformed", described or f"it matches {context['pattern']}"


def _not_a_mapping(
    name: str, given: Any, context: dict[str, Any], described: str, owner: type[BaseModel] | None
) -> Words:
    return f"{name} is {_shown(given)}, not a mapping", described or "write it as `field: value`"


_WORDS: dict[str, Callable[..., Words]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "string_too_long": _too_long,
    "string_too_short": _too_short,
    "too_short": _empty,
    "model_type": _not_a_mapping,
    "literal_error": _no_such_word,
    "string_pattern_mismatch": _no_match,
}


def _choice(given: str, allowed: list[str]) -> str:
    near = nearest(given, allowed)
    return f"{f'did you mean {near}? ' if near else ''}allowed: {', '.join(allowed)}"


def _shown(value: Any) -> str:
    words = {dict: "a mapping", list: "a list", type(None): "empty"}
    return words.get(type(value), f"'{value}'" if isinstance(value, str) else str(value))


def where(location: Location, data: Any) -> str:
    """`prediction 'prefix-matching', expect: `, a path that a reader can follow."""
    parts: list[str] = []
    for part in location:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            data = None
        if isinstance(part, int) and parts:
            named = data.get("id", data.get("frame")) if isinstance(data, dict) else None
            shown = f"'{named}'" if isinstance(named, str) else str(part + 1)
            parts[-1] = f"{parts[-1].removesuffix('s')} {shown}"
        elif part != "demo":
            parts.append(str(part))
    return f"{', '.join(parts)}: " if parts else ""


def model_at(model: type[BaseModel] | None, location: Location) -> type[BaseModel] | None:
    """The model that a location lies in, following fields and the items of lists."""
    for part in location:
        if model is None:
            return None
        if isinstance(part, int) or model is Topic:
            continue
        field = model.model_fields.get(part)
        model = next(iter(_models_in(field.annotation)), None) if field else None
    return model


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    arguments = getattr(annotation, "__args__", ())
    return [model for argument in arguments for model in _models_in(argument)]


def _description(owner: type[BaseModel] | None, name: str) -> str:
    field = owner.model_fields.get(name) if owner else None
    return (field.description or "") if field else ""
