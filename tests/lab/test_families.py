"""Tiny checkpoints of every family, as save_pretrained writes them, read and refused alike."""

import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    BertConfig,
    BertForMaskedLM,
    T5Config,
    T5ForConditionalGeneration,
)

from framebuild.demo import read_demo
from framelab.fitness import reads, refuse_unfit
from framelab.models import load, ordinary_tokens, start_token
from framelab.reading import (
    attention_patterns,
    continue_tokens,
    hiding,
    residual_stream,
    token_losses,
)
from framespec.corpus import Refused

SMALL = {"vocab_size": 48, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4}
SMALL |= {"intermediate_size": 24, "max_position_embeddings": 40}
GROUPED: dict[str, Any] = {"num_key_value_heads": 2, "head_dim": 4}
SINGLE: dict[str, Any] = {"num_key_value_heads": 1, "head_dim": 4}
NO_MARKS = {"bos_token_id": None, "eos_token_id": None, "pad_token_id": None}
FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "gpt2": ("gpt2", {"n_inner": 24, "bos_token_id": 0, "eos_token_id": 0}),
    "gpt2-untied": ("gpt2", {"tie_word_embeddings": False, **NO_MARKS}),
    "llama": ("llama", {"bos_token_id": 1, "eos_token_id": [2, 3], "pad_token_id": 0}),
    "llama-grouped-tied": ("llama", GROUPED | {"tie_word_embeddings": True, **NO_MARKS}),
    "neox": ("gpt_neox", {"bos_token_id": 0, "eos_token_id": 0}),
    "neox-tied": ("gpt_neox", {"tie_word_embeddings": True, **NO_MARKS}),
    "qwen2": ("qwen2", GROUPED | {"tie_word_embeddings": True, **NO_MARKS}),
    "qwen3": ("qwen3", GROUPED | {"bos_token_id": None, "eos_token_id": 5, "pad_token_id": 5}),
    "gemma": ("gemma", SINGLE | {"bos_token_id": 2, "eos_token_id": 1, "pad_token_id": 0}),
    "gemma2": ("gemma2", GROUPED | {"sliding_window": 64, "query_pre_attn_scalar": 4}),
    "gemma3": ("gemma3_text", GROUPED | {"sliding_window": 64, "query_pre_attn_scalar": 4}),
}
DEMOS = Path(__file__).parents[2] / "demos"
TAKING_A_MODEL = [
    path.stem for path in sorted(DEMOS.glob("*.py")) if "\nmodel: str" in path.read_text("utf-8")
]
IDS = torch.randint(6, 48, (3, 12), generator=torch.Generator().manual_seed(0))

Saved = Callable[..., Path]


@pytest.fixture
def saved(tmp_path: Path) -> Saved:
    def saved(kind: str, **changes: Any) -> Path:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            config = AutoConfig.for_model(kind, **(SMALL | changes))
            model: Any = AutoModelForCausalLM.from_config(config)
        folder = tmp_path / kind
        model.save_pretrained(folder)
        return folder

    return saved


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_read_alike(family: str, saved: Saved) -> None:
    kind, changes = FAMILIES[family]
    folder = str(saved(kind, **changes))
    loaded = load(folder)
    model: Any = loaded.model
    tied = torch.equal(model.get_input_embeddings().weight, model.get_output_embeddings().weight)
    assert tied == model.config.tie_word_embeddings
    patterns = attention_patterns(model, IDS, batch=2)
    assert patterns.shape == (2, 3, 4, 12, 12)  # [layer, sequence, head, query, key]
    assert patterns.sum(-1).allclose(torch.ones(()))
    assert patterns.triu(1).abs().max() == 0
    assert residual_stream(model, IDS).shape == (3, 3, 12, 16)
    plain = token_losses(model, IDS)[:, 1:]
    hidden = torch.zeros(3, 12, 12, dtype=torch.bool)
    assert token_losses(model, IDS, hiding(hidden))[:, 1:].allclose(plain, atol=1e-5)
    hidden[:, 6:, 3] = True
    without = token_losses(model, IDS, hiding(hidden))[:, 1:]
    assert torch.equal(without[:, :5], plain[:, :5])
    assert not without[:, 6:].allclose(plain[:, 6:], atol=1e-6)
    generator = torch.Generator().manual_seed(0)
    written = continue_tokens(model, IDS[:, :3], 4, ordinary_tokens(loaded), generator)
    assert written.shape == (3, 7)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_configuration_tells_what_the_weights_will_say(family: str, saved: Saved) -> None:
    kind, changes = FAMILIES[family]
    folder = str(saved(kind, **changes))
    for name in (folder, f"untrained:{folder}"):
        loaded, told = load(name), reads(name)
        assert told.ordinary == len(ordinary_tokens(loaded))
        assert (told.vocabulary, told.longest, told.heads) == (48, 40, 4)
        start = start_token(loaded)
        assert start is None or start not in ordinary_tokens(loaded)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64"])
