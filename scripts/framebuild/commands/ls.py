"""`frames ls`: what there is."""

import json

import click

from framebuild.arguments import json_option
from framebuild.asked import clean


@click.command()
@json_option
def command(as_data: bool) -> None:
    """Every frame with its verdict."""
    from framebuild.api import frame_object
    from framebuild.build import default_runs

    corpus = clean((), drafts=True)
    runs = default_runs(corpus)
    objects = [frame_object(corpus, frame, runs.get(one)) for one, frame in corpus.frames.items()]
    if as_data:
        click.echo(json.dumps(objects, indent=1, ensure_ascii=False))
        return
    width = max((len(found["id"]) for found in objects), default=0)
    for found in objects:
        click.echo(f"{found['id']:<{width}}  {found['verdict']:<12}  {found['title']}")
