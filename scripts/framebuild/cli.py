"""`frames`: finds the command that was typed, and runs it."""

import gc
import sys

import click

from framebuild.arguments import Commands, joined


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


def main() -> None:
    """The console script."""
    try:
        cli(joined(sys.argv[1:]), prog_name="frames")
    finally:
        gc.freeze()  # else the interpreter looks for garbage once more before it ends


if __name__ == "__main__":
    main()
