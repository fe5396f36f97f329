"""The page of a frame, with its figures, its notebook and its data."""

import json
from collections.abc import Iterator
from typing import Any

from framebuild.markdown import Figure, figures_of, notebook_markdown
from framebuild.pages.page import Page, Site, data, markdown


def pages(site: Site) -> Iterator[Page]:
    """A folder for each frame, and a signpost for each that has moved."""
    for found in site.frames.values():
        yield from _frame(site, found)
    for old, new in site.corpus.stubs.items():
        yield markdown(f"frames/{old}/index.md", "moved.md", new=new, old=old)


def _frame(site: Site, found: dict[str, Any]) -> Iterator[Page]:
    one, folder = found["id"], f"frames/{found['id']}"
    ran = site.ran.get(one)
    figures: list[Figure] = figures_of(ran.notebook) if ran else []
    yield markdown(
        f"{folder}/index.md",
        "frame.md",
        frame=found,
        frames=site.frames,
        topics=site.corpus.topics,
        figure=figures[0] if figures else None,
        notebook=notebook_markdown(ran.notebook) if ran else None,
        parameters=_parameters(site, one),
    )
    yield data(f"api/frames/{one}.json", found)
    for name, content in {figure.name: figure.content for figure in figures}.items():
        yield Page(f"{folder}/{name}", content)
    if ran:
        yield data(f"{folder}/{one}.ipynb", ran.notebook)


def _parameters(site: Site, one: str) -> list[dict[str, Any]]:
    demo = site.corpus.frames[one].demo
    return [
        {"name": p.name, "type": p.annotation, "default": json.dumps(p.default), "help": p.help}
        for p in (demo.parameters if demo else ())
    ]
