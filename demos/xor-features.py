# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Does a network also hold what nobody asked it for?
#
# We train a network to name features one by one, and then ask a linear probe whether exactly one of
# two of them is present, which no linear read-out of the input can tell. We ask the same of the
# network before training, and of one that was trained on shuffled labels.

# %% tags=["parameters"]
seeds: int = 5  # independent worlds, each with its own networks
features: int = 8  # features, each present in half of the inputs, independently
width: int = 40  # dimensions of an input; every feature has a random direction in them
noise: float = 0.3  # standard deviation of the noise in each dimension
pairs: int = 3  # pairs of features whose exclusive-or is probed
hidden: int = 128  # ReLU units in each of the two hidden layers
inputs: int = 4000  # inputs to train on
probed: int = 2000  # new inputs to fit each probe on, and as many to score it on
steps: int = 600  # training steps
batch: int = 256  # inputs in each step
rate: float = 0.002  # learning rate

# %%
import copy

import numpy as np
import torch
import torch.nn.functional as F

from framelab import Study

study = Study("xor-features", seeds=range(seeds))

# %% [markdown]
# ## Measure
#
# An input is the sum of its features' directions, each forwards if the feature is present and
# backwards if not, plus noise. A probe is least squares on plus and minus one. It is fitted and
# scored on different inputs, none of which the network was trained on.

# %%
from framelab import linear_readout


def drawn_inputs(directions, count, generator):
    """Inputs [input, width], and which features each of them holds [input, feature], bool."""
    present = torch.rand(count, features, generator=generator) < 0.5
    signal = (2.0 * present - 1) @ directions / features**0.5
    return signal + noise * torch.randn(signal.shape, generator=generator), present


def exclusive_ors(present):
    """Whether exactly one of features 0 and 1 is present, one of 2 and 3, and so on.

    present: [input, feature], bool. Returns [input, pair], bool.
    """
    return present[:, 0 : 2 * pairs : 2] ^ present[:, 1 : 2 * pairs : 2]


def fresh_network(seed):
    """From an input to a raw score for each feature, by way of two hidden layers."""
    torch.manual_seed(seed)
    return torch.nn.Sequential(
        torch.nn.Linear(width, hidden),
        torch.nn.ReLU(),
        torch.nn.Linear(hidden, hidden),
        torch.nn.ReLU(),
        torch.nn.Linear(hidden, features),
    )


def trained(network, x, present, generator):
    """A copy of a network after training it to name the features."""
    network = copy.deepcopy(network)
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, fused=True)
    for _ in range(steps):
        rows = torch.randint(len(x), (batch,), generator=generator)
        optimiser.zero_grad()
        F.binary_cross_entropy_with_logits(network(x[rows]), present[rows].float()).backward()
        optimiser.step()
    return network


def layers(network, x):
    """The input, then each hidden layer after its ReLU. A list of [input, unit]"""
    found = [x]
    with torch.no_grad():
        for part in network:
            x = part(x)
            if isinstance(part, torch.nn.ReLU):
                found.append(x)
    return found


def probe_accuracy(held, asked, held_new, asked_new):
    """Share of new inputs that a linear probe gets right. [label], 0..1

    held: [input, unit], the layer on the inputs to fit on. asked: [input, label], bool.
    """
    read = linear_readout(held, 2.0 * asked - 1, held_new)  # [input, label]
    return ((read > 0) == asked_new.numpy()).mean(axis=0)


# %%
kinds = ["untrained", "shuffled labels", "trained"]
xor = {kind: [] for kind in kinds}  # each [replicate, layer]
single = []  # [replicate]
for seed in study.seeds:
    generator = torch.Generator().manual_seed(seed)
    directions = torch.randn(features, width, generator=generator)
    x, present = drawn_inputs(directions, inputs, generator)
    (fit_x, fit), (new_x, new) = (drawn_inputs(directions, probed, generator) for _ in range(2))
    start = fresh_network(seed)
    shuffled = present[torch.randperm(inputs, generator=generator)]
    networks = [
        start,
        trained(start, x, shuffled, generator),
        trained(start, x, present, generator),
    ]
    for kind, network in zip(kinds, networks, strict=True):
        held = list(zip(layers(network, fit_x), layers(network, new_x), strict=True))
        ors = [probe_accuracy(a, exclusive_ors(fit), b, exclusive_ors(new)) for a, b in held]
        xor[kind].append([accuracies.mean() for accuracies in ors])
    last, last_new = held[-1]  # of the trained network
    single.append(probe_accuracy(last, fit, last_new, new).min())  # the worst feature

xor = {kind: np.array(found) for kind, found in xor.items()}
last_layer = {kind: found[:, -1] for kind, found in xor.items()}  # each [replicate]
study.report("features-are-represented", single)
study.report("unasked-xor-is-read", last_layer["trained"], control=last_layer["untrained"])
study.report(
    "learning-adds-to-it",
    last_layer["trained"] - last_layer["untrained"],
    control=last_layer["shuffled labels"] - last_layer["untrained"],
)

# %% [markdown]
# ## See
#
# How well the exclusive-or can be read, layer by layer. Lines are means over the worlds, and marks
# are single ones.

# %%
from framelab import CONTROL, MEASURED, QUIET, draw_bound, figure, show

drawn, (axes,) = figure(height=3.4)
marks = zip(kinds, [CONTROL, QUIET, MEASURED], ["s", "^", "o"], ["--", ":", "-"], strict=True)
for shift, (kind, colour, mark, style) in zip([-0.08, 0, 0.08], marks, strict=True):
    places = np.arange(3) + shift
    axes.plot(places, xor[kind].mean(axis=0), style, color=colour, marker=mark, label=kind)
    axes.plot(places, xor[kind].T, mark, color=colour, markersize=3, alpha=0.5)
draw_bound(axes, study.bound("unasked-xor-is-read"))
axes.set_xticks(range(3), ["input", "first hidden layer", "second hidden layer"])
axes.set(ylabel="share of inputs right", xlim=(-0.3, 2.3), ylim=(0.4, 1.05))
axes.legend(loc="lower right")
share = {kind: found.mean() for kind, found in last_layer.items()}
show(
    drawn,
    alt=f"""Accuracy of probes for the exclusive-or of two features. On the input it is
    {xor["trained"][:, 0].mean():.2f}. On the second hidden layer it is {share["trained"]:.2f} after
    training, {share["untrained"]:.2f} before, and {share["shuffled labels"]:.2f} after training on
    shuffled labels.""",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - Random ReLU units over inputs that hold a feature in many places make an exclusive-or readable
#   without learning, so a probe alone cannot tell computed from left over.
# - Features are independent, balanced and planted, in a network of two hidden layers; which
#   exclusive-ors a language model holds is not asked.
# - What a probe reads need not be used, and how strongly it is held beside the single features is
#   not measured.
# - The untrained network leaves little room above it, so a small true gain can be missed.
