"""`papermill frame:ID out.ipynb`: a papermill source that reads the percent file of a frame."""

import warnings
from typing import Any

import click
import nbformat
from papermill.exceptions import PapermillException

from framebuild.demo import read_demo
from framespec.corpus import Refused, demo_path, find_root

PREFIX = "frame:"

# Papermill warns of a path without extension before it asks this handler to read it.
warnings.filterwarnings(
    "ignore", message=f"the file is not specified with any extension : {PREFIX}"
)


class NoFrame(PapermillException, click.ClickException):  # type: ignore[misc]  # has no types
    """What was asked for cannot be had. Papermill's command line shows it without a traceback."""

    def __init__(self, message: str) -> None:
        click.ClickException.__init__(self, message)


class FrameHandler:
    """Papermill's protocol for a kind of path; it calls these on the class itself."""

    @classmethod
    def read(cls, path: str) -> str:
        """The demo of a frame, as the text of a notebook."""
        try:
            root = find_root()
            source = demo_path(root, path.removeprefix(PREFIX))
        except Refused as refused:
            raise NoFrame(str(refused)) from None
        name = source.relative_to(root).as_posix()
        text: str = nbformat.writes(
            nbformat.from_dict(read_demo(name, source.read_text(encoding="utf-8")).notebook)
        )
        return text

    @classmethod
    def listdir(cls, path: str) -> list[str]:
        """Every frame that has a demo."""
        demos = (find_root() / "demos").glob("*.py")
        return sorted(PREFIX + demo.stem for demo in demos)

    @classmethod
    def write(cls, buf: Any, path: str) -> None:
        """Refused: a frame is read, never written."""
        raise NoFrame(f"'{path}' cannot be written: name a file, for example out.ipynb")

    @classmethod
    def pretty_path(cls, path: str) -> str:
        """As typed."""
        return path
