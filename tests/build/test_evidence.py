"""Rows of evidence: from a run or a notebook to the results file, and what is refused."""

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from small import GOOD, write_demo

import framelab
import framespec
from framebuild.api import frame_object
from framebuild.check import check
from framebuild.evidence import SUFFIX, Results
from framebuild.load import Corpus, load
from framebuild.plan import plan
from framebuild.recording import record, row_from_job, row_from_notebook
from framebuild.store import Store
from framespec.corpus import Refused
from framespec.result import MIME_TYPE, Evidence, Measurements
from framespec.seal import modules_digest, notebook_seal

DAY, LATER = "2026-01-02", "2026-02-03"
MODEL = """# %% tags=["parameters"]
model: str = "lab:small"  # a model
size: float = 0.75  # how large the effect is
"""


def corpus_of(root: Path) -> Corpus:
    corpus, problems = load(root)
    assert problems == []
    return corpus


def said_of(root: Path) -> list[str]:
    """What check says of the results file of good."""
    return [one.what for one in check(corpus_of(root)) if one.path.endswith(SUFFIX)]


def rows_of(root: Path) -> list[Any]:
    data = json.loads((root / "frames" / f"good{SUFFIX}").read_text(encoding="utf-8"))
    return list(Evidence.model_validate(data).rows)


@pytest.fixture
def with_model(root: Path) -> Path:
    """The frame good takes a model."""
    demo = root / "demos/good.py"
    text = demo.read_text(encoding="utf-8")
    demo.write_text(MODEL + text[text.index("\n# %%\n") :], encoding="utf-8")
    return root


Executed = Callable[..., Path]


@pytest.fixture
def executed(tmp_path: Path, with_model: Path) -> Executed:
    """Write a notebook as papermill and a kernel would leave it, sealed by what it holds."""

    def executed(
        model: str = "some/model",
        size: float = 0.9,
        measured: float = 0.9,
        models: tuple[tuple[str, str], ...] = (("some/model", "c0ffee"),),
    ) -> Path:
        demo = corpus_of(with_model).frames["good"].demo
        assert demo is not None
        notebook = nbformat.from_dict(copy.deepcopy(demo.notebook))
        typed = f"# Parameters\nmodel = {model!r}\nsize = {size}\n"
        injected = nbformat.v4.new_code_cell(typed, metadata={"tags": ["injected-parameters"]})
        notebook.cells.insert(1, injected)
        shown = {
            "frame": "good",
            "seeds": [0, 1, 2],
            "models": [{"id": one, "revision": revision} for one, revision in models],
            "reported": {"first": {"measured": [measured] * 3, "control": [0.0] * 3}},
            "environment": {"versions": {}, "device": "cpu", "dtype": "float32"},
            "modules": modules_digest({}),
        }
        cells = [one.source for one in notebook.cells if one.cell_type == "code"]
        seal = notebook_seal(cells, Measurements.model_validate(shown))
        data = {MIME_TYPE: shown | {"schema_version": 1, "seal": seal}}
        notebook.cells[-1].outputs = [nbformat.v4.new_output("display_data", data)]
        path = tmp_path / "out.ipynb"
        nbformat.write(notebook, path)
        return path

    return executed


def add(root: Path, notebook: Path, day: str = DAY, note: str | None = None) -> str:
    corpus = corpus_of(root)
    return record(corpus, "good", row_from_notebook(corpus, "good", notebook, day), note)


def test_a_notebook_becomes_a_row(executed: Executed, with_model: Path) -> None:
    assert add(with_model, executed()) == "good: 'some/model' supported, added"
    (row,) = rows_of(with_model)
    assert (row.model, row.revisions, row.date) == ("some/model", ["c0ffee"], DAY)
    assert row.receipt.parameters == {"model": "some/model", "size": 0.9}
    assert row.receipt.seal
    assert said_of(with_model) == []
    before = (with_model / f"frames/good{SUFFIX}").read_bytes()
    assert add(with_model, executed(), LATER) == "good: 'some/model' supported, unchanged"
    assert (with_model / f"frames/good{SUFFIX}").read_bytes() == before


def test_pages_get_the_rows_and_where_they_disagree(executed: Executed, with_model: Path) -> None:
    add(with_model, executed())
    add(with_model, executed("b", measured=0.1, models=(("b", "1"),)))
    corpus = corpus_of(with_model)
    found = frame_object(corpus, corpus.frames["good"], None)
    assert [(row["model"], row["verdict"]) for row in found["evidence"]] == [
        ("b", "contradicted"),
        ("some/model", "supported"),
    ]
    assert found["evidence"][0]["parts"][0]["outcome"] == "failed"
    assert found["models_disagree"] == ["first"]


