"""A page as plain Markdown that reads by itself: its source without the markup of the site."""

import re
from html.parser import HTMLParser

SILENT = {"script", "style", "svg", "template", "form"}
BLOCKS = {"p", "div", "ul", "ol", "table", "figure", "figcaption", "details", "summary", "dl"}
STARTS = {
    "h1": "# ",
    "h2": "## ",
    "h3": "### ",
    "h4": "#### ",
    "li": "- ",
    "dt": "- ",
    "dd": "    ",
}
CELLS = {"td", "th"}
FRONT = re.compile(r"\A\s*---\n.*?\n---\n", re.DOTALL)
LISTS = re.compile(r"^\{:? ?[^}\n]*\}$|\{ ?(?:loading|\.|#)[^}\n]*\}", re.MULTILINE)
TIDY = re.compile(r"^(\||-) *(?=[^- ])|(?<=\|) {2,}")
HEADING_IN_ITEM = re.compile(r"^- *\n\s*#+ ", re.MULTILINE)


class _Text(HTMLParser):
    """Text and links of a page; entities stay as they are written, as Markdown has them too."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self.silent = 0
        self.links: list[str | None] = []
        self.cells: int | None = None  # of the row that is being read
        self._in_head = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.silent += 1
        elif tag == "a":
            href = dict(attrs).get("href")
            self.links.append(href)
            self._write("[" if href else "")
        elif tag == "thead":
            self._in_head = True
        elif tag == "tr":
            self.parts.append("\n| ")
            self.cells = 0
        elif tag in CELLS and self.cells is not None:
            self.cells += 1
        elif tag in BLOCKS or tag in STARTS or tag == "br":
            self._write(f"\n{STARTS.get(tag, '')}")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "a" and self.links:
            href = self.links.pop()
            self._write(f"]({_twin_of(href)})" if href else "")
        elif tag == "tr" and self.cells is not None:
            row = self.cells
            self.cells = None
            self._write("\n" + "|---" * row + "|" if self._in_head else "")
        elif tag in CELLS:
            self._write(" | ")
        elif tag == "thead":
            self._in_head = False
        elif tag in BLOCKS or tag in STARTS:
            self._write("\n")

    def handle_data(self, data: str) -> None:
        self._write(data)

    def handle_entityref(self, name: str) -> None:
        self._write(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._write(f"&#{name};")

    def _write(self, text: str) -> None:
        if self.silent:
            return
        if self.cells:  # a row of a table is one line
            text = re.sub(r"\s+", " ", text)
            if self.parts and self.parts[-1].endswith(" "):
                text = text.lstrip()
        elif self.cells == 0:
            text = ""
        self.parts.append(text)


def twin(source: str) -> str:
    """Markdown without front matter, HTML elements, and attribute lists; links stay."""
    reader = _Text()
    reader.feed(FRONT.sub("", source, count=1))
    reader.close()
    text = HEADING_IN_ITEM.sub("- ", LISTS.sub("", "".join(reader.parts)))
    lines = [
        TIDY.sub(lambda found: f"{found[1] or ''} ", line).rstrip() for line in text.splitlines()
    ]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return re.sub(r"\|\n\n(?=\|)", "|\n", text) + "\n"


def _twin_of(href: str) -> str:
    """A page of this site as its twin; any other address as it is."""
    return href if "://" in href else re.sub(r"index\.html(?=$|#)", "index.md", href)
