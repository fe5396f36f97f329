"""Models by name: what loads, what is refused and in which words, and the cache of lab models."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from framelab import cache
from framelab.models import load, ordinary_tokens, start_token
from framelab.reading import next_token_logprobs
from framelab.recipes import RECIPES, Recipe
from framespec.corpus import Refused
from framespec.modelref import folder_digest, located, resolve

IDS = torch.tensor([[1, 4, 2, 8]])


def test_resolving_needs_no_torch() -> None:
    code = (
        "import sys; from framespec.modelref import resolve; resolve('lab:x'); resolve('a/b'); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_forms_of_a_name(checkpoint: Path) -> None:
    assert resolve("lab:repeats-2l")[:2] == ("lab", "lab:repeats-2l")
    hub = resolve("some-owner/some-model@step3")
    assert hub == ("hub", "some-owner/some-model", "step3", "some-owner/some-model", "step3")
    assert resolve("some-model").revision == "main"
    folder = resolve(str(checkpoint))
    assert folder[:3] == ("folder", "tiny-llama", folder_digest(checkpoint))
    assert resolve(f"untrained:{checkpoint}").id == "untrained:tiny-llama"


def test_a_folder_digest_sees_every_byte(checkpoint: Path) -> None:
    before = folder_digest(checkpoint)
    assert before.startswith("sha256:")
    assert len(before) == len("sha256:") + 16
    (checkpoint / "notes.txt").write_text("not part of the model")
    assert folder_digest(checkpoint) == before
    with (checkpoint / "model.safetensors").open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x01")
    assert folder_digest(checkpoint) != before


def refusal(name: str) -> str:
    with pytest.raises(Refused) as caught:
        load(name)
    return str(caught.value)


def test_unknown_recipe() -> None:
    assert refusal("lab:repeats-2") == (
        "no lab model 'repeats-2'\n"
        "    mend: nearest is 'repeats-2l'; there are lab:repeats-2l, lab:repeats-1l, lab:stories"
    )
    assert refusal("untrained:lab:zzz").startswith("no lab model 'zzz'")


@pytest.mark.parametrize("name", ["/nope", "./nope", "~/nope", "../nope"])
def test_folder_that_does_not_exist(name: str) -> None:
    assert refusal(name).startswith(f"no folder '{name}'\n    mend: ")
    with pytest.raises(Refused):
        resolve(name)


@pytest.mark.parametrize("name", ["", "two words", "a/b/c", "gpt2@", "untrained:untrained:gpt2"])
def test_name_of_no_form(name: str) -> None:
    assert repr(name) in refusal(name)


def test_folder_without_config(tmp_path: Path) -> None:
    assert "has no config.json" in refusal(str(tmp_path))


def test_a_file_is_no_folder(checkpoint: Path) -> None:
    assert "is a file" in refusal(str(checkpoint / "config.json"))


def test_folder_without_weights(checkpoint: Path) -> None:
    (checkpoint / "model.safetensors").unlink()
    assert "has a config.json but no *.safetensors" in refusal(str(checkpoint))


@pytest.mark.parametrize("name", ["pytorch_model.bin", "a.pt", "a.pth", "last.ckpt"])
def test_pickled_weights_are_refused(checkpoint: Path, name: str) -> None:
    (checkpoint / "model.safetensors").rename(checkpoint / name)
    said = refusal(str(checkpoint))
    assert f"has only pickled weights ({name}), which can run code" in said
    assert "convert them to safetensors" in said


@pytest.mark.parametrize("kept", [0, 100])
def test_broken_weights(checkpoint: Path, kept: int) -> None:
    weights = checkpoint / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:kept])
    assert "is broken" in refusal(str(checkpoint))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"model_type": "no-such-type"}'])
def test_broken_config(checkpoint: Path, text: str) -> None:
    (checkpoint / "config.json").write_text(text)
    assert "is broken" in refusal(str(checkpoint))
    assert "is broken" in refusal(f"untrained:{checkpoint}")


def test_weights_that_lack_a_layer(checkpoint: Path) -> None:
    """Loaded all the same, that layer would be random and every measure of it a lie."""
    config = json.loads((checkpoint / "config.json").read_text())
    (checkpoint / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 2}))
    assert "is broken: no weights for model.layers.1." in refusal(str(checkpoint))


def test_remote_code_is_never_run(checkpoint: Path) -> None:
    config = json.loads((checkpoint / "config.json").read_text())
    own = {"auto_map": {"AutoConfig": "own.Own", "AutoModelForCausalLM": "own.Own"}}
    (checkpoint / "config.json").write_text(json.dumps(config | own | {"model_type": "own"}))
    (checkpoint / "own.py").write_text("raise SystemExit('remote code ran')")
    assert "is broken" in refusal(str(checkpoint))


def test_hub_model_out_of_reach() -> None:
    said = refusal("no-such-owner/no-such-model")
    assert said.startswith("hub model 'no-such-owner/no-such-model' cannot be loaded: ")
    assert "HF_HUB_OFFLINE" in said


def test_a_lab_model_without_its_prefix() -> None:
    assert "did you mean lab:repeats-2l?" in refusal("repeats-2l")


def test_a_saved_model_comes_back_the_same(tiny: Any, tmp_path: Path) -> None:
    tiny.save_pretrained(tmp_path / "saved")
    loaded = load(str(tmp_path / "saved"))
    assert loaded.tokenizer is None
    assert not loaded.model.training
    assert loaded.model.config._attn_implementation == "eager"
    assert next_token_logprobs(loaded.model, IDS).allclose(
        next_token_logprobs(tiny, IDS), atol=1e-5
    )
    assert start_token(loaded) == 0
    assert ordinary_tokens(loaded).tolist() == list(range(1, 11))


def test_an_untrained_twin_has_the_shape_and_not_the_weights(checkpoint: Path) -> None:
    trained, twin, again, other = (
        load(str(checkpoint)),
        load(f"untrained:{checkpoint}", seed=0),
        load(f"untrained:{checkpoint}", seed=0),
        load(f"untrained:{checkpoint}", seed=1),
    )
    assert twin.id == "untrained:tiny-llama"
    assert twin.revision == f"{trained.revision}+seed0"
    weights = [one.model.get_input_embeddings().weight for one in (trained, twin, again, other)]
    assert weights[0].shape == weights[1].shape
    assert torch.equal(weights[1], weights[2])
    assert not torch.equal(weights[1], weights[0])
    assert not torch.equal(weights[1], weights[3])


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a recipe that trains at once."""
    monkeypatch.setitem(RECIPES, "quick", Recipe("is quick", layers=1, width=8, steps=2))
    return "quick"


