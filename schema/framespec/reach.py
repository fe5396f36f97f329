"""Which of our modules a piece of code reaches by import, and a digest of each."""

import ast
import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

OURS = ("framespec", "framelab")


def reached(source: str, folders: Iterable[Path]) -> dict[str, str]:
    """Digest of every framelab and framespec module that code reaches by import, by name.

    source: Python code. folders: those that hold the packages. Names are followed statically
    and to the end, so a change in any module that could alter a result changes a digest.
    A package's own `__init__` counts only as the list of names that it re-exports: importing one
    name from it reaches that name's module, not the whole package.
    """
    files = _module_files(folders)
    found: dict[str, str] = {}
    queue = sorted(_imports(source.encode(), "", files))
    while queue:
        name = queue.pop()
        if name in found:
            continue
        text = files[name].read_bytes()
        found[name] = hashlib.sha256(text).hexdigest()
        package = name if files[name].name == "__init__.py" else name.rpartition(".")[0]
        queue.extend(_imports(text, package, files))
    return dict(sorted(found.items()))


def _module_files(folders: Iterable[Path]) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for folder in folders:
        for package in OURS:
            for path in sorted((folder / package).rglob("*.py")):
                parts = path.relative_to(folder).with_suffix("").parts
                files[".".join(parts).removesuffix(".__init__")] = path
    return files


@lru_cache(maxsize=4096)
def _statements(text: bytes) -> tuple[ast.Import | ast.ImportFrom, ...]:
    """The import statements of some code; many demos reach the same modules."""
    nodes = ast.walk(ast.parse(text))
    return tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))


def _imports(text: bytes, package: str, files: dict[str, Path]) -> set[str]:
    names: set[str] = set()
    for node in _statements(text):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names if alias.name in files)
        else:
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, *([base] if base else [])])
            for alias in node.names:
                names.update(_resolve(base, alias.name, files))
    return names


def _resolve(base: str, name: str, files: dict[str, Path]) -> set[str]:
    """The module that `from base import name` runs for its name."""
    if f"{base}.{name}" in files:
        return {f"{base}.{name}"}
    if base not in files:
        return set()
    if files[base].name != "__init__.py":
        return {base}
    for node in _statements(files[base].read_bytes()):
        if isinstance(node, ast.ImportFrom) and any(
            (alias.asname or alias.name) == name for alias in node.names
        ):
            return _resolve(node.module or "", name, files)
    return {base}
