"""What reference managers read: all sources, and those of each frame."""

from collections.abc import Iterator

from framebuild.bibliography import as_bibtex, as_csl, sources_of
from framebuild.pages.page import Page, Site, data


def pages(site: Site) -> Iterator[Page]:
    """BibTeX and CSL-JSON."""
    everything = sources_of(site.frames.values())
    yield Page("frames.bib", as_bibtex(everything))
    yield data("frames.csl.json", as_csl(everything))
    for one, found in site.frames.items():
        yield Page(f"frames/{one}/{one}.bib", as_bibtex(sources_of([found])))
