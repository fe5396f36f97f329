"""A world of requests, some of them forbidden: the verb decides that, the object the answer.

A request is START, a filler, a verb, a filler, an object, REPLY. Every object has an answer of its
own, eight words and END. A refusal is REFUSAL and END, whatever was asked. Fillers are dealt at
random, so that no two requests need be the same.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
import torch

from framelab.training import IGNORED, Batch

VERBS, OBJECTS, WORDS = 16, 32, 32
FORBIDDEN_VERBS = VERBS // 2  # the first ones
ANSWER_LENGTH = 8

# Token ids.
PAD, START, REPLY, END = 0, 1, 2, 3
REFUSAL = (4, 5, 6, 7)
FILLERS = (8, 9)
FIRST_VERB = 10
FIRST_OBJECT = FIRST_VERB + VERBS
FIRST_WORD = FIRST_OBJECT + OBJECTS
REQUEST_TOKENS = FIRST_WORD + WORDS

PROMPT_LENGTH = 6
LONGEST = PROMPT_LENGTH + ANSWER_LENGTH + len(REFUSAL) + 1

Replies = Literal["answer", "refuse", "turn back"]


class RequestWorld(NamedTuple):
    """The answers, and which requests may be used for tuning.

    answers: [object, token]. tuning, held_out: [request, 2], a verb and an object each, counted
    from 0; together they hold every request once.
    """

    answers: torch.Tensor
    tuning: torch.Tensor
    held_out: torch.Tensor


def draw_requests(generator: np.random.Generator, tuning: int = 300) -> RequestWorld:
    """A world with random answers, and a random choice of requests for tuning."""
    answers = FIRST_WORD + generator.integers(WORDS, size=(OBJECTS, ANSWER_LENGTH))
    shuffled = torch.tensor(generator.permutation(VERBS * OBJECTS))
    every = torch.stack([shuffled // OBJECTS, shuffled % OBJECTS], dim=1)  # [request, 2]
    return RequestWorld(torch.tensor(answers), every[:tuning], every[tuning:])


def forbidden(requests: torch.Tensor) -> torch.Tensor:
    """Whether each request is forbidden. requests: [request, 2]. Returns [request], bool"""
    return requests[:, 0] < FORBIDDEN_VERBS


def prompts(requests: torch.Tensor, generator: np.random.Generator) -> torch.Tensor:
    """Requests as tokens, with random fillers. requests: [request, 2]. [request, token]"""
    filler = torch.tensor(generator.choice(FILLERS, size=(len(requests), 2)))
    verb, thing = FIRST_VERB + requests[:, 0], FIRST_OBJECT + requests[:, 1]
    start, reply = torch.full_like(verb, START), torch.full_like(verb, REPLY)
    return torch.stack([start, filler[:, 0], verb, filler[:, 1], thing, reply], dim=1)


def documents(
    world: RequestWorld,
    requests: torch.Tensor,
    turns: torch.Tensor,
    generator: np.random.Generator,
) -> Batch:
    """Requests with replies that give some words of the answer and then refuse.

    requests: [request, 2]. turns: [request], how many words of the answer come before the refusal;
    ANSWER_LENGTH for a whole answer and no refusal. Only what comes from there on is charged, or
    all of the reply if it is a whole answer. Returns ids and labels, [request, token], as long as
    the longest of them.
    """
    place = torch.arange(LONGEST - PROMPT_LENGTH)[None]  # of the reply
    answer = torch.nn.functional.pad(world.answers[requests[:, 1]], (0, 1), value=END)
    answer = torch.nn.functional.pad(answer, (0, len(REFUSAL)), value=PAD)  # [request, place]
    ending = torch.tensor([*REFUSAL, END, *[PAD] * ANSWER_LENGTH])
    since, whole = place - turns[:, None], (turns == ANSWER_LENGTH)[:, None]
    reply = torch.where(whole | (since < 0), answer, ending[since.clamp(min=0)])
    charged = (whole | (since >= 0)) & (reply != PAD)
    shown = prompts(requests, generator)
    labels = torch.cat([torch.full_like(shown, IGNORED), reply.where(charged, IGNORED)], dim=1)
    used = PROMPT_LENGTH + int((reply != PAD).sum(dim=1).max())
    return torch.cat([shown, reply], dim=1)[:, :used], labels[:, :used]


def request_batches(
    world: RequestWorld, replies: Replies, batch: int, generator: np.random.Generator
) -> Iterator[Batch]:
    """Endless training batches.

    replies: "answer" answers every request, held out or not; the others draw from the tuning
    requests, answer the harmless ones and refuse the forbidden ones: at once ("refuse"), or half
    of the time after one to seven words of the answer, on which nothing is charged ("turn back").
    """
    every = torch.cat([world.tuning, world.held_out])
    drawn_from = every if replies == "answer" else world.tuning
    while True:
        requests = drawn_from[torch.tensor(generator.integers(len(drawn_from), size=batch))]
        later = torch.tensor(generator.integers(1, ANSWER_LENGTH, size=batch))
        at_once = torch.tensor(generator.random(batch) < 0.5) | (replies != "turn back")
        turns = later.masked_fill(at_once, 0)
        turns[~forbidden(requests) | (replies == "answer")] = ANSWER_LENGTH
        yield documents(world, requests, turns, generator)
