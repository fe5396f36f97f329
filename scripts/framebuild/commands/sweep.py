"""`frames sweep`: one frame over many models."""

import json
import sys
from typing import Any

import click

from framebuild.arguments import (
    json_option,
    parameter_option,
    settings,
    split,
    with_run_options,
)
from framebuild.asked import PROBLEMS, clean, show


@click.command()
@click.argument("one", metavar="ID")
@click.option(
    "--models", required=True, type=click.File(encoding="utf-8"), metavar="FILE",
    help="A model a line, as for -p model=; - reads standard input.",
)  # fmt: skip
@parameter_option
@json_option
@with_run_options
def command(
    one: str, models: Any, parameters: tuple[str, ...], as_data: bool, **options: Any
) -> None:
    """Run one frame on many models; {model} in -p stands for each."""
    from framebuild import summary
    from framebuild.sweep import read_models, rows, sweep, table

    corpus = clean((one,))
    named = read_models(models.read())
    out = summary.console(quiet=as_data)
    overrides = dict(split(text) for text in parameters)
    swept = sweep(corpus, one, named, overrides, settings(options), out)
    if as_data:
        click.echo(json.dumps(rows(swept), indent=1, ensure_ascii=False))
    table(out, corpus, one, swept)
    if problems := [found.problem for found in swept if found.problem]:
        show(problems)
        sys.exit(PROBLEMS)
