"""The ways to run notebooks that are compared: how each is set up, called, and checked."""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from corpus import write_frames, write_notebooks

KERNEL = "bench"


@dataclass(frozen=True)
class Builder:
    """A tool. prepare sets a folder up, command runs it there, done counts finished notebooks."""

    name: str
    prepare: Callable[[Path, int], None]
    command: str
    done: Callable[[Path], int]
    change: Callable[[Path, int], None]
    caches: bool = True  # else a second run costs what the first did


def kernelspec(folder: Path) -> None:
    """A kernel that runs in the interpreter of this build, whatever tool starts it."""
    place = folder / "kernels" / KERNEL
    place.mkdir(parents=True, exist_ok=True)
    launch = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": launch, "display_name": KERNEL, "language": "python"}
    (place / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")


def _notebooks(folder: Path, count: int) -> None:
    write_frames(folder / "source", count)
    write_notebooks(folder / "source/demos", folder / "notebooks", KERNEL)
    shutil.rmtree(folder / "source")
    (folder / "out").mkdir(exist_ok=True)


def _change_notebook(folder: Path, time: int) -> None:
    path = sorted((folder / "notebooks").glob("*.ipynb"))[5]
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("# of training", f"# of training {time}"), encoding="utf-8")


def _change_demo(folder: Path, time: int) -> None:
    path = sorted((folder / "demos").glob("*.py"))[5]
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("LENGTH, MARK", f"changed = {time}\nLENGTH, MARK", 1))


def _holds(pattern: str, text: str) -> Callable[[Path], int]:
    def count(folder: Path) -> int:
        return sum(text in path.read_text(encoding="utf-8") for path in folder.glob(pattern))

    return count


def _frames(folder: Path, count: int) -> None:
    write_frames(folder, count)
    shutil.copy(Path(__file__).parent.parent / "mkdocs.yml", folder)


def _sphinx_gallery(folder: Path, count: int) -> None:
    write_frames(folder, count)
    for path in (folder / "demos").glob("*.py"):
        title = f'"""\n{path.stem}\n{"=" * len(path.stem)}\n\nA demo.\n"""\n\n'
        code = path.read_text(encoding="utf-8").partition("# %% tags")[2]
        path.write_text(f"{title}# %% tags{code}", encoding="utf-8")
    (folder / "demos/README.txt").write_text("Demos\n=====\n\n", encoding="utf-8")
    settings = "dict(examples_dirs='demos', gallery_dirs='auto', filename_pattern='.*', parallel=2)"
    configuration = (
        "project = 'bench'\nextensions = ['sphinx_gallery.gen_gallery']\n"
        f"sphinx_gallery_conf = {settings}\nexclude_patterns = ['demos/*']\n"
    )
    (folder / "conf.py").write_text(configuration, encoding="utf-8")
    index = "Bench\n=====\n\n.. toctree::\n\n   auto/index\n"
    (folder / "index.rst").write_text(index, encoding="utf-8")


def _jupyter_book(folder: Path, count: int) -> None:
    _notebooks(folder, count)
    book = folder / "notebooks"
    settings = "title: bench\nexecute: {execute_notebooks: force, timeout: 600}\n"
    (book / "_config.yml").write_text(settings, encoding="utf-8")
    (book / "index.md").write_text("# Index\n", encoding="utf-8")
    names = [path.stem for path in sorted(book.glob("*.ipynb"))]
    chapters = "".join(f"- file: {name}\n" for name in names)
    toc = f"format: jb-book\nroot: index\nchapters:\n{chapters}"
    (book / "_toc.yml").write_text(toc, encoding="utf-8")


RESULT = "cells' own processor seconds"
JCACHE = (
    "export JUPYTERCACHE=$PWD/.jcache; "
    "(yes | jcache notebook add notebooks/*.ipynb; "
    "jcache project execute --executor local-parallel --timeout 600)"
)

BUILDERS = (
    Builder(
        "this build",
        _frames,
        "FRAMES_ROOT=$PWD frames build",
        _holds(".cache/runs/*/*/*.ipynb", RESULT),
        _change_demo,
    ),
    Builder(
        "papermill, one after another",
        _notebooks,
        "for one in notebooks/*.ipynb; do "
        "papermill --no-progress-bar $one out/$(basename $one) || exit 1; done",
        _holds("out/*.ipynb", RESULT),
        _change_notebook,
        caches=False,
    ),
    Builder(
        "papermill under xargs -P2",
        _notebooks,
        "ls notebooks/*.ipynb | xargs -P2 -I{} sh -c "
        "'papermill --no-progress-bar {} out/$(basename {})'",
        _holds("out/*.ipynb", RESULT),
        _change_notebook,
        caches=False,
    ),
    Builder(
        "pytest --nbmake -n 2",
        _notebooks,
        "$TOOLS/python -m pytest --nbmake --overwrite -n 2 -q -p no:cacheprovider notebooks",
        _holds("notebooks/*.ipynb", RESULT + ":"),
        _change_notebook,
        caches=False,
    ),
    Builder(
        "jupyter-cache, parallel",
        _notebooks,
        JCACHE,
        _holds(".jcache/executed/*/*.ipynb", RESULT + ":"),
        _change_notebook,
    ),
    Builder(
        "sphinx-gallery, two jobs (no isolation)",
        _sphinx_gallery,
        "sphinx-build -q -b html . _build",
        _holds("_build/auto/bench-*.html", RESULT + ":"),
        _change_demo,
    ),
    Builder(
        "jupyter-book",
        _jupyter_book,
        "jupyter-book build notebooks",
        _holds("notebooks/_build/html/bench-*.html", RESULT + ":"),
        _change_notebook,
    ),
)
