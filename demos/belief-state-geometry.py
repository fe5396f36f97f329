# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Does a predictor of tokens keep track of what it cannot see?
#
# Behind the bits of a small process stand hidden states, which the bits reveal only in part. We
# train models to predict the next bit and nothing else. Then we ask whether the exact probabilities
# of the hidden states can be read from the models' activations by a linear map.

# %% tags=["parameters"]
seeds: int = 4  # independent trainings, each read out on its own sequences
length: int = 14  # bits in a sequence
context: int = 4  # bits before the first place at which anything is measured
remembered: int = 4  # bits that the rival table remembers
steps: int = 500  # training steps
batch: int = 64  # sequences in each step, afresh every time
sequences: int = 2000  # sequences to read out on, half to fit on and half to score on
drawn_dots: int = 600  # places shown in the figure

# %%
import numpy as np
import torch

from framelab import Study

study = Study("belief-state-geometry", seeds=range(seeds))

# %% [markdown]
# ## Measure
#
# The process writes two random bits and then their exclusive-or, over and over, and a reader does
# not see where a round begins. The belief is the probability of each of five hidden states given
# the bits so far, by Bayes' rule. On half of the sequences we fit a linear map from the activations
# of all layers to the belief, by least squares; on the other half we measure the share of the
# belief's variance that it explains.

# %%
from framelab import (
    exact_beliefs,
    linear_readout,
    mean_belief_given,
    odds_of_one,
    residual_stream,
    tiny_llama,
    token_losses,
    train,
    variance_explained,
    write_rounds,
)


def fresh_model(seed):
    """A small model of bits before its first step."""
    model = tiny_llama(2, 64, layers=3, heads=4, length=length, seed=seed, init_std=0.1)
    model.set_attn_implementation("eager")  # the same attention, faster on texts as short as these
    return model


def trained(seed):
    """The same model after it has read sequences of the process, every one of them once."""
    model = fresh_model(seed)
    generator = np.random.default_rng(seed)
    bits = (torch.tensor(write_rounds(batch, length, generator)) for _ in range(steps))
    train(model, ((ids, ids) for ids in bits), steps, lr=5e-3, schedule="cosine")
    return model


def loss_above_the_entropy_rate(model, bits, beliefs):
    """Loss of the model less that of the exact filter on the same bits, in nats per token."""
    losses = token_losses(model, torch.tensor(bits))[:, context:]
    ones = odds_of_one(beliefs)[:, context - 1 : -1]  # [sequence, token], for the next bit
    exact = -np.log(np.where(bits[:, context:] == 1, ones, 1 - ones))
    return losses.double().mean().item() - exact.mean()


def activations(model, bits):
    """What all layers hold at every place that counts, side by side. [place, layer and width]"""
    stream = residual_stream(model, torch.tensor(bits))  # [layer, sequence, token, width]
    return stream[:, :, context - 1 :].permute(1, 2, 0, 3).flatten(0, 1).flatten(1).numpy()


def read_out(held, wanted):
    """A linear read-out fitted on the first half of the sequences, applied to the second."""
    half = len(held) // 2
    return linear_readout(held[:half], wanted[:half], held[half:])


