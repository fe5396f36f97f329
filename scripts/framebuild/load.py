"""Bytes to records and tours: a file at a time, with its lines, and all its problems at once."""

import contextlib
import gc
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from framebuild.demo import Demo, read_demo
from framebuild.evidence import SUFFIX, Results, read_results
from framebuild.explain import explain
from framebuild.problem import Problem
from framespec.record import ID_PATTERN, Record, Relation, Stub, Topic, is_id
from framespec.strictyaml import Document, YamlRefused, parse
from framespec.tour import Tour

TOPICS = "frames/topics.yaml"
TOURS = "frames/tours"

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Frame:
    """A record that is valid by itself, where it was written, its demo and what is on record."""

    id: str
    path: str
    record: Record
    document: Document
    demo: Demo | None
    results: Results | None

    def line_of(self, *location: str | int) -> int:
        """The line of a field of the record."""
        return self.document.line_of(location)

    @property
    def default_model(self) -> str | None:
        """The model that its demo takes by itself; None where it takes none."""
        parameters = self.demo.parameters if self.demo else ()
        return next((str(one.default) for one in parameters if one.name == "model"), None)


@dataclass(frozen=True)
class Walk:
    """A tour that is valid by itself, and where it was written."""

    id: str
    path: str
    tour: Tour
    document: Document

    def line_of(self, *location: str | int) -> int:
        """The line of a field of the tour."""
        return self.document.line_of(location)


@dataclass(frozen=True)
class Corpus:
    """Everything that was written, as values. Ids are unique and sorted."""

    root: Path
    frames: dict[str, Frame]
    stubs: dict[str, str]
    topics: dict[str, Topic]
    tours: dict[str, Walk]
    demos: tuple[str, ...]  # the stems of demos/*.py, also of those that no record names
    unreadable: frozenset[str]  # ids whose record has problems of its own
    loose_demos: tuple[Demo, ...]  # of those ids: what is wrong in them is said as well
    results: tuple[str, ...]  # the stems of frames/*.results.json, likewise

    @cached_property
    def pointing_to(self) -> dict[str, list[tuple[str, Relation]]]:
        """By frame, the relations that others declare to it, each with the frame that does."""
        found: dict[str, list[tuple[str, Relation]]] = {}
        for frame in self.frames.values():
            for relation in frame.record.related:
                found.setdefault(relation.frame, []).append((frame.id, relation))
        return found


