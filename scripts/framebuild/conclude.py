"""From what a task returned to a run that is kept, or to the problem that a person can mend."""

import json
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from framebuild.outcome import Outcome, measurements
from framebuild.plan import Job
from framebuild.problem import Problem
from framebuild.store import Run, Store, digest
from framespec.result import Measurements, Receipt, Result


@dataclass(frozen=True)
class Finished:
    """A job's end: a run that is kept, or the problem that it ended with."""

    job: Job
    outcome: Outcome
    run: Run | None
    problem: Problem | None


@dataclass(frozen=True)
class Report:
    """What a build or a run came to."""

    jobs: list[Job]
    ended: list[Finished]

    @property
    def problems(self) -> list[Problem]:
        """What the demos that failed ended with."""
        return [end.problem for end in self.ended if end.problem]

    def run_of(self, job: Job) -> Run | None:
        """The run that a job has now, whether it was made or found."""
        return next((end.run for end in self.ended if end.job is job), job.run)


def conclude(job: Job, outcome: Outcome, store: Store, commit: str) -> Finished:
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
    try:
        store.put(run, outcome.notebook)
    except OSError as error:
        what = f"the run could not be kept: {error.strerror}"
        mend = f"make room in, or give yourself the right to write to, {store.folder}"
        outcome = replace(outcome, status="not-kept", what=what, mend=mend)
        return Finished(job, outcome, None, problem_of(job, outcome))
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
        cpu_seconds=round(outcome.cpu_s, 2),
        peak_mb=round(outcome.peak_mb),
        commit=commit,
        key=job.key,
        seal=found.seal,
    )


def problem_of(job: Job, outcome: Outcome) -> Problem:
    """A failed outcome at its place in the demo's file."""
    cells = job.demo.notebook["cells"]
    index = next((n for n, cell in enumerate(cells) if cell["id"] == outcome.cell), None)
    line = 1 if index is None else job.demo.line_of(index, outcome.line)
    return Problem(job.demo.path, line, outcome.what, outcome.mend)


def current_commit(root: Path) -> str:
    """The commit that a result belongs to, with a mark if the tree differs from it."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
