"""A small corpus to build, whose demos are a few lines and need no torch."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from framebuild.execute import Finished, execute
from framebuild.load import load
from framebuild.plan import plan
from framebuild.store import Store
from framebuild.watch import Limits

GOOD = Path(__file__).parent.parent / "bad" / "good"

PARAMETERS = """# %% tags=["parameters"]
size: float = 0.75  # how large the effect is
"""

RESULT = """# %%
from IPython.display import display

shown = {
    "schema_version": 1, "frame": "NAME", "seeds": [0, 1, 2], "models": [],
    "reported": {"first": {"measured": [size] * 3, "control": [0.0] * 3}},
    "environment": {"versions": {}, "device": "cpu", "dtype": "float32"},
}
display({"application/vnd.frame.result+json": shown, "text/plain": "shown"}, raw=True)
"""

Run = Callable[..., list[Finished]]


def write_demo(root: Path, name: str, body: str = "") -> None:
    """A demo that does something in its second cell and then reports what a verdict needs."""
    text = f"{PARAMETERS}\n# %%\n{body or 'pass'}\n\n{RESULT.replace('NAME', name)}"
    (root / "demos" / f"{name}.py").write_text(text, encoding="utf-8")


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
        *ids: str, seconds: float = 60, memory_mb: float = 2048, **overrides: str
    ) -> list[Finished]:
        corpus, _ = load(root)
        jobs, problems = plan(corpus, list(ids), overrides, store)
        assert not problems
        stale = [job for job in jobs if job.stale]
        ended = list(execute(stale, store, 2, Limits(seconds, memory_mb)))
        return sorted(ended, key=lambda end: end.job.frame.id)

    return run
