"""What makes a result stale, what does not, and the reason that is given."""

import json
from pathlib import Path

import pytest
from small import Run, write_demo

from framebuild.load import load
from framebuild.plan import Job, plan
from framebuild.problem import Problem
from framebuild.store import Store


def plan_good(root: Path, store: Store, **overrides: str) -> tuple[list[Job], list[Problem]]:
    corpus, _ = load(root)
    return plan(corpus, ["good"], overrides, store)


def key(root: Path, store: Store, **overrides: str) -> str:
    ((job,), _) = plan_good(root, store, **overrides)
    return job.key


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_prose_changes_nothing(root: Path, store: Store) -> None:
    before = key(root, store)
    demo = root / "demos/good.py"
    demo.write_text("# %% [markdown]\n# Words.\n\n" + demo.read_text(encoding="utf-8"))
    edit(root / "frames/good.yaml", "A good frame", "A better title")
    edit(root / "demos/good.py", "# how large the effect is", "# how big the effect is")
    assert key(root, store) == before


@pytest.mark.kernel
def test_each_input_is_named_when_it_changes(root: Path, store: Store, run: Run) -> None:
    lab = root / "demos/framelab"
    lab.mkdir()
    (lab / "__init__.py").write_text("")
    (lab / "used.py").write_text("x = 1\n")
    (lab / "unused.py").write_text("x = 1\n")
    write_demo(root, "good", "if False:\n    from framelab.used import x")
    ((first,), _) = plan_good(root, store)
    assert (first.stale, first.why) == (True, "first run")
    run("good")
    ((again,), _) = plan_good(root, store)
    assert (again.stale, again.why) == (False, "nothing changed")

    def why() -> str:
        ((job,), _) = plan_good(root, store)
        assert job.stale
        return job.why

    (lab / "unused.py").write_text("x = 2\n")
    assert not plan_good(root, store)[0][0].stale
    (lab / "used.py").write_text("x = 2\n")
    assert why().startswith("module framelab.used changed from ")
    (lab / "used.py").write_text("x = 1\n")
    edit(root / "frames/good.yaml", "at_least: 0.5", "at_least: 0.6")
    assert why().startswith("prediction first changed from ")
    edit(root / "frames/good.yaml", "at_least: 0.6", "at_least: 0.5")
    edit(root / "demos/good.py", "0.75", "0.8")
    assert why() == "parameter size changed from 0.75 to 0.8"
    edit(root / "demos/good.py", "0.8", "0.75")
    write_demo(root, "good", "if False:\n    from framelab.used import x as y")
    assert why().startswith("code cells changed from ")


@pytest.mark.kernel
def test_other_parameters_do_not_replace_the_default_run(
    root: Path, store: Store, run: Run
) -> None:
    run("good")
    run("good", size="0.1")
    ((job,), _) = plan_good(root, store)
    assert job.run is not None
    assert job.run.result.reported["first"].measured == [0.75] * 3


def test_a_parameter_that_does_not_exist(root: Path, store: Store) -> None:
    _, (problem,) = plan_good(root, store, sise="1")
    assert str(problem) == (
        "demos/good.py:2: there is no parameter 'sise'\n    mend: did you mean 'size'? it has: size"
    )


def test_a_parameter_of_the_wrong_type(root: Path, store: Store) -> None:
    _, (problem,) = plan_good(root, store, size="large")
    assert str(problem) == (
        "demos/good.py:2: parameter 'size': 'large' is not a number\n"
        "    mend: its default is 0.75 (how large the effect is)"
    )


@pytest.mark.kernel
def test_a_damaged_run_is_as_good_as_absent(root: Path, store: Store, run: Run) -> None:
    (end,) = run("good")
    assert end.run is not None
    notebook = store.notebook_path(end.run)
    whole = notebook.read_bytes()
    for damage in (whole[: len(whole) // 2], b"", b"\x00garbage"):
        notebook.write_bytes(damage)
        assert store.find("good", end.run.key) is None
        ((job,), _) = plan_good(root, store)
        assert (job.stale, job.why) == (True, "first run")
        assert run("good")[0].run is not None
        assert notebook.read_bytes() == whole
    record = notebook.with_name("run.json")
    record.write_text(json.dumps({"frame": "good"}))
    assert store.find("good", end.run.key) is None
