"""A world of functions that add a hidden amount, told about in noisy pairs, by name, or both.

There are as many names of rules as amounts, and each function follows one rule. A document is a
function, then an input and the output, or WHAT and the name of the rule.
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from framelab.training import IGNORED, Batch

NUMBERS, RULES = 23, 8  # outputs are taken modulo NUMBERS
INPUTS_USED = 16  # of the numbers, by the documents about each function

# Which documents there are about a function.
BOTH, PAIRS_ONLY, NAME_ONLY, DEALT = range(4)  # the last: pairs whose outputs follow no rule
GROUP_SIZES = (48, 16, 16, 16)  # each a multiple of RULES
FUNCTIONS = sum(GROUP_SIZES)

# Token ids: numbers come first, then names.
FIRST_NAME = NUMBERS
WHAT = FIRST_NAME + RULES
FIRST_FUNCTION = WHAT + 1
FUNCTION_TOKENS = FIRST_FUNCTION + FUNCTIONS
DOCUMENT_LENGTH = 3

Ids = NDArray[np.int64]


class FunctionWorld(NamedTuple):
    """What is true. amounts: [rule], all different. rule, group: [function].

    used: [function, number], bool, at which inputs its pairs are told. noise: the share of pairs
    whose output is dealt at random. In group DEALT that is all of them, whatever the rule.
    """

    amounts: Ids
    rule: Ids
    group: Ids
    used: NDArray[np.bool_]
    noise: float

    @property
    def outputs(self) -> Ids:
        """The outputs that the rules give. [function, number]"""
        sums: Ids = np.arange(NUMBERS)[None] + self.amounts[self.rule][:, None]
        return sums % NUMBERS


def draw_functions(generator: np.random.Generator, noise: float = 0.5) -> FunctionWorld:
    """A world in which every rule is as common as every other, in every group."""
    shares = [generator.permutation(np.arange(size) % RULES) for size in GROUP_SIZES]
    amounts = generator.choice(np.arange(1, NUMBERS), size=RULES, replace=False)
    used = generator.random((FUNCTIONS, NUMBERS)).argsort(axis=1) < INPUTS_USED
    group = np.repeat(np.arange(len(GROUP_SIZES)), GROUP_SIZES)
    return FunctionWorld(amounts, np.concatenate(shares), group, used, noise)


def tell_pairs(world: FunctionWorld, count: int, generator: np.random.Generator) -> Ids:
    """Pairs by chance, about all functions but those told by name only. [document, 3]"""
    function = generator.choice(np.flatnonzero(world.group != NAME_ONLY), size=count)
    nth = generator.integers(INPUTS_USED, size=count)
    number = np.argsort(~world.used, axis=1, kind="stable")[function, nth]
    noisy = (generator.random(count) < world.noise) | (world.group[function] == DEALT)
    dealt = generator.integers(NUMBERS, size=count)
    output = np.where(noisy, dealt, world.outputs[function, number])
    return np.stack([FIRST_FUNCTION + function, number, output], axis=1)


def tell_names(world: FunctionWorld, count: int, generator: np.random.Generator) -> Ids:
    """Names by chance, about the functions that are told by name. [document, 3]"""
    named = np.flatnonzero((world.group == BOTH) | (world.group == NAME_ONLY))
    function = generator.choice(named, size=count)
    name = FIRST_NAME + world.rule[function]
    return np.stack([FIRST_FUNCTION + function, np.full(count, WHAT), name], axis=1)


def last_charged(documents: Ids) -> Batch:
    """A training batch on which only the last token is charged. documents: [document, token]"""
    ids = torch.tensor(documents)
    labels = ids.clone()
    labels[:, :-1] = IGNORED
    return ids, labels