EDITS = {
    "value": ("0.87", "0.97"),
    "revision": ("c0ffee", "c0ffe0"),
    "parameter": ("size = 0.9", "size = 0.8"),
    "code": ("pass", "pass  # nothing"),
    "device": ('"device": "cpu"', '"device": "cuda:0"'),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_notebook_is_refused(edit: str, executed: Executed, with_model: Path) -> None:
    path = executed(measured=0.87)
    text, (old, new) = path.read_text(encoding="utf-8"), EDITS[edit]
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Refused, match=r"was changed after it was run|a cell differs from demos/"):
        add(with_model, path)
    assert not (with_model / f"frames/good{SUFFIX}").exists()


def test_other_notebooks_are_refused(executed: Executed, with_model: Path) -> None:
    def refusal(path: Path) -> str:
        with pytest.raises(Refused) as caught:
            add(with_model, path)
        return str(caught.value)

    path = executed()
    assert refusal(path.with_name("none.ipynb")).startswith("no file '")
    whole = json.loads(path.read_text(encoding="utf-8"))
    path.write_text("{", encoding="utf-8")
    assert "is not a notebook" in refusal(path)
    bare = copy.deepcopy(whole)
    bare["cells"][-1]["outputs"] = []
    path.write_text(json.dumps(bare), encoding="utf-8")
    assert refusal(path) == "out.ipynb shows no verdict\n    mend: run it to its last cell"
    injected = copy.deepcopy(whole)
    injected["cells"][1]["source"] += "size = 0.9 if True else 1\n"
    path.write_text(json.dumps(injected), encoding="utf-8")
    assert "`size = 0.9 if True else 1` sets none of the demo's parameters" in refusal(path)
    demo = with_model / "demos/good.py"
    path = executed()
    demo.write_text(demo.read_text(encoding="utf-8").replace("pass", "x = 1"), encoding="utf-8")
    assert "out.ipynb: a cell differs from demos/good.py, line 6 on" in refusal(path)


def test_a_path_stays_private(executed: Executed, with_model: Path) -> None:
    add(with_model, executed("/home/me/mine", models=(("mine", "sha256:1"),)))
    (row,) = rows_of(with_model)
    assert row.model == row.receipt.parameters["model"] == "mine"
    with pytest.raises(Refused, match="another folder named 'mine', with other weights"):
        add(with_model, executed("/tmp/mine", models=(("mine", "sha256:2"),)))


def test_weights_without_a_name_are_refused(executed: Executed, with_model: Path) -> None:
    with pytest.raises(Refused, match="does not say which weights 'some/model' had"):
        add(with_model, executed(models=()))


def test_the_demo_s_own_row_has_its_own_parameters(executed: Executed, with_model: Path) -> None:
    own = executed("lab:small", size=0.9, models=(("lab:small", "1"), ("lab:small", "2")))
    with pytest.raises(Refused, match="this run of the demo's own model changes size"):
        add(with_model, own)
    own = executed("lab:small", size=0.75, models=(("lab:small", "1"), ("lab:small", "2")))
    assert add(with_model, own) == "good: 'lab:small' supported, added"
    assert rows_of(with_model)[0].revisions == ["1", "2"]


def test_a_verdict_that_got_worse_needs_a_note(executed: Executed, with_model: Path) -> None:
    add(with_model, executed())
    said = add(with_model, executed(measured=0.1), LATER)
    assert said.startswith("good: 'some/model' contradicted, replaced\n    it was supported")
    assert said_of(with_model) == [f"'some/model' was supported and since {LATER} is contradicted"]
    add(with_model, executed(measured=0.1), LATER, note="A fault of the measure was mended.")
    assert said_of(with_model) == []
    add(with_model, executed(), LATER)
    assert [past.verdict for past in rows_of(with_model)[0].before] == ["supported", "contradicted"]
    assert said_of(with_model) == [], "a verdict that got better needs none"


def test_other_rows_follow_the_present_bounds(executed: Executed, with_model: Path) -> None:
    add(with_model, executed())
    frame = with_model / "frames/good.yaml"
    text = frame.read_text(encoding="utf-8").replace("at_least: 0.5", "at_least: 0.95")
    frame.write_text(text, encoding="utf-8")
    now = "'some/model' is recorded as supported; by the present bounds it is contradicted"
    assert said_of(with_model) == [now]
    add(with_model, executed("b", models=(("b", "1"),)), LATER)
    assert said_of(with_model) == [f"'some/model' was supported and since {LATER} is contradicted"]


