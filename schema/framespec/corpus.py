"""Where the records and demos are, for whoever runs one."""

import difflib
import os
from pathlib import Path
from traceback import walk_tb

from framespec.record import Record, is_id
from framespec.strictyaml import parse


class Refused(Exception):
    """A user's mistake: what is wrong, and how to mend it. Shown without a traceback."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what}\n    mend: {mend}")
        self.what, self.mend = what, mend

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback, in any notebook and in papermill."""
        from IPython import get_ipython

        compiler = getattr(get_ipython(), "compile", None)
        where = ""
        for frame, line in walk_tb(self.__traceback__):
            cell = compiler and compiler.format_code_name(frame.f_code.co_filename)
            where = f"{' '.join(cell)}, line {line}: " if cell else where
        return [f"{where}{self.what}", f"    mend: {self.mend}"]


def find_root(start: Path | None = None) -> Path:
    """The folder that holds frames/ and demos/.

    In order: $FRAMES_ROOT, the working directory or one above it, the checkout that this package
    was installed from, the copy inside the installed package. Raises Refused if there is none.
    """
    named = os.environ.get("FRAMES_ROOT")
    if named:
        if not _is_root(Path(named)):
            raise Refused(f"FRAMES_ROOT '{named}' has no frames/ and demos/", "correct it")
        return Path(named)
    here = (start or Path.cwd()).resolve()
    package = Path(__file__).resolve().parent
    for folder in (here, *here.parents, package.parent.parent, package / "corpus"):
        if _is_root(folder):
            return folder
    raise Refused("no frames/ and demos/ here or above", "change to a checkout, or set FRAMES_ROOT")


def _is_root(folder: Path) -> bool:
    return (folder / "frames").is_dir() and (folder / "demos").is_dir()


def nearest(text: str, among: list[str], most: int = 1) -> str:
    """The names closest to a text, quoted and joined; empty if nothing is close."""
    close = difflib.get_close_matches(text, among, most, cutoff=0.5)
    return " or ".join(f"'{name}'" for name in close)


def demo_path(root: Path, frame: str) -> Path:
    """The demo of a frame. Raises Refused, with the nearest id, if there is none."""
    path = root / "demos" / f"{frame}.py"
    if is_id(frame) and path.is_file():
        return path
    known = {path.stem for path in (root / "frames").glob("*.yaml")} - {"topics"}
    near = nearest(frame, sorted(known))
    mend = f"nearest is {near}" if near else "`frames ls` lists the frames"
    raise Refused(f"no frame '{frame}'", mend)


def read_record(root: Path, frame: str) -> Record:
    """One record, for a demo that reads its own bounds. `frames check` explains what is wrong."""
    path = root / "frames" / f"{frame}.yaml"
    try:
        return Record.model_validate(parse(path.read_bytes()).data)
    except FileNotFoundError:
        raise Refused(f"no record {path.name}", f"write frames/{frame}.yaml") from None
    except ValueError:
        mend = f"`frames check {frame}` says where"
        raise Refused(f"frames/{frame}.yaml is not a valid record", mend) from None
