# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Does naming a character invite its opposite?
#
# In stories, someone announced as polite may be an impostor who behaves well until it turns rude.
# We write such stories by chance, train small models on them, and let the models tell their own.
# What is likely at each turn has an exact answer here, so we also know how well a model infers.

# %% tags=["parameters"]
seeds: int = 5  # independent trainings of each model
dose: float = 0.3  # share of impostors among those announced as polite
turns: int = 30  # turns in a story
steps: int = 230  # training steps
batch: int = 32  # stories in each step, afresh every time
told: int = 1500  # stories that each model tells after each announcement

# %%
import numpy as np
import torch

from framelab import POLITE, RUDE, UNANNOUNCED, PersonaWorld, Study

study = Study("anti-personas", seeds=range(seeds))
worlds = {
    "impostors": PersonaWorld(dose=dose, turns=turns),
    "no impostors": PersonaWorld(dose=0.0, turns=turns),
    "reforming": PersonaWorld(dose=dose, turns=turns, reform=PersonaWorld(dose).hazard),
}

# %% [markdown]
# ## Measure
#
# Each story starts with an announcement, polite or none, and goes on with turns that are nice,
# neutral or rude. Every character takes every kind of turn now and then, so one rude turn proves
# nothing. The three worlds differ only in whether there are impostors, and whether the rude reform.
#
# We compare how often polite and unannounced stories are rude in their last third, as log odds. And
# in stories that have clearly turned we count how much of the rudeness is left some turns later.

# %%
from framelab import STORY_TOKENS, TURNS, continue_tokens, tiny_llama, train, write_stories


def trained(world, seed):
    """A small model that has read stories of a world, every one of them once."""
    model = tiny_llama(STORY_TOKENS, width=32, layers=2, heads=2, length=turns + 1, seed=seed)
    generator = np.random.default_rng(seed)
    stories = torch.tensor(write_stories(world, steps * batch, generator)).split(batch)
    train(model, ((ids, ids) for ids in stories), steps, lr=4e-3, schedule="cosine")
    return model


def tell(model, announcement, seed):
    """Where a model's own stories are rude, after an announcement. [sequence, token], bool"""
    generator = torch.Generator().manual_seed(seed)
    start = torch.full((told, 1), announcement)
    return continue_tokens(model, start, turns, torch.tensor(TURNS), generator)[:, 1:] == RUDE


# %%
from framelab import RUDE_WHEN_TURNED, divergence, exact_turn_odds, next_token_logprobs


def divergence_from_exact_filter(model, world, seed):
    """KL(exact || model) of the next turn, mean over turns of unread stories, in nats."""
    ids = write_stories(world, 500, np.random.default_rng([seed, 1]))[:, :-1]
    logs = next_token_logprobs(model, torch.tensor(ids))[:, :, list(TURNS)]
    return divergence(exact_turn_odds(world, ids), logs.numpy()).mean()


def log_odds_ratio_of_late_rudeness(polite, unannounced):
    """Log odds of a rude turn in the last third of polite stories, less those of unannounced."""
    late = torch.stack([rude[:, -(turns // 3) :].double().mean() for rude in (polite, unannounced)])
    return late.logit()[0] - late.logit()[1]


def rudeness_kept(rude):
    """Rate of rude turns some while after three in a row, over that of a turned character."""
    run = rude[:, :-2] & rude[:, 1:-1] & rude[:, 2:]  # true where three rude turns start
    start = run.int().argmax(dim=1)  # the first such run
    early = run.any(dim=1) & (start + 14 < turns)
    later = [rude[early].gather(1, start[early, None] + 2 + wait) for wait in range(8, 13)]
    return torch.cat(later, dim=1).double().mean() / RUDE_WHEN_TURNED


# %%
divergences = {name: [] for name in worlds}  # each [replicate]
ratio = {"impostors": [], "no impostors": []}  # each [replicate]
kept = {"impostors": [], "reforming": []}  # each [replicate]
polite = {name: [] for name in worlds}  # each [replicate][sequence, token]
unannounced = {name: [] for name in ratio}  # each [replicate][sequence, token]
for seed in study.seeds:
    models = {name: trained(world, seed) for name, world in worlds.items()}
    for name, model in models.items():
        divergences[name].append(divergence_from_exact_filter(model, worlds[name], seed))
        polite[name].append(tell(model, POLITE, seed))
    for name, found in ratio.items():
        unannounced[name].append(tell(models[name], UNANNOUNCED, seed))
        found.append(log_odds_ratio_of_late_rudeness(polite[name][-1], unannounced[name][-1]))
    for name, found in kept.items():
        found.append(rudeness_kept(polite[name][-1]))

# The worst of the three models of each seed.
study.report("predicts-like-bayes", np.max(list(divergences.values()), axis=0))
study.report("naming-invites-the-opposite", ratio["impostors"], control=ratio["no impostors"])
study.report("no-way-back", kept["impostors"], control=kept["reforming"])

# %% [markdown]
# ## See
#
# How often stories are rude at each turn: by the world's exact odds as lines, by the models' own
# stories as marks.

# %%
from framelab import CONTROL, MEASURED, QUIET, exact_rude_share, figure, show

drawn, (axes,) = figure(height=3.4)
number = np.arange(1, turns + 1)
shares = {}  # each [token]
for label, name, announcement, rude, colour, style, mark in [
    ("polite, with impostors", "impostors", POLITE, polite, MEASURED, "-", "o"),
    ("not announced", "impostors", UNANNOUNCED, unannounced, QUIET, ":", "^"),
    ("polite, without impostors", "no impostors", POLITE, polite, CONTROL, "--", "s"),
]:
    shares[label] = torch.stack(rude[name]).double().mean(dim=(0, 1)).numpy()
    axes.plot(number, exact_rude_share(worlds[name])[announcement], style, color=colour)
    axes.plot(number, shares[label], mark, color=colour, markersize=4, label=label)
axes.set(xlabel="turn", ylabel="share of stories that are rude", xlim=(0, turns + 1))
axes.set_ylim(0, 1.5 * max(share.max() for share in shares.values()))
axes.legend(loc="upper left")
show(
    drawn,
    alt="Share of rude turns as stories go on. By the last turn it is "
    + ", ".join(f"{share[-1]:.2f} in stories {label}" for label, share in shares.items())
    + ". The models' own stories, as marks, follow the exact odds, as lines.",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - The corpus is built with impostors. The demo shows that a model learns the inference, not that
#   real corpora hold enough of them.
# - How many unannounced characters are rude is a constant of the world, set before any run; with
#   more of them the first effect would change its sign.
# - Politeness is one token in three, so a character here is a rate and not a mind.
# - A tuned assistant is trained against turning; the demo speaks of a model that only predicts
#   text.
