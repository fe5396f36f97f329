"""Rules about a record's own words: that they are its own, and that they say something."""

import difflib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain

from framebuild.check.rule import Rule, named
from framebuild.load import Corpus, Frame
from framebuild.problem import Problem
from framebuild.skeleton import to_fill_in

SAME = 0.85  # of the letters: two such texts differ in a few words
SHARED = 0.5  # of the words: fewer in common cannot make SAME, and comparing letters is slow
MET = 3  # words in common, among the rarest of each: fewer would let more texts meet by chance
CONTENT = 2  # words that say something; fewer are a form of words

# Words that could stand under any source and any limit, so that they tell nothing of this one.
EMPTY = named(
    "a all also always an and any apply applies are as at be but by can claim could demo described "
    "does done evidence few for frame further future general generalise generalize good have here "
    "important in into is it its itself just language large limit limitation limitations limited "
    "limits llm many may might model models more much n na need needed needs never no none not "
    "nothing of on one only or other our paper part possible proves related relevant report "
    "reported research result results same say says scale see seen show shown shows small so some "
    "source study such support supported supports than that the their there these they thing "
    "things this those to todo toy true was we well were whole will with work would yes"
)


def claim_copied(corpus: Corpus) -> Iterator[Problem]:
    """A claim is made once: no other frame's says nearly the same words."""
    claims = [
        (frame, frame.record.claim.lower(), frozenset(_words(frame.record.claim)))
        for frame in _oldest_first(corpus)
        if not to_fill_in(frame.record.claim)
    ]
    for one, other in sharing([words for _, _, words in claims]):
        (first, told, words), (second, again, others) = claims[one], claims[other]
        if len(words & others) < SHARED * max(len(words), len(others)):
            continue
        if difflib.SequenceMatcher(None, told, again, autojunk=False).ratio() >= SAME:
            what = f"claim is nearly the same as that of '{first.id}'"
            mend = f"say what is new, or work on {first.path} instead"
            yield Problem(second.path, second.line_of("claim"), what, mend)


def sharing(texts: list[frozenset[str]]) -> Iterator[tuple[int, int]]:
    """Every pair of places whose texts may have a share of SHARED in common, and few others.

    Such texts have MET words in common even when each gives only its rarest ones, so that texts
    which share but the language's commonest words never meet: not every pair has to be looked at.
    Source: Bayardo, Ma and Srikant, "Scaling up all pairs similarity search", 2007.
    """
    often = Counter(chain.from_iterable(texts))
    rank = {word: place for place, word in enumerate(sorted(often, key=lambda w: (often[w], w)))}
    having: dict[str, list[int]] = defaultdict(list)
    for place, words in enumerate(texts):
        least = math.ceil(SHARED * len(words))  # in common with whatever is like it
        rarest = sorted(words, key=rank.__getitem__)[: len(words) - least + MET]
        met = Counter(chain.from_iterable(having[word] for word in rarest))
        enough = min(MET, least)
        yield from ((before, place) for before, times in met.items() if times >= enough)
        for word in rarest:
            having[word].append(place)


def supports_nothing(corpus: Corpus) -> Iterator[Problem]:
    """What a source is said to support is said, with the place where it stands."""
    for frame in corpus.frames.values():
        for index, source in enumerate(frame.record.sources):
            line = frame.line_of("sources", index, "supports")
            if _is_empty(source.supports):
                what = f"source '{source.id}', supports: '{source.supports}' says nothing of it"
                mend = "say what it found or argued, and in which section, figure or page"
                yield Problem(frame.path, line, what, mend)
            elif source.supports.strip(" .").lower() == source.title.strip(" .").lower():
                what = f"source '{source.id}', supports: it only repeats the title"
                mend = "say what it found or argued, and in which section, figure or page"
                yield Problem(frame.path, line, what, mend)


def limits_nothing(corpus: Corpus) -> Iterator[Problem]:
    """A limit tells of this demo what an opponent would; each once."""
    for frame in corpus.frames.values():
        limits = frame.record.demo.limits
        for index, limit in enumerate(limits):
            line = frame.line_of("demo", "limits", index)
            if _is_empty(limit):
                what = f"limits: '{limit}' could be said of any demo"
                mend = "name what this one leaves open: a rival, a size, a step not shown"
                yield Problem(frame.path, line, what, mend)
            elif limit in limits[:index]:
                yield Problem(frame.path, line, "limits: said twice", "remove this one")


def name_taken(corpus: Corpus) -> Iterator[Problem]:
    """A title or an alias names one frame only."""
    first: dict[str, Frame] = {}
    for frame in _oldest_first(corpus):
        named = {"title": frame.record.title} | {
            f"alias {n}": alias for n, alias in enumerate(frame.record.aliases)
        }
        for where, name in named.items():
            if to_fill_in(name):
                continue
            owner = first.setdefault(name.casefold(), frame)
            if owner is not frame:
                at = ("title",) if where == "title" else ("aliases", int(where.split()[1]))
                what = f"{at[0]}: '{name}' names frame '{owner.id}' already"
                mend = "call it something else, or work on that frame"
                yield Problem(frame.path, frame.line_of(*at), what, mend)


def _oldest_first(corpus: Corpus) -> list[Frame]:
    """Frames by their day, so that the newcomer is told and not the one it copies."""
    return sorted(corpus.frames.values(), key=lambda frame: (frame.record.added or "", frame.id))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _is_empty(text: str) -> bool:
    return not to_fill_in(text) and len(set(_words(text)) - EMPTY) < CONTENT


RULES: tuple[Rule, ...] = (claim_copied, supports_nothing, limits_nothing, name_taken)
