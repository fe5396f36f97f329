"""Worlds against brute force."""

from itertools import pairwise, product

import numpy as np
import pytest
import torch

from framelab.personas import (
    EMISSIONS,
    HIDDEN,
    NICE,
    POLITE,
    RUDE,
    STORY_TOKENS,
    TURNED,
    TURNS,
    UNANNOUNCED,
    PersonaWorld,
    exact_rude_share,
    exact_turn_odds,
    write_stories,
)
from framelab.repeats import repeat_batches, repeated_tokens
from framelab.training import IGNORED

WORLDS = [
    PersonaWorld(dose=0.0, turns=3),
    PersonaWorld(dose=0.3, turns=3),
    PersonaWorld(dose=0.3, turns=3, reform=0.2),
]


def path_odds(world: PersonaWorld, announcement: int, kinds: tuple[int, ...]) -> float:
    """The odds of a story's turns, summed over every path that its character can take."""
    total = 0.0
    for path in product(range(4), repeat=len(kinds)):
        odds = world.priors[announcement, path[0]]
        for before, after in pairwise(path):
            odds *= world.moves[before, after]
        for character, kind in zip(path, kinds, strict=True):
            odds *= EMISSIONS[character, kind]
        total += odds
    return total


@pytest.mark.parametrize("world", WORLDS, ids=["no impostors", "impostors", "reforming"])
@pytest.mark.parametrize("announcement", [UNANNOUNCED, POLITE])
def test_filter_agrees_with_enumeration(world: PersonaWorld, announcement: int) -> None:
    for kinds in product(range(3), repeat=3):
        ids = np.array([[announcement, *(NICE + kind for kind in kinds)]])
        odds = exact_turn_odds(world, ids)[0]  # [token, turn kind]
        for turn in range(4):
            before = path_odds(world, announcement, kinds[:turn]) if turn else 1.0
            asked = [path_odds(world, announcement, (*kinds[:turn], kind)) for kind in range(3)]
            assert odds[turn] == pytest.approx(np.array(asked) / before, abs=1e-12)


@pytest.mark.parametrize("world", WORLDS, ids=["no impostors", "impostors", "reforming"])
def test_worlds_are_made_of_odds(world: PersonaWorld) -> None:
    for odds in (world.priors, world.moves, EMISSIONS):
        assert odds.sum(axis=1) == pytest.approx(1)
        assert (odds >= 0).all()
    assert (EMISSIONS > 0).all()  # no story is impossible for anyone


def test_turned_stays_turned_unless_it_may_reform() -> None:
    assert PersonaWorld(0.3).moves[TURNED, TURNED] == 1
    assert PersonaWorld(0.3, reform=0.1).moves[TURNED, HIDDEN] == pytest.approx(0.1)


def test_stories_have_the_exact_share_of_rude_turns() -> None:
    world = PersonaWorld(dose=0.5, hazard=0.2, turns=6)
    ids = write_stories(world, 40_000, np.random.default_rng(0))
    assert ids.shape == (40_000, 7)
    assert set(np.unique(ids[:, 1:])) == set(TURNS)
    assert ids.max() < STORY_TOKENS
    exact = exact_rude_share(world)
    for announcement in (UNANNOUNCED, POLITE):
        rude = (ids[ids[:, 0] == announcement, 1:] == RUDE).mean(axis=0)
        assert rude == pytest.approx(exact[announcement], abs=0.012)


@pytest.mark.parametrize("bos", [None, 0])
def test_copies_are_where_they_are_said_to_be(bos: int | None) -> None:
    allowed = torch.arange(3, 60)
    world = repeated_tokens(torch.Generator().manual_seed(0), 400, 8, allowed, bos)
    first = world.ids.gather(1, world.first)
    assert torch.equal(first, world.ids.gather(1, world.second))
    distances = world.second[:, 0] - world.first[:, 0]
    assert set(distances.tolist()) == set(range(8, 15))  # the gap is 0 to 6
    start = 0 if bos is None else 1
    assert set(world.first[:, 0].tolist()) == set(range(start, start + 6))
    assert world.ids[:, start:].min() >= 3
    for row in world.ids[:, start:].tolist():
        assert len(set(row)) == len(row) - 8  # only the copied tokens come twice
    assert bos is None or set(world.ids[:, 0].tolist()) == {bos}


def test_too_few_tokens_to_be_distinct() -> None:
    with pytest.raises(ValueError, match="half=8 needs 27 distinct tokens, 20 are allowed"):
        repeated_tokens(torch.Generator(), 2, 8, torch.arange(20))


def test_only_the_second_copy_but_its_first_token_is_charged() -> None:
    ids, labels = next(repeat_batches(torch.Generator().manual_seed(0), 50, 10, 64))
    charged = labels != IGNORED
    assert charged.sum(dim=1).tolist() == [9] * 50
    assert torch.equal(labels[charged], ids[charged])
    for row, marks in zip(ids.tolist(), charged.tolist(), strict=True):
        for place, mark in enumerate(marks):
            assert not mark or row.index(row[place]) < place
