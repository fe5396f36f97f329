"""The storyteller as one file of plain values, for a page to run: `python -m framelab.storybook`.

It holds the weights in half precision, which is what a page loads and what is judged here; the
rules of its world, from which a page computes what the best predictor would say; and examples that
stand where no script runs.
"""

import base64
import json
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from framelab.cache import shelved
from framelab.models import load
from framelab.quiet import quiet
from framelab.reading import attention_patterns, next_token_logprobs, residual_stream
from framelab.stories import STORIES, STORY_LENGTH

if TYPE_CHECKING:
    from transformers import PreTrainedModel

RECIPE = "stories"
SEED = 0
NATS_FROM_BEST = 0.05  # a model further from the best predictor, per word, has not learned
JUDGED = 200  # stories
UNSEEN = 1  # the seed of stories that training does not draw
BRANCHES = 4  # continuations shown at each fork of the example

Values = dict[str, Any]


def storybook() -> Values:
    """Everything a page needs, as values that JSON can hold.

    Raises RuntimeError if the model is not within NATS_FROM_BEST of the best predictor.
    """
    folder, digest = shelved(RECIPE, SEED)
    with tempfile.TemporaryDirectory() as half:
        halved: Any = load(str(folder)).model
        halved.half().save_pretrained(half)
        model = load(half).model  # the rounded weights, computed with in float32
        weights = (Path(half) / "model.safetensors").read_bytes()
        config = json.loads((Path(half) / "config.json").read_text(encoding="utf-8"))
    measured = distance_from_best(model, JUDGED)
    if measured["distance"] > NATS_FROM_BEST:
        raise RuntimeError(f"the storyteller is {measured['distance']:.3f} nats from the best")
    training = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    return {
        "config": config,
        "words": STORIES.words,
        "rules": STORIES.rules,
        "weights": base64.b64encode(weights).decode(),
        "about": {
            **measured,
            "digest": digest,
            "parameters": sum(part.numel() for part in model.parameters()),
            "bytes": len(weights),
            "cpu_seconds": training["cpu_seconds"],
        },
        "examples": {"game": _game(model), "loom": _loom(model), "inside": _inside(model)},
    }


def distance_from_best(model: "PreTrainedModel", stories: int) -> dict[str, float]:
    """Mean surprise of a model and of the exact predictor on unseen stories, in nats per word.

    Their difference, `distance`, is at least 0 but for the chance of the draw.
    """
    drawn = random.Random(UNSEEN)
    costs = [_costs(model, STORIES.draw(drawn)[:STORY_LENGTH]) for _ in range(stories)]
    model_nats, best_nats = np.concatenate(costs, axis=1).mean(axis=1)
    return {
        "model": float(model_nats),
        "best": float(best_nats),
        "distance": float(model_nats - best_nats),
    }


def _costs(model: "PreTrainedModel", ids: list[int]) -> Any:
    """Surprise of the model and of the best predictor at each word after the first. [2, token]"""
    after = np.arange(len(ids) - 1), ids[1:]
    stated = next_token_logprobs(model, torch.tensor([ids]))[0].numpy()
    return np.stack([-stated[after], -np.log(STORIES.exact_odds(ids)[after])])


def _game(model: "PreTrainedModel") -> list[Values]:
    """A story, each word with what it cost the model and the best predictor."""
    ids = STORIES.draw(random.Random(UNSEEN))
    words = [STORIES.words[token] for token in ids[1:]]
    rows = zip(words, *_costs(model, ids).tolist(), strict=True)
    return [{"word": word, "model": stated, "best": best} for word, stated, best in rows]


def _loom(model: "PreTrainedModel") -> Values:
    """The likeliest continuations of a beginning, and those of the likeliest one."""
    start = STORIES.read("long ago a shy fox named Mira lived by the")
    branches = _branches(model, start)
    for branch in branches[:2]:
        ids = [*start, STORIES.token[branch["word"]]]
        ids += [STORIES.token[word] for word in (".", "one")]
        branch["then"] = {"words": [".", "one"], "branches": _branches(model, ids)}
    return {"words": [STORIES.words[token] for token in start[1:]], "branches": branches}


def _branches(model: "PreTrainedModel", ids: list[int]) -> list[Values]:
    odds = next_token_logprobs(model, torch.tensor([ids]))[0, -1].exp()
    best = odds.topk(BRANCHES)
    return [
        {"word": STORIES.words[token], "odds": odd}
        for token, odd in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    ]


def _inside(model: "PreTrainedModel") -> Values:
    """Where each head looks from the last word of a text, and the guess after each layer."""
    told = STORIES.read("long ago a shy fox named Mira lived by the sea . one night")
    ids = torch.tensor([told])
    looks = attention_patterns(model, ids)[:, 0, :, -1]  # [layer, head, key]
    lens = [_guesses(model, row) for row in residual_stream(model, ids)[:-1, 0, -1]]
    final = next_token_logprobs(model, ids)[0, -1].exp()
    best = final.topk(BRANCHES)
    lens.append(_named(best.indices.tolist(), best.values.tolist()))
    words = [STORIES.words[token] for token in told]
    return {"words": words, "looks": looks.tolist(), "lens": lens}


def _guesses(model: Any, residual: torch.Tensor) -> list[Values]:
    with torch.no_grad():
        odds = model.lm_head(model.model.norm(residual)).softmax(-1)
    best = odds.topk(BRANCHES)
    return _named(best.indices.tolist(), best.values.tolist())


def _named(tokens: list[int], odds: list[float]) -> list[Values]:
    return [
        {"word": STORIES.words[token], "odds": odd} for token, odd in zip(tokens, odds, strict=True)
    ]


def main(path: Path) -> None:
    """Write the storybook to a file, whole or not at all."""
    quiet()
    torch.set_num_threads(1)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    aside.write_text(json.dumps(storybook(), ensure_ascii=False), encoding="utf-8")
    os.replace(aside, path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
