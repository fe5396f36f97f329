"""Pages as values: the same corpus and the same runs give the same bytes."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from framebuild.api import SCHEMA_VERSION, frame_object
from framebuild.load import Corpus
from framebuild.markdown import Figure, figures_of, notebook_markdown, plain
from framebuild.store import Run
from framespec.judge import CONFIDENCE
from framespec.schema import record_schema_text

MARKS = {"supported": "●", "contradicted": "▲", "inconclusive": "◐", "untested": "○"}
OUTCOMES = {"held": "●", "failed": "▲", "unclear": "◐", None: "○"}
WORDS = {
    "supported": "Every prediction held, and no control passed.",
    "contradicted": "A prediction failed: what was measured lies outside its bound.",
    "inconclusive": "The run does not decide: something stands in the way.",
    "untested": "There is no run to judge by.",
}


@dataclass(frozen=True)
class Page:
    """A file of the site's source, below build/pages."""

    path: str
    content: bytes


@dataclass(frozen=True)
class Ran:
    """A frame's default run, and its notebook: the demo's present prose with the run's outputs."""

    run: Run
    notebook: dict[str, Any]


def render(corpus: Corpus, ran: dict[str, Ran], built: str) -> list[Page]:
    """Every page, figure and data file of the site."""
    objects = {
        one: frame_object(corpus, frame, ran[one].run if one in ran else None)
        for one, frame in corpus.frames.items()
    }
    pages = [
        _page("index.md", "index.md", frames=list(objects.values()), topics=corpus.topics),
        _page("evidence/index.md", "evidence.md", frames=list(objects.values())),
        _page("timing/index.md", "timing.md", frames=_longest_first(objects)),
        Page("assets/frames.css", (files("framebuild") / "assets" / "frames.css").read_bytes()),
        Page("api/frame.schema.json", record_schema_text().encode()),
        _json("api/frames.json", _everything(objects, built)),
    ]
    for one, found in objects.items():
        pages += _frame_pages(corpus, found, objects, ran.get(one))
    for old, new in corpus.stubs.items():
        pages.append(_page(f"frames/{old}/index.md", "moved.md", new=new, old=old))
    return sorted(pages, key=lambda page: page.path)


def _longest_first(objects: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    timed = [found for found in objects.values() if found["receipt"]]
    return sorted(timed, key=lambda found: -found["seconds"])


def _everything(objects: dict[str, dict[str, Any]], built: str) -> dict[str, Any]:
    return {"schema_version": SCHEMA_VERSION, "built": built, "frames": list(objects.values())}


def _frame_pages(
    corpus: Corpus, found: dict[str, Any], objects: dict[str, dict[str, Any]], ran: Ran | None
) -> list[Page]:
    one, folder = found["id"], f"frames/{found['id']}"
    figures: list[Figure] = figures_of(ran.notebook) if ran else []
    page = _page(
        f"{folder}/index.md",
        "frame.md",
        frame=found,
        frames=objects,
        topics=corpus.topics,
        figure=figures[0] if figures else None,
        notebook=notebook_markdown(ran.notebook) if ran else None,
        parameters=_parameters(corpus, one),
    )
    pages = [page, _json(f"api/frames/{one}.json", found)]
    pages += [Page(f"{folder}/{figure.name}", figure.content) for figure in figures]
    if ran:
        pages.append(_json(f"{folder}/{one}.ipynb", ran.notebook))
    return list({page.path: page for page in pages}.values())


def _parameters(corpus: Corpus, one: str) -> list[dict[str, Any]]:
    demo = corpus.frames[one].demo
    return [
        {"name": p.name, "type": p.annotation, "default": json.dumps(p.default), "help": p.help}
        for p in (demo.parameters if demo else ())
    ]


def _json(path: str, value: Any) -> Page:
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    return Page(path, (text + "\n").encode())


def _page(path: str, template: str, **values: Any) -> Page:
    return Page(path, _environment().get_template(template).render(**values).encode())


@cache
def _environment() -> Environment:
    """Templates write Markdown; a record's text passes `text`, and `e` inside HTML."""
    environment = Environment(
        loader=PackageLoader("framebuild"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # the target is Markdown; see the filters
    )
    environment.filters |= {"text": plain, "number": number, "bound": bound, "words": in_words}
    environment.filters["urlsafe"] = url_safe
    environment.globals |= {
        "marks": MARKS,
        "outcomes": OUTCOMES,
        "meaning": WORDS,
        "confidence": f"{CONFIDENCE:.0%}",
    }
    return environment


def number(value: float | None) -> str:
    """Three significant digits, as a person writes them."""
    if value is None:
        return "not finite"
    return f"{value:.3g}" if value == 0 or 1e-3 <= abs(value) < 1e5 else f"{value:.2e}"


def url_safe(url: str) -> str:
    """An address that cannot end the Markdown link that it stands in."""
    return quote(url, safe="/:?#@!$&'*+,;=%~-._")


def bound(expect: dict[str, Any]) -> str:
    """A bound in words."""
    if "between" in expect:
        low, high = expect["between"]
        return f"between {number(low)} and {number(high)}"
    name, value = next(iter(expect.items()))
    return f"{name.replace('_', ' ')} {number(value)}"


def in_words(measure: str) -> str:
    """A measure's name as words."""
    return measure.replace("_", " ")
