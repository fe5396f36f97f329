"""Real kernels, and what notebooks do to them: a definite end for one, no harm to the other."""

import json
import os
import time
from pathlib import Path

import psutil
import pytest
from small import Run, write_demo

from framebuild.conclude import Finished
from framebuild.problem import Problem
from framebuild.store import Store

pytestmark = pytest.mark.kernel


def test_a_run_is_kept_with_its_receipt(run: Run, store: Store) -> None:
    (end,) = run("good")
    assert end.problem is None
    found = store.find("good", end.job.key)
    assert found == end.run
    assert found.result.reported["first"].measured == [0.75] * 3
    receipt = found.result.receipt
    assert receipt.parameters == {"size": 0.75}
    assert receipt.key == end.job.key
    assert receipt.seconds > 0
    assert store.notebook(found)["cells"][-1]["execution_count"] == 3


def test_parameters_reach_the_notebook(run: Run) -> None:
    (end,) = run("good", size="0.25")
    assert end.run is not None
    assert end.run.result.reported["first"].measured == [0.25] * 3
    assert not end.run.default


FAULTS = {
    "raises": ("x = 1\nraise ValueError('too small')", "error", 6, "ValueError: too small"),
    "exits": ("import sys\nsys.exit(0)", "incomplete", 5, "the notebook stopped here: "),
    "dies": ("import os\nos._exit(0)", "kernel-died", 5, "the kernel died: "),
    "crashes": ("import ctypes\nctypes.string_at(0)", "kernel-died", 5, "the kernel died: "),
    "killed": (
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        "kernel-died",
        5,
        "the kernel died: ",
    ),
    "loops": ("while True: pass", "timeout", 5, "ran longer than 10 s and was stopped"),
    "ignores": (
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        "timeout",
        5,
        "ran longer than 10 s and was stopped",
    ),
    "eats": (
        "block = []\nwhile True: block.append(bytearray(10_000_000))",
        "out-of-memory",
        5,
        "used more than 600 MB of memory and was stopped",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_ends_one_demo_and_not_the_other(name: str, root: Path, run: Run) -> None:
    body, status, line, said = FAULTS[name]
    write_demo(root, "good", body)
    seconds = 10 if status == "timeout" else 60
    bad, fine = run("good", "other", seconds=seconds, memory_mb=600)
    assert fine.run is not None
    assert bad.run is None
    assert bad.problem is not None
    assert bad.outcome.status == status
    assert bad.problem.what.startswith(said)
    assert bad.problem.path == "demos/good.py"
    assert line is None or bad.problem.line == line
    assert bad.problem.mend


def test_a_failure_is_never_kept(root: Path, run: Run) -> None:
    write_demo(root, "good", "raise ValueError")
    assert [run("good")[0].outcome.status for _ in range(2)] == ["error", "error"]


def test_what_never_reports_is_a_failure(root: Path, run: Run) -> None:
    demo = root / "demos/good.py"
    text = demo.read_text(encoding="utf-8")
    demo.write_text(text.replace('"first"', '"second"'), encoding="utf-8")
    (end,) = run("good")
    assert end.outcome.what == "the notebook never reported 'first'"
    demo.write_text(text[: text.index("display({")], encoding="utf-8")
    (end,) = run("good")
    assert end.outcome.what == "the notebook displayed no result"
    demo.write_text(text.replace('"good"', '"other"'), encoding="utf-8")
    (end,) = run("good")
    assert end.outcome.what == "the notebook reported on frame 'other'"


def test_children_do_not_outlive_their_demo(root: Path, run: Run) -> None:
    body = (
        "import subprocess, sys\n"
        "code = 'import time; time.sleep(600)'\n"
        "near = subprocess.Popen([sys.executable, '-c', code])\n"
        "far = subprocess.Popen([sys.executable, '-c', code], start_new_session=True)\n"
        f"open({str(root / 'pids')!r}, 'w').write(f'{{near.pid}} {{far.pid}}')"
    )
    write_demo(root, "good", body)
    (end,) = run("good")
    assert end.run is not None
    for pid in map(int, (root / "pids").read_text().split()):
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie"


def test_a_demo_that_kills_its_worker_takes_no_other_down(root: Path, run: Run) -> None:
    write_demo(root, "good", "import psutil\npsutil.Process().parents()[1].kill()")
    bad, fine = run("good", "other")
    assert fine.run is not None
    assert bad.outcome.status == "kernel-died"


def test_one_thread_and_a_folder_of_its_own(root: Path, run: Run) -> None:
    seen = root / "seen"
    body = (
        "import os, pathlib\n"
        f"pathlib.Path({str(seen)!r}).write_text(os.environ['OMP_NUM_THREADS'] + os.getcwd())\n"
        "pathlib.Path('left-behind').write_text('x')"
    )
    write_demo(root, "good", body)
    run("good")
    assert seen.read_text().startswith("1/")
    assert not Path(seen.read_text()[1:]).exists()
    assert not list(root.rglob("left-behind"))
    assert os.getcwd() != seen.read_text()[1:]


def test_seconds_are_the_demo_s(root: Path, run: Run) -> None:
    begin = time.monotonic()
    ends: list[Finished] = run("good", "other")
    assert all(0 < end.outcome.seconds < time.monotonic() - begin for end in ends)


@pytest.mark.kernel
def test_one_computes_at_a_time_and_waiting_for_it_is_not_counted(root: Path, run: Run) -> None:
    body = """
import pathlib, time
begin = time.monotonic()
while time.monotonic() < begin + 5: pass
pathlib.Path({path!r}).write_text(f"{{begin}} {{time.monotonic()}}")
"""
    for name in ("good", "other"):
        write_demo(root, name, body.format(path=str(root / name)).strip())
    ended = run("good", "other", seconds=8, at_once=1)
    assert [end.problem for end in ended] == [None, None]
    spans = [[float(one) for one in (root / n).read_text().split()] for n in ("good", "other")]
    (_, first_ends), (second_begins, _) = sorted(spans)
    assert first_ends <= second_begins
    assert all(end.run and end.run.result.receipt.seconds < 8 for end in ended)


def test_a_refusal_points_to_its_line(root: Path, run: Run) -> None:
    """Its two lines are all that a notebook shows, and the build finds the place in them."""
    body = "from framespec.corpus import Refused\n\ndef no():\n    raise Refused('a', 'b')\n\nno()"
    write_demo(root, "good", body)
    (end,) = run("good")
    line = (root / "demos/good.py").read_text(encoding="utf-8").splitlines().index("no()") - 1
    assert end.problem == Problem("demos/good.py", line, "a", "b")
    assert end.outcome.notebook
    outputs = [cell.get("outputs") for cell in json.loads(end.outcome.notebook)["cells"]]
    (shown,) = [one for found in outputs for one in found or () if one["output_type"] == "error"]
    assert shown["traceback"] == ["Cell In[2], line 4: a", "    mend: b"]
