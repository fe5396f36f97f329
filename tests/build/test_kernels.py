"""Kernels forked from a warm server: like fresh ones in all that counts, and as easy to end."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from small import write_demo

from framebuild import forkserver
from framebuild.execute import task_of
from framebuild.kernels import Unavailable, serves, warm_server
from framebuild.load import load
from framebuild.outcome import Outcome
from framebuild.plan import plan
from framebuild.store import Store
from framebuild.task import kernel_environment, run_task
from framebuild.watch import Limits

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with warm_server(kernel_environment()) as path:
        yield path


AMPLE = Limits(60, 2048)


def run(root: Path, server: str, body: str, limits: Limits = AMPLE) -> Outcome:
    """What becomes of the demo `good` with a body, in a kernel of a server."""
    write_demo(root, "good", body)
    corpus, _ = load(root)
    store = Store(root / ".cache" / "runs")
    ((job,), _) = plan(corpus, ["good"], {}, store)
    return run_task(task_of(job, limits, store, server))


FAULTS = {
    "raises": ("raise ValueError('x')", "error"),
    "exits": ("import sys\nsys.exit(0)", "incomplete"),
    "dies": ("import os\nos._exit(0)", "kernel-died"),
    "crashes": ("import ctypes\nctypes.string_at(0)", "kernel-died"),
    "killed": ("import os\nos.kill(os.getpid(), 9)", "kernel-died"),
    "kills its parent": (
        "import os, signal\nos.kill(os.getppid(), 9)\nsignal.pause()",
        "kernel-died",
    ),
    "loops": ("import signal\nsignal.signal(2, signal.SIG_IGN)\nwhile True: pass", "timeout"),
    "eats": ("x = []\nwhile True: x.append(bytearray(10_000_000))", "out-of-memory"),
    "floods": ("while True: print('x' * 80)", "too-much-output"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_end_as_they_do_in_a_fresh_process(name: str, root: Path, server: str) -> None:
    body, status = FAULTS[name]
    seconds = 10 if status == "timeout" else 60
    assert run(root, server, body, Limits(seconds, 1200)).status == status
    assert serves(server)
    assert run(root, server, "pass").status == "ok"


def test_a_flood_of_output_ends_in_a_fresh_process_too(root: Path) -> None:
    assert run(root, "", FAULTS["floods"][0]).status == "too-much-output"


def written(root: Path, server: str, expression: str) -> str:
    """What an expression gives in a kernel, as text."""
    place = root / "written"
    body = f"import pathlib\npathlib.Path({str(place)!r}).write_text(str({expression}))"
    assert run(root, server, body).status == "ok"
    return place.read_text()


def test_it_was_forked(root: Path, server: str) -> None:
    command = "open('/proc/self/cmdline').read()"
    assert "framebuild.forkserver" in written(root, server, command)
    assert "ipykernel_launcher" in written(root, "", command)


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('torch').get_num_threads()",
        "__import__('torch').get_default_dtype()",
        "__import__('os').environ['OMP_NUM_THREADS']",
        "__import__('sys').argv[0].rpartition('/')[2].removesuffix('.py')",
        "__import__('signal').getsignal(2)",
        "__import__('matplotlib').get_backend()",
        "__import__('warnings').filters[:1]",
    ],
)
def test_it_is_like_a_fresh_process(expression: str, root: Path, server: str) -> None:
    fresh, forked = (written(root, one, expression).split(" at 0x")[0] for one in ("", server))
    assert forked == fresh


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('torch').rand(1).item()",
        "__import__('numpy').random.rand()",
        "__import__('random').random()",
    ],
)
def test_two_forks_draw_different_numbers(expression: str, root: Path, server: str) -> None:
    assert written(root, server, expression) != written(root, server, expression)


def test_nothing_outlives_it(root: Path, server: str) -> None:
    body = (
        "import subprocess, sys\n"
        "sleep = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "near = subprocess.Popen(sleep)\n"
        "far = subprocess.Popen(['setsid', '--fork', *sleep])\n"
        f"open({str(root / 'pid')!r}, 'w').write(str(near.pid))"
    )
    before = {process.pid for process in psutil.process_iter()}
    assert run(root, server, body).status == "ok"
    left = [one for one in psutil.process_iter(["cmdline"]) if one.pid not in before]
    assert not [one for one in left if "time.sleep(600)" in " ".join(one.info["cmdline"] or ())]


def test_a_demo_survives_its_server(root: Path) -> None:
    body = (
        "import psutil\n"
        "for one in psutil.Process().parents():\n"
        "    if 'framebuild.forkserver' in one.cmdline(): above = one\n"
        "if 'above' in vars(): above.kill()"
    )
    with warm_server(kernel_environment()) as path:
        assert run(root, path, body).status == "ok"
        assert not serves(path)


def test_another_environment_gets_a_fresh_process(
    root: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(root))
    command = "open('/proc/self/cmdline').read()"
    assert "ipykernel_launcher" in written(root, server, command)


def test_no_fork_with_threads() -> None:
    request = {"environment": dict(os.environ)}
    release = threading.Event()
    thread = threading.Thread(target=release.wait)
    thread.start()
    said = forkserver.refusal(request)
    release.set()
    thread.join()
    assert said is not None
    assert "threads" in said


def test_a_server_that_cannot_import_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("import os\nos._exit(3)")
    broken = kernel_environment() | {"PYTHONPATH": str(tmp_path)}
    with pytest.raises(Unavailable), warm_server(broken):
        pass


def test_the_server_ends_with_its_client(tmp_path: Path) -> None:
    code = (
        "import os, signal\n"
        "from framebuild.kernels import warm_server\n"
        "from framebuild.task import kernel_environment\n"
        "with warm_server(kernel_environment()) as path:\n"
        "    print(path, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    client = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert client.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 10
    while serves(client.stdout.strip()):
        assert time.monotonic() < deadline, "the server outlives its client"


def test_a_kernel_that_never_starts(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher = tmp_path / "path" / "ipykernel_launcher.py"
    launcher.parent.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(launcher.parent))
    launcher.write_text("raise SystemExit('no kernel today')")
    ended = run(root, "", "pass")
    assert ended.status == "kernel-died"
    assert ended.what.endswith("no kernel today")
    launcher.write_text("import time\ntime.sleep(600)")
    assert run(root, "", "pass", Limits(6, 1200)).status == "timeout"


def test_another_environment_is_refused(root: Path) -> None:
    corpus, _ = load(root)
    store = Store(root / ".cache" / "runs")
    ((job,), _) = plan(corpus, ["good"], {}, store)
    task = replace(task_of(job, Limits(), store, ""), environment="python 2.7")
    ended = run_task(task)
    assert ended.status == "wrong-environment"
    assert ended.what.endswith("the build has python 2.7")


def test_a_demo_that_asks_for_a_gpu_is_never_forked(root: Path) -> None:
    demo = root / "demos/good.py"
    text = demo.read_text(encoding="utf-8")
    asked = 'device: str = "cpu"  # where to compute\nsize: float'
    demo.write_text(text.replace("size: float", asked, 1), encoding="utf-8")
    corpus, _ = load(root)
    store = Store(root / ".cache" / "runs")
    for device, socket in [("cpu", "somewhere"), ("cuda", "")]:
        ((job,), _) = plan(corpus, ["good"], {"device": device}, store)
        assert task_of(job, Limits(), store, "somewhere").server == socket