def test_a_lab_model_is_trained_once(quick: str) -> None:
    first = load(f"lab:{quick}", seed=1)
    folder, digest = cache.shelved(quick, 1)
    assert (first.id, first.revision) == ("lab:quick", digest)
    assert folder == cache.cache_folder() / f"quick-s1-{digest}"
    written = (folder / "training.json").stat().st_mtime_ns
    assert json.loads((folder / "training.json").read_text())["final_loss"] > 0
    cache.shelved(quick, 1)
    assert (folder / "training.json").stat().st_mtime_ns == written
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]  # nothing left over
    assert load(f"lab:{quick}", seed=2).revision != digest
    assert load(f"untrained:lab:{quick}", seed=1).revision == "seed1"


@pytest.mark.parametrize("damage", ["truncated", "receipt gone", "garbage receipt", "a file"])
def test_a_damaged_cache_is_trained_again(quick: str, damage: str) -> None:
    folder, _ = cache.shelved(quick, 0)
    good = folder_digest(folder)
    if damage == "truncated":
        (folder / "model.safetensors").write_bytes(b"\0" * 40)
    elif damage == "receipt gone":
        (folder / "training.json").unlink()
    elif damage == "garbage receipt":
        (folder / "training.json").write_text("[1")
    else:
        folder.rename(folder.with_name("away"))
        folder.write_text("not a folder")
    assert cache.shelved(quick, 0).folder == folder
    assert folder_digest(folder) == good


def test_of_two_processes_the_first_wins(quick: str, tmp_path: Path) -> None:
    folder, _ = cache.shelved(quick, 0)
    late = tmp_path / "late"
    late.mkdir()
    (late / "config.json").write_text("{}")
    before = folder_digest(folder)
    cache._put(late, folder, tmp_path / "aside")
    assert folder_digest(folder) == before
    assert not late.exists()


@pytest.mark.skipif(
    "FRAMES_TEST_WEIGHTS" not in os.environ,
    reason="set FRAMES_TEST_WEIGHTS to a folder of checkpoints",
)
def test_a_real_checkpoint_knows_its_stories() -> None:
    """It was trained on simple stories, so words in order surprise it far less than shuffled."""
    loaded = load(str(Path(os.environ["FRAMES_TEST_WEIGHTS"]) / "stories260K-hf"))
    assert loaded.tokenizer is not None
    text = "Once upon a time, there was a little girl named Lily."
    ids = torch.tensor([loaded.tokenizer(text).input_ids])
    shuffled = ids.clone()
    shuffled[:, 1:] = ids[:, 1:].flip(1)

    def mean_loss(tokens: torch.Tensor) -> float:
        logs = next_token_logprobs(loaded.model, tokens)[:, :-1]
        return -logs.gather(2, tokens[:, 1:, None]).mean().item()

    assert mean_loss(ids) < 1.5
    assert mean_loss(shuffled) > 4
    assert start_token(loaded) == 1
    assert not {0, 1, 2} & set(ordinary_tokens(loaded).tolist())


def test_a_folder_is_named_by_its_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path)
    assert located("here") == str(tmp_path / "here")
    assert located("untrained:./here") == f"untrained:{tmp_path / 'here'}"
    assert [located(name) for name in ("lab:x", "gpt2")] == ["lab:x", "gpt2"]
