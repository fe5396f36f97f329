"""`frames record`: put what was measured into a frame's results file."""

import datetime
from pathlib import Path

import click

from framebuild.arguments import Misuse, ids_argument, parameter_option
from framebuild.asked import clean, jobs_of


@click.command()
@ids_argument
@parameter_option
@click.option("--from", "notebook", type=click.Path(path_type=Path), help="An executed notebook.")
@click.option("--note", help="What is to be said of it; needed where a verdict got worse.")
def command(
    ids: tuple[str, ...], parameters: tuple[str, ...], notebook: Path | None, note: str | None
) -> None:
    """Put a finished run into frames/ID.results.json, one row a model."""
    if notebook and (len(ids) != 1 or parameters):
        raise Misuse("--from goes with one ID and no -p", "frames record ID --from out.ipynb")
    if note and (len(ids) != 1 or not 10 <= len(note) <= 400):
        raise Misuse("--note goes with one ID", "write 10 to 400 characters")
    from framebuild.recording import record, row_from_job, row_from_notebook

    corpus = clean(ids)
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    if notebook:
        rows = {ids[0]: row_from_notebook(corpus, ids[0], notebook, today)}
    else:
        jobs = jobs_of(corpus, ids, parameters)
        wanted = [job for job in jobs if ids or job.frame.record.demo.predictions]
        rows = {job.frame.id: row_from_job(job, today) for job in wanted}
    for one, row in rows.items():
        click.echo(record(corpus, one, row, note))
