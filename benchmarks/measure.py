"""What a command costs: its whole process tree, also what detaches from it (Linux)."""

import os
import resource
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import psutil

from framebuild.watch import adopt_orphans

POLL_S = 2.0  # often enough for a peak; reading shared pages slows those who use them


class Cost(NamedTuple):
    """Of one command. foreign: processors that others used meanwhile, 0 on a quiet machine."""

    status: int
    wall_s: float
    cpu_s: float
    peak_mb: float  # shared pages counted once
    foreign: float


def measure(command: str, folder: Path, environment: dict[str, str], log: Path) -> Cost:
    """Run a shell command to its end, and to the end of all that it left behind."""
    adopt_orphans()  # their times then count among those of our children
    before, busy, begin = _children_cpu(), _busy_cpu(), time.monotonic()
    peak_mb = 0.0
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, shell=True, cwd=folder, env=environment, stdout=output, stderr=output,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        while True:
            try:
                status = process.wait(timeout=POLL_S)
                break
            except subprocess.TimeoutExpired:
                peak_mb = max(peak_mb, _shared_memory_mb())
    wall_s = time.monotonic() - begin
    _end_the_rest()
    cpu_s = _children_cpu() - before
    foreign = max(0.0, (_busy_cpu() - busy - cpu_s) / (time.monotonic() - begin))
    return Cost(status, wall_s, cpu_s, peak_mb, foreign)


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _busy_cpu() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq)


def _shared_memory_mb() -> float:
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            total += process.memory_full_info().pss / 1e6
        except psutil.Error:
            continue
    return total


def _end_the_rest() -> None:
    """Wait a moment for what still ends by itself, then end and reap it."""
    left = psutil.Process().children(recursive=True)
    _, alive = psutil.wait_procs(left, timeout=3)
    for process in alive:
        process.kill()
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return
