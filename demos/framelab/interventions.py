"""Reaching into a model while it runs: read what a block gives out, and change it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from transformers import PreTrainedModel

Change = Callable[[torch.Tensor], torch.Tensor]


@contextmanager
def changing(model: "PreTrainedModel", changes: Mapping[int, Change]) -> Iterator[None]:
    """Within this context, blocks give out something else than they would.

    changes: by block, counted from 0, a function from what the block gives to the residual stream,
    [sequence, token, width], to what it shall give instead. Later blocks see the change.
    Raises ValueError for a model that keeps its blocks in an unknown place.
    """
    blocks = _blocks(model)
    hooks = [blocks[block].register_forward_hook(_hook(done)) for block, done in changes.items()]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def block_outputs(model: "PreTrainedModel", ids: torch.Tensor) -> torch.Tensor:
    """What each block gives to the residual stream, the last one not normalised.

    ids: [sequence, token]. Returns [layer, sequence, token, width].
    """
    seen: list[torch.Tensor] = []

    def watch(given: torch.Tensor) -> torch.Tensor:
        seen.append(given)
        return given

    with torch.no_grad(), changing(model, dict.fromkeys(range(len(_blocks(model))), watch)):
        model(input_ids=ids, use_cache=False)
    return torch.stack(seen)


def moved_along(direction: torch.Tensor, target: torch.Tensor) -> Change:
    """A change that gives every token the same component along a direction.

    direction: [width], of length 1. target: that component, a single number.
    """

    def move(given: torch.Tensor) -> torch.Tensor:
        return given + (target - given @ direction)[..., None] * direction

    return move


def _hook(change: Change) -> Any:
    def hooked(module: Any, inputs: Any, given: Any) -> Any:
        if isinstance(given, tuple):
            return (change(given[0]), *given[1:])
        return change(given)

    return hooked


def _blocks(model: "PreTrainedModel") -> Any:
    for stem, name in (("model", "layers"), ("transformer", "h")):
        blocks = getattr(getattr(model, stem, None), name, None)
        if blocks is not None:
            return blocks
    raise ValueError(f"no blocks found in a {type(model).__name__}")
