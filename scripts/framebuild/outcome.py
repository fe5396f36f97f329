"""What became of a notebook: read from its executed cells, never from what it says of itself."""

import re
from dataclasses import dataclass
from typing import Any, Literal

import nbformat

from framebuild.watch import Limits
from framespec.result import MIME_TYPE, Measurements

Status = Literal[
    "ok", "error", "refused", "incomplete", "no-result", "timeout", "out-of-memory",
    "too-much-output", "kernel-died", "wrong-environment", "not-kept",
]  # fmt: skip

ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


@dataclass(frozen=True)
class Outcome:
    """How a run ended, where it is to blame, and what it used."""

    status: Status
    what: str = ""
    mend: str = ""
    cell: str | None = None  # the id of the cell at fault
    line: int = 1  # in that cell, from 1
    notebook: str | None = None  # as executed, whatever the end
    seconds: float = 0.0  # wall clock
    cpu_s: float = 0.0  # of the kernel and all that it started
    peak_mb: float = 0.0  # resident, likewise


@dataclass(frozen=True)
class Executed:
    """What papermill left: the notebook, the last cell that was started, how the kernel ended."""

    notebook: nbformat.NotebookNode
    cell: str | None
    passed: str | None  # the limit that was passed
    death: str | None  # what the client said of a dead kernel
    log: str  # what the kernel's processes wrote to standard error


def read_outcome(frame: str, executed: Executed, limits: Limits) -> Outcome:
    """The one status that an executed notebook has."""
    cell = executed.cell
    if executed.passed == "memory":
        what = f"used more than {limits.memory_mb:.0f} MB of memory and was stopped"
        return Outcome("out-of-memory", what, "make it smaller, or raise --memory", cell)
    if executed.passed == "seconds":
        what = f"ran longer than {limits.seconds:.0f} s and was stopped"
        return Outcome("timeout", what, "make it faster, or raise --timeout", cell)
    if executed.passed == "output":
        what = "displayed more than twenty million characters and was stopped"
        return Outcome("too-much-output", what, "print less", cell)
    cells = executed.notebook.cells
    code = [one for one in cells if one.cell_type == "code" and one.source.strip()]
    for one in code:
        for output in one.outputs:
            if output.output_type == "error" and output.ename != "SystemExit":
                return _raised(frame, one, output)
    if executed.death:
        said = executed.log.strip().splitlines()[-1:]
        what = "the kernel died: it exited, crashed, or was killed from outside"
        mend = "look for os._exit, a crash in native code, or the machine's own memory limit"
        return Outcome("kernel-died", " ".join([what, *said]), mend, cell)
    for one in code:
        stopped = any(output.output_type == "error" for output in one.outputs)
        if stopped or one.execution_count is None:
            what = "the notebook stopped here: this cell exited, or was never run"
            return Outcome("incomplete", what, "remove sys.exit from the notebook", one.id)
    return Outcome("ok")


def _raised(frame: str, cell: nbformat.NotebookNode, output: nbformat.NotebookNode) -> Outcome:
    trace = ANSI.sub("", "\n".join(output.traceback))
    lines = re.findall(rf"Cell In\[{cell.execution_count}\], line (\d+)", trace)
    line = int(lines[-1]) if lines else 1
    if output.ename == "Refused":
        what, _, mend = output.evalue.partition("\n    mend: ")
        return Outcome("refused", what, mend, cell.id, line)
    what = f"{output.ename}: {output.evalue}".strip()
    mend = f"the executed notebook shows the whole traceback: build/failed/{frame}.ipynb"
    return Outcome("error", what, mend, cell.id, line)


def cleaned(notebook: nbformat.NotebookNode) -> str:
    """A notebook's text without times, paths and machine names: equal runs give equal texts."""
    notebook.metadata.pop("papermill", None)
    notebook.cells = [
        cell
        for cell in notebook.cells
        if "papermill-error-cell-tag" not in cell.metadata.get("tags", [])
    ]
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
    text: str = nbformat.writes(notebook)
    return text


def measurements(notebook: dict[str, Any]) -> Measurements | None:
    """What the last verdict cell of an executed notebook displayed, if it did.

    Raises pydantic's ValidationError if that is not a result.
    """
    found = None
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            found = output.get("data", {}).get(MIME_TYPE, found)
    return Measurements.model_validate(found) if found is not None else None
