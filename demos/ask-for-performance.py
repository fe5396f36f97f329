# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Does a model do its best, or what it is asked for?
#
# We train small models on work of every grade, most of it poor, with its grade, the score that it
# reaches, written in front. Then we write a grade of our own in front and let them work. One rival
# is trained on the same work with its grades shuffled, and another model sees nothing better than
# middling work.

# %% tags=["parameters"]
seeds: int = 5  # independent worlds, each with a training of every model
middling: int = 5  # the best grade that the model of middling work has seen
steps: int = 160  # training steps
rate: float = 0.004  # learning rate at the start, falling to zero
batch: int = 64  # episodes in each step, afresh every time
asked_times: int = 300  # episodes that a model works through for each grade asked for

# %%
import numpy as np

from framelab import Study

study = Study("ask-for-performance", seeds=range(seeds))

# %% [markdown]
# ## Measure
#
# An episode has several steps, each in a random state with one right action, which brings a point,
# and one mistake that all workers share. Workers differ in how often they act right. Before each
# step stands the number of points still to come. We ask a model for a grade by writing that number
# in front of the first step, and take off each point as it is got.
#
# We measure how many more points a model gets for each further point that is asked for, as the
# slope of a straight line, and which share of the full mark it gets when asked for it. The rival to
# asking is the model with shuffled grades, with its actions drawn or always the likeliest,
# whichever is better. The model of middling work is asked for the full mark too, and there we
# measure how far it gets beyond the best grade that it has seen.

# %%
from framelab import (
    WORK_STEPS,
    WORK_TOKENS,
    drawn_workplace,
    perform,
    tiny_llama,
    train,
    work_batches,
)

grades = range(WORK_STEPS + 1)
full = WORK_STEPS  # the full mark, a point at every step


def trained(place, seed, **kind):
    """A model of the work done in a place; only its actions are charged."""
    model = tiny_llama(WORK_TOKENS, width=32, layers=2, heads=4, length=3 * full, seed=seed)
    batches = work_batches(place, batch, np.random.default_rng(seed), **kind)
    train(model, batches, steps, lr=rate, schedule="cosine")
    return model


def achieved_return(model, place, seed, wanted, greedy=False):
    """Mean points got for each grade wanted, by drawn actions or always the likeliest. [grade]"""
    asked = np.repeat(wanted, asked_times)  # [episode]
    points = perform(model, place, asked, np.random.default_rng([seed, 1]), greedy)
    return points.reshape(len(wanted), asked_times).mean(axis=1)


def slope_of_achieved_on_requested_return(achieved):
    """Least-squares slope of the points got on the points asked for. achieved: [grade]"""
    return np.polyfit(grades, achieved, deg=1)[0]


# %%
kinds = {"all grades": {}, "dealt grades": {"dealt": True}, "middling work": {"at_most": middling}}
got = {kind: [] for kind in kinds}  # each [replicate, grade]
likeliest = []  # for the full mark, of the model with dealt grades, [replicate]
for seed in study.seeds:
    place = drawn_workplace(np.random.default_rng([seed, 2]))
    models = {kind: trained(place, seed, **given) for kind, given in kinds.items()}
    for kind, model in models.items():
        got[kind].append(achieved_return(model, place, seed, grades))
    (found,) = achieved_return(models["dealt grades"], place, seed, [full], greedy=True)
    likeliest.append(found)

every, dealt, capped = (np.array(found) for found in got.values())  # each [replicate, grade]
slope = [slope_of_achieved_on_requested_return(one) for one in every]
slope_dealt = [slope_of_achieved_on_requested_return(one) for one in dealt]
imitated = np.maximum(dealt[:, full], likeliest)  # the better of its two ways

study.report("seen-grades-are-reached", capped[:, middling] / middling)
study.report("you-get-what-you-ask", slope, control=slope_dealt)
study.report("asking-beats-imitating", every[:, full] / full, control=imitated / full)
study.report(
    "not-beyond-what-was-seen",
    (capped[:, full] - middling) / full,
    control=(every[:, full] - middling) / full,
)

# %% [markdown]
# ## See
#
# What each model gets for what it is asked. Lines are means over the worlds, and small marks are
# single worlds; on the dotted diagonal a model gets just what is asked. Right of the vertical line,
# the model of middling work is asked for more than it has seen.

# %%
from framelab import CONTROL, MEASURED, QUIET, THIRD, figure, show

drawn, (axes,) = figure(height=3.6)
axes.plot(grades, grades, color=QUIET, linestyle=":", linewidth=1.2)
axes.annotate("as asked", (full, full), xytext=(-14, -1), textcoords="offset points", ha="right")
for values, kind, colour, mark, style in [
    (every, "all grades", MEASURED, "o", "-"),
    (dealt, "grades dealt at random", CONTROL, "s", "--"),
    (capped, "middling work only", THIRD, "^", "-."),
]:
    axes.plot(grades, values.mean(axis=0), style, color=colour, marker=mark, label=kind)
    axes.plot(grades, values.T, mark, color=colour, markersize=3, alpha=0.4)
axes.axvline(middling, color=THIRD, linestyle=":", linewidth=1.2)
axes.set(xlabel="points asked for", ylabel="points got", ylim=(-0.3, full + 0.4))
axes.legend(loc="upper left")
show(
    drawn,
    alt=f"""Points got against points asked for. Asked for {full}, the model of all grades gets
    {every[:, full].mean():.1f}, the one whose grades were dealt out at random
    {dealt[:, full].mean():.1f}. The model of middling work gets
    {capped[:, middling].mean():.1f} when asked for {middling}, the best that it saw, and
    {capped[:, full].mean():.1f} when asked for {full}.""",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - Each step is right or wrong by itself and luck plays no part; in a game of chance a high score
#   may only mean good luck.
# - Grades are numbers in the text, exact and always given; in real text they are rare, vague and
#   sometimes false.
# - That most work is poor and its mistakes are alike is a constant of the world. Where most work is
#   good, taking the likeliest step is enough.
# - A grade is a token, so one that was never seen is also an unfamiliar word, whose effect on the
#   model is a matter of chance. Asking beyond the data in words that combine may go further.
