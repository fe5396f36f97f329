"""An executed notebook as HTML in which nothing that it says or shows can act.

Prose is read by a parser that knows no raw HTML, code by a highlighter, outputs are escaped text,
image files or bare tables. What they give is cleaned again as a whole, so that a fault in any one
of them does not reach the page.
"""

import html
import io
import re
from functools import cache, lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from framebuild.markdown import ANSI, CONTROL, capped, figure_in

TABLE = {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"}
SPANS = {"colspan", "rowspan"}
TEXT = {
    "p",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "a",
    "em",
    "strong",
    "code",
    "pre",
    "br",
    "hr",
}
MATH = {
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "msub", "msup", "msubsup", "munder",
    "mover", "munderover", "mfrac", "msqrt", "mroot", "mstyle", "mtable", "mtr", "mtd",
}  # fmt: skip
OURS = {"br", "div", "span", "details", "summary", "img", "blockquote"}
ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt", "loading"},
    "math": {"display"},
    "mo": {"stretchy", "fence", "form"},
    "th": {*SPANS, "scope"},
    "td": SPANS,
    **{tag: {"class"} for tag in ("div", "span", "details", "pre")},
}
KEPT = 2048  # cells remembered, since `frames serve` draws all pages anew on each save
FIGURE = re.compile(r"figure-[0-9a-f]{12}\.(svg|png|jpg)")


def notebook_html(notebook: dict[str, Any]) -> str:
    """Prose, code folded away, and outputs, in the notebook's order."""
    parts: list[str] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            parts.append(prose_html(cell["source"]))
        elif cell["cell_type"] == "code" and cell["source"].strip():
            title = "Parameters" if "parameters" in cell["metadata"].get("tags", ()) else "Code"
            code = _highlighted(cell["source"])
            parts.append(
                f'<details class="code"><summary>{title}</summary><div class="highlight">'
                f"<pre><code>{code}</code></pre></div></details>\n"
            )
            parts += [_output(one) for one in cell["outputs"]]
    return _clean("".join(parts))


@lru_cache(maxsize=KEPT)
def prose_html(source: str) -> str:
    """An authored Markdown cell, its headings two levels deeper, its formulas as MathML."""
    reader = _reader()
    tokens = reader.parse(CONTROL.sub("", source))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
    return _clean(reader.renderer.render(tokens, reader.options, {}))


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    return reader.use(dollarmath_plugin, renderer=_mathml)


def _mathml(formula: str, options: dict[str, Any]) -> str:
    from latex2mathml.converter import convert

    found: str = convert(formula, display="block" if options["display_mode"] else "inline")
    return found


@lru_cache(maxsize=KEPT)
def _highlighted(source: str) -> str:
    """Comments, keywords, strings and numbers marked; marking every name would double a page."""
    from pygments import lex
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers.python import PythonLexer
    from pygments.token import Comment, Keyword, Literal, Text

    marked = (Comment, Keyword, Literal)
    tokens = (
        (kind if any(kind in one for one in marked) else Text, text)
        for kind, text in lex(CONTROL.sub("", source), PythonLexer())
    )
    found = io.StringIO()
    HtmlFormatter(nowrap=True).format(tokens, found)
    return found.getvalue()


def _output(output: dict[str, Any]) -> str:
    if output["output_type"] == "stream":
        return _text(output["text"]) if output["name"] == "stdout" else ""
    if output["output_type"] == "error":
        return _text("\n".join(output["traceback"]))
    if figure := figure_in(output):
        alt = html.escape(CONTROL.sub(" ", figure.alt))
        return f'<p><img src="{figure.name}" alt="{alt}" loading="lazy"></p>\n'
    data = output.get("data", {})
    table = nh3.clean(
        "".join(data.get("text/html", "")), tags=TABLE, attributes={"th": SPANS, "td": SPANS}
    )
    if "<table" in table and len(table) == len(capped(table)):
        return f'<div class="output">{table}</div>\n'
    return _text(data["text/plain"]) if "text/plain" in data else ""


def _text(text: str) -> str:
    shown = html.escape(capped(CONTROL.sub("", ANSI.sub("", "".join(text))).rstrip("\n")))
    return f'<div class="output"><pre><code>{shown}</code></pre></div>\n' if shown else ""


def _clean(text: str) -> str:
    return nh3.clean(
        text,
        tags=TABLE | TEXT | MATH | OURS,
        attributes=ATTRIBUTES,
        attribute_filter=_ours_or_none,
        url_schemes={"http", "https"},
    )


def _ours_or_none(tag: str, attribute: str, value: str) -> str | None:
    """Images are our own files beside the page, links lead out; nothing names another path."""
    if tag == "img" and attribute == "src":
        return value if FIGURE.fullmatch(value) else None
    if tag == "a" and attribute == "href":
        return value if value.startswith(("https://", "http://")) else None
    return value
