"""The grammar of stories against brute force, and the batches that train on it."""

import random
from collections.abc import Iterator
from itertools import product
from math import prod

import numpy as np
import pytest
import torch

from framelab.grammar import END, Grammar
from framelab.stories import STORIES, story_batches
from framelab.training import IGNORED

# A hidden mood, a name that returns, a word left out at times, and two ways to say one thing.
SMALL = Grammar(
    {
        "story": [(1, "mood=moods {hint:mood} $name=names {verb:mood} , said $name")],
        "moods": [(0.75, "glad"), (0.25, "sad")],
        "hint:glad": [(0.5, "smiling"), (0.5, "")],
        "hint:sad": [(0.2, "smiling"), (0.8, "")],
        "names": [(0.5, "Ada"), (0.5, "Pip")],
        "verb:glad": [(0.6, "sang"), (0.4, "sat")],
        "verb:sad": [(0.1, "sang"), (0.9, "sat")],
    }
)


def every_story() -> Iterator[tuple[float, tuple[str, ...]]]:
    """Each way to tell a small story, with its probability, written out by hand."""
    odds = {"glad": (0.75, 0.5, 0.6), "sad": (0.25, 0.2, 0.1)}
    for mood, hint, name, verb in product(odds, (True, False), ("Ada", "Pip"), ("sang", "sat")):
        weight, smiles, sings = odds[mood]
        share = weight * (smiles if hint else 1 - smiles) * 0.5
        share *= sings if verb == "sang" else 1 - sings
        yield share, (END, *(["smiling"] if hint else []), name, verb, ",", "said", name, END)


def test_exact_odds_are_those_of_all_stories_counted_out() -> None:
    stories = list(every_story())
    assert sum(share for share, _ in stories) == pytest.approx(1)
    for _, story in stories:
        odds = SMALL.exact_odds([SMALL.token[word] for word in story])
        assert odds[-1].sum() == 0
        for place in range(1, len(story)):
            before = [(share, one) for share, one in stories if one[:place] == story[:place]]
            total = sum(share for share, _ in before)
            for word, token in SMALL.token.items():
                came = sum(share for share, one in before if one[place] == word)
                assert odds[place - 1, token] == pytest.approx(came / total, abs=1e-12)


def test_stories_are_drawn_as_often_as_they_are_likely() -> None:
    drawn = random.Random(0)
    texts = [" ".join(SMALL.words[token] for token in SMALL.draw(drawn)) for _ in range(20_000)]
    likely: dict[str, float] = {}
    for share, story in every_story():
        likely[" ".join(story)] = likely.get(" ".join(story), 0) + share
    assert set(texts) <= set(likely)
    for text, share in likely.items():
        assert texts.count(text) / len(texts) == pytest.approx(share, abs=0.012)


def test_a_text_that_the_grammar_cannot_say_is_refused() -> None:
    with pytest.raises(ValueError, match="'sat' cannot be word 1"):
        SMALL.exact_odds([0, SMALL.token["sat"]])
    with pytest.raises(ValueError, match=f"a text starts with {END}"):
        SMALL.exact_odds([SMALL.token["Ada"]])


def test_what_is_only_remembered_is_no_word() -> None:
    assert SMALL.words == [END, ",", "Ada", "Pip", "said", "sang", "sat", "smiling"]
    assert not {"brave", "kind", "sly"} & set(STORIES.words)
    assert "shy" in STORIES.words  # a trait too, and traits are said


def test_the_probability_of_a_real_story_is_the_product_of_its_words() -> None:
    for seed in range(5):
        ids = STORIES.draw(random.Random(seed))
        odds = STORIES.exact_odds(ids)
        assert odds[:-1].sum(axis=1) == pytest.approx(1)
        assert prod(odds[np.arange(len(ids) - 1), ids[1:]]) > 0


def test_batches_hold_stories_and_free_padding() -> None:
    ids, labels = next(story_batches(torch.Generator().manual_seed(0), 4, 120))
    assert ids.shape == labels.shape == (4, 120)
    for row, charged in zip(ids.tolist(), labels.tolist(), strict=True):
        end = row.index(0, 1)
        assert charged[: end + 1] == row[: end + 1]
        assert set(charged[end + 1 :]) == {IGNORED}
        STORIES.exact_odds(row[: end + 1])
