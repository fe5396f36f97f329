"""The only step that starts processes: run jobs in parallel, and yield what became of each."""

import json
import multiprocessing
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from framebuild.outcome import Outcome, measurements
from framebuild.plan import Job
from framebuild.problem import Problem
from framebuild.store import Run, Store, digest
from framebuild.task import Task, environment, run_task
from framebuild.watch import Limits, die_with_parent
from framespec.modelref import located
from framespec.result import Measurements, Receipt, Result


@dataclass(frozen=True)
class Finished:
    """A job's end: a run that may be kept, or the problem that it ended with."""

    job: Job
    outcome: Outcome
    run: Run | None
    problem: Problem | None


def execute(
    jobs: list[Job],
    store: Store,
    workers: int,
    limits: Limits,
    started: Callable[[Job], None] = lambda job: None,
) -> Iterator[Finished]:
    """Run every job, one process a worker, and keep each run as it finishes.

    A worker that dies with its demo takes no other down: what was in flight is run again alone,
    and the one that does it twice is to blame.
    """
    commit = current_commit(store.folder)
    tasks = [(job, task_of(job, limits, store)) for job in jobs]
    suspects: list[tuple[Job, Task]] = []
    with local_pool(workers) as pool:
        for job, outcome in _run_all(pool, tasks, started):
            if outcome is None:
                suspects.append((job, task_of(job, limits, store)))
            else:
                yield finish(job, outcome, store, commit)
    for job, task in suspects:
        with local_pool(1) as pool:
            for _, outcome in _run_all(pool, [(job, task)], started):
                lost = Outcome(
                    "kernel-died",
                    "the process that ran this demo died, twice",
                    "look for signals sent to the parent process",
                )
                yield finish(job, outcome or lost, store, commit)


def local_pool(workers: int) -> Executor:
    """Worker processes that end with this one, and leave Ctrl-C to it."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, context, initializer=_start_worker)


def _start_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()


def _run_all(
    pool: Executor, tasks: list[tuple[Job, Task]], started: Callable[[Job], None]
) -> Iterator[tuple[Job, Outcome | None]]:
    futures: dict[Future[Outcome], Job] = {}
    try:
        for job, task in tasks:
            futures[pool.submit(run_task, task)] = job
            started(job)
        for future in as_completed(futures):
            try:
                yield futures[future], future.result()
            except (BrokenProcessPool, CancelledError):
                yield futures[future], None
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.kill()
        raise


def task_of(job: Job, limits: Limits, store: Store) -> Task:
    """A job as values that can be sent anywhere."""
    record = job.frame.document.text
    cache = store.folder.parent.resolve()
    return Task(
        frame=job.frame.id,
        notebook=job.demo.notebook,
        # The kernel works in another folder than the one that a relative path was typed in.
        parameters=job.overrides
        | {
            parameter.name: located(str(job.overrides[parameter.name]))
            for parameter in job.models
            if parameter.name in job.overrides
        },
        record=record,
        limits=limits,
        environment=environment(),
        cache=str(cache),
    )


def finish(job: Job, outcome: Outcome, store: Store, commit: str) -> Finished:
    """Keep a good run; say of a bad one what is wrong, where, and how to mend it."""
    found = None
    if outcome.status == "ok" and outcome.notebook:
        try:
            found = measurements(json.loads(outcome.notebook))
        except ValidationError:
            found = None
        outcome = _checked(job, outcome, found)
    if outcome.status != "ok" or found is None or outcome.notebook is None:
        return Finished(job, outcome, None, problem_of(job, outcome))
    run = Run(
        frame=job.frame.id,
        key=job.key,
        inputs=job.inputs,
        default=not job.overrides,
        result=Result(
            frame=job.frame.id,
            reported=found.reported,
            receipt=_receipt(job, outcome, found, commit),
        ),
        notebook_sha256=digest(outcome.notebook.encode()),
    )
    store.put(run, outcome.notebook)
    return Finished(job, outcome, run, None)


def _checked(job: Job, outcome: Outcome, found: Measurements | None) -> Outcome:
    if found is None:
        what = "the notebook displayed no result"
        mend = "end it with a cell that is study.verdict()"
    elif found.frame != job.frame.id:
        what = f"the notebook reported on frame '{found.frame}'"
        mend = f"write Study('{job.frame.id}')"
    else:
        missing = [one.id for one in job.frame.record.demo.bounded if one.id not in found.reported]
        if not missing:
            return outcome
        what = f"the notebook never reported '{missing[0]}'"
        mend = f'add study.report("{missing[0]}", measured=..., control=...)'
    return replace(outcome, status="no-result", what=what, mend=mend)


def _receipt(job: Job, outcome: Outcome, found: Measurements, commit: str) -> Receipt:
    values = {parameter.name: parameter.default for parameter in job.demo.parameters}
    return Receipt(
        models=found.models,
        parameters=values | job.overrides,
        seeds=found.seeds,
        environment=found.environment,
        seconds=round(outcome.seconds, 2),
        peak_mb=round(outcome.peak_mb),
        commit=commit,
        key=job.key,
    )


def problem_of(job: Job, outcome: Outcome) -> Problem:
    """A failed outcome at its place in the demo's file."""
    index = next(
        (n for n, cell in enumerate(job.demo.notebook["cells"]) if cell["id"] == outcome.cell), None
    )
    line = 1 if index is None else job.demo.line_of(index, outcome.line)
    return Problem(job.demo.path, line, outcome.what, outcome.mend)


def current_commit(folder: Path) -> str:
    """The commit that a result belongs to, with a mark if the tree differs from it."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
            cwd=folder.parent.parent,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return described.stdout.strip()


def default_workers() -> int:
    """As many as there are processors to use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