@contextlib.contextmanager
def _nothing_collected() -> Iterator[None]:
    """What is read is kept: looking for garbage among it meanwhile takes a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@_nothing_collected()
def load(root: Path) -> tuple[Corpus, list[Problem]]:
    """Read every record, topic, tour and demo below a root."""
    problems: list[Problem] = []
    frames: dict[str, Frame] = {}
    stubs: dict[str, str] = {}
    unreadable: set[str] = set()
    topics = _load_topics(root, problems)
    for path in _files_with_ids(root, root / "frames", "record", problems):
        relative = path.relative_to(root).as_posix()
        before = len(problems)
        document = _parse(path, relative, problems)
        if document is None:
            unreadable.add(path.stem)
            continue
        data = document.data
        if isinstance(data, dict) and "moved_to" in data:
            stub = _validated(Stub, document, relative, problems)
            if stub:
                stubs[path.stem] = stub.moved_to
            continue
        record = _validated(Record, document, relative, problems)
        if record is None or len(problems) > before:
            unreadable.add(path.stem)
            continue
        demo = _load_demo(root, path.stem, problems)
        results = read_results(root, path.stem)
        frames[path.stem] = Frame(path.stem, relative, record, document, demo, results)
    loose = [_load_demo(root, one, problems) for one in sorted(unreadable)]
    problems += _notebooks(root)
    corpus = Corpus(
        root,
        dict(sorted(frames.items())),
        stubs,
        topics,
        _load_tours(root, problems),
        demos=_stems(root / "demos", ".py"),
        unreadable=frozenset(unreadable),
        loose_demos=tuple(demo for demo in loose if demo),
        results=_stems(root / "frames", SUFFIX),
    )
    return corpus, problems


def _notebooks(root: Path) -> Iterator[Problem]:
    for path in sorted((root / "demos").glob("*.ipynb")):
        mend = f"jupytext --to py:percent {path.name}, and remove it: outputs are not committed"
        yield Problem(f"demos/{path.name}", 1, "a notebook that holds outputs", mend)


def _stems(folder: Path, suffix: str) -> tuple[str, ...]:
    return tuple(sorted(path.name.removesuffix(suffix) for path in folder.glob(f"*{suffix}")))


def _load_tours(root: Path, problems: list[Problem]) -> dict[str, Walk]:
    tours: dict[str, Walk] = {}
    if not (root / TOURS).is_dir():
        return tours
    for path in _files_with_ids(root, root / TOURS, "tour", problems):
        relative = path.relative_to(root).as_posix()
        document = _parse(path, relative, problems)
        tour = _validated(Tour, document, relative, problems) if document else None
        if document and tour:
            tours[path.stem] = Walk(path.stem, relative, tour, document)
    return tours


def _files_with_ids(root: Path, folder: Path, kind: str, problems: list[Problem]) -> Iterator[Path]:
    """The YAML files of a folder whose stems are ids, each once, in their order."""
    seen: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        relative = path.relative_to(root).as_posix()
        if path.suffix not in (".yaml", ".yml") or relative == TOPICS:
            continue
        if path.stem in seen:
            what = f"two {kind}s have the id '{path.stem}', the other is {seen[path.stem]}"
            problems.append(Problem(relative, 1, what, "an id is a file's stem: rename one"))
        elif not is_id(path.stem):
            what = f"file name '{path.stem}' is not an id"
            mend = f"rename it to lower-case words joined by hyphens ({ID_PATTERN})"
            problems.append(Problem(relative, 1, what, mend))
        elif path.suffix == ".yml":
            what = f"a {kind}'s file name ends in .yml"
            problems.append(Problem(relative, 1, what, f"rename it to {path.stem}.yaml"))
        else:
            yield path
        seen.setdefault(path.stem, relative)


def _load_topics(root: Path, problems: list[Problem]) -> dict[str, Topic]:
    path = root / TOPICS
    if not path.is_file():
        mend = "write it: an id, a name and one sentence for each topic"
        problems.append(Problem(TOPICS, 1, "there is no list of topics", mend))
        return {}
    document = _parse(path, TOPICS, problems)
    if document is None:
        return {}
    try:
        return TypeAdapter(dict[str, Topic]).validate_python(document.data)
    except ValidationError as error:
        problems.extend(explain(error, Topic, document, TOPICS))
        return {}


def _parse(path: Path, relative: str, problems: list[Problem]) -> Document | None:
    try:
        return parse(path.read_bytes())
    except YamlRefused as refused:
        problems.append(Problem(relative, refused.line, refused.what, refused.mend))
    except OSError as error:
        mend = "make it a readable file"
        problems.append(Problem(relative, 1, f"cannot be read: {error.strerror}", mend))
    return None


def _load_demo(root: Path, frame: str, problems: list[Problem]) -> Demo | None:
    relative = f"demos/{frame}.py"
    try:
        return read_demo(relative, (root / relative).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None  # a rule says so, with the line of the record that names it
    except (ValueError, OSError) as error:
        mend = "a demo is UTF-8 text in jupytext's percent format; begin each cell with '# %%'"
        problems.append(Problem(relative, 1, f"not a percent notebook: {error}", mend))
        return None


def _validated(
    model: type[Model], document: Document, path: str, problems: list[Problem]
) -> Model | None:
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        problems.extend(explain(error, model, document, path))
        return None
