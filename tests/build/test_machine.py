"""What machines read: data that its schema admits, sources once, a safe review, a valid feed."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from test_render import HOSTILE, code_cell, display, ran

from framebuild.bibliography import as_bibtex, as_csl, sources_of
from framebuild.claim_review import claim_review
from framebuild.load import load
from framebuild.news import atom, events
from framebuild.render import render
from framebuild.twins import twin
from framespec.corpus import find_root

ATOM = "{http://www.w3.org/2005/Atom}"


def content(root: Path, run: bool = False, url: str = "") -> dict[str, bytes]:
    """Every page that mkdocs gets, and every twin, as twin:PATH."""
    corpus, problems = load(root)
    assert not problems
    notebook = {"cells": [code_cell(display(text_plain="x"))]}
    found = {"good": ran("good", notebook)} if run else {}
    made = render(corpus, found, "2026-01-01T00:00:00+00:00", url)
    return {f"{'twin:' if page.finished else ''}{page.path}": page.content for page in made}


def source(one: str, link: str) -> dict[str, Any]:
    found = {"id": one, "title": "T", "authors": ["A. B."], "year": 2020, "link": link}
    return found | {"arxiv": None, "doi": None, "url": link, "supports": "s"}


@pytest.mark.parametrize("run", [False, True])
def test_what_is_published_fits_the_published_schema(root: Path, run: bool) -> None:
    made = content(root, run)
    schema = json.loads(made["api/frames.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(made["api/frames.json"]), schema)


def test_the_real_frames_fit_the_published_schema() -> None:
    made = content(find_root())
    jsonschema.validate(
        json.loads(made["api/frames.json"]), json.loads(made["api/frames.schema.json"])
    )


def test_what_is_on_record_fits_the_schema_and_is_news(root: Path) -> None:
    bad = Path(__file__).parent.parent / "bad/results_worse.json"
    text = bad.read_text(encoding="utf-8").replace('"frame": "bad"', '"frame": "good"')
    (root / "frames/good.results.json").write_text(text, encoding="utf-8")
    made = content(root)
    data = json.loads(made["api/frames.json"])
    jsonschema.validate(data, json.loads(made["api/frames.schema.json"]))
    assert [len(one["evidence"]) for one in data["frames"]] == [1, 0]
    page = made["new/index.md"].decode()
    assert "went from supported to contradicted on some/model" in page
    assert page.index("## 2026-02-03") < page.index("## 2026-01-02")


def test_the_schema_refuses_a_verdict_that_there_is_not(root: Path) -> None:
    made = content(root)
    data = json.loads(made["api/frames.json"])
    data["frames"][0]["verdict"] = "proven"
    with pytest.raises(jsonschema.ValidationError, match="proven"):
        jsonschema.validate(data, json.loads(made["api/frames.schema.json"]))


def test_a_source_of_two_frames_is_one_entry_and_keys_are_unique() -> None:
    frames = [
        {"id": "a", "sources": [source("x-2020", "https://a.org"), source("y", "https://y.org")]},
        {"id": "b", "sources": [source("x-2020", "https://b.org"), source("z", "https://a.org")]},
    ]
    found = sources_of(frames)
    assert [one["id"] for one in found] == ["x-2020", "x-2020-2", "y"]
    assert [one["frames"] for one in found] == [["a", "b"], ["b"], ["a"]]
    assert as_bibtex(found).decode().count("@misc{") == 3
    assert [one["id"] for one in as_csl(found)] == ["x-2020", "x-2020-2", "y"]


def test_an_author_list_that_is_cut_short_says_so_in_bibtex() -> None:
    cut = source("x", "https://a.org") | {"authors": ["A. B.", "et al."]}
    found = sources_of([{"id": "a", "sources": [cut]}])
    assert "author = {A. B. and others}" in as_bibtex(found).decode()
    assert as_csl(found)[0]["author"] == [{"literal": "A. B."}]


def test_a_review_cannot_leave_its_script_element() -> None:
    corpus, _ = load(find_root())
    made = json.loads(content(corpus.root)["api/frames.json"])["frames"][0]
    text = claim_review(made | {"claim": f"</script>{HOSTILE}\u2028"})
    assert not set("<>&\u2028") & set(text)
    found = json.loads(text)
    assert found["claimReviewed"] == f"</script>{HOSTILE}\u2028"
    assert found["reviewRating"] == {"@type": "Rating", "alternateName": "untested"}


def test_a_frame_s_page_carries_its_review(root: Path) -> None:
    page = content(root, run=True)["frames/good/index.md"].decode()
    text = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    rating = json.loads(text)["reviewRating"]
    assert rating["alternateName"] == "supported"
    assert rating["ratingValue"] == 5


def test_every_page_has_a_twin_without_markup(root: Path) -> None:
    made = content(root, run=True)
    sources = [path for path in made if path.endswith(".md") and not path.startswith("twin:")]
    assert [path for path in sources if f"twin:{path}" not in made] == []
    text = made["twin:frames/good/index.md"].decode()
    claim = json.loads(made["api/frames/good.json"])["claim"]
    assert text.startswith(f"# A good frame\n\n> {claim}")
    assert "Verdict: **supported**" in text
    for path in sources:
        plain = made[f"twin:{path}"].decode()
        assert not plain.startswith("---")
        assert "<span" not in plain
        assert "<div" not in plain


def test_a_twin_keeps_links_and_drops_what_is_for_the_eye() -> None:
    page = (
        "---\ntitle: x\n---\n# T\n\n<p>a &lt; <a href='../b/index.html'>b</a></p>\n"
        "<svg><text>no</text></svg><script>no()</script>\n{: .cls }\n\n[c](c.md){ loading=lazy }\n"
    )
    assert twin(page) == "# T\n\na &lt; [b](../b/index.md)\n\n[c](c.md)\n"


def test_a_table_in_html_becomes_one_in_markdown() -> None:
    table = (
        "<table>\n<thead>\n<tr><th>a</th>\n<th>b</th></tr></thead><tbody>\n"
        "<tr>\n<th><a href='x'>y</a></th>\n<td><p>1\n2</p></td>\n</tr></tbody></table>"
    )
    assert twin(table) == "| a | b |\n|---|---|\n| [y](x) | 1 2 |\n"


def test_llms_txt_lists_every_frame_s_twin(root: Path) -> None:
    made = content(root, url="https://example.org/frames")
    text = made["llms.txt"].decode()
    for one in ("good", "other"):
        assert f"(https://example.org/frames/frames/{one}/index.md): untested." in text


def row(verdict: str, day: str, *before: tuple[str, str, str], **values: Any) -> dict[str, Any]:
    past = [{"verdict": was, "date": date, "until": until} for was, date, until in before]
    base = {"verdict": verdict, "date": day, "before": past, "default": True, "model": None}
    return base | values


def test_what_happened_is_told_the_newest_first() -> None:
    past = ("supported", "2026-01-02", "2026-03-01")
    frames = [
        {"id": "a", "added": "2026-01-01", "evidence": [row("contradicted", "2026-03-01", past)]},
        {
            "id": "b",
            "added": "2026-02-01",
            "evidence": [row("supported", "2026-02-02", default=False, model="gpt2")],
        },
        {"id": "c", "added": None, "evidence": [row("inconclusive", "2026-01-03")]},
    ]
    assert [(one.day, one.frame, one.says) for one in events(frames)] == [
        ("2026-03-01", "a", "went from supported to contradicted"),
        ("2026-02-02", "b", "was recorded as supported on gpt2"),
        ("2026-02-01", "b", "was added"),
        ("2026-01-03", "c", "was recorded as inconclusive"),
        ("2026-01-01", "a", "was added with the verdict supported"),
    ]


@pytest.mark.parametrize("url", ["", "https://example.org/f/"])
def test_the_feed_is_what_atom_asks_for(url: str) -> None:
    frames = {"a": {"id": "a", "title": HOSTILE, "claim": HOSTILE, "added": "2026-01-01"}}
    feed = ElementTree.fromstring(atom(events(frames.values()), frames, "unknown", url))
    assert feed.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated"):
        for one in (feed, *feed.iter(f"{ATOM}entry")):
            assert len(one.findall(f"{ATOM}{name}")) == 1
    ids = [str(one.text) for one in feed.iter(f"{ATOM}id")]
    assert len(set(ids)) == 2
    assert all(one.startswith("urn:uuid:") for one in ids)
    assert [one.text for one in feed.iter(f"{ATOM}updated")] == ["2026-01-01T00:00:00Z"] * 2
    links = {one.get("href") for one in feed.iter(f"{ATOM}link")}
    assert f"{url}frames/a/index.html" in links
    assert (f"{url}feed.xml" in links) == bool(url)
    assert feed.findtext(f"{ATOM}entry/{ATOM}content") == HOSTILE


def test_a_feed_without_entries_has_a_date_all_the_same() -> None:
    feed = ElementTree.fromstring(atom([], {}, "unknown", ""))
    assert feed.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"
