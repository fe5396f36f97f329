"""Mends in a record what has one right answer, line by line, so that comments and layout stay."""

import difflib
import os
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from framebuild.check.records import FIELDS
from framebuild.explain import model_at
from framebuild.load import TOPICS, load
from framespec.record import Record
from framespec.strictyaml import Document, Location, YamlRefused, parse

SURE = 0.75  # of the letters in common, and no other name as near: else a person decides
UNQUOTED = re.compile(r"^(\s*(?:- )?(?:\{)?(?:arxiv|doi|added): *)([^\s\"'#{}\[\],]+)( *(?:#.*)?)$")


def fix(root: Path) -> Iterator[str]:
    """Mend every record below a root; yields what was done to each file, as a unified diff."""
    corpus, _ = load(root)
    frames = {*corpus.frames, *corpus.unreadable}
    for path in sorted((root / "frames").glob("*.yaml")):
        relative = path.relative_to(root).as_posix()
        if relative == TOPICS:
            continue
        try:
            before = path.read_bytes().decode("utf-8")
            after = fixed(before, sorted(corpus.topics), sorted(frames - {path.stem}))
        except (OSError, UnicodeDecodeError, YamlRefused):
            continue  # `check` says what is wrong; there is more than one way to mend it
        if after != before:
            aside = path.with_name(f".{path.name}.{os.getpid()}")
            aside.write_bytes(after.encode())
            os.replace(aside, path)
            lines = before.splitlines(keepends=True), after.splitlines(keepends=True)
            yield "".join(difflib.unified_diff(*lines, relative, relative, n=1))


def fixed(text: str, topics: list[str], frames: list[str]) -> str:
    """A record's text, mended. Raises YamlRefused where it is not in the dialect.

    topics, frames: the ids that it may name.
    """
    lines = [UNQUOTED.sub(r'\1"\2"\3', line) for line in text.splitlines()]
    document = parse("\n".join(lines).encode())
    if not isinstance(document.data, dict) or "moved_to" in document.data:
        return text
    while typos := list(_typos(document, topics, frames)):  # a mended key shows what is below it
        for line, wrong, right in typos:
            word = rf"(?<![\w-]){re.escape(wrong)}(?![\w-])"
            lines[line - 1] = re.sub(word, right, lines[line - 1], count=1)
        before, document = document, parse("\n".join(lines).encode())
        if document.text == before.text:
            break  # the word is not on the line that was named
    return _in_order(lines, document)


def _typos(
    document: Document, topics: list[str], frames: list[str]
) -> Iterator[tuple[int, str, str]]:
    """Each misspelt name with its line and the one name that it must have meant."""
    for at, line in document.lines.items():
        wrong: Any = None
        if not at:
            continue
        owner, allowed = model_at(Record, at[:-1]), list[str]()
        if owner and isinstance(at[-1], str) and at[-1] not in owner.model_fields:
            there = _value(document, at[:-1])
            wrong, allowed = at[-1], [name for name in owner.model_fields if name not in there]
        else:
            wrong, allowed = _value(document, at), _names(owner, at, topics, frames)
        if allowed and isinstance(wrong, str) and wrong not in allowed:
            near = difflib.get_close_matches(wrong, allowed, 2, cutoff=SURE)
            if len(near) == 1:
                yield line, wrong, near[0]


def _names(
    owner: type[BaseModel] | None, at: Location, topics: list[str], frames: list[str]
) -> list[str]:
    """The words that may stand at a place; empty where any may."""
    if at[0] == "topics" and len(at) == 2:
        return topics
    if at[0] == "related" and at[-1] == "frame":
        return frames
    field = owner.model_fields.get(str(at[-1])) if owner else None
    if field and typing.get_origin(field.annotation) is typing.Literal:
        return list(typing.get_args(field.annotation))
    return []


def _value(document: Document, at: Location) -> Any:
    value = document.data
    for part in at:
        value = value[part]
    return value


def _in_order(lines: list[str], document: Document) -> str:
    """The fields in the order of the contract, each with the comments and blank line above it."""
    starts = sorted((document.lines[(name,)] - 1, name) for name in document.data if name in FIELDS)
    if len(starts) < len(document.data) or not starts:
        return "\n".join(lines) + "\n"
    names = [name for _, name in starts]
    if names == sorted(names, key=FIELDS.index):
        return "\n".join(lines) + "\n"
    cuts = [_above(lines, start) for start, _ in starts]
    head, ends = lines[: cuts[0]], [*cuts[1:], len(lines)]
    blocks = {name: lines[cut:end] for name, cut, end in zip(names, cuts, ends, strict=True)}
    ordered = [line for name in FIELDS if name in blocks for line in blocks[name]]
    return "\n".join([*head, *ordered]).rstrip("\n") + "\n"


def _above(lines: list[str], start: int) -> int:
    """Where a field's own comments begin; the first line's, for the editor, is not a field's."""
    while (
        start > 0
        and (not lines[start - 1].strip() or lines[start - 1].startswith("#"))
        and "yaml-language-server" not in lines[start - 1]
    ):
        start -= 1
    return start
