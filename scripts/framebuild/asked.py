"""From what was typed to what it asks for: a corpus without problems, jobs, and an exit status.

The steps are imported where they are used: a command that needs few must not pay for all.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from framebuild.arguments import Misuse, split
from framespec.corpus import find_root, nearest

if TYPE_CHECKING:
    from framebuild.conclude import Report
    from framebuild.load import Corpus
    from framebuild.plan import Job
    from framebuild.problem import Problem

PROBLEMS, MISUSE = 1, 2


def checked(ids: tuple[str, ...], only: bool = True) -> "tuple[Corpus, list[Problem]]":
    """The corpus and its problems, narrowed to some frames and to what they share."""
    from framebuild.check import check as check_corpus
    from framebuild.load import TOPICS, load

    corpus, problems = load(find_root())
    problems = sorted([*problems, *check_corpus(corpus)])
    known = [*corpus.frames, *corpus.unreadable]
    for one in ids:
        if one not in known:
            near = nearest(one, known)
            mend = f"did you mean {near}?" if near else "`frames ls` lists the frames"
            raise Misuse(f"no frame '{one}'", mend)
    if ids and only:
        forms = ("frames/{}.yaml", "frames/{}.results.json", "demos/{}.py")
        wanted = {form.format(one) for one in ids for form in forms}
        problems = [problem for problem in problems if problem.path in {*wanted, TOPICS}]
    return corpus, problems


def clean(ids: tuple[str, ...], only: bool = True, drafts: bool = False) -> "Corpus":
    """A corpus without problems in what is asked for; else they are shown, and that is the end.

    drafts: what is still to be filled in is no hindrance, since nothing will be published.
    Results do not count here: what is on record of past runs must not stand in the way of a new
    one. `check` and `build` name their problems.
    """
    corpus, problems = checked(ids, only)
    problems = [problem for problem in problems if not (drafts and problem.draft)]
    problems = [problem for problem in problems if not problem.path.endswith(".results.json")]
    if problems:
        show(problems)
        sys.exit(PROBLEMS)
    return corpus


def jobs_of(
    corpus: "Corpus",
    ids: tuple[str, ...],
    parameters: tuple[str, ...],
    forced: tuple[str, ...] = (),
) -> "list[Job]":
    from framebuild.build import store_of
    from framebuild.plan import plan as plan_jobs

    overrides = dict(split(one) for one in parameters)
    if overrides and not ids:
        raise Misuse("-p without a frame", "name the frame whose parameter it is")
    wanted = list(ids) or list(corpus.frames)
    jobs, problems = plan_jobs(corpus, wanted, overrides, store_of(corpus.root), forced)
    if problems:
        show(problems)
        sys.exit(MISUSE)
    return jobs


def show(problems: "list[Problem]") -> None:
    for problem in problems:
        click.echo(str(problem), err=True)
    count = len(problems)
    click.echo(f"\n{count} problem{'s' if count != 1 else ''}", err=True)


def evidence_problems(corpus: "Corpus") -> "list[Problem]":
    """What is wrong with the results files, and which of their verdicts no longer hold."""
    from framebuild.api import verdict_of
    from framebuild.build import default_runs
    from framebuild.check.evidence import RULES, worsened

    runs = default_runs(corpus)
    verdicts = {one: verdict_of(corpus.frames[one], run).word for one, run in runs.items()}
    found = [problem for rule in RULES for problem in rule(corpus)]
    return sorted([*found, *worsened(corpus, verdicts)])


def finish(report: "Report", junit: Path | None) -> None:
    """Say what failed, and end here if something did."""
    if junit:
        from framebuild.junit import junit_xml

        junit.write_bytes(junit_xml(report))
    if report.problems:
        show(report.problems)
        sys.exit(PROBLEMS)


def site_line(fresh: bool) -> str:
    return "site/index.html is built" if fresh else "site/index.html is up to date"
