"""`frames new`: what it writes runs at once, and is complained of only where it is unfilled."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import get_args

import pytest

from framebuild.check import check
from framebuild.citation import Citation, NotFetched, fetched, identified
from framebuild.load import load
from framebuild.skeleton import new_demo, new_record
from framespec.record import Kind

CSL = {
    "title": "In-context  Learning and <i>Induction</i> Heads",
    "author": [
        {"family": "Ólsson", "given": "Catherine"},
        {"family": "Elhage", "given": "Nelson"},
        {"literal": "Neel Nanda"},
        {"family": "Joseph", "given": "Nicholas"},
    ],
    "issued": {"date-parts": [[2022, 9, 24]]},
}


def frames(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    offline = {"https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    return subprocess.run(
        [sys.executable, "-m", "framebuild.cli", *arguments], cwd=root, check=False, timeout=120,
        env={**os.environ, "FRAMES_ROOT": str(root), **offline}, capture_output=True, text=True,
    )  # fmt: skip


class Resolver(BaseHTTPRequestHandler):
    """Answers as doi.org does to whoever accepts CSL-JSON."""

    def do_GET(self) -> None:
        known = self.path == "/10.48550/arXiv.2209.11895" and "csl+json" in self.headers["Accept"]
        body = json.dumps(CSL if known else {"title": "No author"}).encode()
        self.send_response(404 if self.path == "/10.1000/gone" else 200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the test's own output is read by people."""


@pytest.fixture
def resolver() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Resolver) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("kind", get_args(Kind))
def test_only_what_is_unfilled_is_a_problem(root: Path, kind: Kind) -> None:
    for name in ("good", "other"):
        (root / f"demos/{name}.py").unlink()
        (root / f"frames/{name}.yaml").unlink()
    (root / "frames/old.yaml").unlink()
    record, demo = (
        new_record("newest", kind, "2026-01-01", ["circuits"], Citation()),
        new_demo("newest", kind),
    )
    (root / "frames/newest.yaml").write_text(record, encoding="utf-8")
    (root / "demos/newest.py").write_text(demo, encoding="utf-8")
    corpus, problems = load(root)
    assert problems == []
    found = check(corpus)
    assert all(one.draft and "is still to be filled in" in one.what for one in found)
    marked = record.count("FILL IN:") + demo.count("FILL IN:")
    assert len(found) == marked > 20
    assert all(one.mend and "FILL IN" not in one.mend for one in found)


@pytest.mark.kernel
def test_it_runs_at_once_and_is_not_published(root: Path) -> None:
    said = frames(root, "new", "newest", "--kind", "functional")
    assert said.returncode == 0
    assert said.stdout.startswith("wrote frames/newest.yaml\nwrote demos/newest.py\n")
    ran = frames(root, "run", "newest")
    assert ran.returncode == 0, ran.stderr
    assert "newest: supported, every prediction held" in ran.stdout
    built = frames(root, "build")
    assert built.returncode == 1
    assert "title is still to be filled in\n    mend: a short noun phrase" in built.stderr


def test_nothing_is_overwritten_or_half_written(root: Path) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    misuses = {
        ("good",): "frames/good.yaml exists already",
        ("old",): "frames/old.yaml exists already",
        ("Not_One",): "'Not_One' is not an id",
        ("../up",): "'../up' is not an id",
        ("newest", "--from", "nowhere"): "'nowhere' is neither an address",
    }
    for arguments, what in misuses.items():
        said = frames(root, "new", *arguments, "--kind", "functional")
        assert (said.returncode, said.stdout) == (2, "")
        assert said.stderr.startswith(f"frames: {what}"), said.stderr
    assert before == {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_offline_it_says_so_and_goes_on(root: Path) -> None:
    said = frames(
        root, "new", "newest", "--kind", "functional", "--from", "https://arxiv.org/abs/2209.11895"
    )
    assert said.returncode == 0
    assert said.stderr.count("\n") == 1
    assert said.stderr.startswith("no citation: no answer from https://doi.org/ (")
    assert '    arxiv: "2209.11895"\n' in (root / "frames/newest.yaml").read_text(encoding="utf-8")


def test_a_citation_fills_the_source(resolver: str) -> None:
    found = fetched(identified("https://arxiv.org/pdf/2209.11895v2"), resolver)
    record = new_record("newest", "functional", "2026-01-01", ["circuits"], found)
    assert (
        """\
  - id: olsson-2022
    title: "In-context Learning and Induction Heads"
    authors: ["Catherine Ólsson", "Nelson Elhage", "Neel Nanda", "et al."]
    year: 2022
    arxiv: "2209.11895"
    supports: "FILL IN:"""
        in record
    )


def test_answers_that_are_no_citation(resolver: str) -> None:
    for doi, reason in (("10.1000/gone", "answers 404"), ("10.1000/odd", "in an unknown form")):
        with pytest.raises(NotFetched, match=reason):
            fetched(identified(f"https://doi.org/{doi}"), resolver)


@pytest.mark.parametrize(
    ("typed", "key", "value"),
    [
        ("arXiv:2209.11895", "arxiv", "2209.11895"),
        ("https://doi.org/10.48550/arXiv.2209.11895", "arxiv", "2209.11895"),
        ("10.1198/016214506000001437", "doi", "10.1198/016214506000001437"),
        ("https://example.org/post", "url", "https://example.org/post"),
    ],
)
def test_identifiers(typed: str, key: str, value: str) -> None:
    assert identified(typed) == Citation(key, value)
