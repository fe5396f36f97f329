"""`frames serve` as it is used: a real server, real saves, and no process left behind."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest
from small import write_demo

from framespec.corpus import find_root

SHOWN_S = 2  # from a save to the page, when no demo must run
PATIENCE_S = 60

pytestmark = pytest.mark.kernel


def page(address: str, path: str) -> str:
    with urlopen(address + path, timeout=PATIENCE_S) as answer:
        text: str = answer.read().decode()
        return text


def seconds_until(address: str, path: str, words: str) -> float:
    """How long it took until a page had some words. Fails if it never had."""
    start = time.monotonic()
    while words not in page(address, path):
        assert time.monotonic() - start < PATIENCE_S, f"{path} never says: {words}"
    return time.monotonic() - start


def assert_all_end(processes: list[psutil.Process]) -> None:
    """None of them runs any more; a container may have nobody to bury the dead."""
    start = time.monotonic()
    while any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes):
        assert time.monotonic() - start < PATIENCE_S, processes


@contextmanager
def serving(root: Path, *options: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A server of two frames that never ran, once it answers, and its address."""
    shutil.copy(find_root() / "mkdocs.yml", root)
    for name in ("good", "other"):
        body = "study = None\nif study: study.report('first')"
        write_demo(root, name, body)
    with subprocess.Popen(
        [sys.executable, "-m", "framebuild.cli", "serve", "--port", "0", *options],
        cwd=root, env={**os.environ, "FRAMES_ROOT": str(root)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout
        said = process.stdout.readline()
        assert said.startswith("serving http://127.0.0.1:"), (
            process.stderr and process.stderr.read()
        )
        yield process, said.split()[1]
        process.kill()


@pytest.fixture
def started(root: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    with serving(root, "--no-warm") as (process, address):
        assert process.stdout
        assert process.stdout.readline().startswith("2 demos have not run here")
        yield process, address


def test_who_asked_for_no_run_is_promised_none(root: Path) -> None:
    with serving(root, "--no-run") as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.stdout
        assert process.stdout.read() == ""


def test_a_save_is_shown(root: Path, started: tuple["subprocess.Popen[str]", str]) -> None:
    process, address = started
    record, path = root / "frames/good.yaml", "frames/good/index.html"
    demo = root / "demos/good.py"
    assert "Untested" in page(address, path)  # nobody asked for it yet
    demo.write_text(demo.read_text(encoding="utf-8"), encoding="utf-8")
    seconds_until(address, path, "Supported")  # its demo ran

    text = record.read_text(encoding="utf-8")
    record.write_text(text.replace("found there again", "seen anew"), encoding="utf-8")
    took = [seconds_until(address, path, "seen anew")]

    record.write_text(text.replace("kind: functional", "kind: functoinal"), encoding="utf-8")
    took.append(seconds_until(address, path, "did you mean 'functional'?"))
    assert "Another frame" in page(address, "frames/other/index.html"), "the others stay"

    record.write_text(text, encoding="utf-8")
    took.append(seconds_until(address, path, "found there again"))
    busy = os.getloadavg()[0] > (os.cpu_count() or 1)  # then the promise is not ours to keep
    assert busy or max(took) < SHOWN_S, took
    print("seconds from a save to the page:", took)

    demo = root / "demos/other.py"
    demo.write_text(demo.read_text(encoding="utf-8").replace("0.75", "0.25"), encoding="utf-8")
    seconds_until(address, "frames/other/index.html", "Contradicted")  # and only it ran again

    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    out, problems = process.communicate(timeout=PATIENCE_S)
    assert "other: done" in out
    assert out.count("good: done") == 1
    assert "frames/good.yaml:2: kind 'functoinal' is unknown" in problems
    assert "no problem is left" in problems
    assert "Traceback" not in problems
    assert_all_end(children)


def test_a_server_that_is_killed_leaves_nothing(
    started: tuple["subprocess.Popen[str]", str],
) -> None:
    process, _ = started
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    process.kill()
    assert_all_end(children)
