"""Each file in tests/bad breaks one rule; the file beside it holds every word of the answer.

To renew the answers after a change of words: FRAMES_WRITE_BAD=1 pytest tests/build/test_bad.py,
then read the difference.
"""

import os
import re
import shutil
from pathlib import Path

import pytest

from framebuild import explain
from framebuild.check import RULES, check
from framebuild.load import load
from framebuild.problem import Problem

BAD = Path(__file__).parent.parent / "bad"
CASES = sorted(path for path in BAD.iterdir() if path.suffix in (".yaml", ".py", ".json"))
TOURS = sorted((BAD / "tours").glob("*.yaml"))
GOOD_TOUR = """title: A walk
says: One sentence on what is seen.
seed: {title: A text, authors: [Some One], year: 2020, url: "https://example.org/text"}
note: What to know before starting.
steps:
  - {frame: good, says: Here something is to be seen first.}
  - {frame: other, says: Here something else is to be seen.}
  - {frame: bad, says: And here is the last thing to see.}
"""


def problems_below(root: Path) -> list[Problem]:
    corpus, problems = load(root)
    return sorted([*problems, *check(corpus)])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A corpus without a problem, and a frame named bad that is as good as the others."""
    shutil.copytree(BAD / "good", tmp_path, dirs_exist_ok=True)
    record = (tmp_path / "frames/other.yaml").read_text(encoding="utf-8")
    record = re.sub("claim: .*", "claim: A claim that is long enough to be one.", record)
    demo = (tmp_path / "demos/other.py").read_text(encoding="utf-8")
    (tmp_path / "frames/bad.yaml").write_text(
        record.replace("other", "bad").replace("Another", "A bad"), encoding="utf-8"
    )
    (tmp_path / "demos/bad.py").write_text(demo.replace("other", "bad"), encoding="utf-8")
    return tmp_path


def test_the_good_corpus_has_no_problem(root: Path) -> None:
    assert problems_below(root) == []


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_bad(case: Path, root: Path) -> None:
    place = {".yaml": "frames/bad.yaml", ".py": "demos/bad.py", ".json": "frames/bad.results.json"}
    shutil.copy(case, root / place[case.suffix])
    if case.suffix == ".yaml" and case.read_bytes().startswith(b"moved_to"):
        (root / "demos/bad.py").unlink()
    compare(root, case.with_suffix(".txt"))


def test_a_wrong_record_hides_nothing_of_its_demo(root: Path) -> None:
    shutil.copy(BAD / "missing.yaml", root / "frames/bad.yaml")
    shutil.copy(BAD / "number_in_prose.py", root / "demos/bad.py")
    answers = [(BAD / name).read_text() for name in ("number_in_prose.txt", "missing.txt")]
    assert "".join(f"{problem}\n" for problem in problems_below(root)) == "".join(answers)


@pytest.mark.parametrize("case", TOURS, ids=lambda path: path.name)
def test_bad_tours(case: Path, root: Path) -> None:
    (root / "frames/tours").mkdir()
    shutil.copy(case, root / "frames/tours/bad.yaml")
    compare(root, case.with_suffix(".txt"))


def compare(root: Path, answer: Path) -> None:
    """What is said of a corpus against the answer, word by word."""
    said = "".join(f"{problem}\n" for problem in problems_below(root))
    if os.environ.get("FRAMES_WRITE_BAD"):
        answer.write_text(said, encoding="utf-8")
    assert said == answer.read_text(encoding="utf-8")


def test_a_good_tour_has_no_problem(root: Path) -> None:
    (root / "frames/tours").mkdir()
    (root / "frames/tours/walk.yaml").write_text(GOOD_TOUR, encoding="utf-8")
    assert problems_below(root) == []
    corpus, _ = load(root)
    assert [step.frame for step in corpus.tours["walk"].tour.steps] == ["good", "other", "bad"]


def test_a_tour_may_pass_a_frame_that_has_problems_of_its_own(root: Path) -> None:
    (root / "frames/tours").mkdir()
    (root / "frames/tours/walk.yaml").write_text(GOOD_TOUR, encoding="utf-8")
    shutil.copy(BAD / "missing.yaml", root / "frames/bad.yaml")
    assert {problem.path for problem in problems_below(root)} == {"frames/bad.yaml"}


def test_every_rule_has_a_bad_example() -> None:
    names = {case.stem for case in [*CASES, *TOURS]}
    names |= {"stray_demo", "stray_results", "relation_circle"}
    assert {rule.__name__ for rule in RULES} <= names
    assert set(explain._WORDS) <= names


def test_stray_demo(root: Path) -> None:
    (root / "frames/bad.yaml").unlink()
    assert [str(problem) for problem in problems_below(root)] == [
        "demos/bad.py:1: there is no frames/bad.yaml for this demo\n"
        "    mend: write the record, or remove the demo"
    ]


def test_a_demo_under_nearly_the_right_name(root: Path) -> None:
    (root / "demos/bad.py").rename(root / "demos/bad_.py")
    stray, missing = problems_below(root)
    assert stray.path == "demos/bad_.py"
    assert missing.what == "there is no demos/bad.py"
    assert missing.mend == "rename demos/bad_.py"


def test_relation_circle(root: Path) -> None:
    for one, other in (("other", "bad"), ("bad", "good")):
        with (root / f"frames/{one}.yaml").open("a", encoding="utf-8") as file:
            file.write(f"related:\n  - {{frame: {other}, how: refines}}\n")
    assert [str(problem) for problem in problems_below(root)] == [
        "frames/bad.yaml:26: related: refines goes in a circle, bad -> good -> other -> bad\n"
        "    mend: say of one pair which explains which, or use same_mechanism"
    ]


def test_a_notebook_that_holds_outputs(root: Path) -> None:
    (root / "demos/bad.ipynb").write_text("{}", encoding="utf-8")
    (found,) = problems_below(root)
    assert (found.path, found.what) == ("demos/bad.ipynb", "a notebook that holds outputs")


def test_stray_results(root: Path) -> None:
    shutil.copy(BAD / "results_edited.json", root / "frames/gone.results.json")
    assert [str(problem) for problem in problems_below(root)] == [
        "frames/gone.results.json:1: there is no frames/gone.yaml for these results\n"
        "    mend: remove it, or rename it if its frame has another id now"
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bad.yml", "two records have the id 'bad', the other is frames/bad.yaml"),
        ("Bad_1.yaml", "file name 'Bad_1' is not an id"),
        ("new.yml", "a record's file name ends in .yml"),
        ("tours/Bad_1.yaml", "file name 'Bad_1' is not an id"),
        ("tours/new.yml", "a tour's file name ends in .yml"),
    ],
)
def test_file_names(root: Path, name: str, said: str) -> None:
    (root / "frames/tours").mkdir()
    shutil.copy(root / "frames/bad.yaml", root / "frames" / name)
    assert [problem.what for problem in problems_below(root)] == [said]


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"\x00\x01\x02\xff\xfe", 1, "file is not UTF-8 text"),
        (b"title: ok\nkind: \x07\n", 2, "character 0x07 is not allowed in YAML"),
        (b"a: &a [x, x]\nb: [*a, *a]\n", 1, "anchor '&a' is not allowed"),
        (b"a: " + b"[" * 5000, 1, "nested more than 12 deep"),
        (b"a: |\n" + b"  text\n" * 60_000, 1, "file has 420005 bytes, the limit is 262144"),
    ],
)
def test_files_that_are_no_records(root: Path, content: bytes, line: int, said: str) -> None:
    (root / "frames/bad.yaml").write_bytes(content)
    (found,) = problems_below(root)
    assert (found.path, found.line, found.what) == ("frames/bad.yaml", line, said)
    assert found.mend


def test_every_problem_of_every_file_at_once(root: Path) -> None:
    shutil.copy(BAD / "missing.yaml", root / "frames/bad.yaml")
    shutil.copy(BAD / "literal_error.yaml", root / "frames/other.yaml")
    shutil.copy(BAD / "syntax_error.py", root / "demos/good.py")
    paths = [problem.path for problem in problems_below(root)]
    assert paths.count("frames/bad.yaml") == 2
    assert paths.count("frames/other.yaml") == 2
    assert paths.count("demos/good.py") >= 1
