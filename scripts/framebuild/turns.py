"""Turns to compute: there are more kernels than processors, and as many turns as processors.

A kernel computes nothing while it starts and stops. So one more is kept alive than can compute,
and it waits for its turn with its first cell; else processors would idle between two demos, or
share themselves among three, which costs each of them time.
"""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.synchronize import Semaphore

_turns: Semaphore | None = None


def share(turns: Semaphore) -> None:
    """Give this process its part in the turns of a pool. Without it no turn is waited for."""
    global _turns  # noqa: PLW0603  # a pool can hand a semaphore only to a whole process
    _turns = turns


@dataclass
class Turn:
    """One wait for a turn, and how long it took."""

    asked: float | None = None
    got: float | None = None

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """A block that computes. A process that dies in it breaks its pool, turns and all."""
        self.asked = time.monotonic()
        with _turns or contextlib.nullcontext():
            self.got = time.monotonic()
            yield

    def waited(self) -> float:
        """Seconds of waiting up to now."""
        if self.asked is None:
            return 0.0
        return (self.got or time.monotonic()) - self.asked
