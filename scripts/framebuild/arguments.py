"""How what is typed after `frames` is read: options, parameters, and what is said to a mistake."""

import os
import pkgutil
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framebuild import commands
from framespec.corpus import Refused, nearest

if TYPE_CHECKING:
    from framebuild.execute import Settings

INTERRUPTED = 130


class Misuse(click.UsageError):
    """Something typed on the command line that is wrong: exit status 2."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what}\n    mend: {mend}")

    def show(self, file: Any = None) -> None:
        """Print without click's own usage lines: the message says what to do."""
        click.echo(f"frames: {self.message}", err=True)


class Commands(click.Group):
    """The modules of `commands`, imported when they are called for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name, sorted."""
        return sorted(found.name for found in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """A command by its name."""
        if name not in self.list_commands(ctx):
            return None
        found: click.Command = import_module(f"{commands.__name__}.{name}").command
        found.name = name
        return found

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find a command by name, with the nearest one for a name that does not exist."""
        if args and args[0] not in self.list_commands(ctx):
            near = nearest(args[0], self.list_commands(ctx))
            mend = f"did you mean {near}?" if near else "`frames --help` lists the commands"
            raise Misuse(f"no command '{args[0]}'", mend)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a mistake of its user's ends in one message, an interrupt in one line."""
        try:
            return super().invoke(ctx)
        except Refused as refused:
            raise Misuse(refused.what, refused.mend) from None
        except KeyboardInterrupt:
            click.echo("stopped; what was finished is kept", err=True)
            sys.stdout.flush()
            # Not sys.exit: the pool's own threads could wait for ever for workers that were killed.
            os._exit(INTERRUPTED)


ids_argument = click.argument("ids", nargs=-1, metavar="[ID]...")
json_option = click.option("--json", "as_data", is_flag=True, help="Print JSON.")
parameter_option = click.option(
    "-p", "parameters", multiple=True, metavar="NAME=VALUE",
    help="A parameter of the demo; `-p NAME VALUE` works too.",
)  # fmt: skip
run_options = [
    click.option(
        "--jobs", type=click.IntRange(1), help="Demos that compute at once [default: processors]."
    ),
    click.option("--timeout", type=float, default=600, show_default=True, help="Seconds a demo."),
    click.option("--memory", type=float, default=4096, show_default=True, help="MB a demo."),
    click.option("--no-warm", is_flag=True, help="Start each kernel afresh, not by a fork."),
    click.option("--dask", metavar="ADDRESS", help="Run on the cluster of this scheduler."),
    click.option("--junit", type=click.Path(path_type=Path), help="Write JUnit XML here too."),
]


def with_run_options(command: Any) -> Any:
    """Add what `run` and `build` have in common, gathered into one value."""
    for option in reversed(run_options):
        command = option(command)
    return command


def settings(options: dict[str, Any]) -> "Settings":
    """How to run, from the options that `run` and `build` have in common."""
    from framebuild.execute import Settings, processors
    from framebuild.watch import Limits

    limits = Limits(options["timeout"], options["memory"])
    return Settings(
        options["jobs"] or processors(), limits, not options["no_warm"], options["dask"]
    )


def split(parameter: str) -> tuple[str, str]:
    """NAME=VALUE as its two parts."""
    name, equals, value = parameter.partition("=")
    if not equals:
        raise Misuse(f"-p {name} has no value", f"write -p {name}=VALUE")
    return name, value


def joined(typed: Iterable[str]) -> list[str]:
    """Arguments with papermill's `-p NAME VALUE` joined into click's one value an option."""
    found: list[str] = []
    rest = iter(typed)
    for one in rest:
        found.append(one)
        if one == "-p" and (name := next(rest, None)) is not None:
            value = None if "=" in name else next(rest, None)
            found.append(name if value is None else f"{name}={value}")
    return found
