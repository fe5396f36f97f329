"""A problem: something a contributor wrote that is wrong, where, and how to mend it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """`path:line: what`, then how to mend it. The path is relative to the root.

    draft: it is only something still to be filled in, so the frame can run but not be published.
    """

    path: str
    line: int
    what: str
    mend: str
    draft: bool = False

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}\n    mend: {self.mend}"


def as_json(problems: Iterable[Problem]) -> str:
    """A JSON list, for tools."""
    return json.dumps([asdict(problem) for problem in problems], indent=2, ensure_ascii=False)


def as_github(problem: Problem) -> str:
    """A workflow command that GitHub shows as an annotation on the line."""
    path = _escaped(problem.path).replace(":", "%3A").replace(",", "%2C")
    message = _escaped(f"{problem.what}\nmend: {problem.mend}")
    return f"::error file={path},line={problem.line}::{message}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
