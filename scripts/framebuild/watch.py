"""Limits on a process and everything that it starts: time, memory, and no survivors."""

import contextlib
import ctypes
import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import NamedTuple

import psutil

POLL_S = 0.2
LOOK_POLLS = 5  # between two looks for new processes, which read all that the machine has
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


class Limits(NamedTuple):
    """What one demo may use."""

    seconds: float = 600.0  # wall-clock, over the whole notebook
    memory_mb: float = 4096.0  # resident, over the whole process tree


class Watch:
    """Watches a process tree from a thread, and kills all of it when a limit is passed.

    find_pid gives the root of the tree, or None while it has not started; waited gives the seconds
    in which it waited for its turn, which do not count. After the block, `passed` names the limit
    that was passed, if any, and `peak_mb` and `cpu_s` what was used.
    """

    def __init__(
        self,
        limits: Limits,
        find_pid: Callable[[], int | None],
        waited: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.limits, self.find_pid, self.waited = limits, find_pid, waited
        self.passed: str | None = None
        self.peak_mb = self.cpu_s = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._poll, daemon=True)

    def __enter__(self) -> "Watch":
        self._deadline = time.monotonic() + self.limits.seconds
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def _poll(self) -> None:
        polls = itertools.count()
        tree: list[psutil.Process] = []
        while not self._done.wait(POLL_S):
            pid = self.find_pid()
            if pid is None:
                continue
            if next(polls) % LOOK_POLLS == 0 or len(tree) < 2:  # a keeper without its kernel
                tree = _tree(pid)
            used_mb, cpu_s = _usage(tree)
            self.peak_mb, self.cpu_s = max(self.peak_mb, used_mb), max(self.cpu_s, cpu_s)
            if used_mb > self.limits.memory_mb:
                self.passed = "memory"
            elif time.monotonic() > self._deadline + self.waited():
                self.passed = "seconds"
            if self.passed:
                kill_tree(pid)
                return


def _tree(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    return []


def _usage(processes: list[psutil.Process]) -> tuple[float, float]:
    """Resident memory in MB and processor seconds of some processes."""
    memory = seconds = 0.0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            memory += process.memory_info().rss / 1e6
            times = process.cpu_times()
            seconds += times.user + times.system
    return memory, seconds


def kill_tree(pid: int, but_not_itself: bool = False) -> None:
    """Kill a process and everything below it, whatever sessions they moved to.

    Each is stopped before its children are listed, so that none escapes by forking.
    """
    found: list[psutil.Process] = []
    todo = _tree(pid)[:1]
    if but_not_itself:
        todo = [child for process in todo for child in process.children()]
    while todo:
        process = todo.pop()
        with contextlib.suppress(psutil.Error):
            process.suspend()
            found.append(process)
            todo += process.children()
    for process in found:
        with contextlib.suppress(psutil.Error):
            process.kill()


def adopt_orphans() -> None:
    """Make this process the parent of every orphan below it (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent(parent: int) -> None:
    """Ask to be killed when the parent dies, however it dies (Linux).

    parent: its process id, for it may have died before this was asked.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
