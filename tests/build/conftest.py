"""A small corpus to build, and the one way that tests build it."""

import shutil
from pathlib import Path

import pytest
from small import GOOD, Run, write_demo

from framebuild.conclude import Finished
from framebuild.execute import Settings, execute
from framebuild.load import load
from framebuild.plan import plan
from framebuild.store import Store
from framebuild.watch import Limits


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two frames, good and other, whose demos succeed at once."""
    shutil.copytree(GOOD, tmp_path, dirs_exist_ok=True)
    (tmp_path / "schema").mkdir()
    write_demo(tmp_path, "good")
    write_demo(tmp_path, "other")
    return tmp_path


@pytest.fixture
def store(root: Path) -> Store:
    return Store(root / ".cache" / "runs")


@pytest.fixture
def run(root: Path, store: Store) -> Run:
    """Plan and execute what is stale among some frames; what ended, in the order of ids."""

    def run(
        *ids: str,
        seconds: float = 60,
        memory_mb: float = 2048,
        warm: bool = False,
        at_once: int = 2,
        **overrides: str,
    ) -> list[Finished]:
        corpus, _ = load(root)
        jobs, problems = plan(corpus, list(ids), overrides, store)
        assert not problems
        stale = [job for job in jobs if job.stale]
        settings = Settings(at_once, Limits(seconds, memory_mb), warm=warm)
        ended = list(execute(stale, store, settings))
        return sorted(ended, key=lambda end: end.job.frame.id)

    return run
