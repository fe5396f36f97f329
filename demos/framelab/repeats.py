"""A world of random sequences that come twice: the second copy can only be looked up."""

from collections.abc import Iterator
from typing import NamedTuple

import torch

from framelab.training import IGNORED, Batch


class Repeats(NamedTuple):
    """Sequences that each hold two copies of the same random tokens, at random places.

    ids: [sequence, token]. first, second: [sequence, half], the places of the two copies.
    """

    ids: torch.Tensor
    first: torch.Tensor
    second: torch.Tensor


MAX_BEFORE, MAX_GAP = 5, 6  # tokens, at most: before the first copy, and between the two


def repeats_length(half: int) -> int:
    """The tokens in a sequence of repeated_tokens, which are as many distinct ids, without bos."""
    return MAX_BEFORE + half + MAX_GAP + half


def repeated_tokens(
    generator: torch.Generator,
    sequences: int,
    half: int,
    allowed: torch.Tensor,
    bos: int | None = None,
    max_before: int = MAX_BEFORE,
    max_gap: int = MAX_GAP,
) -> Repeats:
    """Random tokens with a stretch of them repeated once, everything else distinct.

    half: tokens in each copy. allowed: [token], the distinct ids to draw from. bos: an id to
    start every sequence with. Before the first copy stand 0 to max_before tokens and between the
    copies 0 to max_gap, drawn afresh for each sequence: with a fixed distance, attention that
    only counts back would pass for a look at the content. All sequences have the same length.
    Raises ValueError if there are too few ids for the tokens to be distinct.
    """
    start = 0 if bos is None else 1
    length = max_before + half + max_gap + half
    if half < 2 or len(allowed) < length:
        raise ValueError(f"half={half} needs {length} distinct tokens, {len(allowed)} are allowed")
    drawn = torch.rand(sequences, len(allowed), generator=generator).argsort(1)
    ids = allowed[drawn[:, :length]]  # [sequence, token], all distinct
    before = torch.randint(0, max_before + 1, (sequences, 1), generator=generator)
    gap = torch.randint(0, max_gap + 1, (sequences, 1), generator=generator)
    first = before + torch.arange(half)  # [sequence, half]
    second = first + half + gap
    ids = ids.scatter(1, second, ids.gather(1, first))
    if bos is not None:
        ids = torch.cat([torch.full((sequences, 1), bos), ids], 1)
    return Repeats(ids, first + start, second + start)


def repeat_batches(
    generator: torch.Generator, batch: int, half: int, vocabulary: int
) -> Iterator[Batch]:
    """Endless training batches: token 0 starts, and only the second copy is charged.

    The first token of the second copy cannot be known, so it is not charged either.
    """
    allowed = torch.arange(1, vocabulary)
    while True:
        world = repeated_tokens(generator, batch, half, allowed, bos=0)
        charged = world.second[:, 1:]
        labels = torch.full_like(world.ids, IGNORED)
        yield world.ids, labels.scatter(1, charged, world.ids.gather(1, charged))
