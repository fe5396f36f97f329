# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # How many ANDs can one layer hold?
#
# We give a layer of random connections many inputs, few of them on at once, and ask it for the AND
# of every pair. There are more pairs than neurons, so every neuron has to serve many of them.
# Nothing is trained: the layer is written down, and we see how well its gates can be read.

# %% tags=["parameters"]
seeds: int = 5  # independent layers, each with its own random connections
inputs: int = 50  # inputs, each on or off; every two of them make a gate
neurons: int = 400  # ReLU units in the layer
joined: float = 0.15  # chance that a neuron is joined to an input
draws: int = 4  # settings of the inputs for each pair in each of the three cases
crowds: list[int] = [2, 3, 5, 8, 12, 18, 25]  # how many inputs are on at once
threshold: float = 0.5  # a gate counts as on where its read-off is above this

# %%
import numpy as np

from framelab import Study

study = Study("boolean-circuits-in-superposition", seeds=range(seeds))
pairs = np.array([(i, j) for i in range(inputs) for j in range(i)])  # [pair, 2]
few, many = min(crowds), inputs // 2
crowds = sorted({*crowds, many})

# %% [markdown]
# ## Measure
#
# A neuron adds up the inputs that it is joined to, takes one away, and cuts off what is below zero:
# it fires when two of its inputs are on. The read-off of a pair is the mean over the neurons that
# are joined to both. We compare it where both of the pair are on, exactly one, or none, with the
# same number of inputs on in every case. The interaction is what both inputs give beyond what each
# gives by itself. A plain sum of inputs has none.


# %%
def drawn_layer(generator):
    """Which neuron is joined to which input. [neuron, input], 0 or 1"""
    return (generator.random((neurons, inputs)) < joined).astype(float)


def settings(of_the_pair, on, generator):
    """Inputs with `on` of them on, among them this many of a pair. [pair, draw, input], 0 or 1"""
    order = generator.random((len(pairs), draws, inputs))  # the lowest are on
    rows = np.arange(len(pairs))[:, None]
    swapped = generator.permuted(np.broadcast_to(pairs[:, None], (len(pairs), draws, 2)), axis=2)
    for place in range(2):
        order[rows, np.arange(draws), swapped[:, :, place]] = -1 if place < of_the_pair else 2
    return (order.argsort(axis=2).argsort(axis=2) < on).astype(float)


def read_offs(layer, x, relu=True):
    """The linear read-off of each pair from the layer. [pair, draw]

    layer: [neuron, input]. x: [pair, draw, input]. A pair that no neuron is joined to reads 0.
    """
    held = x @ layer.T - 1  # [pair, draw, neuron]
    if relu:
        held = np.maximum(held, 0)
    both = layer[:, pairs[:, 0]] * layer[:, pairs[:, 1]]  # [neuron, pair]
    weights = both / np.maximum(both.sum(axis=0), 1)
    return np.einsum("pdn,np->pd", held, weights, optimize=True)


def read_off_interaction(none, one, both):
    """What both inputs give beyond the sum of the parts, as a share of what both give.

    none, one, both: the mean read-off where that many of the pair are on.
    """
    return (both - 2 * one + none) / both


def balanced_error(fires_at_one, fires_at_both):
    """Mean of the shares of misses, at both, and of false alarms, at exactly one. 0..1"""
    return (np.mean(~fires_at_both) + np.mean(fires_at_one)) / 2


# %%
means = {kind: [] for kind in ("ReLU", "no ReLU")}  # each [replicate][crowd, case]
errors, errors_alone = [], []  # each [replicate]
for seed in study.seeds:
    layer = drawn_layer(np.random.default_rng([seed, 3]))
    generator = np.random.default_rng([seed, 1])
    for kept in means.values():
        kept.append([])
    for on in crowds:
        cases = [settings(of_the_pair, on, generator) for of_the_pair in range(3)]
        for kind, kept in means.items():
            read = [read_offs(layer, x, relu=kind == "ReLU") for x in cases]
            kept[-1].append([found.mean() for found in read])
            if kind == "ReLU" and on == few:
                errors.append(balanced_error(read[1] > threshold, read[2] > threshold))
    # The rival: as many pairs as there are neurons have one each, and the others read 0.
    own = np.isin(np.arange(len(pairs)), generator.choice(len(pairs), neurons, replace=False))
    errors_alone.append(balanced_error(np.zeros_like(own), own))

means = {kind: np.array(found) for kind, found in means.items()}  # each [replicate, crowd, case]
interaction = {kind: read_off_interaction(*np.moveaxis(m, 2, 0)) for kind, m in means.items()}
sparse, crowded = crowds.index(few), crowds.index(many)
study.report(
    "the-layer-computes",
    interaction["ReLU"][:, sparse],
    control=interaction["no ReLU"][:, sparse],
)
study.report("more-gates-than-neurons", errors, control=errors_alone)
study.report(
    "few-inputs-at-once", interaction["ReLU"][:, crowded], control=interaction["ReLU"][:, sparse]
)

# %% [markdown]
# ## See
#
# Above, what a pair reads when few inputs are on: without the ReLU the three cases lie on a line.
# Below, how much is left of the gates as more inputs are on at once.

# %%
from framelab import CONTROL, MEASURED, draw_bound, figure, show

drawn, (above, below) = figure("A;B", height=2.5)
for kind, colour, style in [("ReLU", MEASURED, "o-"), ("no ReLU", CONTROL, "s--")]:
    above.plot(range(3), means[kind][:, sparse].mean(axis=0), style, color=colour, label=kind)
above.set_xticks(range(3), ["none on", "one on", "both on"])
above.set(xlim=(-0.3, 2.3), ylabel="mean read-off", title=f"{few} of {inputs} inputs on")
above.legend(loc="upper left")
below.plot(crowds, interaction["ReLU"].T, color=MEASURED, alpha=0.3, linewidth=1)
below.plot(crowds, interaction["ReLU"].mean(axis=0), "o-", color=MEASURED)
draw_bound(below, study.bound("the-layer-computes"))
draw_bound(below, study.bound("few-inputs-at-once"))
below.set(xlabel="inputs on at once", ylabel="interaction, share of both")
none, one, both = means["ReLU"][:, sparse].mean(axis=0)
show(
    drawn,
    alt=f"""With {few} inputs on, a pair reads {both:.2f} where both are on, {one:.2f} where one is
    and {none:.2f} where none is. The interaction is
    {interaction["ReLU"][:, sparse].mean():.2f} of what both give, and
    {interaction["ReLU"][:, crowded].mean():.2f} with {many} inputs on; without the ReLU it is
    {abs(interaction["no ReLU"][:, sparse].mean()):.2f}.""",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - A construction shows that it can be done. Training need not find it, and trained toy networks
#   are known to find other circuits.
# - No language model is looked at, so whether any computes like this is open.
# - There are about three times as many gates as neurons; the gap that the theory promises opens
#   only for far larger layers.
# - Area under the curve and accuracy are of no use here, since a sum of inputs ranks pairs
#   perfectly and nearly all pairs are off; we use means by case instead.
# - Inputs are clean and each has its own line. Inputs that are themselves in superposition, and
#   noise over several layers, are left out.
