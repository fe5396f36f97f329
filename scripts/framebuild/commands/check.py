"""`frames check`: what is wrong, where, and how to mend it."""

import sys

import click

from framebuild.arguments import ids_argument, json_option
from framebuild.asked import PROBLEMS, checked, show
from framespec.corpus import find_root


@click.command()
@ids_argument
@json_option
@click.option("--github", is_flag=True, help="Print annotations for a GitHub workflow.")
@click.option("--fix", "mend", is_flag=True, help="Mend what has one right answer, and show it.")
def command(ids: tuple[str, ...], as_data: bool, github: bool, mend: bool) -> None:
    """Every problem of every record and demo, or of some."""
    from framebuild.problem import as_github, as_json

    if mend:
        from framebuild.fix import fix

        for difference in fix(find_root()):
            click.echo(difference, nl=False, err=as_data or github)
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
