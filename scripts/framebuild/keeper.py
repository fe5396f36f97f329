"""A small process above each kernel, so that nothing which the kernel starts outlives it (Linux).

The keeper adopts orphans, and ends when its kernel ends or when the client hangs up, however that
happens. It speaks one JSON object a line over a socket: first the two processes, last the exit.
"""

import contextlib
import functools
import json
import os
import selectors
import socket
import subprocess
import sys
from collections.abc import Callable

from framebuild.watch import adopt_orphans, die_with_parent, kill_tree


def keep(line: socket.socket, start: Callable[[], int]) -> None:
    """Start a kernel, wait for its end or for a hang-up, and leave nothing running.

    start: gives the process id of a child of this process.
    """
    adopt_orphans()
    kernel = start()
    _say(line, {"kernel": kernel, "keeper": os.getpid()})
    ended = os.pidfd_open(kernel)
    with selectors.DefaultSelector() as selector:
        selector.register(line, selectors.EVENT_READ)
        selector.register(ended, selectors.EVENT_READ)
        selector.select()
    kill_tree(os.getpid(), but_not_itself=True)
    status = _reap(kernel)
    _say(line, {"exit": status})


def _reap(kernel: int) -> int:
    """Wait for every child; the kernel's exit status, negative for a signal."""
    status = -9
    while True:
        try:
            pid, raw = os.waitpid(-1, 0)
        except ChildProcessError:
            return status
        if pid == kernel:
            status = os.waitstatus_to_exitcode(raw)


def _say(line: socket.socket, message: dict[str, int]) -> None:
    with contextlib.suppress(OSError):  # the client hung up; there is nobody to tell
        line.sendall(json.dumps(message).encode() + b"\n")


def main() -> None:
    """`python -m framebuild.keeper FD COMMAND...`: keep a kernel that is started afresh."""
    descriptor, *command = sys.argv[1:]

    def start() -> int:
        # A kernel that knows of no parent takes itself for one that a person started.
        environment = {**os.environ, "JPY_PARENT_PID": str(os.getpid())}
        # Safe, whatever its name: this process has a single thread.
        kernel = subprocess.Popen(
            command,
            env=environment,
            start_new_session=True,
            preexec_fn=functools.partial(die_with_parent, os.getpid()),  # noqa: PLW1509
        )
        return kernel.pid

    with socket.socket(fileno=int(descriptor)) as line:
        line.set_inheritable(False)
        keep(line, start)


if __name__ == "__main__":
    main()