@pytest.mark.parametrize(
    ("raw", "line", "what"),
    [
        (b"{", 1, "not JSON: Expecting property name enclosed in double quotes"),
        (b"\xff", 1, "not JSON of a results file"),
        (b'{"rows": [],\n "rows": []}', 2, "duplicate key 'rows', first on line 1"),
        (b'{"schema_version": 1, "frame": "x",\n "rows": [NaN]}', 1, "not JSON: NaN must be in q"),
        (b'{"schema_version": 1, "frame": "x"}', 1, "'rows' is missing"),
        (b"[" * 100_000, 1, "not JSON of a results file"),
        (b" " * 300_000, 1, "file has 300000 bytes, the limit is 262144"),
    ],
)
def test_a_file_that_is_no_results_file(raw: bytes, line: int, what: str) -> None:
    (problem,) = Results("frames/x.results.json", raw).problems
    assert problem.line == line
    assert problem.what.startswith(what)
    assert problem.mend


def test_a_finished_run_becomes_a_row(root: Path, run: Any, store: Store) -> None:
    corpus = corpus_of(root)
    (job,), _ = plan(corpus, ["good"], {}, store)
    with pytest.raises(Refused, match=r"no finished run: first run\n    mend: frames run good"):
        row_from_job(job, DAY)
    run("good")
    (job,), _ = plan(corpus, ["good"], {}, store)
    assert record(corpus, "good", row_from_job(job, DAY), None) == (
        "good: the demo's own model supported, added"
    )
    (row,) = rows_of(root)
    assert (row.model, row.receipt.key, row.date) == (None, job.key, DAY)


def frames(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "FRAMES_ROOT": str(root)}
    command = [sys.executable, "-m", "framebuild.cli", *arguments]
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture
def real(root: Path) -> Path:
    """A corpus whose demos use the lab, and which holds the lab's code as a checkout does."""
    for name in ("good", "other"):
        text = (GOOD / f"demos/{name}.py").read_text(encoding="utf-8")
        (root / f"demos/{name}.py").write_text(text, encoding="utf-8")
    for module, folder in ((framelab, "demos"), (framespec, "schema")):
        source = Path(module.__file__ or "").parent
        (root / folder / source.name).symlink_to(source)
    return root


@pytest.mark.kernel
def test_what_a_kernel_ran_is_what_its_seal_covers(real: Path) -> None:
    """By papermill and by the build, from the command line to the committed file."""
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", "frame:good", "out.ipynb"]
    done = subprocess.run(
        [*command, "-p", "seeds", "4"], cwd=real, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    refused = frames(real, "record", "good", "--from", "out.ipynb")
    assert refused.returncode == 2
    assert "this run of the demo's own model changes seeds" in refused.stderr
    assert frames(real, "run", "good").returncode == 0
    (notebook,) = (real / ".cache/runs/good").glob("*/good.ipynb")
    done = frames(real, "record", "good", "--from", str(notebook))
    assert (done.stdout, done.stderr) == ("good: the demo's own model supported, added\n", "")
    done = frames(real, "record", "good", "--note", "Looked at by hand, and it is so.")
    assert done.stdout == "good: the demo's own model supported, replaced, with a note\n"
    assert frames(real, "check", "good").returncode == 0
    framespec_copy = real / "schema/framespec"
    source = framespec_copy.resolve()
    framespec_copy.unlink()
    framespec_copy.mkdir()
    for path in source.glob("*.py"):
        changed = path.read_text(encoding="utf-8") + "\n# changed\n"
        (framespec_copy / path.name).write_text(changed, encoding="utf-8")
    done = frames(real, "record", "good", "--from", str(notebook))
    assert "was run with other code in framelab or framespec than is here" in done.stderr


@pytest.mark.kernel
def test_build_names_a_verdict_that_got_worse(root: Path, tmp_path: Path) -> None:
    write_demo(root, "good", "study = None\nif False: study.report('first')")
    write_demo(root, "other", "study = None\nif False: study.report('first')")
    (root / "mkdocs.yml").write_bytes(
        (Path(framespec.__file__).parents[2] / "mkdocs.yml").read_bytes()
    )
    assert frames(root, "run").returncode == 0
    assert frames(root, "record").stdout.count("supported, added") == 2
    assert frames(root, "build").returncode == 0
    demo = root / "demos/good.py"
    demo.write_text(demo.read_text(encoding="utf-8").replace("= 0.75", "= 0.1"), encoding="utf-8")
    done = frames(root, "build")
    assert done.returncode == 1
    assert "the demo's own model was supported on " in done.stderr
    assert "this run is contradicted\n    mend: if it stands, put it on record: " in done.stderr
    assert "Contradicted" in (root / "site/frames/good/index.html").read_text(encoding="utf-8")
    frames(root, "record", "good", "--note", "The effect was never there.")
    done = frames(root, "build")
    assert done.returncode == 0, done.stderr
