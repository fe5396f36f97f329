"""`frames`: parses what was typed, calls the steps, prints what they return."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from framebuild.check import check as check_corpus
from framebuild.load import Corpus, load
from framebuild.problem import Problem, as_github, as_json
from framebuild.store import Store
from framespec.corpus import Refused, find_root, nearest

PROBLEMS, MISUSE = 1, 2


class Misuse(click.UsageError):
    """Something typed on the command line that is wrong: exit status 2."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what}\n    mend: {mend}")

    def show(self, file: Any = None) -> None:
        """Print without click's own usage lines: the message says what to do."""
        click.echo(f"frames: {self.message}", err=True)


class Commands(click.Group):
    """Sub-commands, with the nearest name for one that does not exist."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find a command by name."""
        if args and self.get_command(ctx, args[0]) is None:
            near = nearest(args[0], self.list_commands(ctx))
            mend = f"did you mean {near}?" if near else "`frames --help` lists the commands"
            raise Misuse(f"no command '{args[0]}'", mend)
        return super().resolve_command(ctx, args)


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


ids_argument = click.argument("ids", nargs=-1, metavar="[ID]...")
json_option = click.option("--json", "as_data", is_flag=True, help="Print JSON.")
parameter_option = click.option(
    "-p", "parameters", multiple=True, metavar="NAME=VALUE",
    help="A parameter of the demo; `-p NAME VALUE` works too.",
)  # fmt: skip
run_options = [
    click.option("--force", is_flag=True, help="Run even what has not changed."),
    click.option("--jobs", type=click.IntRange(1), help="Demos at once [default: processors]."),
    click.option("--timeout", type=float, default=600, show_default=True, help="Seconds a demo."),
    click.option("--memory", type=float, default=4096, show_default=True, help="MB a demo."),
]


def with_run_options(command: Any) -> Any:
    """Add what `run` and `build` have in common."""
    for option in reversed(run_options):
        command = option(command)
    return command


@cli.command()
@ids_argument
@json_option
@click.option("--github", is_flag=True, help="Print annotations for a GitHub workflow.")
def check(ids: tuple[str, ...], as_data: bool, github: bool) -> None:
    """Every problem of every record and demo, or of some."""
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
    corpus = _clean(ids)
    jobs = _jobs(corpus, ids, parameters, force=False)
    rows = [{"frame": job.frame.id, "run": job.stale, "why": job.why} for job in jobs]
    if as_data:
        click.echo(json.dumps(rows, indent=1))
    for row in [] if as_data else rows:
        click.echo(f"{row['frame']}: {'run' if row['run'] else 'reuse'}, {row['why']}")


@cli.command()
@ids_argument
@parameter_option
@with_run_options
def run(
    ids: tuple[str, ...],
    parameters: tuple[str, ...],
    force: bool,
    jobs: int | None,
    timeout: float,
    memory: float,
) -> None:
    """Run demos, and show what each prediction came to."""
    corpus = _clean(ids)
    sys.exit(_run(corpus, ids, parameters, force, jobs, timeout, memory, detail=True))


@cli.command()
def site() -> None:
    """Render the pages and build site/, running no demo."""
    _build_site(_clean(()))


@cli.command()
@with_run_options
def build(force: bool, jobs: int | None, timeout: float, memory: float) -> None:
    """Check, run what is stale, and build site/."""
    corpus = _clean(())
    failed = _run(corpus, (), (), force, jobs, timeout, memory, detail=False)
    if failed:
        click.echo("site/ was not built: mend the demos above first", err=True)
        sys.exit(failed)
    _build_site(corpus)


@cli.command()
@json_option
def ls(as_data: bool) -> None:
    """Every frame with its verdict."""
    from framebuild.api import frame_object

    corpus = _clean(())
    runs = _default_runs(corpus)
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

    corpus = _clean((one,))
    frame, found = corpus.frames[one], _default_runs(corpus).get(one)
    if as_data:
        click.echo(json.dumps(frame_object(corpus, frame, found), indent=1, ensure_ascii=False))
        return
    click.echo(f"{frame.record.title}\n\n{frame.record.claim}\n")
    summary.parts(summary.console(), frame, found)


def _checked(ids: tuple[str, ...]) -> tuple[Corpus, list[Problem]]:
    """The corpus and its problems, narrowed to some frames and to what they share."""
    try:
        corpus, problems = load(find_root())
    except Refused as refused:
        raise Misuse(refused.what, refused.mend) from None
    problems = sorted([*problems, *check_corpus(corpus)])
    known = [*corpus.frames, *corpus.unreadable]
    for one in ids:
        if one not in known:
            near = nearest(one, known)
            mend = f"did you mean {near}?" if near else "`frames ls` lists the frames"
            raise Misuse(f"no frame '{one}'", mend)
    if ids:
        wanted = {f"frames/{one}.yaml" for one in ids} | {f"demos/{one}.py" for one in ids}
        problems = [
            one for one in problems if one.path in wanted or one.path.endswith("topics.yaml")
        ]
    return corpus, problems


