"""One frame over many models, by the executor that runs everything else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from framebuild import summary
from framebuild.api import parts_of, verdict_of
from framebuild.build import run_demos, store_of
from framebuild.conclude import Report
from framebuild.execute import Settings
from framebuild.load import Corpus
from framebuild.plan import Job, plan
from framebuild.problem import Problem
from framebuild.store import Run
from framespec.corpus import Refused

MODEL = "{model}"  # stands for the model in the value of another parameter


@dataclass(frozen=True)
class Swept:
    """What became of a frame on one model: a run, or the problem in its way."""

    model: str
    job: Job | None
    run: Run | None
    problem: Problem | None


def read_models(text: str) -> list[str]:
    """The models that a file names, one a line; `#` begins a comment.

    Raises Refused for a file that names none, and for a model that is named twice.
    """
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    models = [line for line in lines if line]
    if not models:
        raise Refused("the file names no model", "write one a line, as for -p model=")
    twice = next((one for one in models if models.count(one) > 1), None)
    if twice:
        raise Refused(f"'{twice}' is named twice", "keep one of the two lines")
    return models


def sweep(
    corpus: Corpus,
    one: str,
    models: Sequence[str],
    overrides: dict[str, str],
    settings: Settings,
    out: Console,
) -> list[Swept]:
    """Run a frame on each of some models, in their order.

    overrides: texts for the other parameters, in which `{model}` stands for the model.
    Raises Refused if the frame takes no model, and for a parameter that it does not have.
    """
    _refuse_without_model(corpus, one, overrides)
    jobs: dict[str, Job] = {}
    problems: dict[str, Problem] = {}
    for model in models:
        texts = {name: text.replace(MODEL, model) for name, text in overrides.items()}
        planned, wrong = plan(corpus, [one], {**texts, "model": model}, store_of(corpus.root))
        if wrong:
            problems[model] = wrong[0]
        else:
            (jobs[model],) = planned
    report = run_demos(corpus, list(jobs.values()), settings, out)
    problems |= _problems_of(jobs, report)
    found = []
    for model in models:
        job = jobs.get(model)
        run = report.run_of(job) if job else None
        found.append(Swept(model, job, run, problems.get(model)))
    return found


def _refuse_without_model(corpus: Corpus, one: str, overrides: dict[str, str]) -> None:
    if corpus.frames[one].default_model is None:
        taking = [other for other, frame in corpus.frames.items() if frame.default_model]
        raise Refused(f"the demo of '{one}' takes no model", f"these do: {', '.join(taking)}")
    if "model" in overrides:
        raise Refused("-p model beside --models", "name each model in the file")


def _problems_of(jobs: dict[str, Job], report: Report) -> dict[str, Problem]:
    ends = {id(end.job): end.problem for end in report.ended if end.problem}
    return {model: ends[id(job)] for model, job in jobs.items() if id(job) in ends}


def rows(swept: Sequence[Swept]) -> list[dict[str, Any]]:
    """One object a model, for tools."""
    found = []
    for one in swept:
        verdict = verdict_of(one.job.frame, one.run) if one.job and one.run else None
        receipt = one.run.result.receipt if one.run else None
        found.append(
            {
                "model": one.model,
                "verdict": verdict.word if verdict else "not run",
                "why": verdict.why if verdict else None,
                "parts": parts_of(verdict) if verdict else [],
                "receipt": receipt.model_dump(mode="json") if receipt else None,
                "problem": str(one.problem) if one.problem else None,
            }
        )
    return found


def table(to: Console, corpus: Corpus, one: str, swept: Sequence[Swept]) -> None:
    """One row a model with each prediction's outcome, for people."""
    bounded = [part.id for part in corpus.frames[one].record.demo.bounded]
    grid = summary.grid("model", "parameters", "verdict", *bounded)
    for row in rows(swept):
        cells = [f"{part['outcome']} {_figures(part['measured'])}" for part in row["parts"]]
        used = row["receipt"]["models"] if row["receipt"] else []
        count = used[0]["parameters"] if used else None
        shown = f"[{summary.STYLES[row['verdict']]}]{row['verdict']}[/]"
        size = "-" if count is None else f"{count:,}"
        grid.add_row(row["model"], size, shown, *(cells or ["-"] * len(bounded)))
    to.print(grid)


def _figures(found: dict[str, Any]) -> str:
    if None in (found["mean"], found["low"], found["high"]):
        return f"n = {found['n']}"
    return f"{found['mean']:.3g} \\[{found['low']:.3g}, {found['high']:.3g}]"
