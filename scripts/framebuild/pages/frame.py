"""The page of a frame, with its figures, its notebook and its data."""

import json
from collections.abc import Iterator
from typing import Any

from framebuild.cite import bibtex, citation
from framebuild.markdown import Figure, figures_of
from framebuild.notebook_html import notebook_html
from framebuild.pages.page import Page, Site, data, markdown
from framebuild.pages.play import widget
from framebuild.pages.plot import plot
from framebuild.pages.says import sentence
from framebuild.pages.tours import passages

EXECUTED, CLEAN = "the notebook as it was run", "the notebook without outputs"


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
    notebooks = _notebooks(site, one)
    before = found["precondition"]
    yield markdown(
        f"{folder}/index.md",
        "frame.md",
        frame=found,
        frames=site.frames,
        topics=site.corpus.topics,
        figure=figures[0] if figures else None,
        sentence=sentence(found),
        predictions=[(part, plot(part)) for part in found["predictions"]],
        precondition_plot=plot({**before, "control": None}) if before else None,
        cited=[(source, bibtex(source), citation(source)) for source in found["sources"]],
        notebook=notebook_html(ran.notebook) if ran else None,
        files={name: words for name, words, _ in notebooks},
        parameters=_parameters(site, one),
        passages=passages(site, one),
        widget=widget(site, one),
    )
    yield data(f"api/frames/{one}.json", found)
    for name, content in {figure.name: figure.content for figure in figures}.items():
        yield Page(f"{folder}/{name}", content)
    for name, _, notebook in notebooks:
        yield data(f"{folder}/{name}", notebook)


def _notebooks(site: Site, one: str) -> list[tuple[str, str, dict[str, Any]]]:
    """The notebooks to download: each with its file's name and what it is in words."""
    demo, ran = site.corpus.frames[one].demo, site.ran.get(one)
    found = [(f"{one}.ipynb", EXECUTED, ran.notebook)] if ran else []
    return [*found, (f"{one}.clean.ipynb", CLEAN, demo.notebook)] if demo else found


def _parameters(site: Site, one: str) -> list[dict[str, Any]]:
    demo = site.corpus.frames[one].demo
    return [
        {"name": p.name, "type": p.annotation, "default": json.dumps(p.default), "help": p.help}
        for p in (demo.parameters if demo else ())
    ]
