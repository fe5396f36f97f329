"""What a demo reports, and the verdict that follows from it."""

import ast
import json
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, SupportsFloat

import torch

import framelab
import framespec
from framelab.loaded import Loaded
from framespec.corpus import Refused, find_root, nearest, read_record
from framespec.judge import Interval, Judgement
from framespec.reach import reached
from framespec.record import Expect, Prediction, Record
from framespec.result import MIME_TYPE, Environment, Measurements, Model, Replicates, verdict_of
from framespec.seal import modules_digest, notebook_seal

LIBRARIES = ("torch", "transformers", "numpy")


class Study:
    """One run of a demo: the record it answers to, its seeds, and what it has measured.

    dtype: the number type of the demo's own arithmetic; models that it uses say theirs.
    Uses one thread from here on, so that the same seeds give the same numbers.
    Raises Refused if there is no valid record of that name.
    """

    def __init__(self, frame: str, seeds: Iterable[int], dtype: str = "float32") -> None:
        torch.set_num_threads(1)
        self.frame, self.seeds = frame, list(seeds)
        self._record: Record = read_record(find_root(), frame)
        self._bounded = {one.id: one for one in self._record.demo.bounded}
        self._reported: dict[str, Replicates] = {}
        self._models: dict[tuple[str, str], Model] = {}
        self._devices, self._dtypes = {"cpu"}, {dtype}

    def bound(self, name: str) -> Expect:
        """The bound of a prediction or of the precondition, for a figure to draw.

        Raises Refused, with the nearest id, if the record has none of that name.
        """
        return self._bounded[self._known(name)].expect

    def uses(self, loaded: Loaded) -> Loaded:
        """Remember a model for the receipt, and give it back."""
        count = sum(one.numel() for one in loaded.model.parameters())
        named = Model(id=loaded.id, revision=loaded.revision, parameters=count)
        self._models.setdefault((loaded.id, loaded.revision), named)
        self._devices.add(str(loaded.model.device))
        self._dtypes.add(str(loaded.model.dtype).removeprefix("torch."))
        return loaded

    def report(
        self,
        name: str,
        measured: Sequence[SupportsFloat],
        control: Sequence[SupportsFloat] | None = None,
    ) -> None:
        """Report what was measured: one value a seed, in the unit of the record.

        measured, control: [replicate]; a precondition has no control, a prediction must have one.
        Raises Refused for an unknown id, one reported twice, a control too many or too few, and
        for another number of values than there are seeds.
        """
        known = self._bounded[self._known(name)]
        if name in self._reported:
            raise Refused(f"'{name}' is reported twice", "report each once, for all seeds")
        if not isinstance(known, Prediction) and control is not None:
            raise Refused(f"precondition '{name}' has a control", "report its measure alone")
        if isinstance(known, Prediction) and control is None:
            raise Refused(f"prediction '{name}' has no control", f"measure it on: {known.control}")
        given = {"measured": measured} | ({} if control is None else {"control": control})
        values = {kind: [float(value) for value in found] for kind, found in given.items()}
        for kind, found in values.items():
            if len(found) != len(self.seeds):
                raise Refused(
                    f"'{name}', {kind}: {len(found)} values for {len(self.seeds)} seeds",
                    "report one value a seed",
                )
        self._reported[name] = Replicates.model_validate(values)

    def verdict(self) -> "Shown":
        """The verdict, to stand last in a notebook.

        Raises Refused if the record has something that was never reported.
        """
        missing = [f"'{name}'" for name in self._bounded if name not in self._reported]
        if missing:
            raise Refused(f"never reported: {', '.join(missing)}", "report each before the verdict")
        versions = {"python": platform.python_version()}
        versions |= {library: version(library) for library in LIBRARIES}
        environment = Environment(
            versions=versions,
            device=", ".join(sorted(self._devices)),
            dtype=", ".join(sorted(self._dtypes)),
        )
        cells = executed_cells()
        measurements = Measurements(
            frame=self.frame,
            reported=self._reported,
            seeds=self.seeds,
            models=list(self._models.values()),
            environment=environment,
            modules=_modules(cells),
        )
        seal = notebook_seal(cells, measurements) if cells else None
        return Shown(self._record, measurements.model_copy(update={"seal": seal}))

    def _known(self, name: str) -> str:
        if name not in self._bounded:
            near = nearest(name, list(self._bounded))
            listed = ", ".join(f"'{one}'" for one in self._bounded)
            raise Refused(
                f"the record of '{self.frame}' has no prediction '{name}'",
                f"did you mean {near}? there are {listed}" if near else f"there are {listed}",
            )
        return name


class Shown(NamedTuple):
    """A verdict as a notebook displays it: a table for people, measurements for the build."""

    record: Record
    measurements: Measurements

    def __repr__(self) -> str:
        verdict = verdict_of(self.record, self.measurements.reported)
        before = [verdict.precondition] if verdict.precondition else []
        bounds = {one.id: one for one in self.record.demo.bounded}
        rows = [("", "outcome", "measured", "control", "expected", "unit")]
        for part in [*before, *verdict.predictions]:
            bounded = bounds[part.id]
            rows.append(
                (
                    part.id,
                    _outcome(part),
                    _figures(part.measured),
                    _figures(part.control) if part.control else "",
                    str(bounded.expect),
                    bounded.unit,
                )
            )
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        return "\n".join([*lines, "", f"{verdict.word}: {verdict.why}"])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {
            "text/plain": repr(self),
            # By way of text, which turns nan and infinity into what JSON can hold.
            MIME_TYPE: json.loads(self.measurements.model_dump_json()),
        }


def executed_cells() -> list[str]:
    """The code cells that this kernel has run so far, as they were typed; none outside one."""
    from IPython import get_ipython

    shell: Any = get_ipython()
    return list(shell.history_manager.input_hist_raw[1:]) if shell else []


def _is_python(cell: str) -> bool:
    """Whether a cell is plain Python; a person may have run %commands before a demo's cells."""
    try:
        ast.parse(cell)
    except SyntaxError:
        return False
    return True


def _modules(cells: list[str]) -> str | None:
    """A digest of the code of ours that the cells reach, wherever it is installed."""
    source = "\n".join(filter(_is_python, cells))
    folders = [Path(module.__file__ or "").parents[1] for module in (framelab, framespec)]
    return modules_digest(reached(source, folders)) if cells else None


def _outcome(part: Judgement) -> str:
    if part.control is not None:
        return part.outcome
    return {"held": "met", "failed": "not met", "unclear": "unclear"}[part.outcome]


def _figures(found: Interval) -> str:
    if found.usable:
        return f"{found.mean:.3g} [{found.low:.3g}, {found.high:.3g}]"
    return f"{found.mean:.3g}, n = {found.n}"
