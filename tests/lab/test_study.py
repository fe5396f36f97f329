"""A study on the real record of induction heads, and its mistakes."""

import json
from pathlib import Path

import pytest
import torch

from framelab.models import load
from framelab.study import Study
from framespec.corpus import Refused
from framespec.result import MIME_TYPE, Measurements

SEEDS = range(3)


@pytest.fixture
def study() -> Study:
    return Study("induction-heads", seeds=SEEDS)


def finish(study: Study) -> None:
    study.report("continues-repeats", torch.tensor([0.1, 0.1, 0.1]))
    study.report("prefix-matching", measured=[0.9, 0.9, 0.9], control=[0.1, 0.1, 0.1])
    study.report("needs-that-token", measured=[5, 5, 5], control=[torch.tensor(0.0)] * 3)


def test_verdict_as_text(study: Study) -> None:
    finish(study)
    lines = study.verdict()._repr_mimebundle_()["text/plain"].splitlines()
    assert [line.split()[:2] for line in lines[1:4]] == [
        ["continues-repeats", "met"],
        ["prefix-matching", "held"],
        ["needs-that-token", "held"],
    ]
    assert "0.9 [0.9, 0.9]  0.1 [0.1, 0.1]  at least 0.5  attention mass" in lines[2]
    assert lines[-1] == "supported: every prediction held, and no control passed"
    words = zip(lines[1:4], (" met ", " held ", " held "), strict=True)
    assert len({line.index(word) for line, word in words}) == 1


def test_verdict_for_the_build(study: Study, checkpoint: Path) -> None:
    for _ in range(2):
        study.uses(load(str(checkpoint)))
    finish(study)
    shown = json.loads(json.dumps(study.verdict()._repr_mimebundle_()[MIME_TYPE]))
    found = Measurements.model_validate(shown)
    assert found.seeds == [0, 1, 2]
    assert found.reported["needs-that-token"].control == [0, 0, 0]
    assert found.reported["continues-repeats"].control == []
    assert [model.id for model in found.models] == ["tiny-llama"]
    assert found.models[0].revision.startswith("sha256:")
    assert set(found.environment.versions) == {"python", "torch", "transformers", "numpy"}
    assert (found.environment.device, found.environment.dtype) == ("cpu", "float32")


def test_a_value_that_is_not_finite_survives_json(study: Study) -> None:
    study.report("continues-repeats", [float("nan"), 0.1, 0.1])
    study.report("prefix-matching", [0.9] * 3, [0.1] * 3)
    study.report("needs-that-token", [5.0] * 3, [0.0] * 3)
    shown = json.dumps(study.verdict()._repr_mimebundle_()[MIME_TYPE], allow_nan=False)
    found = Measurements.model_validate(json.loads(shown)).reported["continues-repeats"]
    assert str(found.measured[0]) == "nan"


def test_two_seeds_are_judged_too_few() -> None:
    study = Study("induction-heads", seeds=range(2))
    study.report("continues-repeats", [0.1] * 2)
    study.report("prefix-matching", [0.9] * 2, [0.1] * 2)
    study.report("needs-that-token", [5.0] * 2, [0.0] * 2)
    assert "2 replicates, at least 3 are needed" in repr(study.verdict())


def test_bound_comes_from_the_record(study: Study) -> None:
    assert study.bound("prefix-matching").low == 0.5
    assert study.bound("continues-repeats").high == 0.5


def test_one_thread(study: Study) -> None:
    assert torch.get_num_threads() == 1


def test_unknown_prediction_names_the_nearest(study: Study) -> None:
    with pytest.raises(Refused, match=r"no prediction 'prefix-match'\n.*did you mean 'prefix-mat"):
        study.report("prefix-match", [1.0] * 3, [0.0] * 3)
    with pytest.raises(Refused, match="did you mean 'needs-that-token'"):
        study.bound("needs-this-token")


def test_reported_twice(study: Study) -> None:
    study.report("continues-repeats", [0.1] * 3)
    with pytest.raises(Refused, match="'continues-repeats' is reported twice"):
        study.report("continues-repeats", [0.1] * 3)


def test_control_where_there_is_none(study: Study) -> None:
    with pytest.raises(Refused, match="precondition 'continues-repeats' has a control"):
        study.report("continues-repeats", [0.1] * 3, [0.1] * 3)


def test_no_control_where_there_must_be_one(study: Study) -> None:
    with pytest.raises(Refused, match=r"'prefix-matching' has no control\n.*The rival's best head"):
        study.report("prefix-matching", [0.9] * 3)


@pytest.mark.parametrize("control", [[], [0.1], [0.1] * 4])
def test_one_value_a_seed(study: Study, control: list[float]) -> None:
    said = f"'prefix-matching', control: {len(control)} values for 3 seeds"
    with pytest.raises(Refused, match=said):
        study.report("prefix-matching", [0.9] * 3, control)


def test_verdict_before_all_is_reported(study: Study) -> None:
    study.report("prefix-matching", [0.9] * 3, [0.1] * 3)
    with pytest.raises(Refused, match="never reported: 'continues-repeats', 'needs-that-token'"):
        study.verdict()


def test_no_such_record() -> None:
    with pytest.raises(Refused, match=r"no record induction-head\.yaml"):
        Study("induction-head", seeds=SEEDS)
