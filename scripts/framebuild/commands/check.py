"""`frames check`: what is wrong, where, and how to mend it."""

import sys

import click

from framebuild.arguments import ids_argument, json_option
from framebuild.asked import PROBLEMS, checked, show


@click.command()
@ids_argument
@json_option
@click.option("--github", is_flag=True, help="Print annotations for a GitHub workflow.")
def command(ids: tuple[str, ...], as_data: bool, github: bool) -> None:
    """Every problem of every record and demo, or of some."""
    from framebuild.problem import as_github, as_json

    corpus, problems = checked(ids)
    if as_data:
        click.echo(as_json(problems))
    elif github:
        click.echo("\n".join(map(as_github, problems)))
    elif problems:
        show(problems)
    else:
        count = len(ids) or len(corpus.frames)
        click.echo(f"{count} frame{'s' if count != 1 else ''}: no problem found")
    sys.exit(PROBLEMS if problems else 0)
