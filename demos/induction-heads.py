# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Does any head look for what came next last time?
#
# We show a model random tokens, some of them twice. The second copy can be continued only by
# looking back, so attention to the token *after* the earlier copy is the trace of induction. Then
# we hide just that token, and see whether the continuation goes with it.

# %% tags=["parameters"]
model: str = "lab:repeats-2l"  # a lab recipe, a checkpoint folder, or a hub id
rival: str = "lab:repeats-1l"  # the control: by default one layer, with nothing to compose with
seeds: int = 5  # trainings of a lab model; for any other model, sets of sequences
sequences: int = 128  # independent random sequences in each set
half: int = 10  # tokens in each copy
device: str = "cpu"  # where the models compute: cpu, cuda, mps
dtype: str = "float32"  # their number type: float32, bfloat16, float16, float64

# %%
import math

import torch

from framelab import (
    Study,
    load,
    ordinary_tokens,
    refuse_unfit,
    repeated_tokens,
    repeats_length,
    start_token,
)

study = Study("induction-heads", seeds=range(seeds))
long = repeats_length(half)
refuse_unfit({"model": model, "rival": rival}, long, distinct=long, instead="a smaller half")

# %% [markdown]
# ## Measure
#
# Standing at a token of the second copy, a head that does induction looks one token past the same
# token in the first copy. The copies stand at a random distance, so that a head which only counts
# back cannot pass.

# %%
from framelab import attention_patterns, hiding, token_losses


def prefix_matching_score(patterns, world):
    """Attention paid to the token after the earlier copy.

    patterns: [layer, sequence, head, query, key]. Returns [layer, head], attention mass in 0..1,
    averaged over the tokens of the second copy but its last.
    Source: Olsson et al. 2022, "prefix matching score".
    """
    row = torch.arange(len(world.ids))[:, None]
    matched = patterns[:, row, :, world.second[:, :-1], world.first[:, 1:]]
    return matched.mean(dim=(0, 1))  # the pairs come first, then [layer, head]


def second_copy_loss(subject, world, key=None):
    """Surprise at each token of the second copy but its first. [sequence, token], in nats.

    key: [sequence, token], for each of these tokens a key to hide from the one before it.
    """
    hidden = torch.zeros(*world.ids.shape, world.ids.shape[1], dtype=torch.bool)
    if key is not None:
        hidden[torch.arange(len(world.ids))[:, None], world.second[:, :-1], key] = True
    losses = token_losses(subject.model, world.ids, hiding(hidden))
    return losses.gather(1, world.second[:, 1:])


def random_other_key(world, generator):
    """For each query of the second copy, any earlier token but the one after the earlier copy."""
    query, after = world.second[:, :-1], world.first[:, 1:]
    drawn = (torch.rand(query.shape, generator=generator) * (query - 1)).long()
    return drawn + (drawn >= after)


# %%
found = {name: [] for name in ("ratio", "best", "best_rival", "added", "added_elsewhere")}
for seed in study.seeds:
    subject = study.uses(load(model, seed, device, dtype))
    other = study.uses(load(rival, seed, device, dtype))
    generator = torch.Generator().manual_seed(seed)
    allowed, start = ordinary_tokens(subject), start_token(subject)
    world = repeated_tokens(generator, sequences, half, allowed, bos=start)
    looked = attention_patterns(subject.model, world.ids)
    rival_looked = attention_patterns(other.model, world.ids)
    scores = prefix_matching_score(looked, world)
    rival_scores = prefix_matching_score(rival_looked, world)
    plain = second_copy_loss(subject, world)
    hidden = second_copy_loss(subject, world, key=world.first[:, 1:])
    elsewhere = second_copy_loss(subject, world, key=random_other_key(world, generator))
    found["ratio"].append(plain.mean() / math.log(subject.model.config.vocab_size))
    found["best"].append(scores.max())
    found["best_rival"].append(rival_scores.max())
    found["added"].append(hidden.mean() - plain.mean())
    found["added_elsewhere"].append(elsewhere.mean() - plain.mean())

study.report("continues-repeats", found["ratio"])
study.report("prefix-matching", found["best"], control=found["best_rival"])
study.report("needs-that-token", found["added"], control=found["added_elsewhere"])

# %% [markdown]
# ## See
#
# Where the best head of each model looks, counted from the earlier copy of the token that it stands
# on, in the last set of sequences.

# %%
from framelab import CONTROL, MEASURED, draw_bound, figure, show


def attention_by_offset(patterns, scores, offsets):
    """What the best head pays to each offset from the earlier copy. [offset], attention mass"""
    layer, head = divmod(scores.argmax().item(), scores.shape[1])
    row, query = torch.arange(sequences)[:, None], world.second[:, :-1]
    keys = [(world.first[:, :-1] + offset).clamp(min=0) for offset in offsets]
    return [patterns[layer, row, head, query, key].mean().item() for key in keys]


offsets = range(-3, 5)
drawn, (axes,) = figure(height=3.0)
for name, colour, shift, patterns, by_head in [
    ("model", MEASURED, -0.2, looked, scores),
    ("rival", CONTROL, 0.2, rival_looked, rival_scores),
]:
    paid = attention_by_offset(patterns, by_head, offsets)
    axes.bar([offset + shift for offset in offsets], paid, width=0.4, color=colour, label=name)
draw_bound(axes, study.bound("prefix-matching"))
axes.set(xlabel="tokens past the earlier copy", ylabel="attention of the best head", ylim=(0, 1))
axes.set_xticks(offsets)
axes.legend(loc="upper left")
show(
    drawn,
    alt=f"""Bars of attention by distance from the earlier copy. The model's best head pays
    {scores.max():.2f} of its attention to the token right after the copy, the rival's best head
    {rival_scores.max():.2f}. Hiding that token raises the model's loss from {plain.mean():.2f} to
    {hidden.mean():.2f} nats a token.""",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - Attending to the right token is not copying it; the second prediction shows the need, not the
#   path through the weights.
# - Random tokens are far from text, and a high score does not say how much a text relies on it.
# - The default model has two layers with one head each; in large models many heads share the work,
#   and the loss of one shows little.
# - That the same heads carry the abstract kind of in-context learning is a claim about large
#   models, which this demo does not test.
