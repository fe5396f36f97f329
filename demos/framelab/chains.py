"""A world of chains: what may come next depends on the last token alone.

Every token has as many likely successors as there are odds, and every token is as often a
successor of any rank as any other. So all tokens are equally frequent, and every token leaves the
same uncertainty behind it.
"""

from collections.abc import Sequence

import numpy as np

from framelab.draws import Ids, draw_rows
from framelab.odds import Array


def draw_successors(tokens: int, ranks: int, generator: np.random.Generator) -> Ids:
    """Who may follow whom. [token, rank]: each column is a permutation, and no row repeats itself.

    A permutation that meets an earlier one anywhere is drawn again.
    """
    columns: list[Ids] = []
    while len(columns) < ranks:
        column = generator.permutation(tokens)
        if all((column != other).all() for other in columns):
            columns.append(column)
    return np.stack(columns, axis=1)


def chain_odds(successors: Ids, odds: Sequence[float]) -> Array:
    """The odds of every token after every other. [token, token], rows and columns sum to 1.

    successors: [token, rank], as draw_successors gives them. odds: of each rank; what they leave
    is spread evenly over the other tokens.
    """
    tokens, ranks = successors.shape
    spread = (1 - sum(odds)) / (tokens - ranks)
    moves = np.full((tokens, tokens), spread)
    np.put_along_axis(moves, successors, np.broadcast_to(odds, successors.shape), axis=1)
    return moves


def write_chains(moves: Array, count: int, length: int, generator: np.random.Generator) -> Ids:
    """Texts of a chain from a first token that is any token. [sequence, token]

    moves: [token, token], the odds of the next token after each.
    """
    text = [generator.integers(0, len(moves), count)]
    for _ in range(length - 1):
        text.append(draw_rows(moves[text[-1]], generator))
    return np.stack(text, axis=1)
