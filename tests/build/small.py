"""A small corpus whose demos are a few lines and need no torch."""

from collections.abc import Callable
from pathlib import Path

from framebuild.conclude import Finished

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

REPORTS = "study = None\nif study: study.report('first')"  # for who reads the demo before it runs

Run = Callable[..., list[Finished]]


def write_demo(root: Path, name: str, body: str = "") -> None:
    """A demo that does something in its second cell and then reports what a verdict needs."""
    text = f"{PARAMETERS}\n# %%\n{body or 'pass'}\n\n{RESULT.replace('NAME', name)}"
    (root / "demos" / f"{name}.py").write_text(text, encoding="utf-8")
