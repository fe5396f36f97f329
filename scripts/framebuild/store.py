"""Finished runs on disk, found by key. A run that is not whole is as good as absent."""

import hashlib
import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from framebuild.scratch import scratch, sweep
from framespec.record import Strict
from framespec.result import Result


class Run(Strict):
    """A finished run: what it depended on, what came out, and a digest of its notebook."""

    frame: str
    key: str
    inputs: dict[str, str]
    default: bool  # with the demo's own parameters, so that its page shows it
    result: Result
    notebook_sha256: str


class Store:
    """Runs below one folder: <frame>/<key>/run.json and <frame>.ipynb beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, frame: str, key: str) -> Run | None:
        """The run with a key, or None where there is none or it is damaged."""
        return self._read(self.folder / frame / key)

    def latest(self, frame: str, default: bool) -> Run | None:
        """The newest run of a frame, to say what has changed since."""
        folders = [path.parent for path in (self.folder / frame).glob("*/run.json")]
        for folder in sorted(folders, key=lambda one: one.stat().st_mtime, reverse=True):
            run = self._read(folder)
            if run and run.default == default:
                return run
        return None

    def notebook(self, run: Run) -> dict[str, Any]:
        """The executed notebook of a run."""
        import nbformat  # it joins the lists of lines that a notebook file holds

        content: dict[str, Any] = nbformat.read(self.notebook_path(run), as_version=4)
        return content

    def notebook_path(self, run: Run) -> Path:
        """Where the executed notebook is, for a person to open."""
        return self.folder / run.frame / run.key / f"{run.frame}.ipynb"

    def put(self, run: Run, notebook: str) -> None:
        """Keep a run: written aside, then renamed, so that it is whole or absent."""
        target = self.folder / run.frame / run.key
        target.parent.mkdir(parents=True, exist_ok=True)
        with scratch(target.parent) as aside:
            new, old = aside / "new", aside / "old"
            new.mkdir()
            (new / f"{run.frame}.ipynb").write_text(notebook, encoding="utf-8")
            (new / "run.json").write_text(run.model_dump_json(indent=1), encoding="utf-8")
            try:
                if target.exists():  # damaged, or run again by force: renaming needs the place
                    os.rename(target, old)
                os.rename(new, target)
            except OSError:
                if self.find(run.frame, run.key) is None:
                    raise  # else another build was first, with an equal run

    def sweep(self) -> None:
        """Remove what a killed build left half written."""
        for folder in self.folder.glob("*"):
            sweep(folder)

    def _read(self, folder: Path) -> Run | None:
        try:
            run = Run.model_validate_json((folder / "run.json").read_bytes())
            notebook = (folder / f"{run.frame}.ipynb").read_bytes()
        except (OSError, ValidationError):
            return None
        return run if digest(notebook) == run.notebook_sha256 else None


def digest(data: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
