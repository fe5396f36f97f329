"""Pages as values: the same bytes twice, and nothing hostile that lives."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import markdown
import pytest

from framebuild.load import load
from framebuild.markdown import plain
from framebuild.notebook_html import notebook_html, prose_html
from framebuild.pages.page import Page, Ran
from framebuild.pages.templates import number
from framebuild.render import render
from framebuild.store import Run
from framespec.result import Environment, Model, Receipt, Replicates, Result

EXTENSIONS = ["attr_list", "footnotes", "tables", "toc", "pymdownx.details", "pymdownx.superfences"]
HOSTILE = (
    "<script>alert(1)</script> [x](javascript:alert(1)) ![y](z) `c` **b** {: onclick=x } | & $d$"
)


def code_cell(*outputs: dict[str, Any]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "source": "x = '```'",
        "metadata": {},
        "execution_count": 1,
        "outputs": list(outputs),
    }


def display(**data: Any) -> dict[str, Any]:
    named = {key.replace("__", "+").replace("_", "/"): value for key, value in data.items()}
    return {"output_type": "display_data", "data": named, "metadata": {}}


def ran(frame: str, notebook: dict[str, Any]) -> Ran:
    environment = Environment(versions={"torch": "2"}, device="cpu", dtype="float32")
    receipt = Receipt(
        models=[Model(id="lab:x", revision="abc")],
        parameters={"size": 0.75},
        seeds=[0, 1, 2],
        environment=environment,
        seconds=1.5,
        cpu_seconds=1.25,
        peak_mb=100,
        commit="abc",
        key="k" * 64,
    )
    reported = {"first": Replicates(measured=[0.75] * 3, control=[0.0] * 3)}
    result = Result(frame=frame, reported=reported, receipt=receipt)
    run = Run(frame=frame, key="k" * 64, inputs={}, default=True, result=result, notebook_sha256="")
    return Ran(run, notebook)


def pages(root: Path, notebook: dict[str, Any] | None = None) -> dict[str, bytes]:
    corpus, problems = load(root)
    assert not problems
    found = {"good": ran("good", notebook)} if notebook else {}
    made: list[Page] = render(corpus, found, "2026-01-01")
    return {page.path: page.content for page in made}


def test_equal_input_gives_equal_bytes(root: Path) -> None:
    notebook = {"cells": [code_cell(display(text_plain="x"))]}
    assert pages(root, notebook) == pages(root, notebook)


def test_what_a_frame_s_page_says(root: Path) -> None:
    made = pages(root, {"cells": [code_cell()]})
    page = made["frames/good/index.md"].decode()
    assert page.index("Whatever is looked for") < page.index("Supported") < page.index("## Sources")
    assert "The prediction held: " in page
    assert "[0.75, 0.75]" in page
    related = page[page.index("## Related frames") :]
    assert related.index("refines") < related.index('<a href="../other/index.html">Another frame')
    reverse = made["frames/other/index.md"].decode()
    assert reverse.index("is refined by") < reverse.index('<a href="../good/index.html">')
    assert "It is now [good](../good/index.md)" in made["frames/old/index.md"].decode()


def test_the_api_holds_every_frame(root: Path) -> None:
    made = pages(root, {"cells": [code_cell()]})
    everything = json.loads(made["api/frames.json"])
    assert everything["schema_version"] == 1
    assert everything["built"] == "2026-01-01"
    by_id = {frame["id"]: frame for frame in everything["frames"]}
    assert list(by_id) == ["good", "other"]
    assert by_id["good"] == json.loads(made["api/frames/good.json"])
    assert by_id["good"]["verdict"] == "supported"
    assert by_id["other"]["verdict"] == "untested"
    (prediction,) = by_id["good"]["predictions"]
    assert prediction["outcome"] == "held"
    assert prediction["measured"] == {
        "n": 3, "mean": 0.75, "low": 0.75, "high": 0.75, "values": [0.75] * 3,
    }  # fmt: skip


class Live(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.acts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.acts.append(f"{tag} {name}={value}")


def live(text: str) -> Live:
    parser = Live()
    parser.feed(markdown.markdown(text, extensions=EXTENSIONS))
    return parser


@pytest.mark.parametrize("before", ["", "- ", "## ", "| a |\n|---|\n| "])
def test_hostile_text_reads_as_written(before: str) -> None:
    found = live(before + plain(HOSTILE))
    assert not found.acts
    assert not {"script", "a", "img", "strong", "code"} & set(found.tags)


def test_hostile_outputs_are_harmless() -> None:
    cell = code_cell(
        display(text_html="<script>alert(1)</script>", text_plain="<script>alert(2)</script>"),
        display(image_svg__xml="<svg onload=alert(3)></svg>", text_plain=HOSTILE),
        display(image_png="bm90IGEgcG5n", text_plain="not a png"),
        {"output_type": "stream", "name": "stdout", "text": "\x1b[31m</code></pre><b onclick=x>"},
    )
    shown = notebook_html({"cells": [cell]})
    found = Live()
    found.feed(shown)
    assert not found.acts
    assert not {"script", "svg", "b", "iframe"} & set(found.tags)
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in shown
    assert "&lt;/code&gt;&lt;/pre&gt;&lt;b onclick=x&gt;" in shown


def test_a_table_is_shown_bare() -> None:
    table = "<table onclick=x style='color:red'><tr><td colspan=2><img src=x onerror=y>1</td></tr>"
    shown = notebook_html({"cells": [code_cell(display(text_html=table, text_plain="1"))]})
    assert '<td colspan="2">1</td>' in shown
    assert "onclick" not in shown
    assert "img" not in shown


def test_prose_knows_no_html_and_no_links_but_the_web_s() -> None:
    shown = prose_html(
        "# Title\n\n<img src=x onerror=y> [a](javascript:alert(1)) [b](../../x) "
        "[c](https://example.org) ![d](../../x.svg)"
    )
    assert shown.startswith("<h3>Title</h3>")
    found = Live()
    found.feed(shown)
    assert "img" not in found.tags
    assert shown.count("href=") == 1


def test_formulas_become_mathml_and_code_does_not() -> None:
    found = prose_html("# Title\n\nThe key $i - L_1 + 1$, not `$x$`.")
    assert "<math" in found
    assert "<msub>" in found
    assert "<code>$x$</code>" in found


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.123456, "0.123"),
        (0.0, "0"),
        (1.5e-7, "1.50e-07"),
        (12345.6, "1.23e+04"),
        (None, "not finite"),
    ],
)
def test_numbers(value: float | None, shown: str) -> None:
    assert number(value) == shown