def _clean(ids: tuple[str, ...]) -> Corpus:
    """A corpus without problems in what is asked for; else they are shown, and that is the end."""
    corpus, problems = _checked(ids)
    if problems:
        _show(problems)
        sys.exit(PROBLEMS)
    return corpus


def _show(problems: list[Problem]) -> None:
    for problem in problems:
        click.echo(str(problem), err=True)
    count = len(problems)
    click.echo(f"\n{count} problem{'s' if count != 1 else ''}", err=True)


def _store(corpus: Corpus) -> Store:
    return Store(corpus.root / ".cache" / "runs")


def _jobs(corpus: Corpus, ids: tuple[str, ...], parameters: tuple[str, ...], force: bool) -> Any:
    from framebuild.plan import plan as plan_jobs

    overrides = dict(_split(one) for one in parameters)
    if overrides and not ids:
        raise Misuse("-p without a frame", "name the frame whose parameter it is")
    wanted = list(ids) or list(corpus.frames)
    jobs, problems = plan_jobs(corpus, wanted, overrides, _store(corpus), force)
    if problems:
        _show(problems)
        sys.exit(MISUSE)
    return jobs


def _split(parameter: str) -> tuple[str, str]:
    name, equals, value = parameter.partition("=")
    if not equals:
        raise Misuse(f"-p {name} has no value", f"write -p {name}=VALUE")
    return name, value


def _run(
    corpus: Corpus,
    ids: tuple[str, ...],
    parameters: tuple[str, ...],
    force: bool,
    workers: int | None,
    timeout: float,
    memory: float,
    detail: bool,
) -> int:
    """Run what is stale; the exit status says whether a demo failed."""
    from framebuild import summary
    from framebuild.execute import default_workers, execute
    from framebuild.watch import Limits

    jobs = _jobs(corpus, ids, parameters, force)
    stale, ended = [job for job in jobs if job.stale], []
    out = summary.console()
    if stale:
        limits = Limits(timeout, memory)
        count = min(workers or default_workers(), len(stale))
        with summary.progress(out, stale) as reporter:
            for end in execute(stale, _store(corpus), count, limits, reporter.started):
                reporter.finished(end)
                ended.append(end)
                _keep_failed(
                    corpus.root, end.job.frame.id, None if end.run else end.outcome.notebook
                )
    summary.table(out, jobs, ended)
    for job in jobs if detail else ():
        made = next((end.run for end in ended if end.job is job), job.run)
        if made:
            out.print()
            summary.parts(out, job.frame, made)
            path = _store(corpus).notebook_path(made).relative_to(corpus.root)
            out.print(f"notebook: {path}", markup=False, soft_wrap=True)
    problems = [end.problem for end in ended if end.problem]
    if problems:
        _show(problems)
    return PROBLEMS if problems else 0


def _keep_failed(root: Path, one: str, notebook: str | None) -> None:
    """A failed notebook is kept for a person to open, apart from the runs; a mended one goes."""
    path = root / "build" / "failed" / f"{one}.ipynb"
    if notebook is None:
        path.unlink(missing_ok=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(notebook, encoding="utf-8")


def _default_runs(corpus: Corpus) -> dict[str, Any]:
    jobs = _jobs(corpus, (), (), force=False)
    return {job.frame.id: job.run for job in jobs if job.run}


def _build_site(corpus: Corpus) -> None:
    from framebuild.demo import with_outputs
    from framebuild.render import Ran, render
    from framebuild.site import build_site

    store, runs = _store(corpus), _default_runs(corpus)
    ran = {}
    for one, found in runs.items():
        demo = corpus.frames[one].demo
        if demo:
            ran[one] = Ran(found, with_outputs(demo, store.notebook(found)))
    try:
        fresh = build_site(corpus.root, render(corpus, ran, _built(corpus.root)))
    except Refused as refused:
        raise Misuse(refused.what, refused.mend) from None
    click.echo("site/index.html is built" if fresh else "site/index.html is up to date")


def _built(root: Path) -> str:
    """When the content was made: the last commit's time, so that equal trees give equal sites."""
    command = ["git", "show", "-s", "--format=%cI", "HEAD"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def main() -> None:
    """The console script. Joins papermill's `-p NAME VALUE` into click's one value an option."""
    arguments: list[str] = []
    rest = iter(sys.argv[1:])
    for one in rest:
        arguments.append(one)
        if one == "-p" and (name := next(rest, None)) is not None:
            value = None if "=" in name else next(rest, None)
            arguments.append(name if value is None else f"{name}={value}")
    cli(arguments, prog_name="frames")


if __name__ == "__main__":
    main()
