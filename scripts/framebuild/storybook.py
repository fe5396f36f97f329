"""The small model that runs in the page: made once by the lab, kept under a key, given to pages.

The lab's code runs in a process of its own, since the build does not import torch.
"""

import contextlib
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from framebuild.plan import library_versions
from framebuild.task import kernel_environment
from framespec.corpus import Refused
from framespec.reach import reached

MAKER = "demos/framelab/storybook.py"


@dataclass(frozen=True)
class Storybook:
    """What `framelab.storybook` wrote: a script for the page, and values for its static parts."""

    script: bytes
    about: dict[str, Any]
    examples: dict[str, Any]
    words: list[str]


def find_storybook(root: Path) -> Storybook | None:
    """The storybook that fits the lab as it is, or None where it has not been made."""
    place = _place(root)
    if place is None:
        return None
    try:
        found = json.loads(place.read_bytes())
        shipped = {name: found[name] for name in ("config", "words", "rules", "weights", "about")}
        about, examples, words = found["about"], found["examples"], found["words"]
    except (OSError, ValueError, KeyError):
        return None
    # ASCII alone, and no `<`, so that no page can mistake it for markup, whatever its encoding.
    text = json.dumps(shipped, separators=(",", ":")).replace("<", "\\u003c")
    return Storybook(f"framesPlay.give({text});\n".encode("ascii"), about, examples, words)


@contextlib.contextmanager
def storybook_made(root: Path) -> Iterator[None]:
    """Make the storybook while the block runs, unless there is one that fits.

    Raises Refused, with the maker's last words, if it fails; without the lab nothing is made.
    """
    place = _place(root)
    if place is None or find_storybook(root) is not None:
        yield
        return
    with subprocess.Popen(
        [sys.executable, "-m", "framelab.storybook", str(place)],
        env=kernel_environment() | {"FRAMES_CACHE": str(root / ".cache")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield
            _, said = process.communicate()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        lines = said.strip().splitlines() or ["it said nothing"]
        raise Refused(
            f"the model that runs in the page could not be made: {lines[-1]}",
            "run `python -m framelab.storybook out.json` to see why",
        )


def _place(root: Path) -> Path | None:
    """Where the storybook is kept: under a digest of the code and versions that make it."""
    maker = root / MAKER
    if not maker.is_file():
        return None
    source = maker.read_text(encoding="utf-8")
    parts = {
        "maker": hashlib.sha256(source.encode()).hexdigest(),
        "modules": reached(source, [root / "demos", root / "schema"]),
        "versions": library_versions(),
    }
    key = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
    return root / ".cache" / "storybook" / f"{key}.json"
