"""The only step that starts processes: run jobs in parallel, and yield what became of each."""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.context import BaseContext
from multiprocessing.synchronize import Semaphore
from typing import Any

import nbformat

from framebuild.conclude import Finished, conclude, current_commit
from framebuild.kernels import Unavailable, WarmServer
from framebuild.outcome import Outcome
from framebuild.plan import Job
from framebuild.scratch import sweep
from framebuild.store import Store
from framebuild.task import Task, environment, kernel_environment, run_task, warm_up
from framebuild.turns import share
from framebuild.watch import Limits
from framespec.modelref import located

TRAINING = "lab model"  # the name that a task has which only trains one

Needed = tuple[str, int]  # a lab recipe and a seed


@dataclass(frozen=True)
class Settings:
    """How to run: how many at once, within which limits, where."""

    at_once: int  # demos that compute at a time
    limits: Limits = field(default_factory=Limits)
    warm: bool = True  # fork kernels from a server that has imported the libraries
    dask: str | None = None  # the address of a cluster's scheduler

    @property
    def forks(self) -> bool:
        """Whether kernels may be forked here."""
        return self.warm and not self.dask

    def workers(self, tasks: int) -> int:
        """Processes for so many tasks: one more than compute, for a demo that starts or stops."""
        return min(self.at_once + 1, tasks)


def execute(
    jobs: list[Job],
    store: Store,
    settings: Settings,
    progress: Callable[[], None] = lambda: None,
    early: WarmServer | None = None,
) -> Iterator[Finished]:
    """Run every job, the longest first, and keep each run as it finishes.

    A worker that dies with its demo takes no other down: what was in flight is run again, each
    alone, and the one that dies twice is to blame. progress is called several times a second.
    early: a server that was started in advance, and that the caller closes.
    """
    sweep()
    store.sweep()
    commit = current_commit(store.folder.parent.parent)
    ordered = sorted(jobs, key=lambda job: -expected_seconds(job, store))
    with contextlib.ExitStack() as stack:
        pool = stack.enter_context(_pool(settings, len(jobs)))
        server = _server(stack, pool, settings, jobs, early)
        lost = []
        for job, outcome in _run_all(pool, ordered, settings, store, server, progress):
            if outcome is None and not settings.dask:  # a cluster has tried again by itself
                lost.append(job)
            else:
                yield conclude(job, outcome or _lost(), store, commit)
    for job in lost:
        with _pool(settings, 1) as pool:
            for _, outcome in _run_all(pool, [job], settings, store, "", progress):
                yield conclude(job, outcome or _lost(), store, commit)


def _lost() -> Outcome:
    what = "the process that ran this demo died, twice"
    return Outcome("kernel-died", what, "look for signals that it sends to other processes")


def _pool(settings: Settings, tasks: int) -> contextlib.AbstractContextManager[Executor]:
    """Any executor of concurrent.futures will do: local processes, or a cluster's client."""
    if settings.dask:
        from framebuild.cluster import cluster_pool

        return cluster_pool(settings.dask)
    return _local_pool(settings.workers(tasks), settings.at_once)


class _Workers(ProcessPoolExecutor):
    """Worker processes that leave Ctrl-C to this one, from their first moment on."""

    def submit(self, *task: Any, **named: Any) -> "Future[Any]":
        """Submit a task; a worker that this starts has interrupts blocked until it ignores them."""
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return super().submit(*task, **named)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


@contextlib.contextmanager
def _local_pool(workers: int, at_once: int) -> Iterator[Executor]:
    """Worker processes that end with this one, and leave Ctrl-C to it."""
    _track_quietly()
    context = _context()
    turns = context.Semaphore(at_once)
    pool = _Workers(workers, context, initializer=_start_worker, initargs=(turns,))
    try:
        yield pool
        pool.shutdown()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.kill()
        raise


def _context() -> BaseContext:
    """How workers start. On Linux they fork from one process that has imported what they need."""
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["framebuild.engine"])
    return context


def _track_quietly() -> None:
    """Start the process that frees semaphores which an interrupt leaves, without its warning."""
    sys.warnoptions.append("ignore:resource_tracker")
    try:
        resource_tracker.ensure_running()
    finally:
        sys.warnoptions.pop()


def _start_worker(turns: Semaphore) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # for the kernels that it starts
    share(turns)


