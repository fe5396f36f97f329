# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # What goes first when weights are taken away?
#
# We train a small model on facts, a few of which it reads very often and most of them rarely. Then
# we set its smallest weights to zero, more and more of them, and watch which facts it can still
# answer. For comparison we remove as many weights at random.

# %% tags=["parameters"]
seeds: int = 5  # independent tables of facts, each with its own model
entities: int = 600  # things to know about, by rank from common to rare
steps: int = 350  # training steps
batch: int = 128  # documents in each step, afresh every time
often: int = 20  # documents from which on a fact counts as read often
removed: float = 0.4  # share of the inner weights to do without, for the first prediction
lost: float = 0.2  # share of the known facts to lose, for the second
looks: int = 50  # equal steps of pruning from the whole network to nothing

# %%
from copy import deepcopy

import numpy as np
import torch

from framelab import Study, draw_facts

study = Study("prunable-redundancy", seeds=range(seeds))

# %% [markdown]
# ## Measure
#
# The inner weights are the matrices of attention and of the feed-forward layers, ranked together by
# absolute value; the embeddings stay whole. A fact is known if it was in the training text and the
# whole network answers it; it counts as frequent if it was read often, and else as rare. For the
# first prediction we remove a fixed share of the inner weights, and take the share of the frequent
# known facts that are still answered.
#
# For the second we prune until a fixed share of all known facts is lost. Then we take the share of
# rare facts that are lost, less that of frequent ones. The rival is confidence, since whatever is
# held with less confidence may go first. So every third entity is disputed: some of its documents
# give another value, and the model is less sure of it however often it was read. Frequent disputed
# facts are the control.

# %%
from framelab import RELATIONS, likeliest_values, tell_facts, times_told, trained_on_facts


def inner_weights(model):
    """The matrices of attention and of the feed-forward parts, without the embeddings."""
    named = model.named_parameters()
    return [weight for name, weight in named if weight.dim() == 2 and "embed" not in name]


def smallest_first(model):
    """The inner weights as one row, by size. [weight], places in that row"""
    row = torch.cat([weight.detach().flatten() for weight in inner_weights(model)])
    return row.abs().argsort(stable=True)


def pruned(model, order, share):
    """A copy of a model with the first share of its inner weights at zero.

    order: [weight], places in the row of all inner weights. share: 0..1.
    """
    copy = deepcopy(model)
    kept = torch.ones(len(order))
    kept[order[: round(share * len(order))]] = 0
    weights = inner_weights(copy)
    masks = kept.split([weight.numel() for weight in weights])
    with torch.no_grad():
        for weight, mask in zip(weights, masks, strict=True):
            weight.mul_(mask.view_as(weight))
    return copy


def answers_right(model, world, facts):
    """Whether the model's likeliest value is that of the table. [fact]"""
    return likeliest_values(model, facts)[0] == world.table[facts]


def share_forgotten(right, group):
    """Share of a group of known facts that is not answered after all. 0..1

    right, group: [fact], over known facts.
    """
    return 1 - right[group].mean()


def first_with_lost(right, share):
    """The first look at which that share of all known facts is lost. right: [look, fact]"""
    return int(np.argmax((~right).sum(axis=1) >= share * right.shape[1]))