@pytest.mark.parametrize("kind", ["llama", "gpt2", "gpt_neox", "gemma"])
def test_number_types_give_nearly_the_same(kind: str, dtype: str, saved: Saved) -> None:
    folder = str(saved(kind, **(SINGLE if kind == "gemma" else {})))
    exact, other = load(folder), load(folder, dtype=dtype)
    assert str(other.model.dtype) == f"torch.{dtype}"
    hidden = torch.zeros(3, 12, 12, dtype=torch.bool)
    hidden[:, 6:, 3] = True
    losses = [token_losses(one.model, IDS, hiding(hidden))[:, 1:] for one in (exact, other)]
    assert losses[1].dtype == torch.float32
    assert losses[1].allclose(losses[0], atol=0.1)
    assert attention_patterns(other.model, IDS).isfinite().all()


def test_no_such_device_or_number_type(saved: Saved) -> None:
    folder = str(saved("llama"))
    for device, dtype, said in (
        ("cpu", "float", "parameter 'dtype': there is no number type 'float'\n    mend: did you"),
        ("gpu", "float32", "parameter 'device': 'gpu' is not to be had here: "),
        ("cuda:99", "float32", "parameter 'device': 'cuda:99' is not to be had here: "),
    ):
        with pytest.raises(Refused) as refused:
            load(folder, 0, device, dtype)
        assert str(refused.value).startswith(said)


def refusal(named: dict[str, str], tokens: int = 20, distinct: int = 20) -> str:
    with pytest.raises(Refused) as refused:
        refuse_unfit(named, tokens, distinct, "a smaller half")
    return str(refused.value).replace(next(iter(named.values())), "X")


def test_what_a_demo_cannot_do_is_told_from_the_configuration_alone(saved: Saved) -> None:
    folder = saved("llama", bos_token_id=1, eos_token_id=2)
    (folder / "model.safetensors").write_bytes(b"no weights are read")
    name = str(folder)
    refuse_unfit({"model": name, "rival": f"untrained:{name}"}, 39, 46, "")
    assert refusal({"model": name}, distinct=47) == (
        "parameter 'model': 'X' has 46 ordinary tokens, 47 are needed\n"
        "    mend: give a smaller half, or a model with a larger vocabulary"
    )
    assert refusal({"model": name}, tokens=40) == (
        "parameter 'model': 'X' reads at most 39 tokens after the first, 40 are shown\n"
        "    mend: give a smaller half, or a model with a longer input"
    )
    assert refusal({"model": "lab:repeats-2l", "rival": name}).startswith("parameter 'rival': '")
    assert refusal({"model": "lab:repeats-2l", "rival": name}).endswith(
        "knows 48 tokens, 'model' 64\n    mend: both are shown the same: try rival=untrained:X"
    )


