"""Lab models on disk: trained on first use, then kept; safe with two processes at once."""

import hashlib
import json
import os
import shutil
import tempfile
import time
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import torch

import framelab.recipes
import framespec.reach
from framelab.recipes import RECIPES, trained
from framespec.corpus import Refused, find_root
from framespec.modelref import folder_digest
from framespec.reach import reached

RECEIPT = "training.json"


class Shelved(NamedTuple):
    """A trained lab model on disk: its folder, and the digest of all that made it."""

    folder: Path
    digest: str


def cache_folder() -> Path:
    """Where lab models are kept.

    $FRAMES_CACHE if set, else .cache/lab beside the frames, else ~/.cache/frames where that
    is not writable.
    """
    named = os.environ.get("FRAMES_CACHE")
    if named:
        return Path(named) / "lab"
    try:
        root = find_root()
    except Refused:
        root = None
    if root is not None and os.access(root, os.W_OK):
        return root / ".cache" / "lab"
    return Path.home() / ".cache" / "frames" / "lab"


def recipe_digest(name: str, seed: int) -> str:
    """16 hex digits over all that decides a lab model's weights: code, name, seed, versions."""
    source = Path(framelab.recipes.__file__).read_text(encoding="utf-8")
    packages = (Path(module).parent.parent for module in (__file__, framespec.reach.__file__))
    parts = {
        "recipes": hashlib.sha256(source.encode()).hexdigest(),
        "modules": reached(source, packages),
        "name": name,
        "seed": seed,
        "versions": {library: version(library) for library in ("torch", "transformers")},
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def shelved(name: str, seed: int) -> Shelved:
    """The trained model of a recipe, trained now unless an intact one is on disk.

    Raises KeyError for a recipe that does not exist.
    """
    digest = recipe_digest(name, seed)
    folder = cache_folder() / f"{name}-s{seed}-{digest}"
    if not _intact(folder):
        _train_into(folder, name, seed)
    return Shelved(folder, digest)


def _intact(folder: Path) -> bool:
    """Whether a folder holds the very weights that its training wrote."""
    try:
        receipt = json.loads((folder / RECEIPT).read_text(encoding="utf-8"))
        return bool(receipt["weights"] == folder_digest(folder))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _train_into(folder: Path, name: str, seed: int) -> None:
    recipe = RECIPES[name]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{name}-") as scratch:
        fresh = Path(scratch) / "fresh"
        threads, started = torch.get_num_threads(), time.process_time()
        torch.set_num_threads(1)  # one thread gives the same bits every time
        try:
            model, losses = trained(recipe, seed)
        finally:
            torch.set_num_threads(threads)
        model.save_pretrained(fresh)
        receipt = {
            "cpu_seconds": round(time.process_time() - started, 2),
            "final_loss": losses[-1],
            "recipe": recipe._asdict(),
            "seed": seed,
            "weights": folder_digest(fresh),
        }
        (fresh / RECEIPT).write_text(json.dumps(receipt, indent=2) + "\n", encoding="utf-8")
        _put(fresh, folder, Path(scratch) / "broken")


def _put(fresh: Path, folder: Path, aside: Path) -> None:
    """Move a finished folder into place; whoever comes first wins, a broken one is moved out."""
    if folder.exists() and not _intact(folder):
        with suppress(FileNotFoundError):  # another process was faster
            folder.rename(aside)
    try:
        fresh.rename(folder)
    except OSError:
        if not _intact(folder):
            raise
        shutil.rmtree(fresh)
