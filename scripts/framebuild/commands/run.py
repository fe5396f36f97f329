"""`frames run`: demos, and what each prediction came to."""

import json
from typing import Any

import click

from framebuild.arguments import (
    ids_argument,
    json_option,
    parameter_option,
    settings,
    with_run_options,
)
from framebuild.asked import clean, finish, jobs_of


@click.command()
@ids_argument
@parameter_option
@click.option("--force", is_flag=True, help="Run even what has not changed.")
@json_option
@with_run_options
def command(
    ids: tuple[str, ...], parameters: tuple[str, ...], force: bool, as_data: bool, **options: Any
) -> None:
    """Run demos, and show what each prediction came to."""
    from framebuild import summary
    from framebuild.build import run_demos, store_of

    corpus = clean(ids, drafts=True)
    jobs = jobs_of(corpus, ids, parameters, tuple(corpus.frames) if force else ())
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
    finish(report, options["junit"])
