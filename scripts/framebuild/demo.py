"""A demo as text: its cells with their lines, its parameters, what it reports."""

import ast
import contextlib
import io
import json
import re
import tokenize
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import yaml

from framespec.result import Parameter as Value

MARKER = "# %%"
FENCE = "# ---"
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
    text: str
    cells: tuple[Cell, ...]
    header: dict[str, Any]  # what the file says of itself: its kernel, its format

    @cached_property
    def notebook(self) -> dict[str, Any]:
        """As jupytext reads it, with cell ids fixed by position."""
        return _to_notebook(self.text)

    @cached_property
    def trees(self) -> dict[Cell, ast.Module | SyntaxError]:
        """Each code cell parsed, or what is wrong with it."""
        return {cell: _parsed(cell.source) for cell in self.code}

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


@lru_cache(maxsize=1024)  # who draws after each save reads all demos, of which one has changed
def read_demo(path: str, text: str) -> Demo:
    """Read a percent notebook's cells. Raises ValueError where text stands outside every cell.

    This is the part of jupytext's format that `check` lets pass, read fast and with its lines;
    what is executed and published is converted by jupytext itself, see Demo.notebook.
    """
    lines = text.splitlines()
    header, first = _header(lines)
    starts = [n for n in range(first, len(lines)) if lines[n].startswith(MARKER)]
    before = lines[first : starts[0]] if starts else lines[first:]
    if any(line.strip() for line in before):
        raise ValueError("there is text outside the cells")
    ends = [*starts[1:], len(lines)]
    cells = tuple(_cell(lines, start, end) for start, end in zip(starts, ends, strict=True))
    return Demo(path, text, cells, header)


def _header(lines: list[str]) -> tuple[dict[str, Any], int]:
    """The metadata in a leading comment between two `# ---`, and the number of its lines."""
    if not lines or lines[0].rstrip() != FENCE or FENCE not in lines[1:]:
        return {}, 0
    end = lines.index(FENCE, 1)
    try:
        found = yaml.load("\n".join(line[2:] for line in lines[1:end]), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ValueError(f"its header is not YAML: {error}") from None
    return (found.get("jupyter", {}) if isinstance(found, dict) else {}), end + 1


def _cell(lines: list[str], start: int, end: int) -> Cell:
    options = lines[start].removeprefix(MARKER)
    tags = re.search(r"tags=(\[[^\]]*\])", options)
    first = next((n for n in range(start + 1, end) if lines[n].strip()), start + 1)
    body = lines[first:end]
    while body and not body[-1].strip():
        body.pop()
    kind = "markdown" if "[markdown]" in options else "code"
    if kind == "markdown":
        body = [line.removeprefix("#").removeprefix(" ") for line in body]
    return Cell(kind, "\n".join(body), first + 1, tuple(json.loads(tags[1])) if tags else ())


def _to_notebook(text: str) -> dict[str, Any]:
    import jupytext

    notebook: Any = jupytext.reads(text, fmt="py:percent")
    for index, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{index}"  # jupytext draws them at random
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata.setdefault("kernelspec", kernel)
    notebook.metadata["language_info"] = {"name": "python"}
    notebook.metadata.pop("jupytext", None)
    found: dict[str, Any] = notebook
    return found


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


def _parsed(source: str) -> ast.Module | SyntaxError:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        return error


def reported_ids(demo: Demo) -> dict[str, int]:
    """The prediction ids that the demo's `.report("id", ...)` calls name, each with its line."""
    found: dict[str, int] = {}
    for cell, tree in demo.trees.items():
        if isinstance(tree, SyntaxError) or ".report(" not in cell.source:
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
