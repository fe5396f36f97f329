"""The exported schema, the import rules, and results that survive a trip through JSON."""

import ast
import math
import subprocess
import sys
from pathlib import Path

import pytest

from framespec.corpus import Refused, demo_path, find_root, read_record
from framespec.reach import reached
from framespec.result import Replicates
from framespec.schema import PATH, record_schema_text


def test_schema_file_is_what_the_models_say() -> None:
    assert PATH.read_text(encoding="utf-8") == record_schema_text(), (
        "stale: run `python -m framespec.schema`"
    )


@pytest.mark.parametrize("package", ["framespec", "framebuild"])
def test_imports_no_torch(package: str) -> None:
    code = (
        f"import pkgutil, importlib, sys, {package} as p\n"
        "for m in pkgutil.iter_modules(p.__path__, p.__name__ + '.'):\n"
        "    if not m.name.endswith('__main__'): importlib.import_module(m.name)\n"
        "assert not {'torch', 'transformers'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def imported(path: Path) -> set[str]:
    """The top-level packages that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def test_imports_never_go_across() -> None:
    root = find_root()
    allowed = {"framespec": set(), "framelab": {"framespec"}, "framebuild": {"framespec"}}
    for folder in (root / "schema", root / "demos", root / "scripts"):
        for path in folder.glob("frame*/**/*.py"):
            package = path.relative_to(folder).parts[0]
            ours = imported(path) & set(allowed)
            assert ours <= allowed[package] | {package}, path


def test_not_a_number_survives_json() -> None:
    replicates = Replicates(measured=[1.0, math.nan], control=[math.inf])
    again = Replicates.model_validate_json(replicates.model_dump_json())
    assert math.isnan(again.measured[1])
    assert again.control == [math.inf]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_reach_follows_imports_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path / "framelab/__init__.py", "from framelab.a import one\nfrom framelab.c import x")
    write(tmp_path / "framelab/a.py", "from framelab import b\nimport numpy")
    write(tmp_path / "framelab/b.py", "from .d import y")
    write(tmp_path / "framelab/c.py", "x = 1")
    write(tmp_path / "framelab/d.py", "y = 1")
    found = reached("from framelab import one", [tmp_path])
    assert sorted(found) == ["framelab.a", "framelab.b", "framelab.d"]
    write(tmp_path / "framelab/d.py", "y = 2")
    changed = reached("from framelab import one", [tmp_path])
    assert [name for name in found if found[name] != changed[name]] == ["framelab.d"]


def test_refusals_name_the_nearest() -> None:
    root = find_root()
    with pytest.raises(Refused, match="no frame 'induction-head'") as refused:
        demo_path(root, "induction-head")
    assert refused.value.mend == "nearest is 'induction-heads'"
    with pytest.raises(Refused, match=r"no frame '\.\./x'"):
        demo_path(root, "../x")
    assert read_record(root, "superposition").kind == "representational"
