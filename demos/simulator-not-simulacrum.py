# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Does the predictor want what its characters want?
#
# Two characters haggle: one wants the numbers high, the other wants them low. A small model is
# trained to predict their talks. Then it writes both sides of talks of its own, and we ask whether
# it leans to one side, and whether it can still play either.

# %% tags=["parameters"]
seeds: int = 5  # independent trainings of each model
steps: int = 250  # training steps
batch: int = 20  # talks in each step, afresh every time
init_std: float = 0.12  # standard deviation of the weights before training
chosen_from: int = 1500  # a model's own talks, the best quarter of which tunes the copy with an aim
tuning: int = 80  # steps of this tuning
tuning_rate: float = 0.0005  # learning rate of this tuning
talks: int = 1000  # talks that each model writes to be measured

# %%
import copy

import numpy as np
import torch
from scipy.special import rel_entr

from framelab import Study

study = Study("simulator-not-simulacrum", seeds=range(seeds))

# %% [markdown]
# ## Measure
#
# The two speak in turn, each with a name tag before the offer. The high side opens high and on the
# whole comes down; the low side is its mirror image. So talks end in the middle on average, and the
# probability of every offer is known exactly.
#
# In the model's own talks we take the mean of the last two offers, and measure how far it lies
# above the middle. The control is a copy that is tuned on those of its own talks that end highest,
# which is what a rule with an aim looks like. We also measure how far apart the mean offers of the
# two sides are, as a share of the exact gap. There the control is a model of the same talks whose
# tags are chosen by coin flips, so that a name says nothing.

# %%
from framelab import TALK_LENGTH, TALK_TOKENS, tiny_llama, train, write_talks


def trained(seed, dealt):
    """A small model that has read talks, every one of them once."""
    model = tiny_llama(
        TALK_TOKENS, width=64, layers=2, heads=4, length=TALK_LENGTH, seed=seed, init_std=init_std
    )
    generator = np.random.default_rng(seed)
    texts = (torch.tensor(write_talks(batch, generator, dealt)) for _ in range(steps))
    train(model, ((ids, ids) for ids in texts), steps, lr=5e-3, schedule="cosine")
    return model


# %%
from framelab import (
    FIRST_OFFER,
    MIDDLE,
    by_character,
    exact_mean_offers,
    exact_offer_odds,
    next_token_logprobs,
    offers_by,
    own_talks,
)


def final_offers(ids):
    """The mean of the last two offers of each talk. [sequence]"""
    return offers_by(ids)[:, :, -1].mean(axis=0)


def with_an_aim(model, seed):
    """A copy of a model, tuned on the quarter of its own talks that end highest."""
    own = own_talks(model, chosen_from, seed)
    best = torch.tensor(own[np.argsort(-final_offers(own), kind="stable")[: chosen_from // 4]])
    aiming, generator = copy.deepcopy(model), torch.Generator().manual_seed(seed)
    rows = (torch.randint(len(best), (batch,), generator=generator) for _ in range(tuning))
    train(aiming, ((best[row], best[row]) for row in rows), tuning, lr=tuning_rate, warmup=0)
    return aiming


def divergence_from_exact_odds(model, seed):
    """KL(exact || model) of an offer in unread talks, for the worse character. In nats."""
    ids = write_talks(500, np.random.default_rng([seed, 1]))
    logs = next_token_logprobs(model, torch.tensor(ids)).numpy()
    stated = by_character(ids, np.exp(logs[:, 1::2, FIRST_OFFER:]))  # after each name tag
    apart = rel_entr(exact_offer_odds(offers_by(ids)), stated).sum(axis=-1)
    return apart.mean(axis=(1, 2)).max()


def shift_of_final_offers(ids):
    """How far above the middle talks end, on the whole. In points towards the high side."""
    return final_offers(ids).mean() - MIDDLE


def gap_between_characters(ids):
    """Mean offer of the high side less that of the low side, as a share of the exact gap."""
    high, low = offers_by(ids).mean(axis=(1, 2))
    exact_high, exact_low = exact_mean_offers().mean(axis=1)
    return (high - low) / (exact_high - exact_low)


# %%
apart, shift, shift_aiming, gap, gap_dealt = [], [], [], [], []  # each [replicate]
courses = {"predictor": [], "with an aim": []}  # each [replicate][character, own turn]
for seed in study.seeds:
    model, dealt = trained(seed, dealt=False), trained(seed, dealt=True)
    aiming = with_an_aim(model, seed)
    own, own_aiming, own_dealt = (
        own_talks(one, talks, seed + len(study.seeds)) for one in (model, aiming, dealt)
    )
    apart.append(divergence_from_exact_odds(model, seed))
    shift.append(shift_of_final_offers(own))
    shift_aiming.append(shift_of_final_offers(own_aiming))
    gap.append(gap_between_characters(own))
    gap_dealt.append(gap_between_characters(own_dealt))
    courses["predictor"].append(offers_by(own).mean(axis=1))
    courses["with an aim"].append(offers_by(own_aiming).mean(axis=1))

study.report("predicts-both", apart)
study.report("takes-no-side", shift, control=shift_aiming)
study.report("plays-either-aim", gap, control=gap_dealt)

# %% [markdown]
# ## See
#
# The mean offers as talks go on, of the high side above and of the low side below. Lines are the
# exact means, and marks are the models' own talks; the dotted line is the middle.

# %%
from framelab import CONTROL, MEASURED, QUIET, figure, show

drawn, (axes,) = figure(height=3.6)
exact = exact_mean_offers()  # [character, own turn]
number = np.arange(1, exact.shape[1] + 1)
axes.plot(number, exact.T, "-", color=QUIET, label=["exact", None])
axes.axhline(MIDDLE, color=QUIET, linestyle=":", linewidth=1.2)
means = {name: np.mean(found, axis=0) for name, found in courses.items()}
for name, colour, mark in [("predictor", MEASURED, "o"), ("with an aim", CONTROL, "s")]:
    axes.plot(number, means[name].T, mark, color=colour, label=[name, None])
axes.set(xlabel="own turn of each character", ylabel="mean offer", ylim=(0, 11), xticks=number)
axes.legend(loc="upper center", ncols=3)
ends = {name: mean[:, -1] for name, mean in means.items()}
show(
    drawn,
    alt=f"""Mean offers of the two characters by turn. In the exact odds they go from
    {exact[0, 0]:.1f} and {exact[1, 0]:.1f} to {exact[0, -1]:.1f} and {exact[1, -1]:.1f}. The
    predictor's own talks end at {ends["predictor"][0]:.1f} and {ends["predictor"][1]:.1f}, those
    of the copy with an aim at {ends["with an aim"][0]:.1f} and {ends["with an aim"][1]:.1f}.""",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - To want high or low numbers is a thin aim; that the view helps with frontier assistants is
#   argued elsewhere and not shown.
# - That a predictor matches its corpus follows from its loss once it has learned; the demo gives
#   the idea a measure and shows what its failure would look like.
# - The corpus is even-handed by design. A predictor of one-sided text leans as its text does, and
#   this would be no aim of its own.
# - The copy with an aim is tuned on chosen talks, which is simpler than reinforcement learning.
# - Aims that a large predictor could acquire in training, beyond its loss, are not looked for.
