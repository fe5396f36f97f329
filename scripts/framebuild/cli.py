"""`frames`: parses what was typed, calls the steps, prints what they return.

The steps are imported where they are used: a build with nothing to do must not pay for them.
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framebuild.arguments import (
    Commands,
    Misuse,
    ids_argument,
    joined,
    json_option,
    parameter_option,
    settings,
    split,
    with_run_options,
)
from framespec.corpus import find_root, nearest

if TYPE_CHECKING:
    from framebuild.conclude import Report
    from framebuild.load import Corpus
    from framebuild.plan import Job
    from framebuild.problem import Problem

PROBLEMS, MISUSE = 1, 2


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="frames-encyclopedia")
def cli() -> None:
    """What is known about language models, as short claims that can be run.

    \b
    frames check                         what is wrong, where, and how to mend it
    frames plan                          which demos would run, and why
    frames run induction-heads           run one demo
    frames run induction-heads -p model=gpt2 -p rival=untrained:gpt2
    frames build                         check, run what is stale, build site/
    """


@cli.command()
@ids_argument
@json_option
@click.option("--github", is_flag=True, help="Print annotations for a GitHub workflow.")
def check(ids: tuple[str, ...], as_data: bool, github: bool) -> None:
    """Every problem of every record and demo, or of some."""
    from framebuild.problem import as_github, as_json

    corpus, problems = _checked(ids)
    if as_data:
        click.echo(as_json(problems))
    elif github:
        click.echo("\n".join(map(as_github, problems)))
    elif problems:
        _show(problems)
    else:
        count = len(ids) or len(corpus.frames)
        click.echo(f"{count} frame{'s' if count != 1 else ''}: no problem found")
    sys.exit(PROBLEMS if problems else 0)


@cli.command()
@ids_argument
@parameter_option
@json_option
def plan(ids: tuple[str, ...], parameters: tuple[str, ...], as_data: bool) -> None:
    """What would run, and which change makes it so."""
    jobs = _jobs(_clean(ids), ids, parameters)
    rows = [{"frame": job.frame.id, "run": job.stale, "why": job.why} for job in jobs]
    if as_data:
        click.echo(json.dumps(rows, indent=1))
    for row in [] if as_data else rows:
        click.echo(f"{row['frame']}: {'run' if row['run'] else 'reuse'}, {row['why']}")


@cli.command()
@ids_argument
@parameter_option
@click.option("--force", is_flag=True, help="Run even what has not changed.")
@json_option
@with_run_options
def run(
    ids: tuple[str, ...], parameters: tuple[str, ...], force: bool, as_data: bool, **options: Any
) -> None:
    """Run demos, and show what each prediction came to."""
    from framebuild import summary
    from framebuild.build import run_demos, store_of

    corpus = _clean(ids)
    jobs = _jobs(corpus, ids, parameters, tuple(corpus.frames) if force else ())
    out = summary.console(quiet=as_data)
    report = run_demos(corpus, jobs, settings(options), out)
    if as_data:
        click.echo(json.dumps(summary.rows(report), indent=1))
    summary.table(out, report)
    for job in jobs:
        if found := report.run_of(job):
            out.print()
            summary.parts(out, job.frame, found)
            path = store_of(corpus.root).notebook_path(found).relative_to(corpus.root)
            out.print(f"notebook: {path}", markup=False, soft_wrap=True)
    _finish(report, options["junit"])


@cli.command()
def site() -> None:
    """Render the pages and build site/, running no demo."""
    from framebuild import summary
    from framebuild.build import one_at_a_time, write_site

    corpus = _clean(())
    with one_at_a_time(corpus.root, summary.console()):
        click.echo(_site_line(write_site(corpus)))


def _site_line(fresh: bool) -> str:
    return "site/index.html is built" if fresh else "site/index.html is up to date"


@cli.command()
@click.option("--force", "forced", multiple=True, metavar="ID", help="Run this frame anyway.")
@with_run_options
def build(forced: tuple[str, ...], **options: Any) -> None:
    """Check, run what is stale, and build site/."""
    from framebuild import fresh

    root = find_root()
    if not forced and (said := fresh.last_build(root)):
        click.echo(said)
        return
    from framebuild import summary
    from framebuild.build import early_server, one_at_a_time, run_demos, table_of, write_site

    inputs = fresh.inputs_now(root)
    how, out = settings(options), summary.console()
    with one_at_a_time(root, out):
        with early_server(root, how) as early:
            corpus = _clean(forced, only=False)
            report = run_demos(corpus, _jobs(corpus, (), (), forced), how, out, early)
        summary.table(out, report)
        if report.problems:
            click.echo("site/ was not built: mend the demos first", err=True)
        _finish(report, options["junit"])
        click.echo(_site_line(write_site(corpus)))
        quiet = "\n".join([table_of(corpus), _site_line(False)])
        fresh.remember(root, inputs, quiet)


@cli.command()
@json_option
def ls(as_data: bool) -> None:
    """Every frame with its verdict."""
    from framebuild.api import frame_object
    from framebuild.build import default_runs

    corpus = _clean(())
    runs = default_runs(corpus)
    objects = [frame_object(corpus, frame, runs.get(one)) for one, frame in corpus.frames.items()]
    if as_data:
        click.echo(json.dumps(objects, indent=1, ensure_ascii=False))
        return
    width = max((len(found["id"]) for found in objects), default=0)
    for found in objects:
        click.echo(f"{found['id']:<{width}}  {found['verdict']:<12}  {found['title']}")


@cli.command()
@click.argument("one", metavar="ID")
@json_option
def show(one: str, as_data: bool) -> None:
    """One frame: its claim, its predictions, its verdict."""
    from framebuild import summary
    from framebuild.api import frame_object
    from framebuild.build import default_runs

    corpus = _clean((one,))
    frame, found = corpus.frames[one], default_runs(corpus).get(one)
    if as_data:
        click.echo(json.dumps(frame_object(corpus, frame, found), indent=1, ensure_ascii=False))
        return
    click.echo(f"{frame.record.title}\n\n{frame.record.claim}\n")
    summary.parts(summary.console(), frame, found)


def _checked(ids: tuple[str, ...], only: bool = True) -> "tuple[Corpus, list[Problem]]":
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
        wanted = {f"frames/{one}.yaml" for one in ids} | {f"demos/{one}.py" for one in ids}
        problems = [problem for problem in problems if problem.path in {*wanted, TOPICS}]
    return corpus, problems


def _clean(ids: tuple[str, ...], only: bool = True) -> "Corpus":
    """A corpus without problems in what is asked for; else they are shown, and that is the end."""
    corpus, problems = _checked(ids, only)
    if problems:
        _show(problems)
        sys.exit(PROBLEMS)
    return corpus


def _show(problems: "list[Problem]") -> None:
    for problem in problems:
        click.echo(str(problem), err=True)
    count = len(problems)
    click.echo(f"\n{count} problem{'s' if count != 1 else ''}", err=True)


def _finish(report: "Report", junit: Path | None) -> None:
    """Say what failed, and end here if something did."""
    if junit:
        from framebuild.junit import junit_xml

        junit.write_bytes(junit_xml(report))
    if report.problems:
        _show(report.problems)
        sys.exit(PROBLEMS)


def _jobs(
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
        _show(problems)
        sys.exit(MISUSE)
    return jobs


def main() -> None:
    """The console script."""
    cli(joined(sys.argv[1:]), prog_name="frames")


if __name__ == "__main__":
    main()
