"""`frames plan`: which demos would run, and why."""

import json

import click

from framebuild.arguments import ids_argument, json_option, parameter_option
from framebuild.asked import clean, jobs_of


@click.command()
@ids_argument
@parameter_option
@json_option
def command(ids: tuple[str, ...], parameters: tuple[str, ...], as_data: bool) -> None:
    """What would run, and which change makes it so."""
    jobs = jobs_of(clean(ids, drafts=True), ids, parameters)
    rows = [{"frame": job.frame.id, "run": job.stale, "why": job.why} for job in jobs]
    if as_data:
        click.echo(json.dumps(rows, indent=1))
    for row in [] if as_data else rows:
        click.echo(f"{row['frame']}: {'run' if row['run'] else 'reuse'}, {row['why']}")
