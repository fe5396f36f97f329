"""Kill real builds at random moments, and see that the next one is complete and equal.

As a script: python tests/build/killing.py [TIMES]. A test runs it a few times.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import psutil
from small import GOOD, write_demo

from framespec.corpus import find_root

MARK = "FRAMES_KILLING"  # in the environment of all that a build starts
DEMOS = 4
CLAIMS = (
    "Kettles boil sooner when nobody is watching them.",
    "A bridge of paper carries more than a bridge of wood.",
    "Rivers forget their springs before they reach the sea.",
    "Clocks agree most when they are all wrong together.",
)
TORCH = "import torch\nx = torch.randn(300, 300)\nfor _ in range(40): x = (x @ x).tanh()"


def corpus(root: Path) -> None:
    """A few frames whose demos take about a second each."""
    shutil.copytree(GOOD, root, dirs_exist_ok=True)
    for name in ("schema", "demos/framelab"):
        (root / name).mkdir(exist_ok=True)
    shutil.copy(find_root() / "mkdocs.yml", root)
    (root / "frames/old.yaml").unlink()
    plain = (root / "frames/other.yaml").read_text(encoding="utf-8")
    (root / "frames/good.yaml").unlink()
    (root / "frames/other.yaml").unlink()
    for path in (root / "demos").glob("*.py"):
        path.unlink()
    for number in range(DEMOS):
        name = f"frame-{'abcdefgh'[number]}"
        text = plain.replace("other", name)
        text = re.sub("claim: .*", f"claim: {CLAIMS[number]}", text)
        text = text.replace("title: Another frame", f"title: Frame {number}")
        (root / "frames" / f"{name}.yaml").write_text(text, encoding="utf-8")
        write_demo(root, name, f"{TORCH}\nif False:\n    study.report('first')")


def start(root: Path, mark: str) -> "subprocess.Popen[bytes]":
    """A build in a session of its own."""
    environment = {**os.environ, "FRAMES_ROOT": str(root), MARK: mark}
    command = [sys.executable, "-m", "framebuild.cli", "build", "--jobs", "2"]
    log = (root / "log").open("ab")
    with log:
        return subprocess.Popen(
            command,
            cwd=root,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
            # What is started in a shell's background is deaf to interrupts, and its children too.
            preexec_fn=_hear_interrupts,  # noqa: PLW1509
        )


def _hear_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def left_behind(mark: str) -> list[psutil.Process]:
    """Processes of a build that are still alive."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != "zombie":
                found.append(process)
        except psutil.Error:
            continue
    return found


def gone(mark: str, seconds: float = 5.0) -> bool:
    """Whether all processes of a build end in time."""
    deadline = time.monotonic() + seconds
    while left_behind(mark):
        if time.monotonic() > deadline:
            return False
    return True


def published(root: Path) -> dict[str, bytes]:
    """Every file of the site but what names the moment of a run."""
    return {
        path.relative_to(root / "site").as_posix(): path.read_bytes()
        for path in sorted((root / "site").rglob("*.ipynb"))
    } | {"pages": "\n".join(sorted(p.name for p in (root / "site").rglob("*.html"))).encode()}


def complete(root: Path) -> dict[str, bytes]:
    """Build to the end, and check that nothing is missing or half written."""
    process = start(root, uuid.uuid4().hex)
    assert process.wait(timeout=300) == 0, (root / "log").read_text(encoding="utf-8")
    half = [*root.rglob(".frames-*"), *(root / "build").glob("*.old")]
    assert not half, half
    return published(root)


def kill_once(root: Path, chance: random.Random, longest_s: float) -> str:
    """Start a build from nothing, kill it at a random moment; say how it was killed."""
    for name in ("build", "site", ".cache"):
        shutil.rmtree(root / name, ignore_errors=True)
    mark = uuid.uuid4().hex
    process = start(root, mark)
    number = chance.choice([signal.SIGTERM, signal.SIGKILL])
    after_s = chance.uniform(0.05, longest_s)
    try:
        process.wait(timeout=after_s)
    except subprocess.TimeoutExpired:
        process.send_signal(number)
    process.wait(timeout=30)
    assert gone(mark), [one.cmdline() for one in left_behind(mark)]
    return f"{signal.Signals(number).name} after {after_s:.2f} s"


def main(times: int) -> None:
    """Kill and rebuild, over and over."""
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        corpus(root)
        begin = time.monotonic()
        wanted = complete(root)
        longest_s = time.monotonic() - begin
        for number in range(times):
            how = kill_once(root, chance, longest_s)
            assert complete(root) == wanted
            print(f"{number + 1}/{times}: {how}: the next build is complete and equal", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
