"""Which demos would run, and why: a pure function of the corpus, the parameters and past runs."""

import json
import platform
from collections.abc import Container
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from framebuild.demo import Demo, Parameter
from framebuild.load import Corpus, Frame
from framebuild.problem import Problem
from framebuild.store import Run, Store, digest
from framespec.corpus import Refused, nearest
from framespec.modelref import resolve
from framespec.reach import reached
from framespec.result import Parameter as Value

LIBRARIES = ("torch", "transformers", "tokenizers", "numpy", "scipy", "matplotlib")
SHOWN = 8  # characters of a digest that a person is shown


@dataclass(frozen=True)
class Job:
    """One demo with its parameters, what it depends on, and what is known of it already."""

    frame: Frame
    demo: Demo
    overrides: dict[str, Value]
    inputs: dict[str, str]
    key: str
    run: Run | None  # a finished run with this key
    why: str

    @property
    def label(self) -> str:
        """What it is called while it runs: the frame, and the model if one was asked for."""
        model = self.overrides.get("model")
        return f"{self.frame.id} on {model}" if model else self.frame.id

    @property
    def models(self) -> list[Parameter]:
        """The parameters that name a model."""
        return [parameter for parameter in self.demo.parameters if is_model(parameter)]

    @property
    def uses_gpu(self) -> bool:
        """Whether a parameter asks for a device other than the CPU."""
        values = {p.name: self.overrides.get(p.name, p.default) for p in self.demo.parameters}
        return str(values.get("device", "cpu")) != "cpu"

    @property
    def stale(self) -> bool:
        """Whether it must run."""
        return self.run is None


def plan(
    corpus: Corpus,
    ids: list[str],
    overrides: dict[str, str],
    store: Store,
    forced: Container[str] = (),
) -> tuple[list[Job], list[Problem]]:
    """A job for each frame, in the order of ids; overrides are texts typed by a person."""
    jobs, problems = [], []
    for one in ids:
        frame = corpus.frames[one]
        if frame.demo is None:
            continue
        values, wrong = _parse(frame.demo, overrides)
        problems.extend(wrong)
        if wrong:
            continue
        try:
            inputs = _inputs(corpus, frame, frame.demo, values)
        except Refused as refused:
            cell = frame.demo.parameters_cell
            line = cell.line if cell else 1
            problems.append(Problem(frame.demo.path, line, refused.what, refused.mend))
            continue
        key = digest(json.dumps(inputs, sort_keys=True).encode())
        run = None if one in forced else store.find(one, key)
        why = "nothing changed" if run else _why(store, one, inputs, values)
        why = "forced" if one in forced else why
        jobs.append(Job(frame, frame.demo, values, inputs, key, run, why))
    return jobs, problems


def _parse(demo: Demo, texts: dict[str, str]) -> tuple[dict[str, Value], list[Problem]]:
    known = {parameter.name: parameter for parameter in demo.parameters}
    values: dict[str, Value] = {}
    problems = []
    for name, text in texts.items():
        parameter = known.get(name)
        if parameter is None:
            line = demo.parameters_cell.line if demo.parameters_cell else 1
            near = nearest(name, list(known))
            mend = f"{f'did you mean {near}? ' if near else ''}it has: {', '.join(known)}"
            problems.append(Problem(demo.path, line, f"there is no parameter '{name}'", mend))
            continue
        try:
            values[name] = parameter.parse(text)
        except ValueError as error:
            what = f"parameter '{name}': {error}"
            mend = f"its default is {parameter.default!r} ({parameter.help})"
            problems.append(Problem(demo.path, parameter.line, what, mend))
    return values, problems


def _inputs(
    corpus: Corpus, frame: Frame, demo: Demo, overrides: dict[str, Value]
) -> dict[str, str]:
    """Everything that the result depends on, each under a name that a person understands."""
    code = [cell.source for cell in demo.code if cell is not demo.parameters_cell]
    inputs = {"code cells": digest("\0".join(code).encode())}
    for parameter in demo.parameters:
        value = overrides.get(parameter.name, parameter.default)
        inputs[f"parameter {parameter.name}"] = json.dumps(value)
        if is_model(parameter):
            inputs[f"revision of {parameter.name}"] = resolve(str(value)).revision
    for bounded in frame.record.demo.bounded:
        inputs[f"prediction {bounded.id}"] = digest(bounded.model_dump_json().encode())
    folders = [corpus.root / "demos", corpus.root / "schema"]
    for module, sha in reached(demo_source(demo), folders).items():
        inputs[f"module {module}"] = sha
    return inputs | library_versions()


def is_model(parameter: Parameter) -> bool:
    """Whether a parameter names a model: its default is one of the lab's."""
    return isinstance(parameter.default, str) and parameter.default.startswith("lab:")


def demo_source(demo: Demo) -> str:
    """All of a demo's code as one text, for reading its imports."""
    return "\n".join(cell.source for cell in demo.code)


@cache
def library_versions() -> dict[str, str]:
    """Of python, and of the libraries that compute."""
    return {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}


def _why(store: Store, frame: str, inputs: dict[str, str], values: dict[str, Value]) -> str:
    before = store.latest(frame, default=not values)
    if before is None:
        return "first run with these parameters" if values else "first run"
    return describe_change(before.inputs, inputs)


def describe_change(before: dict[str, str], now: dict[str, str]) -> str:
    """Which inputs differ, from what to what."""
    changes = []
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name), now.get(name)
        if old == new:
            continue
        if old is None or new is None:
            changes.append(f"{name} {'is new' if old is None else 'is gone'}")
        else:
            changes.append(f"{name} changed from {_brief(old)} to {_brief(new)}")
    return "; ".join(changes) or "the finished run is damaged or gone"


def _brief(text: str) -> str:
    is_digest = len(text) == 64 and all(letter in "0123456789abcdef" for letter in text)
    return text[:SHOWN] if is_digest else text
