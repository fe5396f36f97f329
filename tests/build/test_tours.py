"""The pages of tours: the walk in its order, and the way back to it from each frame."""

from pathlib import Path

import pytest
from test_render import HOSTILE, code_cell, display, live, ran

from framebuild.load import load
from framebuild.render import render

WALK = """title: A walk
says: One sentence on what is seen.
seed: {title: A text, authors: [Some One], year: 2020, url: "https://example.org/text"}
note: What to know before starting.
steps:
  - {frame: other, says: Here something is to be seen first.}
  - {frame: third, says: Here something else is to be seen.}
  - {frame: good, says: And here is the last thing to see.}
"""


@pytest.fixture
def walked(root: Path) -> Path:
    """Three frames, and a tour through them."""
    record = (root / "frames/other.yaml").read_text(encoding="utf-8")
    demo = (root / "demos/other.py").read_text(encoding="utf-8")
    third = record.replace("Another", "Third").replace("other", "third")
    (root / "frames/third.yaml").write_text(third, encoding="utf-8")
    (root / "demos/third.py").write_text(demo.replace("other", "third"), encoding="utf-8")
    (root / "frames/tours").mkdir()
    (root / "frames/tours/walk.yaml").write_text(WALK, encoding="utf-8")
    return root


def pages(root: Path) -> dict[str, str]:
    """Every page; the frame `good` has a run with a figure."""
    corpus, problems = load(root)
    assert not problems
    drawn = display(image_svg__xml="<svg></svg>", text_plain="a figure")
    found = {"good": ran("good", {"cells": [code_cell(drawn)]})}
    return {
        page.path: page.content.decode()
        for page in render(corpus, found, "2026-01-01")
        if page.path.endswith(".md")
    }


def test_a_tour_shows_its_frames_in_the_order_of_the_walk(walked: Path) -> None:
    page = pages(walked)["tours/walk/index.md"]
    said = [
        "Walks after [A text](https://example.org/text) by Some One (2020).",
        "What to know before starting.",
        "## 1. Another frame",
        "Here something is to be seen first.",
        "untested",
        "[Third frame →](#third)",
        "## 2. Third frame",
        "[← Another frame](#other)",
        "## 3. A good frame",
        "supported",
        "(../../frames/good/figure-",
    ]
    places = [page.find(one) for one in said]
    assert -1 not in places
    assert places == sorted(places)


def test_the_list_of_tours(walked: Path) -> None:
    page = pages(walked)["tours/index.md"]
    assert "[A walk](walk/index.md)" in page
    assert page.index("(walk/index.md#other)") < page.index("(walk/index.md#good)")


def test_a_frame_says_which_tours_come_by(walked: Path) -> None:
    made = pages(walked)
    on = "On the tour [A walk](../../tours/walk/index.md"
    assert (
        f"{on}#third), after [Another frame](../other/index.md) "
        "and before [A good frame](../good/index.md).\n{: .facts }"
    ) in made["frames/third/index.md"]
    assert f"{on}#other), before [Third frame]" in made["frames/other/index.md"]
    assert f"{on}#good), after [Third frame](../third/index.md)." in made["frames/good/index.md"]


def test_without_tours_there_is_no_page_of_them(root: Path) -> None:
    made = pages(root)
    assert not [path for path in made if path.startswith("tours")]
    assert "On the tour" not in made["frames/good/index.md"]


def test_hostile_words_on_a_tour_read_as_written(walked: Path) -> None:
    quoted = HOSTILE.replace("'", "''")
    path = walked / "frames/tours/walk.yaml"
    for field in ("title: A text", "says: Here something else is to be seen.", "title: A walk"):
        name, _ = field.split(": ")
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(field, f"{name}: '{quoted[:80]}'"), encoding="utf-8")
    made = pages(walked)
    for page in ("tours/walk/index.md", "tours/index.md", "frames/third/index.md"):
        body = made[page].split("---\n", 2)[2]  # the front matter is JSON, and no markup
        assert not live(body).acts
        assert "<script>" not in body
