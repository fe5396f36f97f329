"""The command line as it is typed: what it prints, where, and its exit status."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from small import GOOD, write_demo

from framebuild.outcome import measurements
from framespec.corpus import find_root


def frames(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "framebuild.cli", *arguments]
    environment = {**os.environ, "FRAMES_ROOT": str(root)}
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture
def clean(root: Path) -> Path:
    """A corpus that passes every rule, and that mkdocs can build."""
    shutil.copy(find_root() / "mkdocs.yml", root)
    for name in ("good", "other"):
        shown = '{"first": {"measured": [size] * 3, "control": [0.0] * 3}}'
        demo = root / "demos" / f"{name}.py"
        text = demo.read_text(encoding="utf-8").replace(shown, "reported")
        text = text.replace("pass\n", RECORDER, 1)
        demo.write_text(text.replace('"reported": reported', '"reported": study.found'))
    return root


RECORDER = """class Study:
    found = {}
    def report(self, name, **values):
        self.found[name] = values
study = Study()
study.report("first", measured=[size] * 3, control=[0.0] * 3)
"""


def test_check_says_that_there_is_no_problem(clean: Path) -> None:
    done = frames(clean, "check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "2 frames: no problem found\n", "")


def test_check_prints_problems_three_ways(clean: Path) -> None:
    shutil.copy(GOOD.parent / "unknown_topic.yaml", clean / "frames/other.yaml")
    text = (clean / "frames/other.yaml").read_text().replace("bad.py", "other.py")
    (clean / "frames/other.yaml").write_text(text)
    done = frames(clean, "check")
    assert done.returncode == 1
    assert done.stderr.startswith("frames/other.yaml:3: topics: no topic 'circuit'\n    mend: ")
    assert done.stderr.endswith("\n1 problem\n")
    (found,) = json.loads(frames(clean, "check", "--json").stdout)
    assert (found["path"], found["line"]) == ("frames/other.yaml", 3)
    annotation = frames(clean, "check", "--github").stdout
    assert annotation.startswith("::error file=frames/other.yaml,line=3::topics: no topic")
    assert frames(clean, "check", "good").returncode == 0, "another frame's problem is not its own"


MISUSES = {
    ("biuld",): "frames: no command 'biuld'\n    mend: did you mean 'build'?\n",
    ("run", "god"): "frames: no frame 'god'\n    mend: did you mean 'good'?\n",
    ("show", "zzz"): "frames: no frame 'zzz'\n    mend: `frames ls` lists the frames\n",
    ("run", "good", "-p", "size"): "frames: -p size has no value\n    mend: write -p size=VALUE\n",
    ("run", "-p", "size=1"): "frames: -p without a frame\n    mend: name the frame whose "
    "parameter it is\n",
}


@pytest.mark.parametrize("arguments", MISUSES)
def test_misuse(clean: Path, arguments: tuple[str, ...]) -> None:
    done = frames(clean, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", MISUSES[arguments])


@pytest.mark.parametrize("typed", [("-p", "sise=1"), ("-p", "sise", "1")])
def test_a_parameter_that_does_not_exist(clean: Path, typed: tuple[str, ...]) -> None:
    done = frames(clean, "run", "good", *typed)
    assert done.returncode == 2
    assert "there is no parameter 'sise'\n    mend: did you mean 'size'?" in done.stderr


def test_no_corpus(tmp_path: Path) -> None:
    done = frames(tmp_path, "check")
    assert done.returncode == 2
    assert "has no frames/ and demos/" in done.stderr


@pytest.mark.kernel
def test_build_runs_once_and_then_does_nothing(clean: Path) -> None:
    first = frames(clean, "build")
    assert first.returncode == 0, first.stderr
    assert "good   supported" in first.stdout
    assert first.stdout.endswith("site/index.html is built\n")
    page = clean / "site/frames/good/index.html"
    assert "Supported" in page.read_text(encoding="utf-8")
    again = frames(clean, "build")
    assert "nothing changed" in again.stdout
    assert again.stdout.endswith("site/index.html is up to date\n")
    listed = json.loads(frames(clean, "ls", "--json").stdout)
    published = json.loads((clean / "site/api/frames.json").read_text(encoding="utf-8"))
    assert listed == published["frames"]


@pytest.mark.kernel
def test_a_failing_demo_leaves_the_last_good_site(clean: Path) -> None:
    assert frames(clean, "build").returncode == 0
    before = (clean / "site/index.html").read_bytes()
    write_demo(
        clean, "good", "study = None\nif False: study.report('first')\nraise ValueError('no')"
    )
    done = frames(clean, "build")
    assert done.returncode == 1
    assert "demos/good.py:7: ValueError: no\n    mend: " in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert (clean / "site/index.html").read_bytes() == before
    assert (clean / "build/failed/good.ipynb").is_file()


@pytest.mark.kernel
def test_papermill_reads_a_frame(clean: Path) -> None:
    command = [sys.executable, "-m", "papermill", "--no-progress-bar"]
    run = [*command, "frame:good", "out.ipynb", "-p", "size", "0.9"]
    done = subprocess.run(run, cwd=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    executed = nbformat.read(clean / "out.ipynb", as_version=4)
    found = measurements(executed)
    assert found is not None
    assert found.reported["first"].measured == [0.9] * 3
    missing = [*command, "frame:godo", "out.ipynb"]
    done = subprocess.run(missing, cwd=clean, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[-2:]) == (
        1,
        ["Error: no frame 'godo'", "    mend: nearest is 'good'"],
    )
    assert "Traceback" not in done.stderr
