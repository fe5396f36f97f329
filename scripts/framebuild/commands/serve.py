"""`frames serve`: the site in a browser, following every save."""

import signal
from typing import Any

import click

from framebuild.arguments import settings, with_run_options
from framespec.corpus import find_root


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--no-run", is_flag=True, help="Run no demo; show the runs that there are.")
@with_run_options
def command(port: int, no_run: bool, **options: Any) -> None:
    """Show the site at http://127.0.0.1:PORT, and every change as you save it."""
    from framebuild.serve import serve

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as tidily as Ctrl-C
    serve(find_root(), port, None if no_run else settings(options))
