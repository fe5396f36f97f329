"""Any causal language model by name: a lab recipe, a checkpoint folder, or a hub id."""

from functools import lru_cache
from typing import Any

import torch

from framelab.cache import shelved
from framelab.loaded import Loaded
from framelab.quiet import quiet
from framelab.recipes import RECIPES, untrained
from framespec.corpus import Refused, nearest
from framespec.modelref import ModelRef, resolve


def load(name: str, seed: int = 0) -> Loaded:
    """Load a causal language model in float32, from safetensors only, never with remote code.

    name: `lab:NAME`, trained with that seed; `untrained:NAME`, the architecture of any other
    name, freshly initialised with that seed; a checkpoint folder; or a hub id, with `@revision`
    if wanted. Only the first two depend on the seed.
    Raises Refused, before any heavy work, if the name leads to no such model, and later if its
    files are broken.
    """
    found = resolve(name)
    if found.kind == "lab":
        _check_recipe(found.place)
        folder, digest = shelved(found.place, seed)
        return _checkpoint(found._replace(place=str(folder), revision=digest))
    if found.kind == "untrained":
        return _untrained(found, seed)
    return _checkpoint(found)


def ordinary_tokens(loaded: Loaded) -> torch.Tensor:
    """The ids that a model reads as text: all but those that start, end, pad or mark. [token]"""
    config, tokenizer = loaded.model.config, loaded.tokenizer
    special: set[Any] = set(tokenizer.all_special_ids) if tokenizer else set()
    for name in ("bos_token_id", "eos_token_id", "pad_token_id"):
        value = getattr(config, name, None)
        special.update(value if isinstance(value, list) else [value])
    return torch.tensor([token for token in range(config.vocab_size) if token not in special])


def start_token(loaded: Loaded) -> int | None:
    """The id that a model expects at the start of a text, or None if it knows of none."""
    known = loaded.tokenizer.bos_token_id if loaded.tokenizer else None
    found = loaded.model.config.bos_token_id if known is None else known
    return int(found) if isinstance(found, int) else None


def _check_recipe(name: str) -> None:
    if name not in RECIPES:
        near = nearest(name, sorted(RECIPES))
        every = ", ".join(f"lab:{one}" for one in RECIPES)
        mend = f"nearest is {near}; there are {every}" if near else f"there are {every}"
        raise Refused(f"no lab model '{name}'", mend)


def _untrained(found: ModelRef, seed: int) -> Loaded:
    twin = resolve(found.place)
    revision = f"{found.revision}+seed{seed}".lstrip("+")
    if twin.kind == "lab":
        _check_recipe(twin.place)
        model = untrained(RECIPES[twin.place], seed)
        model.set_attn_implementation("eager")
        return Loaded(model, None, found.id, revision)
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
        raise _broken(twin, error) from None
    return Loaded(fresh.eval(), _tokenizer(twin), found.id, revision)


@lru_cache(maxsize=2)
def _checkpoint(found: ModelRef) -> Loaded:
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
            dtype=torch.float32,
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
        raise _broken(found, error) from None
    if report["missing_keys"]:
        raise _broken(found, ValueError(f"no weights for {min(report['missing_keys'])}"))
    commit = getattr(model.config, "_commit_hash", None)
    revision = commit if found.kind == "hub" and commit else found.revision
    tokenizer = None if found.kind == "lab" else _tokenizer(found)
    return Loaded(model.eval(), tokenizer, found.id, revision)


def _tokenizer(found: ModelRef) -> Any:
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(
            found.place, revision=found.asked, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError):
        return None  # a checkpoint without a tokenizer can still be shown token ids
    return tokenizer if tokenizer.vocab_size else None  # without its files it may come empty


def _broken(found: ModelRef, error: Exception) -> Refused:
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
