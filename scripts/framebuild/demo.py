"""A demo as text: its cells with their lines, its parameters, what it reports."""

import ast
import contextlib
import io
import tokenize
from dataclasses import dataclass
from typing import Any

from framespec.result import Parameter as Value

MARKER = "# %%"
TYPES = ("int", "float", "str", "bool", "list[int]", "list[float]", "list[str]")


@dataclass(frozen=True)
class Cell:
    """One cell of a percent notebook, and the line (from 1) on which its source begins."""

    kind: str
    source: str
    line: int
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Parameter:
    """One assignment of the parameters cell: `name: annotation = default  # help`."""

    name: str
    annotation: str | None
    default: Any
    help: str
    line: int
    literal: bool

    def parse(self, text: str) -> Value:
        """A value typed on the command line. Raises ValueError, saying what was expected."""
        if self.annotation == "str":
            return text
        value: Any = text
        if text.lower() in ("true", "false"):
            value = text.lower() == "true"
        else:
            with contextlib.suppress(ValueError, SyntaxError):
                value = ast.literal_eval(text)
        if self.annotation == "float" and type(value) is int:
            value = float(value)
        if not fits(value, self.annotation):
            raise ValueError(f"'{text}' is not {_named(self.annotation)}")
        checked: Value = value
        return checked


@dataclass(frozen=True)
class Demo:
    """A demo's text and what can be read from it without running it."""

    path: str
    cells: tuple[Cell, ...]
    notebook: dict[str, Any]  # as jupytext reads it, with cell ids fixed by position

    @property
    def code(self) -> tuple[Cell, ...]:
        """The code cells, in order."""
        return tuple(cell for cell in self.cells if cell.kind == "code")

    @property
    def parameters_cell(self) -> Cell | None:
        """The cell tagged `parameters`, if there is one."""
        return next((cell for cell in self.code if "parameters" in cell.tags), None)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What the parameters cell assigns; empty where it does not parse."""
        cell = self.parameters_cell
        return _parameters(cell) if cell else ()

    def line_of(self, cell_index: int, line_in_cell: int) -> int:
        """The line of the file for a line (from 1) of a cell, counted over all cells."""
        return self.cells[cell_index].line + line_in_cell - 1


def fits(value: Any, annotation: str | None) -> bool:
    """Whether a literal has the type that an annotation names."""
    scalars = {"int": int, "float": float, "str": str, "bool": bool}
    if annotation in scalars:
        return type(value) is scalars[annotation]
    if annotation in TYPES:
        item = scalars[annotation.removeprefix("list[").removesuffix("]")]
        return isinstance(value, list) and all(type(one) is item for one in value)
    return False


def _named(annotation: str | None) -> str:
    if annotation and annotation.startswith("list"):
        return f"a {annotation}, e.g. [1, 2]"
    return {"int": "a whole number", "float": "a number", "bool": "true or false"}.get(
        annotation or "", f"a {annotation}"
    )


def read_demo(path: str, text: str) -> Demo:
    """Read a percent notebook. Raises ValueError where text stands outside every cell."""
    import jupytext

    notebook = jupytext.reads(text, fmt="py:percent")
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines, 1) if line.startswith(MARKER)]
    if len(starts) != len(notebook.cells):
        raise ValueError("there is text outside the cells")
    cells = []
    for index, (cell, start) in enumerate(zip(notebook.cells, starts, strict=True)):
        cell["id"] = f"cell-{index}"
        first = next((n for n in range(start, len(lines)) if lines[n].strip()), start)
        tags = tuple(cell.metadata.get("tags", ()))
        cells.append(Cell(cell.cell_type, cell.source, first + 1, tags))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata.setdefault("kernelspec", kernel)
    notebook.metadata["language_info"] = {"name": "python"}
    notebook.metadata.pop("jupytext", None)
    return Demo(path, tuple(cells), notebook)


def _parameters(cell: Cell) -> tuple[Parameter, ...]:
    try:
        body = ast.parse(cell.source).body
    except SyntaxError:
        return ()
    comments = _comments(cell.source)
    found = []
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name, annotation = node.target.id, ast.unparse(node.annotation)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name, annotation = node.targets[0].id, None
        else:
            continue
        try:
            default, literal = ast.literal_eval(node.value or ast.Constant(None)), True
        except ValueError:
            default, literal = None, False
        literal = literal and node.value is not None
        help_text = comments.get(node.end_lineno or node.lineno, "")
        line = cell.line + node.lineno - 1
        found.append(Parameter(name, annotation, default, help_text, line, literal))
    return tuple(found)


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def with_outputs(demo: Demo, executed: dict[str, Any]) -> dict[str, Any]:
    """The demo as it reads now, with the outputs of a run whose code was the same.

    A run stays fresh when only prose has changed, so its own prose may be old.
    """
    import nbformat

    notebook: dict[str, Any] = nbformat.from_dict(demo.notebook)
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    done = [cell for cell in executed["cells"] if cell["cell_type"] == "code"]
    for cell, before in zip(code, done, strict=True):
        cell["outputs"], cell["execution_count"] = before["outputs"], before["execution_count"]
    return notebook


def reported_ids(demo: Demo) -> dict[str, int]:
    """The prediction ids that the demo's `.report("id", ...)` calls name, each with its line."""
    found: dict[str, int] = {}
    for cell in demo.code:
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "report"
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str)
            ):
                found.setdefault(node.args[0].value, cell.line + node.lineno - 1)
    return found
