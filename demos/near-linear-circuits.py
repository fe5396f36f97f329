# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Can a transformer's weights be read as tables?
#
# A text holds pairs, where a token says what is likely to follow it, and rules, where a trigger far
# back settles an answer. We train a transformer of one layer without MLP on it. Then we look for
# the rules in a table made of its weights alone, and for the pairs in the path around its head.

# %% tags=["parameters"]
seeds: int = 5  # independent worlds, each with its own models
odds: list[float] = [0.5, 0.25, 0.15, 0.1]  # of the four tokens that may follow an ordinary one
width: int = 64  # dimensions of the residual stream
steps: int = 230  # training steps
batch: int = 64  # texts in each step, afresh every time
rate: float = 0.003  # learning rate
unread: int = 500  # new texts to measure on

# %%
import numpy as np
import torch
import torch.nn.functional as F

from framelab import Study

study = Study("near-linear-circuits", seeds=range(seeds))
entropy = -sum(chance * np.log(chance) for chance in odds)  # of the token after an ordinary one

# %% [markdown]
# ## Measure
#
# What the model says is a sum of two paths, from the embedding straight to the output and by way of
# the head. The table of the head says what attending to a token adds to the score of each next one.
#
# We charge the model at two kinds of place. After an ordinary token the exact odds leave their
# entropy open, and no forecast can do better. At an answer they leave nothing open.

# %%
from framelab import (
    FIRST_ANSWER,
    FIRST_TRIGGER,
    ORDINARY,
    RULED,
    TRIGGER_LENGTH,
    TRIGGER_TOKENS,
    attention_only,
    chain_odds,
    charged_parts,
    draw_successors,
    head_table,
    path_scores,
    train,
    trigger_batch,
    write_triggers,
)


def trained(moves, answers, seed):
    """A model of one head and no MLP that has read texts of pairs and rules, each once."""
    model = attention_only(TRIGGER_TOKENS, width, TRIGGER_LENGTH, seed)
    generator = np.random.default_rng(seed)
    texts = (trigger_batch(write_triggers(moves, answers, batch, generator)) for _ in range(steps))
    train(model, texts, steps, lr=rate)
    return model


def excess_over_the_entropy(scores, ids, charged, floor):
    """Mean loss of some scores at the charged tokens, less what the exact odds cost. In nats.

    scores: [sequence, token, vocabulary]. ids, charged: [sequence, token].
    """
    charged = torch.tensor(charged)[:, 1:]
    lost = F.cross_entropy(scores[:, :-1][charged], torch.tensor(ids)[:, 1:][charged])
    return lost.item() - floor


def top_one_rule_recovery(table, answers):
    """Share of triggers whose row of the head's table is largest at their answer. 0..1

    table: [token, vocabulary]; any token at all may be the largest. answers: [trigger].
    """
    top = table[FIRST_TRIGGER : FIRST_TRIGGER + RULED].argmax(dim=1)
    return (top.numpy() == FIRST_ANSWER + answers).mean()


# %%
kinds = ["both paths", "direct path", "head's path"]
at_pairs = {kind: [] for kind in kinds}  # each [replicate]
at_answers, recovered, recovered_twin, tables = [], [], [], []  # each [replicate]
for seed in study.seeds:
    world = np.random.default_rng([seed, 3])
    moves = chain_odds(draw_successors(ORDINARY, len(odds), world), odds)
    answers = world.permutation(RULED)
    model, twin = trained(moves, answers, seed), trained(moves, None, seed)
    ids = write_triggers(moves, answers, unread, np.random.default_rng([seed, 1]))
    pairs, rules = charged_parts(ids)
    direct, head = path_scores(model, torch.tensor(ids))
    for kind, scores in zip(kinds, [direct + head, direct, head], strict=True):
        at_pairs[kind].append(excess_over_the_entropy(scores, ids, pairs, entropy))
    at_answers.append(excess_over_the_entropy(direct + head, ids, rules, 0.0))
    tables.append((head_table(model), answers))
    recovered.append(top_one_rule_recovery(head_table(model), answers))
    # The twin has no pairing, so it is scored against one that is dealt beforehand.
    dealt = np.random.default_rng([seed, 4]).permutation(RULED)
    recovered_twin.append(top_one_rule_recovery(head_table(twin), dealt))

# The worse of the two parts of each seed.
study.report("predicts-well", np.maximum(at_pairs["both paths"], at_answers))
study.report("rules-are-in-the-table", recovered, control=recovered_twin)
study.report(
    "pairs-are-in-the-direct-path", at_pairs["direct path"], control=at_pairs["head's path"]
)

# %% [markdown]
# ## See
#
# Above, the head's table in the first world, triggers sorted by the answer that their rule plants:
# rules show as a blue diagonal. Below, what each path alone costs at ordinary tokens.

# %%
from framelab import CONTROL, MEASURED, QUIET, draw_bound, figure, show

drawn, (above, below) = figure("A;B", height=2.7)
table, answers = tables[0]
block = table[FIRST_TRIGGER : FIRST_TRIGGER + RULED, FIRST_ANSWER:][np.argsort(answers)]
reach = block.abs().max().item()
image = above.imshow(block, cmap="RdBu", vmin=-reach, vmax=reach, interpolation="none")
drawn.colorbar(image, ax=above, label="added to the score")
above.set(xlabel="answer", ylabel="trigger", xticks=[], yticks=[])
above.grid(visible=False)
places = range(len(kinds))[::-1]  # the tall bar to the left, clear of the bound's words
means = [np.mean(at_pairs[kind]) for kind in kinds]
below.bar(places, means, color=[QUIET, MEASURED, CONTROL], width=0.55)
for place, kind in zip(places, kinds, strict=True):
    below.plot([place] * seeds, at_pairs[kind], "o", color="black", markersize=3)
draw_bound(below, study.bound("pairs-are-in-the-direct-path"))
below.set_xticks(places, kinds)
below.set(ylabel="nats above the entropy")
show(
    drawn,
    alt=f"""The head's table of {RULED} triggers by {RULED} answers; over all worlds
    {np.mean(recovered):.2f} of the triggers have their largest entry at their own answer. Below,
    loss above the entropy at ordinary tokens: {means[0]:.2f} nats with both paths, {means[1]:.2f}
    with the direct path alone, {means[2]:.2f} with the head's path alone.""",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - That the sum of paths is exact when attention is held fixed is algebra and is not tested. Where
#   the head attends is not read from the weights here.
# - The tables have few dozen rows. In real models they are far too large to read, and features are
#   mixed in superposition, so readability does not scale for free.
# - One layer, one head and no MLP; with an MLP the tables no longer add up to the prediction.
# - Input and output embeddings are kept apart, since a table made of one shared embedding cannot
#   tell which of two tokens comes first.
# - The scale of the final normalisation is held at its value in the whole model when a path is left
#   out.
