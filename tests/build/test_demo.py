"""What is read from a demo without running it."""

from pathlib import Path

import nbformat
import pytest

from framebuild.demo import Parameter, read_demo, reported_ids, with_outputs
from framespec.corpus import find_root

TEXT = """# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # A question

# %% tags=["parameters"]
seeds: int = 3  # independent seeds
names: list[str] = ["a"]  # what to call them

# %%
study.report(
    "first",
    measured=[1],
)
"""


def parameter(annotation: str) -> Parameter:
    return Parameter("x", annotation, None, "help", 1, True)


def test_cells_know_their_lines() -> None:
    demo = read_demo("demos/x.py", TEXT)
    assert [cell.line for cell in demo.cells] == [7, 10, 14]
    assert demo.line_of(2, 2) == 15
    assert reported_ids(demo) == {"first": 14}
    assert [cell["id"] for cell in demo.notebook["cells"]] == ["cell-0", "cell-1", "cell-2"]


def test_parameters() -> None:
    first, second = read_demo("demos/x.py", TEXT).parameters
    assert (first.name, first.annotation, first.default) == ("seeds", "int", 3)
    assert (first.help, first.line) == ("independent seeds", 10)
    assert (second.name, second.annotation, second.default) == ("names", "list[str]", ["a"])


@pytest.mark.parametrize(
    ("annotation", "text", "value"),
    [
        ("int", "3", 3),
        ("float", "3", 3.0),
        ("float", "1e-3", 0.001),
        ("str", "3", "3"),
        ("str", "gpt2", "gpt2"),
        ("bool", "True", True),
        ("bool", "false", False),
        ("list[int]", "[1, 2]", [1, 2]),
        ("list[str]", "['a']", ["a"]),
    ],
)
def test_values_typed_by_a_person(annotation: str, text: str, value: object) -> None:
    found = parameter(annotation).parse(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("annotation", "text", "said"),
    [
        ("int", "3.5", "'3.5' is not a whole number"),
        ("int", "true", "'true' is not a whole number"),
        ("float", "x", "'x' is not a number"),
        ("bool", "1", "'1' is not true or false"),
        ("list[int]", "1,2", "'1,2' is not a list[int], e.g. [1, 2]"),
    ],
)
def test_values_that_do_not_fit(annotation: str, text: str, said: str) -> None:
    with pytest.raises(ValueError, match="is not") as error:
        parameter(annotation).parse(text)
    assert str(error.value) == said


def test_outputs_of_a_run_join_the_prose_of_now() -> None:
    executed = nbformat.from_dict(read_demo("demos/x.py", TEXT).notebook)
    executed.cells[2].outputs = [nbformat.v4.new_output("stream", text="done")]
    executed.cells[2].execution_count = 2
    edited = TEXT.replace("# # A question\n", "# # A better question\n\n# %% [markdown]\n# More.\n")
    joined = with_outputs(read_demo("demos/x.py", edited), executed)
    assert [cell.source for cell in joined.cells[:2]] == ["# A better question", "More."]
    assert joined.cells[3].outputs[0].text == "done"
    assert joined.cells[3].execution_count == 2


@pytest.mark.parametrize("path", sorted((find_root() / "demos").glob("*.py")), ids=lambda p: p.stem)
def test_cells_are_those_that_jupytext_reads(path: Path) -> None:
    demo = read_demo(path.name, path.read_text(encoding="utf-8"))
    converted = demo.notebook["cells"]
    assert [cell.kind for cell in demo.cells] == [cell["cell_type"] for cell in converted]
    assert [cell.source for cell in demo.cells] == [cell["source"] for cell in converted]
    tags = [tuple(cell["metadata"].get("tags", ())) for cell in converted]
    assert [cell.tags for cell in demo.cells] == tags
