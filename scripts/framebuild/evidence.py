"""Evidence: the rows of frames/<id>.results.json, how they are read, and how one is put in."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from framebuild.explain import explain
from framebuild.problem import Problem
from framespec.corpus import Refused
from framespec.judge import Word
from framespec.record import Record
from framespec.result import Evidence, Model, Note, Past, Receipt, Replicates, Row
from framespec.result import verdict_of as judged
from framespec.seal import row_digest
from framespec.strictyaml import MAX_BYTES, Document, YamlRefused, parse

SUFFIX = ".results.json"
GOOD_TO_BAD: tuple[Word, ...] = ("supported", "inconclusive", "contradicted")
AGAIN = "it is written by `frames record`: restore it, or record again"


@dataclass(frozen=True)
class Results:
    """A results file as text; what it holds is read when it is asked for."""

    path: str
    raw: bytes

    @cached_property
    def _read(self) -> tuple[Evidence | None, list[Problem]]:
        if len(self.raw) > MAX_BYTES:
            what = f"file has {len(self.raw)} bytes, the limit is {MAX_BYTES}"
            return None, [Problem(self.path, 1, what, "remove rows")]
        try:
            return Evidence.model_validate(_strict_json(self.raw)), []
        except ValidationError as error:
            return None, list(explain(error, Evidence, self._document, self.path))
        except json.JSONDecodeError as error:
            return None, [Problem(self.path, error.lineno, f"not JSON: {error.msg}", AGAIN)]
        except YamlRefused as refused:
            return None, [Problem(self.path, refused.line, refused.what, AGAIN)]
        except (ValueError, RecursionError):
            return None, [Problem(self.path, 1, "not JSON of a results file", AGAIN)]

    @property
    def rows(self) -> Sequence[Row]:
        """The rows; none where the file has problems."""
        evidence, _ = self._read
        return evidence.rows if evidence else []

    @property
    def frame(self) -> str | None:
        """The frame that the file says it is of."""
        evidence, _ = self._read
        return evidence.frame if evidence else None

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with the file by itself."""
        return self._read[1]

    @cached_property
    def _document(self) -> Document:
        return parse(self.raw)  # JSON is YAML too, and here lines are known

    def line_of(self, row: int, *field: str | int) -> int:
        """The line of a row, or of a field of it."""
        return self._document.line_of(("rows", row, *field))


def _strict_json(raw: bytes) -> Any:
    """JSON in which no key comes twice, and no number is not one."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(found)) < len(found):
            parse(raw)  # which refuses it with its line
            raise ValueError
        return dict(found)

    def constant(name: str) -> None:
        raise json.JSONDecodeError(f"{name} must be in quotes", raw.decode(), 0)

    return json.loads(raw, object_pairs_hook=pairs, parse_constant=constant)


def read_results(root: Path, frame: str) -> Results | None:
    """The results file of a frame, if there is one."""
    path = f"frames/{frame}{SUFFIX}"
    try:
        return Results(path, (root / path).read_bytes())
    except FileNotFoundError:
        return None


def write_results(root: Path, frame: str, rows: Sequence[Row]) -> None:
    """Write a frame's rows, whole or not at all."""
    path = root / "frames" / f"{frame}{SUFFIX}"
    evidence = Evidence(frame=frame, rows=list(rows))
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(evidence.model_dump_json(indent=1) + "\n", encoding="utf-8")
    os.replace(aside, path)


def is_worse(now: Word, before: Word) -> bool:
    """Whether a verdict says less for a claim than another. Without a run, nothing is said."""
    if now not in GOOD_TO_BAD or before not in GOOD_TO_BAD:
        return False
    return GOOD_TO_BAD.index(now) > GOOD_TO_BAD.index(before)


def name_of(row: Row) -> str:
    """A row's model, in a sentence."""
    return f"'{row.model}'" if row.model else "the demo's own model"


def sealed(row: Row) -> Row:
    """A row with its digest."""
    whole = Row.model_validate_json(row.model_dump_json())
    return whole.model_copy(update={"digest": row_digest(whole)})


def row_of(
    record: Record,
    models: Sequence[str],
    reported: dict[str, Replicates],
    receipt: Receipt,
    date: str,
) -> Row:
    """A row of what was measured. models: the names of the parameters that name a model."""
    named = {
        name: public_name(str(value), receipt.models) if name in models else value
        for name, value in receipt.parameters.items()
    }
    subject = str(named["model"]) if "model" in models else None
    used = [one for one in receipt.models if one.id in (subject, (subject or "").partition("@")[0])]
    if subject and not used:
        what = f"the receipt does not say which weights '{subject}' had"
        raise Refused(what, "the demo must load it with study.uses(load(model))")
    row = Row(
        model=subject,
        revisions=list(dict.fromkeys(one.revision for one in used)),
        parameters=next((one.parameters for one in used), None),
        date=date,
        verdict=judged(record, reported).word,
        before=[],
        notes=[],
        reported=reported,
        receipt=receipt.model_copy(update={"parameters": named}),
        digest="",
    )
    return sealed(row)


def public_name(name: str, models: Sequence[Model]) -> str:
    """A model's name as a receipt may show it: of a folder's path, only its last part."""
    before = "untrained:" if name.startswith("untrained:") else ""
    last = f"{before}{Path(name.removeprefix(before)).name}"
    folder = any(one.id == last and one.revision.startswith("sha256:") for one in models)
    return last if folder else name


def put(rows: Sequence[Row], new: Row, note: str | None = None) -> tuple[list[Row], str]:
    """Rows with a new one in place of that model's old one, and what became of it, in a word.

    The old row's notes are kept, and its verdict where the new one is another. A row of the same
    run is left as it was. note: what to say of it, dated as the row is.
    Raises Refused if the old row is of another folder with the same name.
    """
    old = next((row for row in rows if row.model == new.model), None)
    word, row = ("added", new) if old is None else _in_place_of(old, new)
    if note:
        said = Note(date=new.date, says=note)
        row, word = row.model_copy(update={"notes": [*row.notes, said]}), word + ", with a note"
    return [*(one for one in rows if one.model != new.model), sealed(row)], word


def _in_place_of(old: Row, new: Row) -> tuple[str, Row]:
    if _same_run(old, new):
        return "unchanged", old
    folders = all(one.startswith("sha256:") for one in [*old.revisions, *new.revisions])
    if new.revisions and folders and old.revisions != new.revisions:
        what = f"there is a row for another folder named '{new.model}', with other weights"
        raise Refused(what, "rename your folder and run it again, or remove that row")
    kept = {"notes": old.notes, "before": _before(old, new.verdict, new.date)}
    return "replaced", new.model_copy(update=kept)


def _before(old: Row, verdict: Word, date: str) -> list[Past]:
    if old.verdict == verdict:
        return old.before
    return [*old.before, Past(verdict=old.verdict, date=old.date, until=date)]


def _same_run(one: Row, other: Row) -> bool:
    receipt = {"parameters", "models", "key", "seal"}
    essence: Any = {"reported": True, "verdict": True, "receipt": receipt}
    return one.model_dump_json(include=essence) == other.model_dump_json(include=essence)


def rejudged(row: Row, record: Record, date: str) -> Row:
    """A row with the verdict that the present bounds give its values."""
    verdict = judged(record, row.reported).word
    if verdict == row.verdict:
        return row
    changes = {"verdict": verdict, "date": date, "before": _before(row, verdict, date)}
    return sealed(row.model_copy(update=changes))
