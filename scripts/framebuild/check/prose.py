"""Rules about a demo's text."""

import re
from collections.abc import Iterator

from framebuild.check.rule import Rule, demos
from framebuild.load import Corpus
from framebuild.problem import Problem

NUMBER = re.compile(r"(?<![\w.-])\d+\.\d+|(?<![\w.-])\d+\s*%")  # such as a run would give
MAY_BE_MARKUP = re.compile(r"<|\]\s*[(:\[]")  # else there is no HTML and no link to look at


def number_in_prose(corpus: Corpus) -> Iterator[Problem]:
    """A demo's text holds no number that a run could move: it is computed or it is left out."""
    for demo in demos(corpus):
        for cell in demo.cells:
            if cell.kind != "markdown":
                continue
            for offset, line in enumerate(cell.source.splitlines()):
                plain = re.sub(r"`[^`]*`|\$[^$]*\$", "", line)
                found = NUMBER.search(plain)
                if found:
                    what = f"prose gives the number '{found.group()}'"
                    mend = "compute it in a code cell, or say it in words"
                    yield Problem(demo.path, cell.line + offset, what, mend)


def unsafe_markdown(corpus: Corpus) -> Iterator[Problem]:
    """A demo's text is Markdown: no raw HTML, and links only to pages."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark")
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # every scheme must reach the rule, to be refused
    for demo in demos(corpus):
        for cell in demo.cells:
            if cell.kind != "markdown" or not MAY_BE_MARKUP.search(cell.source):
                continue
            for token in parser.parse(cell.source):
                line = cell.line + (token.map[0] if token.map else 0)
                for one in [token, *(token.children or [])]:
                    if one.type.startswith("html"):
                        what = f"raw HTML in prose: {one.content.strip()[:40]}"
                        yield Problem(demo.path, line, what, "write it in Markdown")
                    address = str(one.attrs.get("href", one.attrs.get("src", "https://")))
                    if not address.lower().startswith(("https://", "http://", "#")):
                        what = f"link to '{address[:40]}' in prose"
                        yield Problem(demo.path, line, what, "link to an https:// address")


RULES: tuple[Rule, ...] = (
    number_in_prose,
    unsafe_markdown,
)