def scored(wanted, read):
    """Variance of the second half that a read-out of it explains. 1 is perfect, 0 is the mean."""
    return variance_explained(wanted[len(wanted) // 2 :], read)


# %% [markdown]
# The first rival is the better of two tables that are computed from the process itself. One gives
# the mean belief for each exact chance of the next bit, and the other for each run of the last few
# bits.
#
# The second measure asks for more than the next bit needs. From each belief we subtract the mean
# belief at the same chance of the next bit. What is left does not help to predict that bit, and we
# fit and score a linear map to it in the same way. Its rival is the same network before training,
# whose random attention also mixes the past tokens.

# %%
lengths = range(context, length + 1)


def next_odds(bits, belief):
    """The exact chance that the next bit is a 1, rounded so that equal chances agree."""
    return round(float(odds_of_one(belief)), 6)


def last_bits(bits, belief):
    return tuple(bits[-remembered:])


def looked_up(key, table, bits, beliefs):
    """What a table says at every place that counts. [place, state]"""
    return np.stack(
        [
            table[key(row[:seen], known[seen - 1])]
            for row, known in zip(bits, beliefs, strict=True)
            for seen in lengths
        ]
    )


tables = {key: mean_belief_given(key, lengths) for key in (next_odds, last_bits)}
above, linear, beyond, beyond_untrained = [], [], [], []  # each [replicate]
by_table = {key: [] for key in tables}  # each [replicate]
for seed in study.seeds:
    model = trained(seed)
    bits = write_rounds(sequences, length, np.random.default_rng([seed, 1]))
    beliefs = exact_beliefs(bits)  # [sequence, token, state]
    wanted = beliefs[:, context - 1 :].reshape(-1, beliefs.shape[2])  # [place, state]
    said = {key: looked_up(key, table, bits, beliefs) for key, table in tables.items()}
    held, held_untrained = activations(model, bits), activations(fresh_model(seed), bits)
    above.append(loss_above_the_entropy_rate(model, bits, beliefs))
    for key, found in by_table.items():
        found.append(scored(wanted, said[key][len(wanted) // 2 :]))
    left = wanted - said[next_odds]  # what the next bit's chance does not say
    read, read_left = np.split(read_out(held, np.hstack([wanted, left])), 2, axis=1)
    linear.append(scored(wanted, read))
    beyond.append(scored(left, read_left))
    beyond_untrained.append(scored(left, read_out(held_untrained, left)))

study.report("predicts-well", above)
study.report("beliefs-are-linear", linear, control=np.max(list(by_table.values()), axis=0))
study.report("beyond-the-next-token", beyond, control=beyond_untrained)

# %% [markdown]
# ## See
#
# Each dot is the belief at one place in a sequence, in the plane in which exact beliefs vary most:
# exact on the left, read out from the activations on the right. They are from the last seed. Colour
# is the exact chance that the next bit is a 1.

# %%
from framelab import figure, show

truth = wanted[len(wanted) // 2 :]
middle = truth.mean(axis=0)
plane = np.linalg.svd(truth - middle, full_matrices=False)[2][:2].T  # [state, 2]
shown = np.random.default_rng(0).permutation(len(truth))[:drawn_dots]
drawn, panels = figure("AB", height=3.2)
drawn.set_dpi(200)  # of the dots, which as shapes would weigh more than the rest of the page
for axes, values, title in zip(panels, [truth, read], ["exact", "read out"], strict=True):
    x, y = ((values - middle) @ plane)[shown].T
    colour = odds_of_one(truth)[shown]
    dots = axes.scatter(x, y, c=colour, s=14, cmap="viridis", vmin=0, vmax=1, rasterized=True)
    axes.set(title=title, xlim=(-0.85, 0.85), ylim=(-0.85, 0.85), xticks=[], yticks=[])
drawn.colorbar(dots, ax=panels, location="bottom", shrink=0.6, label="chance of a 1")
show(
    drawn,
    alt=f"""Beliefs as dots in a plane, exact on the left and read out on the right, coloured by the
    chance of the next bit. The read-out explains {np.mean(linear):.2f} of their variance, and
    {np.mean(beyond):.2f} of what is left at equal chances of the next bit, against
    {np.mean(beyond_untrained):.2f} before training.""",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - There are five hidden states of a stationary process. Real text has hidden state without bound,
#   and nobody knows its true belief.
# - A table of the last five tokens or more would pass the first bound too, so keeping a belief is
#   not told apart from a longer memory of tokens.
# - What can be read out linearly need not be used; nothing is changed in the network to see whether
#   its predictions follow.
# - The read-out joins all layers. Single layers hold less, and the claim that the belief has one
#   place is not made.
# - The process was chosen because its next token gives little of the belief away. Even so, an
#   untrained network spreads the past tokens over its activations, from which a linear read-out can
#   recover a good part of the belief.
