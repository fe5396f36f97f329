"""The graph as values: every relation once, short arcs, and suggestions that nobody drew."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from framebuild.api import frame_object
from framebuild.arcs import draw, relations
from framebuild.load import load
from framebuild.nearest import undrawn
from framebuild.render import render
from framespec.corpus import find_root


def frame(one: str, *related: tuple[str, str], **values: Any) -> dict[str, Any]:
    """What the graph reads of a frame."""
    found = [
        {"frame": other, "how": how, "direction": "to", "words": how} for other, how in related
    ]
    base = {"id": one, "title": one, "topics": ["t"], "related": found, "claim": "", "aliases": []}
    return base | {"open_questions": []} | values


@pytest.fixture(scope="module")
def real() -> dict[str, dict[str, Any]]:
    corpus, _ = load(find_root())
    return {one: frame_object(corpus, found, None) for one, found in corpus.frames.items()}


def test_every_frame_has_a_row_and_every_relation_one_arc(real: dict[str, dict[str, Any]]) -> None:
    picture = draw(real)
    assert sorted(row.frame for row in picture.rows) == sorted(real)
    assert [arc.relation for arc in picture.arcs] == relations(real)
    assert len(set(relations(real))) == sum(len(one["related"]) for one in real.values()) / 2
    assert draw(real) == picture


def test_rows_do_not_meet_and_arcs_stay_inside(real: dict[str, dict[str, Any]]) -> None:
    picture = draw(real)
    tops = [row.y for row in picture.rows]
    lines = [len(row.lines) for row in picture.rows]
    gaps = zip(tops, tops[1:], lines, strict=False)
    assert all(after - before >= 17 * count for before, after, count in gaps)
    assert all(0 < x < picture.width and 0 < y < picture.height for x, y in
               (arc.widest for arc in picture.arcs))  # fmt: skip


def test_what_is_joined_is_put_together() -> None:
    frames = {
        "a": frame("a", ("d", "refines")),
        "b": frame("b", ("c", "refines")),
        "c": frame("c"),
        "d": frame("d"),
    }
    place = {row.frame: number for number, row in enumerate(draw(frames).rows)}
    assert abs(place["a"] - place["d"]) == abs(place["b"] - place["c"]) == 1


def test_a_frame_stands_under_the_topic_that_its_relations_share() -> None:
    frames = {
        "a": frame("a", ("b", "refines"), topics=["big", "small"]),
        "b": frame("b", topics=["small"]),
        **{one: frame(one, topics=["big"]) for one in "cdef"},
    }
    picture = draw(frames)
    (small,) = (y for topic, y in picture.headings if topic == "small")
    below = [row.frame for row in picture.rows if small < row.y < small + 70]
    assert below == ["a", "b"]


def test_suggestions_share_rare_words_and_leave_out_what_is_joined() -> None:
    said = {
        "a": "a probe reads geometry",
        "b": "the probe reads geometry",
        "c": "probe and geometry",
        "d": "cats purr loudly",
        "e": "cats purr quietly",
        "f": "nothing here matches",
        "g": "whatever",
        "h": "anything",
        "i": "something",
    }
    frames = {one: frame(one, claim=text, topics=[one]) for one, text in said.items()}
    frames["a"]["related"] = [{"frame": "b", "how": "refines", "direction": "to", "words": ""}]
    near = undrawn(frames)
    assert [one.frame for one in near["a"]] == ["c"]
    assert near["a"][0].words == ("geometry", "probe")
    assert [one.frame for one in near["d"]] == ["e"]
    assert near["f"] == []


def test_the_page_and_its_data_agree(real: dict[str, dict[str, Any]]) -> None:
    corpus, _ = load(find_root())
    made = {page.path: page.content.decode() for page in render(corpus, {}, "2026-01-01")
            if page.path.startswith(("graph/", "api/graph"))}  # fmt: skip
    page = made["graph/index.md"]
    svg = page[page.rindex("<svg", 0, page.index("arcs-title")) :].partition("</svg>")[0] + "</svg>"
    root = ElementTree.fromstring(svg)
    links = [one.get("href") for one in root.iter("{http://www.w3.org/2000/svg}a")]
    assert sorted(str(link) for link in links) == [f"../frames/{one}/index.html" for one in real]
    data = json.loads(made["api/graph.json"])
    assert [node["id"] for node in data["nodes"]] == list(real)
    assert len(data["edges"]) == len(relations(real)) == svg.count('<g class="arc ')
    drawn = {frozenset((edge["source"], edge["target"])) for edge in data["edges"]}
    assert not drawn & {frozenset((one["source"], one["target"])) for one in data["suggestions"]}


def test_a_hostile_title_stays_text(root: Path) -> None:
    record = root / "frames/good.yaml"
    text = record.read_text(encoding="utf-8")
    assert "title: A good frame" in text
    hostile = "title: '</a></svg><script>alert(1)</script>'"
    record.write_text(text.replace("title: A good frame", hostile), encoding="utf-8")
    corpus, problems = load(root)
    assert not problems
    made = {page.path: page.content for page in render(corpus, {}, "2026-01-01")}
    for path in ("graph/index.md", "graph/connections/index.md"):
        assert b"<script>alert" not in made[path]
