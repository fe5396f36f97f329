"""One demo as a pure function: values in, values out, on this machine or another.

No exception crosses: whatever a notebook does to its kernel comes back as a status.
"""

import contextlib
import logging
import os
import platform
import time
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import nbformat

from framebuild.outcome import Executed, Outcome, cleaned, read_outcome
from framebuild.scratch import scratch
from framebuild.watch import Limits, Watch

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
# Training frees and takes the same memory at every step: let glibc keep it, in large pages.
ALLOCATOR = (
    "glibc.malloc.mmap_threshold=33554432:"
    "glibc.malloc.trim_threshold=268435456:"
    "glibc.malloc.hugetlb=1"
)
MUST_BE_EQUAL = ("torch", "transformers", "numpy", "scipy", "frames-encyclopedia")


@dataclass(frozen=True)
class Task:
    """Everything that a run needs, as plain values that can be sent to another machine."""

    frame: str
    notebook: dict[str, Any]
    parameters: dict[str, Any]
    record: str  # the text of the frame's record, from which the demo reads its bounds
    limits: Limits
    environment: str  # a worker whose environment differs must refuse
    cache: str  # the folder for trained lab models, if the worker can reach it
    server: str = ""  # the socket of a fork server, if it is on the same machine


@cache
def environment() -> str:
    """What must be equal for two machines to give equal results."""
    found = [f"python {platform.python_version()}"]
    for name in MUST_BE_EQUAL:
        with contextlib.suppress(PackageNotFoundError):
            found.append(f"{name} {version(name)}")
    return ", ".join(found)


def kernel_environment() -> dict[str, str]:
    """The environment of every kernel: one thread, and figures as notebooks show them."""
    fixed = dict.fromkeys(THREAD_VARIABLES, "1")
    backend = "module://matplotlib_inline.backend_inline"
    fixed |= {"TOKENIZERS_PARALLELISM": "false", "MPLBACKEND": backend}
    return {"GLIBC_TUNABLES": ALLOCATOR, **os.environ, **fixed}


def run_task(task: Task) -> Outcome:
    """Execute one demo in a kernel of its own, within its limits."""
    here = environment()
    if task.environment != here:
        what = f"this worker has {here}; the build has {task.environment}"
        return Outcome("wrong-environment", what, "install the same versions")
    from framebuild.kernels import serves

    start = time.monotonic()
    executed, watch = _execute(task)
    if executed.death and not watch.passed and task.server and not serves(task.server):
        # It died with the server, and not by itself.
        executed, watch = _execute(replace(task, server=""))
    return replace(
        read_outcome(task.frame, executed, task.limits),
        notebook=cleaned(executed.notebook),
        seconds=time.monotonic() - start - watch.waited(),
        cpu_s=watch.cpu_s,
        peak_mb=watch.peak_mb,
    )


def _execute(task: Task) -> tuple[Executed, Watch]:
    with scratch() as folder:
        return _execute_in(_small_root(folder, task), task)


def _small_root(folder: Path, task: Task) -> Path:
    """A root with this frame alone, so that the demo finds its record wherever it runs."""
    for name in ("frames", "demos", "work"):
        (folder / name).mkdir()
    (folder / "frames" / f"{task.frame}.yaml").write_text(task.record, encoding="utf-8")
    return folder


def _execute_in(root: Path, task: Task) -> tuple[Executed, Watch]:
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.engines import papermill_engines

    from framebuild.engine import Engine, Session

    logging.getLogger("papermill").setLevel(logging.ERROR)
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    papermill_engines.register("frames", Engine)
    variables = kernel_environment() | {"FRAMES_ROOT": str(root), "FRAMES_CACHE": task.cache}
    session = Session(str(root / "work"), variables, task.server, root / "kernel.log")
    notebook = nbformat.from_dict(task.notebook)
    death: str | None = None
    with Watch(task.limits, session.root_pid, session.turn.waited) as watch:
        try:
            papermill.execute_notebook(
                notebook,
                None,
                parameters=task.parameters,
                engine_name="frames",
                kernel_name="python3",
                progress_bar=False,
                session=session,
            )
        except papermill.PapermillExecutionError:
            pass  # the failing cell says it better, with its line
        except (DeadKernelError, RuntimeError, TimeoutError) as error:
            death = str(error) or type(error).__name__
    passed = "output" if session.flooded else watch.passed
    log = session.log.read_text(errors="replace") if session.log.exists() else ""
    return Executed(session.notebook or notebook, session.cell, passed, death, log), watch


def warm_up() -> None:
    """Import what every task needs; a worker does this while the fork server starts."""
    import papermill.engines  # noqa: F401

    import framebuild.engine  # noqa: F401
