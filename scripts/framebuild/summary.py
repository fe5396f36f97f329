"""What the command line shows: progress while demos run, and one table at the end."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from framebuild.api import verdict_of
from framebuild.conclude import Finished, Report
from framebuild.load import Frame
from framebuild.store import Run
from framespec.judge import Interval, Verdict

STYLES = {
    "supported": "green",
    "contradicted": "red",
    "inconclusive": "yellow",
    "untested": "dim",
    "not run": "red",
}
PLAIN_WIDTH = 160  # a file or a pipe has no width; tables there are not wrapped


def console(quiet: bool = False) -> Console:
    """Where people read; without colour or width of its own when it is not a terminal."""
    found = Console(highlight=False, quiet=quiet)
    return found if found.is_terminal else Console(highlight=False, width=PLAIN_WIDTH, quiet=quiet)


@contextmanager
def progress(to: Console, expected: dict[str, float], workers: int) -> Iterator["Reporter"]:
    """Report on demos while the block runs them. expected: seconds by label, inf if unknown."""
    reporter = Reporter(to, expected, workers)
    count, at_once = len(expected), min(workers, len(expected))
    to.print(f"running {count} demo{'s' if count != 1 else ''}, {at_once} at once")
    with reporter.bar:
        yield reporter


class Reporter:
    """A bar with what runs and what is left on a terminal; a line a finished demo everywhere."""

    def __init__(self, to: Console, expected: dict[str, float], workers: int) -> None:
        self.console, self.workers, self.total = to, workers, len(expected)
        # The longest is started first, as in execute.
        self.left = dict(sorted(expected.items(), key=lambda one: -one[1]))
        self.begin = time.monotonic()
        columns = (
            BarColumn(20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
        )
        self.bar = Progress(*columns, console=to, transient=True, disable=not to.is_terminal)
        self.task = self.bar.add_task("", total=self.total)

    def tick(self) -> None:
        """Say what runs now, and how long the rest took last time."""
        running = ", ".join(list(self.left)[: self.workers])
        seconds = sum(self.left.values()) / self.workers
        about = f", about {seconds:.0f} s of work left" if math.isfinite(seconds) else ""
        self.bar.update(self.task, description=f"{running}{about}")

    def finished(self, end: Finished) -> None:
        """A demo ended, well or badly."""
        self.left.pop(end.job.label, None)
        self.bar.advance(self.task)
        word = "done" if end.run else end.outcome.status
        done = self.total - len(self.left)
        line = f"[{done}/{self.total}] {end.job.label}: {word} in {end.outcome.seconds:.1f} s"
        self.console.print(line, markup=False, soft_wrap=True)


def rows(report: Report) -> list[dict[str, Any]]:
    """One row a demo: verdict, seconds, memory, whether and why it ran, what it failed with."""
    ends = {end.job.frame.id: end for end in report.ended}
    found = []
    for job in report.jobs:
        end, run = ends.get(job.frame.id), report.run_of(job)
        receipt = run.result.receipt if run else None
        found.append(
            {
                "frame": job.frame.id,
                "verdict": verdict_of(job.frame, run).word if run else "not run",
                "seconds": receipt.seconds if receipt else None,
                "cpu_seconds": receipt.cpu_seconds if receipt else None,
                "peak_mb": receipt.peak_mb if receipt else None,
                "status": "reused" if end is None else "run" if end.run else end.outcome.status,
                "why": job.why,
                "problem": str(end.problem) if end and end.problem else None,
            }
        )
    return found


def table(to: Console, report: Report) -> None:
    """The rows, for people."""
    made = grid("frame", "verdict", "seconds", "core s", "MB", "run", "why")
    for row in rows(report):
        seconds = "-" if row["seconds"] is None else f"{row['seconds']:.1f}"
        core = "-" if row["cpu_seconds"] is None else f"{row['cpu_seconds']:.1f}"
        memory = "-" if row["peak_mb"] is None else f"{row['peak_mb']:.0f}"
        shown = f"[{STYLES[row['verdict']]}]{row['verdict']}[/]"
        made.add_row(row["frame"], shown, seconds, core, memory, row["status"], _brief(row["why"]))
    to.print(made)


def grid(*names: str) -> Table:
    """A table without lines, its numbers to the right."""
    found = Table(box=None, pad_edge=False)
    for name in names:
        found.add_column(name, justify="right" if name in ("seconds", "core s", "MB") else "left")
    return found


def _brief(why: str) -> str:
    """The first change; `frames plan` lists all of them."""
    first, *more = why.split("; ")
    return f"{first}, and {len(more)} more" if more else first


def parts(to: Console, frame: Frame, run: Run | None) -> None:
    """Every prediction of a frame with its numbers, and the verdict they sum up to."""
    verdict: Verdict = verdict_of(frame, run)
    made = grid("prediction", "outcome", "measured", "control", "bound")
    judged = [*([verdict.precondition] if verdict.precondition else []), *verdict.predictions]
    for bounded, one in zip(frame.record.demo.bounded, judged, strict=True):
        bound = f"{bounded.expect} {bounded.unit}"
        if run is None:
            made.add_row(bounded.id, "not run", "-", "-", bound)
            continue
        control = _estimate(one.control) if one.control else "-"
        made.add_row(bounded.id, one.outcome, _estimate(one.measured), control, bound)
    to.print(made)
    to.print(f"{frame.id}: [{STYLES[verdict.word]}]{verdict.word}[/], {verdict.why}")


def _estimate(found: Interval) -> str:
    return f"{found.mean:.3g} \\[{found.low:.3g}, {found.high:.3g}]"