def _end_with_parent() -> None:
    """End when the build does, however that ends."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _server(
    stack: contextlib.ExitStack,
    pool: Executor,
    settings: Settings,
    jobs: list[Job],
    early: WarmServer | None,
) -> str:
    """The socket of a fork server, where one is wanted and to be had.

    It is worth its while for a single demo too: it imports the libraries while the worker, on
    another processor, imports its own.
    """
    if not settings.forks:
        return ""
    for _ in range(settings.workers(len(jobs))):
        pool.submit(warm_up)
    try:
        if early is None:
            early = stack.enter_context(contextlib.closing(WarmServer(kernel_environment())))
        return early.ready()
    except Unavailable:
        return ""


def _run_all(
    pool: Executor,
    jobs: list[Job],
    settings: Settings,
    store: Store,
    server: str,
    progress: Callable[[], None],
) -> Iterator[tuple[Job, Outcome | None]]:
    """Each job with its outcome, None where its worker died; lab models that are shared first."""
    shared = shared_models(jobs)
    training: dict[Future[Outcome], Needed] = {
        pool.submit(run_task, training_task(one, settings.limits, store, server)): one
        for one in shared
    }
    running: dict[Future[Outcome], Job] = {}
    waiting = list(jobs)
    while waiting or running:
        untrained = set(training.values())
        for job in [job for job in waiting if not untrained & needed_models(job)]:
            waiting.remove(job)
            running[pool.submit(run_task, task_of(job, settings.limits, store, server))] = job
        done, _ = wait([*training, *running], timeout=0.2, return_when=FIRST_COMPLETED)
        progress()
        for future in done:
            if future in training:
                del training[future]  # a demo that needs what failed here will say why
            else:
                yield running.pop(future), _outcome_of(future)


def _outcome_of(future: "Future[Outcome]") -> Outcome | None:
    try:
        return future.result()
    except BrokenProcessPool:
        return None
    except Exception as error:
        if type(error).__name__ == "KilledWorker":  # distributed's; it is an optional library
            return None
        raise


def expected_seconds(job: Job, store: Store) -> float:
    """How long a job took last time; one that never ran may be the longest."""
    before = store.latest(job.frame.id, default=not job.overrides)
    known = before.result.receipt.seconds if before else None
    return float("inf") if known is None else known


def needed_models(job: Job) -> set[Needed]:
    """The lab models that a demo loads: each of its recipes with each of its seeds."""
    values = {p.name: job.overrides.get(p.name, p.default) for p in job.demo.parameters}
    seeds = values.get("seeds", 1)
    names = [str(values[p.name]) for p in job.models]
    recipes = [name.removeprefix("lab:") for name in names if name.startswith("lab:")]
    return {(name, seed) for name in recipes for seed in range(seeds if type(seeds) is int else 1)}


def shared_models(jobs: list[Job]) -> list[Needed]:
    """The lab models that more than one demo needs, in a fixed order."""
    needs = [one for job in jobs for one in needed_models(job)]
    return sorted({one for one in needs if needs.count(one) > 1})


def training_task(one: Needed, limits: Limits, store: Store, server: str) -> Task:
    """A task whose only work is to have a lab model trained and kept."""
    name, seed = one
    source = f"from framelab.cache import shelved\n\nshelved({name!r}, {seed})"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    return _task(TRAINING, notebook, {}, "", limits, store, server)


def task_of(job: Job, limits: Limits, store: Store, server: str) -> Task:
    """A job as values that can be sent anywhere."""
    # The kernel works in another folder than the one that a relative path was typed in.
    folders = {
        parameter.name: located(str(job.overrides[parameter.name]))
        for parameter in job.models
        if parameter.name in job.overrides
    }
    parameters = job.overrides | folders
    record = job.frame.document.text
    socket = "" if job.uses_gpu else server
    return _task(job.frame.id, job.demo.notebook, parameters, record, limits, store, socket)


def _task(
    frame: str,
    notebook: dict[str, Any],
    parameters: dict[str, Any],
    record: str,
    limits: Limits,
    store: Store,
    server: str,
) -> Task:
    cache = str(store.folder.parent.resolve())
    return Task(frame, notebook, parameters, record, limits, environment(), cache, server)


def processors() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
