"""Runs made up for real records, so that pages show every verdict without running a demo."""

from typing import Any

import nbformat

from framebuild.demo import with_outputs
from framebuild.load import Corpus, Frame
from framebuild.pages.page import Ran
from framebuild.store import Run
from framespec.record import Expect
from framespec.result import Receipt, Replicates, Result

FIGURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300"><rect width="400" height="300"'
    ' fill="white"/><path d="M20 280L380 20" stroke="black"/></svg>'
)
SHOWN = {
    "output_type": "display_data",
    "data": {"image/svg+xml": FIGURE, "text/plain": "a figure"},
    "metadata": {"image/svg+xml": {"alt": "A line that rises from left to right."}},
}


def inside(expect: Expect) -> list[float]:
    """Replicates that a bound holds."""
    middle = _middle(expect)
    return [middle, middle + 0.001, middle - 0.001]


def outside(expect: Expect) -> list[float]:
    """Replicates that lie beyond a bound."""
    away = expect.high + 1 if expect.high != float("inf") else expect.low - 1
    return [away, away + 0.001, away - 0.001]


def ran(
    corpus: Corpus, one: str, failed: bool = False, met: bool = True, outputs: Any = (SHOWN,)
) -> Ran:
    """A run of a frame in which all predictions held, or the last failed, or nothing was learned.

    outputs: what its first code cell showed.
    """
    frame = corpus.frames[one]
    reported = {
        part.id: Replicates(measured=inside(part.expect), control=outside(part.expect))
        for part in frame.record.demo.predictions
    }
    last = frame.record.demo.predictions[-1]
    if failed:
        away, held = outside(last.expect), inside(last.expect)
        reported[last.id] = Replicates(measured=away, control=held)
    before = frame.record.demo.precondition
    if before:
        found = inside(before.expect) if met else outside(before.expect)
        reported[before.id] = Replicates(measured=found)
    return Ran(_run(frame, reported), _notebook(frame, outputs))


def _middle(expect: Expect) -> float:
    if expect.between:
        return (expect.low + expect.high) / 2
    return expect.low + 0.2 if expect.high == float("inf") else expect.high - 0.2


def _run(frame: Frame, reported: dict[str, Replicates]) -> Run:
    receipt = Receipt.model_validate(
        {
            "models": [{"id": "lab:made-up", "revision": "abc"}],
            "parameters": {"seeds": 3},
            "seeds": [0, 1, 2],
            "environment": {"versions": {"torch": "2"}, "device": "cpu", "dtype": "float32"},
            "seconds": 1.5,
            "cpu_seconds": 1.5,
            "peak_mb": 100,
            "commit": "abc",
            "key": "k" * 64,
        }
    )
    result = Result(frame=frame.id, reported=reported, receipt=receipt)
    return Run(
        frame=frame.id, key="k" * 64, inputs={}, default=True, result=result, notebook_sha256=""
    )


def _notebook(frame: Frame, outputs: Any) -> dict[str, Any]:
    assert frame.demo
    executed: dict[str, Any] = nbformat.from_dict(frame.demo.notebook)
    code = [cell for cell in executed["cells"] if cell["cell_type"] == "code"]
    for cell in code:
        cell["outputs"], cell["execution_count"] = [], 1
    code[0]["outputs"] = [nbformat.from_dict(one) for one in outputs]
    return with_outputs(frame.demo, executed)
