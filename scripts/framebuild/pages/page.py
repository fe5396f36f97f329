"""What every kind of page is made from: the site's content as values, and the way to a file."""

import json
from dataclasses import dataclass
from typing import Any

from framebuild.load import Corpus
from framebuild.pages.templates import environment
from framebuild.store import Run
from framebuild.storybook import Storybook


@dataclass(frozen=True)
class Page:
    """A file of the site's source, below build/pages.

    finished: it goes into the site as it is, once mkdocs is done, which would make a page of a .md.
    """

    path: str
    content: bytes
    finished: bool = False


@dataclass(frozen=True)
class Ran:
    """A frame's default run, and its notebook: the demo's present prose with the run's outputs."""

    run: Run
    notebook: dict[str, Any]


@dataclass(frozen=True)
class Site:
    """Everything that pages are made from. frames: by id, each as `api.frame_object` gives it."""

    corpus: Corpus
    frames: dict[str, dict[str, Any]]
    ran: dict[str, Ran]
    built: str  # when the content was made, as ISO 8601
    url: str = ""  # where it will be served, with a slash at its end; empty if that is not known
    book: Storybook | None = None  # the model that runs in the page, if it has been made


def markdown(path: str, template: str, **values: Any) -> Page:
    """A page from a template of templates/."""
    return Page(path, environment().get_template(template).render(**values).encode())


def data(path: str, value: Any) -> Page:
    """A JSON file."""
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    return Page(path, (text + "\n").encode())
