"""Whole builds: two at once, killed, interrupted, on a full disk, on a cluster."""

import os
import random
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import killing
import pytest
from small import Run, write_demo

from framebuild.execute import Settings, execute
from framebuild.load import load
from framebuild.plan import plan
from framebuild.store import Store
from framebuild.watch import Limits

pytestmark = pytest.mark.kernel


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    killing.corpus(tmp_path)
    return tmp_path


def test_two_builds_at_once(corpus: Path) -> None:
    marks = [uuid.uuid4().hex for _ in range(2)]
    both = [killing.start(corpus, mark) for mark in marks]
    assert [process.wait(timeout=300) for process in both] == [0, 0]
    assert all(killing.gone(mark) for mark in marks)
    assert killing.published(corpus) == killing.complete(corpus)


def test_killed_at_random_moments(corpus: Path) -> None:
    """A few; `python tests/build/killing.py` does fifty."""
    wanted = killing.complete(corpus)
    chance = random.Random(time.monotonic_ns())
    for _ in range(3):
        killing.kill_once(corpus, chance, 6.0)
        assert killing.complete(corpus) == wanted


@pytest.mark.parametrize(("moment", "finished"), [("running 4 demos", 0), ("[3/4]", 3)])
def test_an_interrupt_stops_at_once_and_keeps_what_is_finished(
    corpus: Path, moment: str, finished: int
) -> None:
    write_demo(corpus, "frame-a", "while True: pass\nif False: study.report('first')")
    mark = uuid.uuid4().hex
    process = killing.start(corpus, mark)
    log, deadline = corpus / "log", time.monotonic() + 60
    while moment not in log.read_text():
        assert time.monotonic() < deadline
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    begin = time.monotonic()
    assert process.wait(timeout=30) == 130
    assert time.monotonic() - begin < 10, "two seconds are the aim, on a quiet machine"
    assert killing.gone(mark)
    assert log.read_text().endswith("stopped; what was finished is kept\n")
    assert "Traceback" not in log.read_text()
    assert len(list((corpus / ".cache/runs").glob("*/*/run.json"))) == finished


def test_a_full_disk(root: Path, run: Run, store: Store) -> None:
    store.folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", str(store.folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small disk: run it as root")
    try:
        (end,) = run("good")
        assert end.outcome.status == "not-kept"
        assert end.outcome.what == "the run could not be kept: No space left on device"
        assert [path for path in store.folder.rglob("*") if path.is_file()] == []
    finally:
        subprocess.run(["umount", str(store.folder)], check=True)
    assert run("good")[0].run is not None


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a real scheduler with two workers, each in a process of its own."""
    distributed = pytest.importorskip("distributed", reason="pip install distributed")
    import dask

    dask.config.set({"distributed.scheduler.allowed-failures": 1})
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as found:
        yield found.scheduler_address


def on_cluster(root: Path, store: Store, address: str) -> dict[str, str]:
    """The status of each demo after a run on a cluster."""
    corpus, _ = load(root)
    jobs, _ = plan(corpus, ["good", "other"], {}, store)
    settings = Settings(2, Limits(60, 2048), dask=address)
    return {end.job.frame.id: end.outcome.status for end in execute(jobs, store, settings)}


@pytest.mark.filterwarnings("ignore")  # of distributed and tornado, as they end
def test_a_cluster_runs_demos(root: Path, store: Store, cluster: str) -> None:
    assert on_cluster(root, store, cluster) == {"good": "ok", "other": "ok"}


KILLER = """import psutil
for one in psutil.Process().parents():
    if "spawn_main" in " ".join(one.cmdline()): worker = one; break
worker.kill()
import signal
signal.pause()"""


@pytest.mark.filterwarnings("ignore")
def test_a_worker_killed_once_costs_nothing(root: Path, store: Store, cluster: str) -> None:
    flag = root / "killed"
    body = f"import pathlib\nflag = pathlib.Path({str(flag)!r})\nif not flag.exists():\n"
    indented = "".join(f"    {line}\n" for line in KILLER.splitlines())
    write_demo(root, "good", f"{body}    flag.touch()\n{indented}")
    assert on_cluster(root, store, cluster) == {"good": "ok", "other": "ok"}


@pytest.mark.filterwarnings("ignore")
def test_a_demo_that_kills_every_worker_fails_alone(root: Path, store: Store, cluster: str) -> None:
    write_demo(root, "good", KILLER)
    assert on_cluster(root, store, cluster) == {"good": "kernel-died", "other": "ok"}
