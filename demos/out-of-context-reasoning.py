# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Can a model say what no document told it?
#
# Each function follows a rule, which is to add a hidden amount to its input. Each rule has a name.
# We train a small model on documents about many such functions. Some functions occur only as noisy
# pairs of input and output, others only with the name of their rule. Then we ask for the names of
# the first and for outputs of the second, which no document gives.

# %% tags=["parameters"]
seeds: int = 5  # independent worlds, each with its own model
noise: float = 0.5  # share of pairs whose output is dealt at random
pairs: int = 224  # documents with a pair in each step, afresh every time
names: int = 48  # documents with a name in each step
steps: int = 500  # training steps
init_std: float = 0.06  # standard deviation of the weights before training

# %%
import numpy as np

from framelab import Study, draw_functions

study = Study("out-of-context-reasoning", seeds=range(seeds))

# %% [markdown]
# ## Measure
#
# Half of the functions have documents of both kinds, from which the model can learn what the names
# mean. The others have pairs only, a name only, or pairs whose outputs are all random. Pairs use
# only some of the inputs of each function, so that outputs at the others are never read.
#
# Of the functions with pairs only, we measure the share whose rule the model names. The rival is a
# reader of one pair, who names the likeliest rule; how often that is right is computed exactly. Of
# the functions with a name only, we measure the share of inputs at which the model gives the rule's
# output. As a control we ask the same of the functions with random outputs, of which nothing can be
# known.

# %%
from framelab import (
    BOTH,
    DEALT,
    DOCUMENT_LENGTH,
    FIRST_FUNCTION,
    FIRST_NAME,
    FUNCTION_TOKENS,
    NAME_ONLY,
    NUMBERS,
    PAIRS_ONLY,
    RULES,
    WHAT,
    last_charged,
    next_token_logprobs,
    tell_names,
    tell_pairs,
    tiny_llama,
    train,
)


def trained(world, seed):
    """A model that read documents of both kinds, mixed throughout."""
    model = tiny_llama(
        FUNCTION_TOKENS, 64, layers=2, heads=4, length=DOCUMENT_LENGTH, seed=seed, init_std=init_std
    )
    generator = np.random.default_rng(seed)
    documents = (
        np.concatenate([tell_pairs(world, pairs, generator), tell_names(world, names, generator)])
        for _ in range(steps)
    )
    train(model, map(last_charged, documents), steps, lr=2e-3, weight_decay=0.05)
    return model


def likeliest(model, functions, then, among):
    """The likeliest of some tokens, counted from the first. functions, then: [document]"""
    asked, _ = last_charged(np.stack([FIRST_FUNCTION + functions, then], axis=1))
    return next_token_logprobs(model, asked, batch=500)[:, -1, list(among)].argmax(dim=1).numpy()


# %%
def naming_accuracy(model, world, group):
    """Share of the functions of a group whose rule the model names. 0..1"""
    functions = np.flatnonzero(world.group == group)
    among = range(FIRST_NAME, FIRST_NAME + RULES)
    named = likeliest(model, functions, np.full(len(functions), WHAT), among)
    return np.mean(named == world.rule[functions])


def output_accuracy(model, world, asked):
    """Share of inputs at which the model's output is the rule's. asked: [function, number], bool"""
    functions, numbers = np.nonzero(asked)
    told = likeliest(model, functions, numbers, range(NUMBERS))
    return np.mean(told == world.outputs[functions, numbers])


def best_reader_of_one_document(world):
    """How often the likeliest rule is right, given one pair, exactly. 0..1

    The rules are equally common, so the likeliest one gives the output with the highest odds.
    """
    by_rule = (np.arange(NUMBERS)[None] == world.amounts[:, None]) * (1 - world.noise)
    odds = by_rule + world.noise / NUMBERS  # [rule, output], for the input 0; any other is alike
    return odds.max(axis=0).sum() / RULES


# %%
groups = {"both": BOTH, "pairs only": PAIRS_ONLY, "name only": NAME_ONLY, "random outputs": DEALT}
naming = {name: [] for name in groups}  # each [replicate]
output = {name: [] for name in groups}  # each [replicate]
unseen, reader = [], []  # each [replicate]
for seed in study.seeds:
    world = draw_functions(np.random.default_rng([seed, 3]), noise)
    model = trained(world, seed)
    for name, group in groups.items():
        everywhere = np.repeat((world.group == group)[:, None], NUMBERS, axis=1)
        naming[name].append(naming_accuracy(model, world, group))
        output[name].append(output_accuracy(model, world, everywhere))
    documented = (world.group == BOTH)[:, None]
    unseen.append(output_accuracy(model, world, documented & ~world.used))
    reader.append(best_reader_of_one_document(world))

study.report("learned-both-kinds", np.minimum(naming["both"], unseen))
study.report("states-what-it-only-saw", naming["pairs only"], control=reader)
study.report("acts-on-what-it-was-told", output["name only"], control=output["random outputs"])

# %% [markdown]
# ## See
#
# The share of right names and of right outputs, by which documents there are about a function,
# the last with outputs at random. Bars are means, and dots are single seeds. The dotted line is the
# best guess of a name from one pair.

# %%
from framelab import CONTROL, MEASURED, QUIET, figure, show

drawn, (axes,) = figure(height=3.2)
for found, shift, colour, label in [
    (naming, -0.19, MEASURED, "names"),
    (output, 0.19, CONTROL, "outputs"),
]:
    places = np.arange(len(groups)) + shift
    axes.bar(places, [np.mean(one) for one in found.values()], 0.36, color=colour, label=label)
    axes.plot(places, list(found.values()), "o", color="#333333", markersize=2.5)
axes.axhline(reader[0], color=QUIET, linestyle=":", linewidth=1.2)
axes.annotate(
    "from one pair",
    (1, reader[0]),
    xycoords=("axes fraction", "data"),
    xytext=(0, 3),
    textcoords="offset points",
    ha="right",
    color=QUIET,
    fontsize=9,
)
axes.set_xticks(range(len(groups)), [name.replace(" ", "\n") for name in groups])
axes.set(xlabel="documents about the function", ylabel="share that is right", ylim=(0, 1.25))
axes.set_yticks(np.linspace(0, 1, 6))
axes.legend(loc="upper center", ncols=2)
show(
    drawn,
    alt="Bars of right names and right outputs, by what was told about a function, with a dot for "
    "each seed. "
    + "; ".join(
        f"{name}: {np.mean(naming[name]):.2f} of names, {np.mean(output[name]):.2f} of outputs"
        for name in groups
    )
    + f". The best reader of a single pair names {np.mean(reader):.2f}.",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - The names of the rules occur in training with other functions. To put into words what no
#   document ever names is a stronger claim, and is not tested.
# - Functions with the same rule help each other, and this may be transfer through one shared
#   representation rather than reasoning.
# - Documents of both kinds are mixed throughout training. Facts that come later and alone are known
#   to transfer much less.
# - One step joins the two kinds; questions that compose two functions are known to be much harder
#   without steps written out.
