"""A world of talks between two characters who want opposite things.

A talk is a start and then turns, each a name tag and an offer. The two take turns, and a coin says
who is first. One opens high and comes down by and by, the other is its mirror image. Each looks at
its own last offer alone, so the odds of an offer have an exact answer.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from framelab.draws import Ids, draw_rows
from framelab.odds import Array

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# Token ids: the start, two name tags, the offers.
HIGH, LOW = 1, 2
OFFERS = 10  # from 0 to 9
FIRST_OFFER = 3
TALK_TOKENS = FIRST_OFFER + OFFERS
TALK_TURNS = 12
TALK_LENGTH = 1 + 2 * TALK_TURNS
MIDDLE = (OFFERS - 1) / 2

_OPENING = {6: 0.2, 7: 0.3, 8: 0.3, 9: 0.2}
_STEP = {0: 0.55, -1: 0.35, 1: 0.10}  # of the one who wants a high offer


def _tables() -> tuple[Array, Array]:
    opening, moves = np.zeros(OFFERS), np.zeros((OFFERS, OFFERS))
    opening[list(_OPENING)] = list(_OPENING.values())
    for last in range(OFFERS):
        for step, odds in _STEP.items():
            moves[last, min(max(last + step, 0), OFFERS - 1)] += odds
    return np.stack([opening, opening[::-1]]), np.stack([moves, moves[::-1, ::-1]])


# The odds of a first offer, [character, offer], and of the next after one's last, [character,
# offer, offer]. The first character is HIGH.
OPENINGS, MOVES = _tables()


def write_talks(count: int, generator: np.random.Generator, dealt: bool = False) -> Ids:
    """Talks drawn from the world. [sequence, token], int64.

    dealt: whether each name tag is a coin's, and says nothing of who makes the offer.
    """
    first = generator.integers(0, 2, count)
    last: dict[int, Ids] = {}  # by place in the order of turns
    ids = np.zeros((count, TALK_LENGTH), dtype=np.int64)
    for turn in range(TALK_TURNS):
        place = turn % 2
        who = first ^ place
        odds = MOVES[who, last[place]] if place in last else OPENINGS[who]
        last[place] = draw_rows(odds, generator)
        ids[:, 1 + 2 * turn] = HIGH + who
        ids[:, 2 + 2 * turn] = FIRST_OFFER + last[place]
    if dealt:
        ids[:, 1::2] = HIGH + generator.integers(0, 2, (count, TALK_TURNS))
    return ids


def by_character(ids: Ids, turns: NDArray[Any]) -> NDArray[Any]:
    """Something known of every turn, sorted by whose turn it is.

    ids: talks, whose tags alternate, so that the first of them says who begins. turns: [sequence,
    turn, ...]. Returns [character, sequence, own turn, ...]; the first character is HIGH.
    """
    even, odd = turns[:, 0::2], turns[:, 1::2]
    high_first = (ids[:, 1] == HIGH).reshape(-1, *[1] * (turns.ndim - 1))
    return np.stack([np.where(high_first, even, odd), np.where(high_first, odd, even)])


def offers_by(ids: Ids) -> Ids:
    """What each of the two offers in turn. [character, sequence, own turn], 0 to 9"""
    offers: Ids = by_character(ids, ids[:, 2::2] - FIRST_OFFER)
    return offers


def exact_offer_odds(offers: Ids) -> Array:
    """The odds of each offer, given the same speaker's last one.

    offers: [character, sequence, own turn]. Returns [character, sequence, own turn, offer].
    """
    odds = np.empty((*offers.shape, OFFERS))
    for who in range(2):
        odds[who, :, 0] = OPENINGS[who]
        odds[who, :, 1:] = MOVES[who, offers[who, :, :-1]]
    return odds


def exact_mean_offers() -> Array:
    """What each of the two offers on the whole at each own turn. [character, own turn]"""
    belief, means = OPENINGS, []
    for _ in range(TALK_TURNS // 2):
        means.append(belief @ np.arange(OFFERS))
        belief = np.einsum("co,cop->cp", belief, MOVES)
    return np.stack(means, axis=1)


def own_talks(model: "PreTrainedModel", count: int, seed: int) -> Ids:
    """Talks in which a model makes every offer, and the tags alternate as in the world.

    A coin says whose tag is first. Returns [sequence, token].
    """
    generator = torch.Generator().manual_seed(seed)
    tag = torch.randint(HIGH, LOW + 1, (count, 1), generator=generator)
    allowed = torch.arange(FIRST_OFFER, TALK_TOKENS)
    fed, past = torch.cat([torch.zeros_like(tag), tag], dim=1), None
    written = [fed]
    with torch.no_grad():
        for turn in range(1, TALK_TURNS + 1):
            out = model(input_ids=fed, past_key_values=past, use_cache=True)
            odds = out.logits[:, -1, allowed].softmax(-1)
            offer = allowed[torch.multinomial(odds, 1, generator=generator)]  # [sequence, 1]
            tag, past = HIGH + LOW - tag, out.past_key_values
            fed = torch.cat([offer, tag], dim=1)
            written.append(fed if turn < TALK_TURNS else offer)
    talks: Ids = torch.cat(written, dim=1).numpy()
    return talks
