"""A probabilistic grammar that can remember what it said, with its exact predictor.

A rule has alternatives, each a weight and a text of symbols: `word` is said as it is, `{rule}`
stands for an alternative of that rule, `name=rule` draws a word of a rule and remembers it in
silence, `$name` says what is remembered, `$name=rule` does both. A rule named `rule:name`, with a
remembered name, is the rule of the remembered word: with `mood` remembered as `glad`,
`{song:mood}` stands for `{song:glad}`.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from framelab.odds import Array

Rules = Mapping[str, Sequence[tuple[float, str]]]
Memory = tuple[tuple[str, str], ...]
State = tuple[tuple[str, ...], Memory]  # what is still to be said, and what is remembered

START = "story"
END = "∎"  # said before a text and after it
CACHED = 50_000  # states whose next words are kept


class Grammar:
    """Texts of a set of rules: drawing them, and the odds of their next words.

    words: all that can be said, END first, so that a word's place is its token.
    """

    def __init__(self, rules: Rules) -> None:
        """rules: with one named `story`; the weights of each sum to 1."""
        self.rules = {
            name: [(weight, _symbols(text)) for weight, text in alternatives]
            for name, alternatives in rules.items()
        }
        self.words = [END, *sorted(_spoken(self.rules))]
        self.token = {word: token for token, word in enumerate(self.words)}
        self._next_words = lru_cache(CACHED)(self._follow)

    def read(self, text: str) -> list[int]:
        """The tokens of a beginning, its words separated by spaces, with END before it."""
        return [0, *(self.token[word] for word in text.split())]

    def draw(self, generator: random.Random) -> list[int]:
        """A text as tokens, with END on both sides."""
        said, memory = [END], dict[str, str]()
        to_say = [f"{{{START}}}"]
        while to_say:
            symbol = to_say.pop()
            rule, name = self._rule(symbol, memory)
            if not rule:
                said.append(memory[name] if name else symbol)
                continue
            alternatives = self.rules[rule]
            weights = [weight for weight, _ in alternatives]
            (chosen,) = generator.choices([symbols for _, symbols in alternatives], weights)
            if name:
                memory[name] = chosen[0]
            else:
                to_say.extend(reversed(chosen))
        return [self.token[word] for word in [*said, END]]

    def exact_odds(self, ids: Sequence[int]) -> Array:
        """The odds of every next token, given the text so far: no predictor knows more.

        ids: a text that starts with END, whole or not. Returns [token, vocabulary]: at each token
        the odds after it, summing to 1, and after a closing END nothing, so zeros.
        Raises ValueError for a text that the grammar cannot say.
        """
        odds = np.zeros((len(ids), len(self.words)))
        belief: dict[State, float] = {((f"{{{START}}}",), ()): 1.0}
        for place, (token, following) in enumerate(pairwise([*ids, -1])):
            if place == 0 and token != 0:
                raise ValueError(f"a text starts with {END}")
            moved: dict[State, float] = {}
            for state, weight in belief.items():
                for share, word, after in self._next_words(state):
                    odds[place, self.token[word]] += weight * share
                    if self.token[word] == following:
                        moved[after] = moved.get(after, 0.0) + weight * share
            if following >= 0 and not moved:
                raise ValueError(f"'{self.words[following]}' cannot be word {place + 1}")
            total = sum(moved.values())
            belief = {state: weight / total for state, weight in moved.items()}
        return odds

    def _follow(self, state: State) -> list[tuple[float, str, State]]:
        """Every way to say one more word: its probability, the word, the state after it."""
        return list(self._ways(1.0, *state))

    def _ways(
        self, weight: float, to_say: tuple[str, ...], memory: Memory
    ) -> Iterator[tuple[float, str, State]]:
        if not to_say:
            yield weight, END, ((END,), ())  # a state of its own, from which nothing follows
            return
        symbol, rest = to_say[0], to_say[1:]
        if symbol == END:
            return
        known = dict(memory)
        rule, name = self._rule(symbol, known)
        if not rule:
            yield weight, known[name] if name else symbol, (rest, memory)
            return
        for share, symbols in self.rules[rule]:
            if name:
                now = tuple(sorted({**known, name: symbols[0]}.items()))
                yield from self._ways(weight * share, rest, now)
            else:
                yield from self._ways(weight * share, (*symbols, *rest), memory)

    def _rule(self, symbol: str, memory: Mapping[str, str]) -> tuple[str, str]:
        """The rule that a symbol draws from and the name it concerns; either may be empty."""
        if symbol.startswith("$"):
            return "", symbol[1:]
        name, bound, rule = symbol.partition("=")
        if not bound:
            if not symbol.startswith("{"):
                return "", ""
            name, rule = "", symbol[1:-1]
        stem, keyed, key = rule.partition(":")
        return (f"{stem}:{memory[key]}" if keyed else rule), name


def _symbols(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for symbol in text.split():
        name, bound, _ = symbol.partition("=")
        found += [symbol[1:], name] if bound and symbol.startswith("$") else [symbol]
    return tuple(found)


def _spoken(rules: Mapping[str, Sequence[tuple[float, tuple[str, ...]]]]) -> set[str]:
    """Every word that some text may hold: said as it is, or remembered and said."""
    symbols = {
        symbol for alternatives in rules.values() for _, one in alternatives for symbol in one
    }
    silent = {symbol.partition("=")[0] for symbol in symbols if "=" in symbol}
    silent -= {symbol[1:] for symbol in symbols if symbol.startswith("$")}
    unsaid = {
        symbol.partition("=")[2].partition(":")[0]
        for symbol in symbols
        if symbol.partition("=")[0] in silent
    }
    return {
        symbol
        for name, alternatives in rules.items()
        if name.partition(":")[0] not in unsaid
        for _, one in alternatives
        for symbol in one
        if symbol[0] not in "{$" and "=" not in symbol
    }
