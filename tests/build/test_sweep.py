"""One frame over many models: the table, the data, and what is said to mistakes."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small import write_demo

from framebuild.sweep import read_models
from framespec.corpus import Refused

TAKES_A_MODEL = """# %% tags=["parameters"]
model: str = "lab:small"  # a model
rival: str = "lab:small"  # another
size: float = 0.75  # how large the effect is
"""
BODY = """if model == "some/broken":
    raise ValueError("it broke")
size = 0.9 if model == "some/a" else 0.1
assert rival == f"untrained:{model}"
study = None
if False: study.report("first")"""


@pytest.fixture
def taking(root: Path) -> Path:
    write_demo(root, "good", BODY)
    write_demo(root, "other", "study = None\nif False: study.report('first')")
    demo = root / "demos/good.py"
    text = demo.read_text(encoding="utf-8")
    demo.write_text(TAKES_A_MODEL + text[text.index("\n# %%\n") :], encoding="utf-8")
    return root


def sweep(
    root: Path, models: str, *arguments: str, frame: str = "good"
) -> subprocess.CompletedProcess[str]:
    (root / "models.txt").write_text(models, encoding="utf-8")
    command = [sys.executable, "-m", "framebuild.cli", "sweep", frame, "--models", "models.txt"]
    environment = {**os.environ, "FRAMES_ROOT": str(root)}
    return subprocess.run(
        [*command, *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_file_of_models() -> None:
    assert read_models("# mine\n\ngpt2  # small\n./b@x\n") == ["gpt2", "./b@x"]
    with pytest.raises(Refused, match="names no model"):
        read_models("# none\n")
    with pytest.raises(Refused, match="'gpt2' is named twice"):
        read_models("gpt2\nb\ngpt2")


def test_a_frame_that_takes_no_model(taking: Path) -> None:
    done = sweep(taking, "gpt2", frame="other")
    assert (done.returncode, done.stderr) == (
        2,
        "frames: the demo of 'other' takes no model\n    mend: these do: good\n",
    )
    done = sweep(taking, "gpt2", "-p", "model=b")
    assert "-p model beside --models" in done.stderr


@pytest.mark.kernel
def test_every_model_has_its_row_whatever_becomes_of_others(taking: Path) -> None:
    models = "some/a\nsome/b\n/nope\nsome/broken\n"
    done = sweep(taking, models, "-p", "rival=untrained:{model}")
    assert done.returncode == 1
    lines = [line.split() for line in done.stdout.splitlines()]
    table = lines[lines.index(["model", "parameters", "verdict", "first"]) + 1 :]
    assert table == [
        ["some/a", "-", "supported", "held", "0.9", "[0.9,", "0.9]"],
        ["some/b", "-", "contradicted", "failed", "0.1", "[0.1,", "0.1]"],
        ["/nope", "-", "not", "run", "-"],
        ["some/broken", "-", "not", "run", "-"],
    ]
    assert "no folder '/nope'\n    mend: " in done.stderr
    assert "ValueError: it broke" in done.stderr
    assert (taking / "build/failed/good.ipynb").is_file()
    again = sweep(taking, "some/b\nsome/a", "-p", "rival=untrained:{model}", "--json")
    assert again.returncode == 0, again.stderr
    found = json.load(io.StringIO(again.stdout))
    assert [(row["model"], row["verdict"]) for row in found] == [
        ("some/b", "contradicted"),
        ("some/a", "supported"),
    ]
    assert found[1]["parts"][0]["measured"]["values"] == [0.9] * 3
    assert found[1]["receipt"]["parameters"]["rival"] == "untrained:some/a"
