"""What a `model` parameter names, told without loading it: no torch, nothing downloaded."""

import hashlib
import os
import re
from pathlib import Path
from typing import Literal, NamedTuple

from framespec.corpus import Refused

Kind = Literal["lab", "untrained", "folder", "hub"]

HUB_PATTERN = r"^[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?$"
PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
FORMS = "lab:NAME, untrained:NAME, a checkpoint folder, or a hub id such as gpt2"


class ModelRef(NamedTuple):
    """A model that was named, but not yet loaded.

    id: how a receipt names it; a folder goes by its own name, without the path that led to it.
    revision: the exact weights as far as they are known before loading: a digest for a folder,
    a commit for a hub model that is in the local cache and otherwise the revision asked for,
    nothing for a lab model. place: the recipe, folder, hub id, or name of the trained twin.
    asked: the hub revision that was asked for, if any.
    """

    kind: Kind
    id: str
    revision: str
    place: str
    asked: str | None = None


def resolve(name: str) -> ModelRef:
    """Read a model's name, and find its revision where that needs no loading.

    A name with a leading slash, dot or tilde, or of something that exists, is a folder. The
    names of recipes are not looked up. Raises Refused for a name of no known form, and for a
    folder that does not hold a config.json and safetensors weights.
    """
    if name.startswith("lab:"):
        return ModelRef("lab", name, "", name.removeprefix("lab:"))
    if name.startswith("untrained:"):
        inner = name.removeprefix("untrained:")
        if inner.startswith("untrained:"):
            raise Refused(f"model '{name}' says untrained twice", "say it once")
        twin = resolve(inner)
        return ModelRef("untrained", f"untrained:{twin.id}", twin.revision, inner)
    if name and (name[0] in "/.~" or Path(name).exists()):
        return _folder(name)
    repository, at, revision = name.partition("@")
    if not re.match(HUB_PATTERN, repository) or (at and not revision):
        raise Refused(f"'{name}' does not name a model", f"give {FORMS}")
    known = _cached_commit(repository, revision or None)
    return ModelRef("hub", repository, known or revision or "main", repository, revision or None)


def located(name: str) -> str:
    """The same name with a folder given by its whole path, to be read from anywhere."""
    before = "untrained:" if name.startswith("untrained:") else ""
    folder = Path(os.path.expanduser(name.removeprefix(before)))
    return f"{before}{folder.resolve()}" if folder.is_dir() else name


def folder_digest(folder: Path) -> str:
    """`sha256:` and the first 16 hex digits over config.json and all safetensors files.

    Raises OSError if one cannot be read.
    """
    digest = hashlib.sha256()
    for path in [folder / "config.json", *sorted(folder.glob("*.safetensors"))]:
        with path.open("rb") as file:
            inner = hashlib.file_digest(file, "sha256")
        digest.update(path.name.encode() + b"\0" + inner.digest())
    return f"sha256:{digest.hexdigest()[:16]}"


def _folder(name: str) -> ModelRef:
    folder = Path(os.path.expanduser(name))
    if not folder.exists():
        raise Refused(f"no folder '{name}'", f"correct the path, or give {FORMS}")
    if not folder.is_dir():
        raise Refused(f"'{name}' is a file", "give the folder that holds config.json")
    if not (folder / "config.json").is_file():
        raise Refused(
            f"folder '{name}' has no config.json",
            "give the folder that save_pretrained wrote",
        )
    if not any(folder.glob("*.safetensors")):
        raise _no_weights(name, folder)
    try:
        revision = folder_digest(folder)
    except OSError as error:
        raise Refused(f"folder '{name}' cannot be read: {error.strerror}", "mend it") from None
    return ModelRef("folder", folder.resolve().name, revision, str(folder))


def _no_weights(name: str, folder: Path) -> Refused:
    pickled = sorted(path.name for pattern in PICKLED for path in folder.glob(pattern))
    if pickled:
        return Refused(
            f"folder '{name}' has only pickled weights ({pickled[0]}), which can run code",
            "convert them to safetensors: save_pretrained in a place you trust does so",
        )
    return Refused(
        f"folder '{name}' has a config.json but no *.safetensors",
        "add the weights, or put untrained: before the name of a folder that has them",
    )


def _cached_commit(repository: str, revision: str | None) -> str | None:
    """The commit of a hub model in the local cache; None if unknown. Never goes online."""
    try:
        from huggingface_hub import try_to_load_from_cache
    except ImportError:
        return None
    found = try_to_load_from_cache(repository, "config.json", revision=revision)
    return Path(found).parent.name if isinstance(found, str) else None
