"""A notebook that somebody ran: what it measured, if it is what the demo would have measured.

What is compared, and what such a comparison cannot tell, is in docs/own-model.md.
"""

import ast
from pathlib import Path
from typing import Any

import nbformat
from pydantic import ValidationError

from framebuild.demo import Demo, Parameter, fits
from framebuild.load import Corpus, Frame
from framebuild.plan import demo_source
from framespec.corpus import Refused
from framespec.reach import reached
from framespec.result import MIME_TYPE, Measurements, Receipt
from framespec.result import Parameter as Value
from framespec.seal import modules_digest, notebook_seal

INJECTED = "injected-parameters"
RUN_AGAIN = "run it from the first cell to the last, and leave it as it is"


def received(
    corpus: Corpus, frame: Frame, demo: Demo, path: Path, commit: str
) -> tuple[Measurements, Receipt]:
    """What an executed notebook of a frame measured, with its receipt.

    Raises Refused if it is not a notebook of this demo as it is now, run whole and left alone.
    """
    notebook = _read(path)
    code = [one for one in notebook.cells if one.cell_type == "code" and one.source.strip()]
    shown, found = _shown(path, code)
    if found.frame != frame.id:
        what = f"{path.name} is a run of the frame '{found.frame}'"
        raise Refused(what, f"frames record {found.frame} --from {path.name}")
    values = _parameters(path, demo, code)
    if (
        found.seal is None
        or notebook_seal([one.source for one in code[:shown]], found) != found.seal
    ):
        what = f"{path.name} was changed after it was run, or its cells were run out of order"
        raise Refused(what, RUN_AGAIN)
    folders = [corpus.root / "demos", corpus.root / "schema"]
    if found.modules != modules_digest(reached(demo_source(demo), folders)):
        what = f"{path.name} was run with other code in framelab or framespec than is here"
        raise Refused(what, "run it again with this checkout installed")
    missing = [one.id for one in frame.record.demo.bounded if one.id not in found.reported]
    if missing:
        raise Refused(f"{path.name} has no values for '{missing[0]}'", RUN_AGAIN)
    return found, Receipt(
        models=found.models,
        parameters=values,
        seeds=found.seeds,
        environment=found.environment,
        seconds=notebook.metadata.get("papermill", {}).get("duration"),
        cpu_seconds=None,
        peak_mb=None,
        commit=commit,
        key=None,
        seal=found.seal,
    )


def _read(path: Path) -> Any:
    try:
        return nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise Refused(f"no file '{path}'", "name an executed notebook") from None
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        said = (str(error).splitlines() or [type(error).__name__])[0][:80]
        raise Refused(f"'{path}' is not a notebook: {said}", "name an executed notebook") from None


def _shown(path: Path, code: list[Any]) -> tuple[int, Measurements]:
    """How many code cells there are up to the verdict, and the measurements that it shows."""
    for index, cell in reversed(list(enumerate(code))):
        for output in cell.outputs:
            if MIME_TYPE in output.get("data", {}):
                try:
                    return index + 1, Measurements.model_validate(output["data"][MIME_TYPE])
                except ValidationError as error:
                    where = ".".join(map(str, error.errors()[0]["loc"]))
                    what = f"{path.name} shows a result that is none: {where}"
                    raise Refused(what, RUN_AGAIN) from None
    for cell in code:
        for output in cell.outputs:
            if output.output_type == "error":
                what = f"{path.name} ended in an error: {output.evalue.splitlines()[0][:120]}"
                raise Refused(what, "mend it and run it again")
    raise Refused(f"{path.name} shows no verdict", "run it to its last cell")


def _parameters(path: Path, demo: Demo, code: list[Any]) -> dict[str, Value]:
    """The parameters that a notebook ran with. Refuses one whose other cells are not the demo's."""
    known = {one.name: one for one in demo.parameters}
    values: dict[str, Value] = {one.name: one.default for one in demo.parameters}
    cells = [one for one in code if INJECTED not in one.metadata.get("tags", [])]
    if len(cells) != len(demo.code):
        what = f"{path.name} has {len(cells)} code cells, demos/{Path(demo.path).name} has"
        raise Refused(f"{what} {len(demo.code)}", "run the demo as it is now")
    for cell, own in zip(cells, demo.code, strict=True):
        if own is demo.parameters_cell:
            values |= _assigned(path, cell.source, known)
        elif cell.source.strip() != own.source.strip():
            what = f"{path.name}: a cell differs from {demo.path}, line {own.line} on"
            raise Refused(what, "run the demo as it is now; parameters are what may be changed")
    for cell in code:
        if INJECTED in cell.metadata.get("tags", []):
            values |= _assigned(path, cell.source, known)
    return values


def _assigned(path: Path, source: str, known: dict[str, Parameter]) -> dict[str, Value]:
    """What a cell of parameters assigns: literals to the demo's own parameters, nothing else."""
    found: dict[str, Value] = {}
    for node in ast.parse(source).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        name = target.id if isinstance(target, ast.Name) else ""
        try:
            value = ast.literal_eval(getattr(node, "value", None) or ast.Name("none"))
        except ValueError:
            name = ""
        if name not in known:
            said = ast.unparse(node).splitlines()[0][:60]
            what = f"{path.name}: `{said}` sets none of the demo's parameters"
            raise Refused(what, f"a cell of parameters gives values to {', '.join(known)}")
        if known[name].annotation == "float" and type(value) is int:
            value = float(value)
        if not fits(value, known[name].annotation):
            what = f"{path.name}: parameter '{name}' is {value!r}, not {known[name].annotation}"
            raise Refused(what, RUN_AGAIN)
        found[name] = value
    return found
