"""What a first visit to each frame's page transfers, uncompressed: python tests/site/weighing.py

Reads a site/ that `make site` has built with every demo run, since figures are most of what differs
between pages. Widgets are apart. Exits 1 if a page is over the limit.
"""

import sys
from html.parser import HTMLParser
from pathlib import Path

from framespec.corpus import find_root

FIRST_VISIT = 400_000  # bytes of a frame's page with everything that it asks for
WIDGETS = "assets/play"  # a page without a widget asks for none of these


class Asked(HTMLParser):
    """The addresses of what a page asks for by itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in ("img", "script") and (source := named.get("src")):
            self.found.add(source)
        if tag == "link" and (named.get("rel") or "") in ("stylesheet", "icon"):
            self.found.add(named["href"] or "")


def weight(page: Path) -> int:
    """Bytes of a page, its styles, scripts, icon and images, as they lie on the disk."""
    asked = {one for one in Asked(page.read_text(encoding="utf-8")).found if WIDGETS not in one}
    return sum(one.stat().st_size for one in [page, *(page.parent / name for name in asked)])


def main(site: Path) -> int:
    """Print the pages, the heaviest first; the exit status."""
    weights = {path.parent.name: weight(path) for path in site.glob("frames/*/index.html")}
    for name, size in sorted(weights.items(), key=lambda item: -item[1]):
        print(f"{size / 1e3:6.1f} kB  {name}{'  over the limit' if size >= FIRST_VISIT else ''}")
    return int(not weights or max(weights.values()) >= FIRST_VISIT)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if sys.argv[1:] else find_root() / "site"))
