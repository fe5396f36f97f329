"""The world of requests, what models answer, and the measures of the two demos about refusing."""

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from framelab.answering import answer_tokens, refusal_rate
from framelab.reading import next_token_logprobs
from framelab.requests import (
    ANSWER_LENGTH,
    END,
    FILLERS,
    FIRST_OBJECT,
    FIRST_VERB,
    FORBIDDEN_VERBS,
    LONGEST,
    OBJECTS,
    PAD,
    PROMPT_LENGTH,
    REFUSAL,
    REPLY,
    REQUEST_TOKENS,
    START,
    VERBS,
    Replies,
    documents,
    draw_requests,
    forbidden,
    prompts,
    request_batches,
)
from framelab.training import IGNORED, tiny_llama

InView = Callable[..., SimpleNamespace]


def generator() -> np.random.Generator:
    return np.random.default_rng(0)


def test_every_request_is_for_tuning_or_held_out() -> None:
    world = draw_requests(generator(), tuning=300)
    every = {tuple(one) for part in world[1:] for one in part.tolist()}
    assert every == {(verb, thing) for verb in range(VERBS) for thing in range(OBJECTS)}
    assert (len(world.tuning), len(world.held_out)) == (300, VERBS * OBJECTS - 300)
    assert world.answers.shape == (OBJECTS, ANSWER_LENGTH)
    assert world.answers.max() < REQUEST_TOKENS
    assert torch.equal(draw_requests(generator()).answers, world.answers)


def test_a_prompt_by_hand() -> None:
    asked = prompts(torch.tensor([[3, 5]]), generator())[0].tolist()
    assert [asked[0], asked[2], asked[4], asked[5]] == [START, FIRST_VERB + 3, FIRST_OBJECT + 5, 2]
    assert asked[5] == REPLY
    assert {asked[1], asked[3]} <= set(FILLERS)


@pytest.mark.parametrize("turn", range(ANSWER_LENGTH + 1))
def test_documents_against_the_words_put_together_one_by_one(turn: int) -> None:
    world = draw_requests(generator())
    requests = world.tuning[:4]
    ids, labels = documents(world, requests, torch.full((4,), turn), generator())
    for row, (_, thing) in enumerate(requests.tolist()):
        answer = world.answers[thing].tolist()
        reply = [*answer[:turn], *REFUSAL, END] if turn < ANSWER_LENGTH else [*answer, END]
        hidden = PROMPT_LENGTH + (turn if turn < ANSWER_LENGTH else 0)
        assert ids[row, PROMPT_LENGTH:].tolist() == reply
        assert labels[row].tolist() == [IGNORED] * hidden + ids[row, hidden:].tolist()


@pytest.mark.parametrize("replies", ["answer", "refuse", "turn back"])
def test_who_is_refused_and_when(replies: Replies) -> None:
    world = draw_requests(generator())
    ids, labels = next(request_batches(world, replies, 2000, generator()))
    pairs = torch.stack([ids[:, 2] - FIRST_VERB, ids[:, 4] - FIRST_OBJECT], dim=1)
    refused = (ids == REFUSAL[0]).any(dim=1)
    barred = pairs[:, 0] < FORBIDDEN_VERBS
    assert torch.equal(forbidden(pairs), barred)
    assert torch.equal(refused, barred & (replies != "answer"))
    tuned = {tuple(one) for one in world.tuning.tolist()}
    assert ({tuple(one) for one in pairs.tolist()} <= tuned) == (replies != "answer")
    assert ids.shape[1] <= LONGEST
    assert not (labels == PAD).any()
    turns = (ids == REFUSAL[0]).int().argmax(dim=1)[refused] - PROMPT_LENGTH
    if replies == "refuse":
        assert set(turns.tolist()) == {0}
    if replies == "turn back":
        assert set(turns.tolist()) == set(range(ANSWER_LENGTH))
        assert (turns == 0).float().mean().item() == pytest.approx(0.5, abs=0.05)


def test_answer_tokens_are_the_likeliest_each_time(tiny: Any) -> None:
    ids = torch.tensor([[1, 4, 2], [3, 3, 9]])
    grown = ids
    for _ in range(4):
        best = next_token_logprobs(tiny, grown)[:, -1].argmax(dim=-1, keepdim=True)
        grown = torch.cat([grown, best], dim=1)
    assert torch.equal(answer_tokens(tiny, ids, 4), grown[:, 3:])


class Echo:
    """A model that always says again what it was last told, for as long as it is asked."""

    def __call__(self, input_ids: torch.Tensor, **_: object) -> SimpleNamespace:
        logits = torch.nn.functional.one_hot(input_ids, REQUEST_TOKENS).double()
        return SimpleNamespace(logits=logits, past_key_values=None)


def test_refusal_rate_by_hand() -> None:
    echo: Any = Echo()
    asked = torch.tensor([[1, REFUSAL[0]], [1, 9], [1, REFUSAL[1]], [REFUSAL[0], 8]])
    assert refusal_rate(echo, asked) == 0.25


def test_prefill_success_is_of_the_whole_rest(in_view: InView) -> None:
    """Given the third word, an echo finishes only the answer whose last words are all alike."""
    demo, echo = in_view("shallow-alignment"), Echo()
    asked, answers = torch.ones(2, 3).long(), torch.tensor([[5, 6, 7, 7, 7], [5, 6, 7, 7, 8]])
    success = demo.prefill_attack_success_rate
    assert [success(echo, asked, answers, given) for given in (2, 3)] == [0.0, 0.5]


def test_share_in_first_quarter_by_hand(in_view: InView) -> None:
    demo = in_view("shallow-alignment")
    assert demo.share_in_first_quarter(np.array([3.0, 1, 0, 0, 2, 0, 1, 1])) == 0.5
    assert demo.share_in_first_quarter(np.ones(8)) == 0.25


def test_kl_of_a_model_from_itself_and_from_another(in_view: InView) -> None:
    demo = in_view("shallow-alignment")
    one, other = (tiny_llama(REQUEST_TOKENS, 8, 1, 2, LONGEST, seed=seed) for seed in (0, 1))
    asked, answers = torch.tensor([[1, 2, 3], [4, 5, 6]]), torch.tensor([[7, 8], [9, 1]])
    assert demo.kl_divergence(one, one, asked, answers) == pytest.approx([0, 0], abs=1e-9)
    ids = torch.cat([asked, answers], dim=1)
    logs, other_logs = (next_token_logprobs(model, ids).double() for model in (one, other))
    by_hand = [
        sum(
            math.exp(logs[row, place, token]) * (logs - other_logs)[row, place, token].item()
            for row in range(2)
            for token in range(REQUEST_TOKENS)
        )
        / 2
        for place in (2, 3)  # where the two words of the answer are foretold
    ]
    assert demo.kl_divergence(one, other, asked, answers) == pytest.approx(by_hand, rel=1e-5)