# %%
shares = np.linspace(0, 1, looks + 1)
groups = ["frequent", "rare", "disputed"]
names = ["accuracy", "kept", "kept_random", "rare", "disputed"]
found = {name: [] for name in names}  # each [replicate]
curves = {name: [] for name in [*groups, "random"]}  # each [replicate][look], share still answered
for seed in study.seeds:
    world = draw_facts(np.random.default_rng([seed, 3]), entities)
    generator = np.random.default_rng(seed)
    stream = [tell_facts(world, batch, generator) for _ in range(steps)]
    model, count = trained_on_facts(stream, entities, seed), times_told(stream, entities)
    facts, agreed = np.arange(entities * RELATIONS), world.dispute == 0
    right_unpruned = answers_right(model, world, facts)
    known = facts[right_unpruned & (count > 0)]
    group = {
        "frequent": (agreed & (count >= often))[known],
        "rare": (agreed & (count < often))[known],
        "disputed": (~agreed & (count >= often))[known],
    }  # each [fact], over known facts
    by_size = smallest_first(model)
    by_chance = torch.randperm(len(by_size), generator=torch.Generator().manual_seed(seed))
    right, right_random = (
        np.stack([answers_right(pruned(model, order, share), world, known) for share in shares])
        for order in (by_size, by_chance)
    )  # each [look, fact]
    at_removed = int(np.argmin(np.abs(shares - removed)))
    after = right[first_with_lost(right, lost)]
    forgotten = {name: share_forgotten(after, among) for name, among in group.items()}
    found["accuracy"].append(right_unpruned[agreed & (count >= often)].mean())
    found["kept"].append(right[at_removed, group["frequent"]].mean())
    found["kept_random"].append(right_random[at_removed, group["frequent"]].mean())
    for name in ("rare", "disputed"):
        found[name].append(forgotten[name] - forgotten["frequent"])
    for name, among in group.items():
        curves[name].append(right[:, among].mean(axis=1))
    curves["random"].append(right_random[:, group["frequent"]].mean(axis=1))

study.report("knows-the-frequent", found["accuracy"])
study.report("small-weights-can-go", found["kept"], control=found["kept_random"])
study.report("rare-facts-go-first", found["rare"], control=found["disputed"])

# %% [markdown]
# ## See
#
# The share of known facts that are still answered, as weights are removed. Lines are means over the
# models, and bands their range; the vertical bar spans what the first prediction asks of the
# frequent facts.

# %%
from framelab import CONTROL, MEASURED, QUIET, THIRD, figure, show

drawn, (axes,) = figure(height=3.4)
lines = [
    ("frequent", MEASURED, "-", "frequent"),
    ("disputed", THIRD, "-.", "frequent, disputed"),
    ("rare", QUIET, "--", "rare"),
    ("random", CONTROL, ":", "frequent, weights at random"),
]
for name, colour, style, label in lines:
    values = np.array(curves[name])  # [replicate, look]
    axes.plot(shares, values.mean(axis=0), style, color=colour, label=label)
    low, high = values.min(axis=0), values.max(axis=0)
    axes.fill_between(shares, low, high, color=colour, alpha=0.15, linewidth=0)
bound = study.bound("small-weights-can-go")
axes.vlines(removed, bound.low, 1, color=QUIET, linewidth=5, alpha=0.45)
axes.annotate(f"predicted: {bound}", (removed, 1.03), ha="center", color=QUIET, fontsize=9)
axes.set(
    xlabel="share of inner weights removed",
    ylabel="share of known facts still answered",
    ylim=(0, 1.45),
)
axes.set_yticks(np.linspace(0, 1, 6))
axes.legend(loc="upper left", ncols=2)
at = {name: np.mean(values, axis=0)[at_removed] for name, values in curves.items()}
show(
    drawn,
    alt=f"""Share of known facts still answered against the share of inner weights removed. With
    {removed:.2f} of the weights gone, the smallest first, {at["frequent"]:.2f} of the frequent
    facts are left, {at["disputed"]:.2f} of the disputed ones and {at["rare"]:.2f} of the rare ones;
    with as many gone at random, {at["random"]:.2f} of the frequent ones.""",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - How redundant a network is depends on how large it is for its data; a small model of a small
#   closed world says little about a large one.
# - Only facts are scored; that grammar and copying outlast them is said of language models and not
#   tested.
# - Embeddings are left whole, and part of what is known of an entity lies there.
# - Nothing is trained after pruning, which in practice repairs much of the harm.
# - Superposition says that a full network packs many features into its dimensions, and pruning says
#   that much of a network can be spared. Which of them holds where the data fill the weights is not
#   tested.
# - Only rare facts that the model knew are scored, and it is less confident of these too. Being
#   read rarely and being held with less confidence cannot be separated fully.