def test_models_that_do_not_read_from_left_to_right(tmp_path: Path) -> None:
    BertForMaskedLM(BertConfig(**SMALL)).save_pretrained(tmp_path / "bert")
    t5 = T5Config(vocab_size=48, d_model=16, d_kv=8, d_ff=24, num_layers=1, num_heads=2)
    T5ForConditionalGeneration(t5).save_pretrained(tmp_path / "t5")
    for name, made in (("bert", "BertForMaskedLM"), ("t5", "T5ForConditionalGeneration")):
        assert refusal({"model": str(tmp_path / name)}) == (
            f"parameter 'model': 'X' is no causal language model ({made})\n"
            "    mend: give one that predicts the next token, as GPT-2 and Llama do"
        )


def executed(frame: str, **parameters: object) -> dict[str, Any]:
    """The names that a demo leaves, run here without a kernel."""
    path = DEMOS / f"{frame}.py"
    demo = read_demo(path.name, path.read_text(encoding="utf-8"))
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in demo.code:
        exec(compile(cell.source, f"{path.name}:{cell.line}", "exec"), names)
        if cell is demo.parameters_cell:
            names |= parameters
    return names


@pytest.mark.parametrize("family", FAMILIES)
def test_the_demo_that_takes_a_model_takes_every_family(family: str, saved: Saved) -> None:
    kind, changes = FAMILIES[family]
    folder = str(saved(kind, **changes))
    twin = f"untrained:{folder}"
    names = executed("induction-heads", model=folder, rival=twin, seeds=3, sequences=4)
    found = names["study"].verdict().measurements
    assert len(found.reported["prefix-matching"].measured) == 3
    assert found.models[0].id == kind
    assert found.models[0].parameters == sum(
        one.numel() for one in names["subject"].model.parameters()
    )


@pytest.mark.skipif(
    "FRAMES_TEST_WEIGHTS" not in os.environ,
    reason="set FRAMES_TEST_WEIGHTS to a folder of checkpoints",
)
@pytest.mark.parametrize("frame", TAKING_A_MODEL)
def test_every_demo_that_takes_a_model_takes_a_real_one(frame: str) -> None:
    folder = str(Path(os.environ["FRAMES_TEST_WEIGHTS"]) / "stories260K-hf")
    names = executed(frame, model=folder, rival=f"untrained:{folder}", seeds=3, sequences=16)
    found = names["study"].verdict().measurements
    assert (found.models[0].id, found.models[0].parameters) == ("stories260K-hf", 260_032)
    values = [one for part in found.reported.values() for one in part.measured]
    assert all(math.isfinite(value) for value in values)


def test_a_vocabulary_too_small_is_told_before_any_work(saved: Saved) -> None:
    folder = saved("llama", vocab_size=24, **NO_MARKS)
    (folder / "model.safetensors").write_bytes(b"no weights are read")
    with pytest.raises(Refused, match=r"'model': '.*' has 24 ordinary tokens, 31 are needed"):
        executed("induction-heads", model=str(folder), rival=str(folder))


READ_FROM_A_HUB = """
from framelab.fitness import reads
from framelab.models import load
for name in ("own/tiny", "own/tiny@step3", "untrained:own/tiny@step3"):
    loaded = load(name)
    print(loaded.id, loaded.revision, len(loaded.model.model.layers), reads(name).vocabulary)
"""


def test_a_hub_id_with_a_revision(saved: Saved, tmp_path: Path) -> None:
    """From the hub's own cache, as it is after a download, with the network off."""
    place = tmp_path / "hub/models--own--tiny"
    (place / "refs").mkdir(parents=True)
    for revision, letter, layers in (("main", "a", 2), ("step3", "b", 1)):
        commit = letter * 40
        (place / "refs" / revision).write_text(commit)
        shutil.copytree(saved("llama", num_hidden_layers=layers), place / "snapshots" / commit)
    done = subprocess.run(
        [sys.executable, "-c", READ_FROM_A_HUB],
        env={**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == [
        f"own/tiny {'a' * 40} 2 48",
        f"own/tiny {'b' * 40} 1 48",
        f"untrained:own/tiny {'b' * 40}+seed0 1 48",
    ], done.stderr
