"""CONTRIBUTING says what is so: its commands, typed in a copy of the project, print what it shows.

In a console block, `...` stands for whatever is there.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from framebuild.arguments import Commands
from framespec.corpus import find_root

PAGE = find_root() / "CONTRIBUTING.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def typed() -> list[tuple[str, str]]:
    """Each command of the page, and what it prints there."""
    parts = [part for block in BLOCK.findall(PAGE.read_text("utf-8")) for part in block.split("$ ")]
    return [(part.split("\n", 1)[0], part.split("\n", 1)[1]) for part in parts if part]


def as_pattern(shown: str) -> str:
    return "".join(".*?" if part == "..." else re.escape(part) for part in _parts(shown))


def _parts(shown: str) -> list[str]:
    return re.split(r"(\.\.\.)", re.sub(r" *\.\.\. *", "...", shown))


@pytest.mark.kernel
def test_each_command_prints_what_is_shown(tmp_path: Path) -> None:
    for name in ("frames", "demos", "schema"):
        shutil.copytree(find_root() / name, tmp_path / name)
    folder = Path(sys.executable).parent
    environment = {**os.environ, "FRAMES_ROOT": str(tmp_path)}
    environment["PATH"] = f"{folder}{os.pathsep}{environment['PATH']}"
    commands = typed()
    assert len(commands) >= 3
    for command, shown in commands:
        done = subprocess.run(
            command.split(), cwd=tmp_path, env=environment, check=False, timeout=300,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        said = "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n"
        assert re.fullmatch(as_pattern(shown), said, re.DOTALL), f"{command} prints\n{said}"


def test_every_command_and_target_that_it_names_is_there() -> None:
    text = PAGE.read_text("utf-8")
    named = set(re.findall(r"`?frames (\w+)\b", "\n".join(SHELL.findall(text))))
    named |= set(re.findall(r"`frames (\w+)", text))
    assert named <= set(Commands().list_commands(None))  # type: ignore[arg-type]
    targets = re.findall(r"make (\w+)", "\n".join(SHELL.findall(text)))
    makefile = (find_root() / "Makefile").read_text("utf-8")
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
