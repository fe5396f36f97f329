"""`frames show`: one frame."""

import json

import click

from framebuild.arguments import json_option
from framebuild.asked import clean


@click.command()
@click.argument("one", metavar="ID")
@json_option
def command(one: str, as_data: bool) -> None:
    """One frame: its claim, its predictions, its verdict."""
    from framebuild import summary
    from framebuild.api import frame_object
    from framebuild.build import default_runs

    corpus = clean((one,), drafts=True)
    frame, found = corpus.frames[one], default_runs(corpus).get(one)
    if as_data:
        click.echo(json.dumps(frame_object(corpus, frame, found), indent=1, ensure_ascii=False))
        return
    click.echo(f"{frame.record.title}\n\n{frame.record.claim}\n")
    summary.parts(summary.console(), frame, found)
