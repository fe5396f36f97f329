"""From a run to a row of a results file, whatever ran it."""

from pathlib import Path

from framebuild.conclude import current_commit
from framebuild.evidence import (
    is_worse,
    name_of,
    put,
    read_results,
    rejudged,
    row_of,
    write_results,
)
from framebuild.load import Corpus, Frame
from framebuild.plan import Job, is_model
from framebuild.received import received
from framespec.corpus import Refused
from framespec.result import Receipt, Replicates, Row


def row_from_job(job: Job, date: str) -> Row:
    """The row of a finished run. Raises Refused where there is none, or it gives no verdict."""
    if not job.frame.record.demo.predictions:
        raise Refused(f"'{job.frame.id}' is an illustration: it gives no verdict", "leave it out")
    if job.run is None:
        typed = "".join(f" -p {name}={value}" for name, value in job.overrides.items())
        what = f"'{job.frame.id}' has no finished run: {job.why}"
        raise Refused(what, f"frames run {job.frame.id}{typed}")
    return _row(job.frame, job.run.result.reported, job.run.result.receipt, date)


def row_from_notebook(corpus: Corpus, one: str, path: Path, date: str) -> Row:
    """The row of a notebook that was executed anywhere. Raises Refused if it is not to be had."""
    frame = corpus.frames[one]
    if frame.demo is None or not frame.record.demo.predictions:
        raise Refused(f"'{one}' gives no verdict", "record a frame that predicts something")
    found, receipt = received(corpus, frame, frame.demo, path, current_commit(corpus.root))
    return _row(frame, found.reported, receipt, date)


def _row(frame: Frame, reported: dict[str, Replicates], receipt: Receipt, date: str) -> Row:
    parameters = frame.demo.parameters if frame.demo else ()
    models = [one.name for one in parameters if is_model(one)]
    row = row_of(frame.record, models, reported, receipt, date)
    own = {one.name: one.default for one in parameters}
    changed = [name for name, value in receipt.parameters.items() if own.get(name) != value]
    if row.model == frame.default_model and changed:
        what = f"this run of the demo's own model changes {', '.join(changed)}"
        mend = f"record one with the demo's own parameters: frames run {frame.id}"
        raise Refused(what, mend)  # the page shows that row as what the demo itself says
    return row


def record(corpus: Corpus, one: str, row: Row, note: str | None) -> str:
    """Write a frame's rows with a new one among them, and say what became of it.

    The verdicts of the other rows are brought up to the record's present bounds.
    """
    frame, results = corpus.frames[one], read_results(corpus.root, one)
    if results and results.problems:
        problem = results.problems[0]
        raise Refused(f"{problem.path}:{problem.line}: {problem.what}", problem.mend)
    before = results.rows if results else []
    rows, word = put([rejudged(old, frame.record, row.date) for old in before], row, note)
    own = frame.default_model
    rows.sort(key=lambda found: (found.model != own, found.model or ""))
    write_results(corpus.root, one, rows)
    kept = next(found for found in rows if found.model == row.model)
    said = f"{one}: {name_of(kept)} {kept.verdict}, {word}"
    if kept.before and is_worse(kept.verdict, kept.before[-1].verdict) and not note:
        said += (
            f"\n    it was {kept.before[-1].verdict}; `frames check` asks for a note: --note WHY"
        )
    return said
