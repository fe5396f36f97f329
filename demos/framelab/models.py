"""Any causal language model by name: a lab recipe, a checkpoint folder, or a hub id."""

from functools import lru_cache
from typing import Any, NamedTuple

import torch

from framelab.cache import shelved
from framelab.loaded import Loaded
from framelab.quiet import quiet
from framelab.recipes import RECIPES, untrained
from framespec.corpus import Refused, nearest
from framespec.modelref import ModelRef, resolve

DTYPES = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
    "float64": torch.float64,
}


def load(name: str, seed: int = 0, device: str = "cpu", dtype: str = "float32") -> Loaded:
    """Load a causal language model, from safetensors only, never with remote code.

    name: `lab:NAME`, trained with that seed; `untrained:NAME`, the architecture of any other
    name, freshly initialised with that seed; a checkpoint folder; or a hub id, with `@revision`
    if wanted. Only the first two depend on the seed. device: cpu, cuda, cuda:1, mps.
    dtype: one of DTYPES; whatever the weights were saved in.
    Raises Refused, before any heavy work, if the name leads to no such model or there is no such
    device or dtype, and later if its files are broken.
    """
    found, place = resolve(name), _place(device, dtype)
    if found.kind == "lab":
        check_recipe(found.place)
        folder, digest = shelved(found.place, seed)
        return _checkpoint(found._replace(place=str(folder), revision=digest), place)
    if found.kind == "untrained":
        return _untrained(found, seed, place)
    return _checkpoint(found, place)


class Place(NamedTuple):
    """Where a model computes, and in which number type."""

    device: torch.device
    dtype: torch.dtype


def _place(device: str, dtype: str) -> Place:
    if dtype not in DTYPES:
        near = nearest(dtype, list(DTYPES))
        listed = ", ".join(DTYPES)
        mend = f"did you mean {near}? there are {listed}" if near else f"there are {listed}"
        raise Refused(f"parameter 'dtype': there is no number type '{dtype}'", mend)
    try:
        torch.empty(1, device=device, dtype=DTYPES[dtype])
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        said = str(error).splitlines()[0].split(". ")[0]
        what = f"parameter 'device': '{device}' is not to be had here: {said}"
        raise Refused(what, "cpu always works; a GPU is cuda, cuda:1 or mps") from None
    return Place(torch.device(device), DTYPES[dtype])


def ordinary_tokens(loaded: Loaded) -> torch.Tensor:
    """The ids that a model reads as text: all but those that start, end, pad or mark. [token]"""
    config = loaded.model.config.get_text_config()
    return torch.tensor(ordinary_ids(config, loaded.tokenizer))


def ordinary_ids(config: Any, tokenizer: Any) -> list[int]:
    """The same from a configuration, before the weights are there. config: of the text model."""
    special: set[Any] = set(tokenizer.all_special_ids) if tokenizer else set()
    for name in ("bos_token_id", "eos_token_id", "pad_token_id"):
        value = getattr(config, name, None)
        special.update(value if isinstance(value, list) else [value])
    # Embeddings are often padded to a round size: no text has the ids past the tokenizer's own.
    known = min(config.vocab_size, len(tokenizer)) if tokenizer else config.vocab_size
    return [token for token in range(known) if token not in special]


def start_token(loaded: Loaded) -> int | None:
    """The id that a model expects at the start of a text, or None if it knows of none."""
    known = loaded.tokenizer.bos_token_id if loaded.tokenizer else None
    found = loaded.model.config.bos_token_id if known is None else known
    return int(found) if isinstance(found, int) else None


def check_recipe(name: str) -> None:
    """Refuse the name of a recipe that does not exist, with the nearest one."""
    if name not in RECIPES:
        near = nearest(name, sorted(RECIPES))
        every = ", ".join(f"lab:{one}" for one in RECIPES)
        mend = f"nearest is {near}; there are {every}" if near else f"there are {every}"
        raise Refused(f"no lab model '{name}'", mend)


def _untrained(found: ModelRef, seed: int, place: Place) -> Loaded:
    twin = resolve(found.place)
    revision = f"{found.revision}+seed{seed}".lstrip("+")
    if twin.kind == "lab":
        check_recipe(twin.place)
        model = untrained(RECIPES[twin.place], seed)
        model.set_attn_implementation("eager")
        return Loaded(_placed(model, place), None, found.id, revision)
    quiet()
    from transformers import AutoConfig, AutoModelForCausalLM

    factory: Any = AutoModelForCausalLM
    try:
        config = AutoConfig.from_pretrained(
            twin.place, revision=twin.asked, trust_remote_code=False
        )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            fresh = factory.from_config(
                config, attn_implementation="eager", dtype=torch.float32, trust_remote_code=False
            )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise broken(twin, error) from None
    return Loaded(_placed(fresh.eval(), place), tokenizer_of(twin), found.id, revision)


def _placed(model: Any, place: Place) -> Any:
    """Drawn or read on the CPU and moved then, so that a seed gives the same weights anywhere."""
    return model.to(device=place.device, dtype=place.dtype)


@lru_cache(maxsize=2)
def _checkpoint(found: ModelRef, place: Place) -> Loaded:
    """Load real weights. Kept, so that a loop over seeds does not read one checkpoint again."""
    quiet()
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM

    factory: Any = AutoModelForCausalLM
    try:
        model, report = factory.from_pretrained(
            found.place,
            revision=found.asked,
            use_safetensors=True,
            trust_remote_code=False,
            attn_implementation="eager",
            dtype=place.dtype,
            output_loading_info=True,
        )
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RuntimeError,
        SafetensorError,
    ) as error:
        raise broken(found, error) from None
    if report["missing_keys"]:
        raise broken(found, ValueError(f"no weights for {min(report['missing_keys'])}"))
    commit = getattr(model.config, "_commit_hash", None)
    revision = commit if found.kind == "hub" and commit else found.revision
    tokenizer = None if found.kind == "lab" else tokenizer_of(found)
    return Loaded(_placed(model.eval(), place), tokenizer, found.id, revision)


def tokenizer_of(found: ModelRef) -> Any:
    """The tokenizer of a checkpoint or of an untrained twin's; None where there is none."""
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(
            found.place, revision=found.asked, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError):
        return None  # a checkpoint without a tokenizer can still be shown token ids
    # Without its files it may come with its special tokens alone, and would tell of no other.
    only_special = len(tokenizer) <= len(set(tokenizer.all_special_ids))
    return None if only_special else tokenizer


def broken(found: ModelRef, error: Exception) -> Refused:
    """What to say of a model whose files could not be read."""
    said = str(error).strip().splitlines() or [type(error).__name__]
    if found.kind == "hub":
        if found.place in RECIPES:
            return Refused(f"'{found.place}' is a lab model", f"did you mean lab:{found.place}?")
        return Refused(
            f"hub model '{found.place}' cannot be loaded: {said[0]}",
            "check its name, the connection and HF_HUB_OFFLINE, or give a folder",
        )
    return Refused(
        f"the checkpoint in '{found.place}' is broken: {said[0]}",
        "write it again with save_pretrained",
    )
