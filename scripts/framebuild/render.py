"""Pages as values: the same corpus and the same runs give the same bytes."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from framebuild import pages
from framebuild.api import frame_object
from framebuild.load import Corpus
from framebuild.pages.page import Page, Ran, Site
from framebuild.readable import readable
from framebuild.storybook import Storybook


def kinds_of_pages() -> list[ModuleType]:
    """Every module of `pages` that has a function `pages`, which makes all pages of one kind."""
    found = [import_module(f"{pages.__name__}.{one.name}") for one in iter_modules(pages.__path__)]
    return [kind for kind in found if hasattr(kind, "pages")]


def render(
    corpus: Corpus,
    ran: dict[str, Ran],
    built: str,
    url: str = "",
    book: Storybook | None = None,
) -> list[Page]:
    """Every page, figure and data file of the site, sorted by path.

    Each page has a twin in plain Markdown, which is there for machines to read.

    url: where the site will be served, if that is known; only feeds need it.
    """
    frames = {
        one: frame_object(corpus, frame, ran[one].run if one in ran else None)
        for one, frame in corpus.frames.items()
    }
    site = Site(corpus, frames, ran, built, f"{url.rstrip('/')}/" if url else "", book)
    made = [page for kind in kinds_of_pages() for page in kind.pages(site)]
    made += readable(site, made)
    return sorted(made, key=lambda page: (page.path, not page.finished))
