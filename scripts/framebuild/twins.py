"""A page as plain Markdown that reads by itself: its source without the markup of the site."""

import re
from html.parser import HTMLParser

SILENT = {"script", "style", "svg", "template"}
BLOCKS = {
    "p",
    "div",
    "ul",
    "ol",
    "li",
    "table",
    "tr",
    "h1",
    "h2",
    "h3",
    "figure",
    "figcaption",
    "br",
}
HEADINGS = {"h1": "# ", "h2": "## ", "h3": "### ", "li": "- "}
FRONT = re.compile(r"\A\s*---\n.*?\n---\n", re.DOTALL)
LISTS = re.compile(r"^\{:? ?[^}\n]*\}$|\{ ?(?:loading|\.|#)[^}\n]*\}", re.MULTILINE)


class _Text(HTMLParser):
    """Text and links of a page; entities stay as they are written, as Markdown has them too."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self.silent = 0
        self.links: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.silent += 1
        elif tag == "a":
            href = dict(attrs).get("href")
            self.links.append(href)
            self._write("[" if href else "")
        elif tag in BLOCKS:
            self._write(f"\n{HEADINGS.get(tag, '')}")
        elif tag in ("td", "th"):
            self._write(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "a" and self.links:
            href = self.links.pop()
            self._write(f"]({href})" if href else "")
        elif tag in BLOCKS:
            self._write("\n")

    def handle_data(self, data: str) -> None:
        self._write(data)

    def handle_entityref(self, name: str) -> None:
        self._write(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._write(f"&#{name};")

    def _write(self, text: str) -> None:
        if not self.silent:
            self.parts.append(text)


def twin(source: str) -> str:
    """Markdown without front matter, HTML elements, and attribute lists; links stay."""
    reader = _Text()
    reader.feed(FRONT.sub("", source, count=1))
    reader.close()
    text = LISTS.sub("", "".join(reader.parts))
    lines = [line.rstrip() for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
