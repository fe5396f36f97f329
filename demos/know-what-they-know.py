# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Does a model's confidence say what it knows?
#
# We train a small model on facts, some of which it reads very often and some never, and some of
# which come with conflicting values. Then we compare its confidence with how often it is right. A
# twin that read the very same documents, from other initial weights, shows how much of this lies in
# the question and how much is about oneself.

# %% tags=["parameters"]
seeds: int = 5  # independent tables of facts, each with a model and its twin
entities: int = 1000  # things to know about, by rank from common to rare
dispute: float = 0.35  # share of documents that give another value, for every third entity
steps: int = 350  # training steps
batch: int = 128  # documents in each step, afresh every time
often: int = 20  # documents from which on a fact counts as read often

# %%
import numpy as np

from framelab import Study, draw_facts

study = Study("know-what-they-know", seeds=range(seeds))

# %% [markdown]
# ## Measure
#
# A document is an entity, a relation and a value. The model's answer to a question is its likeliest
# value, and its confidence is the probability of that value. For calibration we group answers by
# confidence, compare the mean confidence in each group with the chance that a document gives that
# answer, and average the differences over questions as they come in training. The rival states
# every answer with certainty.
#
# To look beyond familiarity, we compare only facts that were read about equally often. The measure
# is the share of pairs of a right and a wrong answer in which the model is surer of the right one;
# guessing gives a half. The rival is the twin's confidence on the same questions. On facts that
# were never read, we take the mean confidence less the share that is right.

# %%
from framelab import RELATIONS, VALUES, likeliest_values, tell_facts, times_told, trained_on_facts


def expected_calibration_error(confidence, hit, weight, bins=10):
    """Difference of confidence and hits within bins of confidence, mean over bins. 0..1

    confidence, hit, weight: [fact]; hit is the true chance of the answer, weights sum to 1.
    """
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(bin_of, weights=weight * (confidence - hit), minlength=bins)
    return np.abs(gaps).sum()


def exposure_stratum(count):
    """Facts met about equally often: the count up to 20, then steps of a quarter. [fact]"""
    steps_up = np.floor(np.log(np.maximum(count, 20) / 20) / np.log(1.25)).astype(int)
    return np.where(count <= 20, count, 21 + steps_up)


def auroc_at_equal_exposure(confidence, right, stratum):
    """Share of pairs, one right and one wrong in the same stratum, in which the right one is surer.

    confidence, right, stratum: [fact]. Ties count half. 0..1, 1/2 if confidence says nothing.
    """
    won = pairs = 0.0
    for one in np.unique(stratum):
        among = stratum == one
        gap = confidence[among & right][:, None] - confidence[among & ~right][None]
        won += (gap > 0).sum() + (gap == 0).sum() / 2
        pairs += gap.size
    return won / pairs


def overconfidence(confidence, right):
    """Mean confidence less the share that is right. -1..1"""
    return confidence.mean() - right.mean()


# %%
names = ["accuracy", "ece", "certainty", "self", "twin", "unmet", "often", "plain", "count"]
found = {name: [] for name in names}  # each [replicate]
facts = np.arange(entities * RELATIONS)
bounds = [0, 1, 5, 20, 100, np.inf]  # of exposure, for the figure
curves = {"confidence": [], "share right": []}  # each [replicate][bin]
for seed in study.seeds:
    world = draw_facts(np.random.default_rng([seed, 3]), entities, dispute=dispute)
    generator = np.random.default_rng(seed)
    stream = [tell_facts(world, batch, generator) for _ in range(steps)]
    model = trained_on_facts(stream, entities, seed)
    twin = trained_on_facts(stream, entities, len(study.seeds) + seed)
    answer, confidence = likeliest_values(model, facts)
    _, twin_confidence = likeliest_values(twin, facts)
    count = times_told(stream, entities)
    right, hit = answer == world.table, world.value_odds[facts, answer]
    met, unmet = count >= 1, count == 0
    found["accuracy"].append(right.mean())
    found["ece"].append(expected_calibration_error(confidence, hit, world.odds))
    found["certainty"].append(expected_calibration_error(np.ones_like(confidence), hit, world.odds))
    for name, sure in [("self", confidence), ("twin", twin_confidence)]:
        stratum = exposure_stratum(count[met])
        found[name].append(auroc_at_equal_exposure(sure[met], right[met], stratum))
    for name, among in [("unmet", unmet), ("often", count >= often)]:
        found[name].append(overconfidence(confidence[among], right[among]))
    for name, sure in [("plain", confidence), ("count", count)]:
        found[name].append(auroc_at_equal_exposure(sure, right, np.zeros_like(count)))
    facts_by_bin, _ = np.histogram(count, bounds)
    for name, value in [("confidence", confidence), ("share right", right.astype(float))]:
        curves[name].append(np.histogram(count, bounds, weights=value)[0] / facts_by_bin)

study.report("some-facts-are-known", found["accuracy"])
study.report("confidence-is-calibrated", found["ece"], control=found["certainty"])
study.report("more-than-familiarity", found["self"], control=found["twin"])
study.report("too-sure-of-the-unmet", found["unmet"], control=found["often"])
print(f"""Over all facts together, a right answer is ranked above a wrong one
by the model's confidence in {np.mean(found["plain"]):.2f} of pairs,
by how often it was met, taken alone, in {np.mean(found["count"]):.2f}.""")

# %% [markdown]
# ## See
#
# The mean confidence and the share of right answers, by how often the fact was read. Lines are
# means, and small marks are single seeds; the dotted line is chance.

# %%
from framelab import CONTROL, MEASURED, QUIET, figure, show

drawn, (axes,) = figure(height=3.2)
labels = ["never", "1 to 4", "5 to 19", "20 to 99", "100 and more"]
places = np.arange(len(labels))
for name, colour, style in [("confidence", MEASURED, "o-"), ("share right", CONTROL, "s--")]:
    values = np.array(curves[name])  # [replicate, bin]
    axes.plot(places, values.mean(axis=0), style, color=colour, label=name)
    axes.plot(places, values.T, ".", color=colour, markersize=3, alpha=0.6)
axes.axhline(1 / VALUES, color=QUIET, linestyle=":", linewidth=1.2)
axes.annotate(
    "guessing",
    (1, 1 / VALUES),
    xycoords=("axes fraction", "data"),
    xytext=(0, 3),
    textcoords="offset points",
    ha="right",
    color=QUIET,
    fontsize=9,
)
axes.set_xticks(places, [label.replace(" and", "\nand") for label in labels])
axes.set(xlabel="documents about the fact", ylabel="mean over facts", ylim=(0, 1.05))
axes.legend(loc="lower right", bbox_to_anchor=(1, 0.12))
means = {name: np.mean(values, axis=0) for name, values in curves.items()}
show(
    drawn,
    alt="Mean confidence and share of right answers, by documents about the fact: "
    + "; ".join(
        f"{label}, {sure:.2f} sure and {share:.2f} right"
        for label, sure, share in zip(
            labels, means["confidence"], means["share right"], strict=True
        )
    )
    + ".",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - In a small closed world, how often a fact was read predicts nearly everything, so there is
#   little room for any knowledge beyond it.
# - A twin that tells as much would not make confidence useless; confidence would only be knowledge
#   of the question and not of oneself.
# - Confidence is the probability of the answer; a model that is asked in words whether it knows may
#   say something else.
# - One constant stated for all questions can be calibrated too, which is why the first prediction
#   does not stand alone.
# - Nothing here was tuned on preferences, which is known to change what the probabilities mean.
