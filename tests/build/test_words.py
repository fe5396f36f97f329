"""Which claims are compared letter by letter: all that could be copies, against all pairs."""

import random
from itertools import combinations

from framebuild.check.words import SHARED, sharing


def test_no_pair_that_shares_enough_words_is_missed() -> None:
    for seed in range(50):
        draw = random.Random(seed)
        words = [f"w{number}" for number in range(draw.randint(3, 30))]
        texts = [frozenset(draw.choices(words, k=draw.randint(1, 10))) for _ in range(25)]
        found = list(sharing(texts))
        assert len(set(found)) == len(found)
        for one, other in combinations(range(len(texts)), 2):
            most = max(len(texts[one]), len(texts[other]))
            if len(texts[one] & texts[other]) >= SHARED * most:
                assert (one, other) in found


def test_texts_that_share_only_common_words_never_meet() -> None:
    common = {f"common{number}" for number in range(4)}
    texts = [frozenset(common | {f"own{n}-{place}" for n in range(5)}) for place in range(20)]
    assert list(sharing(texts)) == []
