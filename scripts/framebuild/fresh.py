"""Whether anything has changed since the last complete build: cheap enough to ask every time.

Inputs are compared by their bytes, since a checkout changes times and not contents; what the
build itself wrote is compared by size and time, which any damage to it changes.
"""

import hashlib
import json
import os
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

STATE = ".cache/built.json"
INPUTS = ("frames", "demos", "schema/framespec", "mkdocs.yml", ".git/HEAD")
OUTPUTS = ("site", ".cache/runs", ".cache/storybook")
LIBRARIES = (
    "torch", "transformers", "tokenizers", "numpy", "scipy", "matplotlib", "mkdocs",
    "mkdocs-material", "jupytext", "latex2mathml", "jinja2",
)  # fmt: skip


def last_build(root: Path) -> str | None:
    """What the last build printed, if nothing has changed since; None if something has."""
    try:
        state: dict[str, Any] = json.loads((root / STATE).read_bytes())
        if (state["inputs"], state["outputs"]) == (inputs_now(root), _outputs(root)):
            return str(state["said"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # no state, or none that can be read: build
    return None


def remember(root: Path, inputs: str, said: str) -> None:
    """Note a complete build. inputs: as they were before it, so that an edit meanwhile counts."""
    state = {"inputs": inputs, "outputs": _outputs(root), "said": said}
    path = root / STATE
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    aside.write_text(json.dumps(state), encoding="utf-8")
    os.replace(aside, path)


def inputs_now(root: Path) -> str:
    """A digest of everything that a build reads."""
    found = hashlib.sha256(platform.python_version().encode())
    found.update(os.environ.get("SITE_URL", "").encode())
    for name in LIBRARIES:
        found.update(f"{name} {version(name)}\n".encode())
    ours = Path(__file__).parent
    for path in [*_files(root, INPUTS), *sorted(ours.rglob("*"))]:
        if path.is_file() and "__pycache__" not in path.parts:
            found.update(path.as_posix().encode() + b"\0")
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _outputs(root: Path) -> str:
    found = hashlib.sha256()
    for path in _files(root, OUTPUTS):
        status = path.stat()
        found.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return found.hexdigest()


def _files(root: Path, names: tuple[str, ...]) -> Iterator[Path]:
    for name in names:
        place = root / name
        if place.is_file():
            yield place
        for folder, folders, files in os.walk(place):
            folders.sort()
            yield from (Path(folder) / file for file in sorted(files))
