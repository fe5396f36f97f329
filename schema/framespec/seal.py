"""Digests by which an edit is noticed: of a notebook once it has run, of a row once it is recorded.

They are digests and not signatures. Whoever changes a value, a parameter or a line of code in a
notebook or a results file by hand is found out; whoever computes the digest anew is not. Against
that only running it again helps: a row holds all that is needed for it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from framespec.result import Measurements, Row


def notebook_seal(cells: Sequence[str], found: Measurements) -> str:
    """A digest over the code that a notebook executed and over everything that it measured.

    cells: the source of each code cell that was run, in order, those with parameters too, up to
    the one that shows the verdict. What else a cell displayed, such as a figure, is not covered.
    """
    measured = json.loads(found.model_dump_json(exclude={"seal"}))
    return _digest([[cell.rstrip("\n") for cell in cells], measured])


def row_digest(row: Row) -> str:
    """A digest over a row of a results file, all but its notes, which people write."""
    text = row.model_dump_json(exclude={"notes", "digest"}, exclude_unset=True)
    return _digest(json.loads(text))


def modules_digest(modules: Mapping[str, str]) -> str:
    """One digest for the modules that a demo reaches. modules: a digest by name."""
    return _digest(dict(modules))


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
