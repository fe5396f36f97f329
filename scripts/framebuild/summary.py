"""What the command line shows: progress while demos run, and one table at the end."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from framebuild.api import verdict_of
from framebuild.execute import Finished
from framebuild.load import Frame
from framebuild.plan import Job
from framebuild.store import Run
from framespec.judge import Verdict

STYLES = {
    "supported": "green",
    "contradicted": "red",
    "inconclusive": "yellow",
    "untested": "dim",
    "not run": "red",
}
PLAIN_WIDTH = 160  # a file or a pipe has no width; tables there are not wrapped


def console() -> Console:
    """Where people read; without colour or width of its own when it is not a terminal."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=PLAIN_WIDTH)


@contextmanager
def progress(to: Console, jobs: list[Job]) -> Iterator["Reporter"]:
    """Report on jobs while the block runs them."""
    reporter = Reporter(to, len(jobs))
    with reporter.bar:
        yield reporter


class Reporter:
    """A bar with what is left on a terminal; a line for each finished demo elsewhere too."""

    def __init__(self, to: Console, total: int) -> None:
        self.console, self.total, self.done = to, total, 0
        self.begin = time.monotonic()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self.bar = Progress(*columns, console=to, transient=True, disable=not to.is_terminal)
        self.task = self.bar.add_task("running", total=total)

    def started(self, job: Job) -> None:
        """A job was handed to the workers."""
        if not self.console.is_terminal:
            self.console.print(f"{job.frame.id}: queued ({job.why})", soft_wrap=True)

    def finished(self, end: Finished) -> None:
        """A job ended, well or badly."""
        self.done += 1
        self.bar.advance(self.task)
        word = "done" if end.run else end.outcome.status
        seconds = f"{end.outcome.seconds:.1f} s"
        line = f"[{self.done}/{self.total}] {end.job.frame.id}: {word} in {seconds}"
        self.console.print(line, markup=False, soft_wrap=True)


def table(
    to: Console,
    jobs: list[Job],
    ended: Iterable[Finished],
) -> None:
    """One row a demo: verdict, seconds, memory, and whether and why it ran."""
    ends = {end.job.frame.id: end for end in ended}
    grid = Table(box=None, pad_edge=False)
    for name in ("frame", "verdict", "seconds", "MB", "run", "why"):
        grid.add_column(name, justify="right" if name in ("seconds", "MB") else "left")
    for job in jobs:
        end = ends.get(job.frame.id)
        run = end.run if end else job.run
        word = verdict_of(job.frame, run).word if run else "not run"
        seconds = f"{run.result.receipt.seconds:.1f}" if run else "-"
        memory = f"{run.result.receipt.peak_mb:.0f}" if run else "-"
        how = "reused" if end is None else "run" if end.run else end.outcome.status
        shown = f"[{STYLES[word]}]{word}[/]"
        grid.add_row(job.frame.id, shown, seconds, memory, how, _brief(job.why))
    to.print(grid)


def _brief(why: str) -> str:
    """The first change; `frames plan` lists all of them."""
    first, *more = why.split("; ")
    return f"{first}, and {len(more)} more" if more else first


def parts(to: Console, frame: Frame, run: Run | None) -> None:
    """Every prediction of a frame with its numbers, and the verdict they sum up to."""
    verdict: Verdict = verdict_of(frame, run)
    grid = Table(box=None, pad_edge=False)
    for name in ("prediction", "outcome", "measured", "control", "bound"):
        grid.add_column(name)
    judged = [*([verdict.precondition] if verdict.precondition else []), *verdict.predictions]
    for bounded, one in zip(frame.record.demo.bounded, judged, strict=True):
        measured = f"{one.measured.mean:.3g} [{one.measured.low:.3g}, {one.measured.high:.3g}]"
        control = "-"
        if one.control:
            control = f"{one.control.mean:.3g} [{one.control.low:.3g}, {one.control.high:.3g}]"
        bound = f"{bounded.expect} {bounded.unit}"
        row = (bounded.id, one.outcome, measured, control, bound) if run else (
            bounded.id, "not run", "-", "-", bound
        )  # fmt: skip
        grid.add_row(*(cell.replace("[", "\\[") for cell in row))
    to.print(grid)
    to.print(f"{frame.id}: [{STYLES[verdict.word]}]{verdict.word}[/], {verdict.why}")
