"""`frames check --fix`: what has one right answer is mended and shown, all else stays as it was."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from framebuild.fix import fixed
from framespec.corpus import find_root
from framespec.strictyaml import parse

TOPICS, FRAMES = ["circuits", "persona"], ["good", "near-linear-circuits"]

BAD = """\
# yaml-language-server: $schema=../schema/frame.schema.json
title: Another frame  # which one
knid: functoinal
topics: [circuit, persona]

# Why it is put this way.
sources:
  - id: one-2020
    title: A source
    authors: [Some One]
    year: 2020
    arxiv: 2001.00010  # the second version
    supports: Its section two says so.
claim: Nothing of that sort turns up when it is sought among strangers.
demo:
  notebook: demos/other.py
  reach: claim
  predictions:
    - id: first
      says: Something will be seen.
      measure: score
      unit: nats
      expect: {at_leats: 0.5}
      control: the same without the effect
      would_refute: nothing is seen at all
  limits: [It shows little beyond itself.]
open_questions: [What is left to ask of it?]
related:
  - {frame: near-linear-circuit, how: refine}
"""

DIFFERENCE = """\
--- frames/other.yaml
+++ frames/other.yaml
@@ -2,4 +2,5 @@
 title: Another frame  # which one
-knid: functoinal
-topics: [circuit, persona]
+kind: functional
+topics: [circuits, persona]
+claim: Nothing of that sort turns up when it is sought among strangers.
 
@@ -11,5 +12,4 @@
     year: 2020
-    arxiv: 2001.00010  # the second version
+    arxiv: "2001.00010"  # the second version
     supports: Its section two says so.
-claim: Nothing of that sort turns up when it is sought among strangers.
 demo:
@@ -22,3 +22,3 @@
       unit: nats
-      expect: {at_leats: 0.5}
+      expect: {at_least: 0.5}
       control: the same without the effect
@@ -28,2 +28,2 @@
 related:
-  - {frame: near-linear-circuit, how: refine}
+  - {frame: near-linear-circuits, how: refines}
"""


def test_what_is_mended_is_shown(root: Path) -> None:
    (root / "frames/topics.yaml").write_text(
        "".join(f"{one}:\n  name: Topic\n  says: A sentence on it.\n" for one in TOPICS)
    )
    (root / "frames/good.yaml").rename(root / "frames/near-linear-circuits.yaml")
    (root / "frames/other.yaml").write_text(BAD, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "framebuild.cli", "check", "--fix", "other"], cwd=root, check=False,
        env={**os.environ, "FRAMES_ROOT": str(root)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout == DIFFERENCE
    assert fixed((root / "frames/other.yaml").read_text(), TOPICS, FRAMES) == (
        (root / "frames/other.yaml").read_text()
    ), "a second time there is nothing to do"


@pytest.mark.parametrize(
    "line",
    [
        "kind: foo",  # nothing is near
        "related: [{frame: god, how: exp}]",
        "topics: [somewhat, else]",
        "titel: Twice\ntitle: Once\nkind: functional",  # the right key is there already
    ],
)
def test_what_is_not_sure_is_left(line: str) -> None:
    assert fixed(f"{line}\n", TOPICS, ["gold", "good"]) == f"{line}\n"


@pytest.mark.parametrize("record", sorted((find_root() / "frames").glob("*.yaml")), ids=str)
def test_good_records_stay_as_they_are(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    topics = list(parse((find_root() / "frames/topics.yaml").read_bytes()).data)
    if record.name != "topics.yaml":
        assert fixed(text, topics, [path.stem for path in record.parent.glob("*.yaml")]) == text
