"""Tiny models and folders, and the functions that a demo defines in view."""

import ast
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"  # read once, when huggingface_hub is first imported

import pytest
import torch

from framelab.training import tiny_gpt2, tiny_llama

DEMOS = Path(__file__).parents[2] / "demos"

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAMES_CACHE", str(tmp_path / "cache"))


@pytest.fixture(params=["llama", "gpt2"])
def tiny(request: pytest.FixtureRequest) -> Any:
    """A fresh model of two layers with two heads, vocabulary 11, at most 16 tokens."""
    build = {"llama": tiny_llama, "gpt2": tiny_gpt2}[request.param]
    return build(vocabulary=11, width=8, layers=2, heads=2, length=16, seed=0)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A folder that save_pretrained wrote."""
    folder = tmp_path / "tiny-llama"
    tiny_llama(vocabulary=11, width=8, layers=1, heads=2, length=16, seed=3).save_pretrained(folder)
    return folder


@pytest.fixture
def in_view() -> Callable[..., SimpleNamespace]:
    """The functions of a demo with its parameters, and what else they need, given by name."""

    def defined(frame: str, **given: object) -> SimpleNamespace:
        source = (DEMOS / f"{frame}.py").read_text(encoding="utf-8")
        kept = (ast.FunctionDef, ast.Import, ast.ImportFrom, ast.AnnAssign)
        tree = ast.parse(source)
        tree.body = [node for node in tree.body if isinstance(node, kept)]
        names: dict[str, Any] = {}
        exec(compile(tree, f"{frame}.py", "exec"), names)
        names.update(given)  # the functions look their globals up here
        return SimpleNamespace(**names)

    return defined
