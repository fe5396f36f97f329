"""`frames new`: the record and the demo of a frame to come."""

import datetime
import typing

import click

from framebuild.arguments import Misuse
from framespec.corpus import find_root
from framespec.record import ID_PATTERN, Kind, is_id

if typing.TYPE_CHECKING:
    from framebuild.citation import Citation


@click.command()
@click.argument("one", metavar="ID")
@click.option(
    "--kind", required=True, type=click.Choice(typing.get_args(Kind)),
    help="Does it look inside the model, at it from outside, or is it a way of seeing?",
)  # fmt: skip
@click.option("--from", "address", metavar="URL", help="Its source on arXiv, or with a DOI.")
def command(one: str, kind: Kind, address: str | None) -> None:
    """Write a record and a demo that run at once; `check` lists what is to be filled in."""
    from framebuild.load import load
    from framebuild.skeleton import new_demo, new_record

    if not is_id(one):
        raise Misuse(f"'{one}' is not an id", f"lower-case words and hyphens, {ID_PATTERN}")
    root = find_root()
    record, demo = root / "frames" / f"{one}.yaml", root / "demos" / f"{one}.py"
    for path in (record, demo):
        if path.exists():
            what = f"{path.relative_to(root)} exists already"
            raise Misuse(what, "choose another id, or edit that file")
    topics, day = load(root)[0].topics, datetime.date.today().isoformat()
    texts = {
        record: new_record(one, kind, day, topics, _source(address)),
        demo: new_demo(one, kind),
    }
    for path, text in texts.items():
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
        click.echo(f"wrote {path.relative_to(root)}")
    click.echo(f"`frames run {one}` runs the toy in it; `frames check {one}` lists what to fill in")


def _source(address: str | None) -> "Citation":
    from framebuild.citation import Citation, NotFetched, fetched, identified

    if address is None:
        return Citation()
    try:
        found = identified(address)
    except ValueError as error:
        raise Misuse(str(error), "e.g. --from https://arxiv.org/abs/2209.11895") from None
    try:
        return fetched(found)
    except NotFetched as reason:
        click.echo(f"no citation: {reason}; fill in title, authors and year by hand", err=True)
        return found
