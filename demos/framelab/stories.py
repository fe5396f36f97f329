"""A world of short stories, pleasant to read, whose every next word has exact odds.

A hero loses a thing, goes to look for it, and meets somebody. The hero's temper and the other's
nature are never said: they show in what the two do, so that the odds of the ending follow from
small hints by Bayes' rule. Names, things and places return word for word.
"""

import random
from collections.abc import Iterator

import torch

from framelab.grammar import Grammar
from framelab.training import IGNORED, Batch

STORY_LENGTH = 96  # the longest text in tokens; a longer one, which is rare, is cut

STORIES = Grammar(
    {
        "story": [
            (1, "temper=tempers nature=natures {opening} {loss} {way} {meeting} {end:nature}"),
        ],
        "tempers": [(0.5, "brave"), (0.5, "shy")],
        "natures": [(0.6, "kind"), (0.4, "sly")],
        "opening": [
            (0.6, "long ago {hero} lived by the $home=homes ."),
            (0.4, "once upon a time , {hero} lived by the $home=homes ."),
        ],
        "hero": [(1, "a {trait:temper} $hero=animals named $name=names")],
        "trait:brave": [(0.3, "bold"), (0.3, "cheerful"), (0.2, "young"), (0.2, "")],
        "trait:shy": [(0.3, "shy"), (0.3, "quiet"), (0.2, "young"), (0.2, "")],
        "animals": [
            (0.2, "fox"), (0.2, "hare"), (0.2, "mouse"), (0.2, "badger"), (0.1, "bear"),
            (0.1, "cat"),
        ],
        "names": [
            (0.125, name)
            for name in ("Ada", "Bruno", "Finn", "Juno", "Mira", "Nell", "Otto", "Pip")
        ],
        "homes": [(0.4, "river"), (0.3, "sea"), (0.2, "mill"), (0.1, "forest")],
        "loss": [
            (0.6, "one $time=times $name lost {thing} ."),
            (0.4, "$name had {thing} , but one $time=times it was gone ."),
        ],
        "times": [(0.5, "morning"), (0.3, "evening"), (0.2, "night")],
        "thing": [(1, "a $make=makes $thing=things:make")],
        "makes": [(0.4, "silver"), (0.3, "glass"), (0.3, "wooden")],
        "things:silver": [(0.6, "key"), (0.3, "bell"), (0.1, "ring")],
        "things:glass": [(0.5, "lamp"), (0.3, "bell"), (0.2, "ring")],
        "things:wooden": [(0.5, "flute"), (0.3, "drum"), (0.2, "boat")],
        "way": [
            (1, "so $name {went:temper} through the {weather} , to the $place=places ."),
        ],
        "went:brave": [(0.5, "marched"), (0.3, "ran"), (0.2, "walked {on}")],
        "went:shy": [(0.5, "crept"), (0.1, "ran"), (0.4, "walked {on}")],
        "on": [(0.5, ""), (0.5, "and walked {on}")],
        "weather": [(0.5, "rain"), (0.3, "snow"), (0.2, "fog")],
        "places": [(0.4, "tower"), (0.3, "cave"), (0.2, "garden"), (0.1, "forest")],
        "meeting": [
            (1, "there a $friend=friends {does:nature} . “ {talk:nature} , ” said the $friend ."),
        ],
        "friends": [(0.3, "crow"), (0.3, "toad"), (0.2, "heron"), (0.1, "wolf"), (0.1, "snail")],
        "does:kind": [
            (0.4, "sat by the fire"), (0.4, "hummed a song"), (0.2, "smiled"),
        ],
        "does:sly": [
            (0.2, "sat by the fire"), (0.4, "counted coins"), (0.4, "smiled"),
        ],
        "talk:kind": [
            (0.5, "I saw your $thing in the {spot}"), (0.3, "come in and rest"),
            (0.2, "let us look for it"),
        ],
        "talk:sly": [
            (0.2, "I saw your $thing in the {spot}"), (0.2, "come in and rest"),
            (0.6, "give me your supper first"),
        ],
        "spot": [(0.5, "$place"), (0.3, "snow"), (0.2, "river")],
        "end:kind": [
            (0.6, "soon $name and the $friend found the $thing , and $name went home again ."),
            (0.3, "$name found the $make $thing by the fire , and gave the $friend a song ."),
            (0.1, "the $thing stayed lost , but $name and the $friend became friends ."),
        ],
        "end:sly": [
            (0.7, "but the $friend ran off with the supper , and the $thing stayed lost ."),
            (0.3, "but $name was clever , took the $thing back and went home to the $home ."),
        ],
    }
)  # fmt: skip


def story_batches(generator: torch.Generator, batch: int, length: int) -> Iterator[Batch]:
    """Endless training batches: a story a row, from END to END, and padding that costs nothing."""
    drawn = random.Random(int(torch.randint(2**31, (), generator=generator)))
    while True:
        ids = torch.zeros(batch, length, dtype=torch.long)
        labels = torch.full_like(ids, IGNORED)
        for row in range(batch):
            story = torch.tensor(STORIES.draw(drawn)[:length])
            ids[row, : len(story)] = labels[row, : len(story)] = story
        yield ids, labels
