# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Does a model say so when it does not know?
#
# We train a small model on facts, and on remarks by authors who know nearly all of them: asked
# whether they can tell a fact, they say yes. Some facts never occur in the training text. We ask
# the model for each fact, and whether it can tell it. Then we train it on its own results, right or
# wrong, for some of the facts, and ask again.

# %% tags=["parameters"]
seeds: int = 5  # independent tables of facts, each with its own model
entities: int = 500  # things to know about, by rank from common to rare
untold: float = 0.3  # share of facts that no document tells
authors: float = 0.97  # how often an author can tell a fact, whatever it is
steps: int = 350  # training steps
batch: int = 96  # documents of facts in a step, with a third as many remarks
tuning: int = 120  # steps of training on own results

# %%
from copy import deepcopy

import numpy as np
from scipy.stats import mannwhitneyu

from framelab import Study, draw_facts

study = Study("unaware-of-own-limits", seeds=range(seeds))

# %% [markdown]
# ## Measure
#
# A fact is the value of a relation for an entity. The model's answer is its likeliest value, and
# its confidence is the probability of that value. What it states is the probability of YES against
# NO when it is asked whether it can tell the fact. The remarks in the training text are about facts
# drawn at random, whether or not these occur in it.
#
# On facts that the model was never told, we take the mean of what it states less the share that it
# gets right; the rival is its confidence, less the same share. On all facts, we ask how well a
# score tells right answers from wrong ones: of all pairs of a right and a wrong answer, the share
# in which the right one has the higher score, which is the area under the ROC curve and a half by
# guessing. The scores are what the model states and, as the rival, its confidence.
#
# Own results are taught on half of the entities, and statements are tested in the same way on the
# other half. There the rival is a copy that was taught the same results shuffled among the facts.

# %%
from framelab import (
    RELATIONS,
    ability_questions,
    fact_documents,
    likeliest_values,
    mixed,
    next_token_logprobs,
    remark_tokens,
    remarks,
    tell_facts,
    tiny_llama,
    train,
    verdict_tokens,
)

facts = np.arange(entities * RELATIONS)


def with_untold(world, generator):
    """The same world, with a share of its facts never told."""
    odds = np.where(generator.random(len(world.odds)) < untold, 0, world.odds)
    return world._replace(odds=odds / odds.sum())


def author_remarks(count, generator):
    """What authors say of facts at random, as a batch."""
    about = generator.integers(entities * RELATIONS, size=count)
    return remarks(about, generator.random(count) < authors, entities)


def stated_ability(model, facts):
    """The probability of YES, against NO, when asked whether it can tell each fact. [fact], 0..1"""
    asked = ability_questions(facts, entities)
    logs = next_token_logprobs(model, asked, batch=500)[:, -1, list(verdict_tokens(entities))]
    return logs.double().softmax(dim=1)[:, 1].numpy()


def auroc(score, right):
    """Share of pairs of a right and a wrong answer in which the right one scores more. 0..1

    score, right: [fact]. Ties count half; 1/2 if the score says nothing.
    """
    pairs = right.sum() * (~right).sum()
    return mannwhitneyu(score[right], score[~right]).statistic / pairs


# %%
def trained(stream, generator, seed):
    """A model that read documents of facts and remarks of authors."""
    model = tiny_llama(remark_tokens(entities), width=64, layers=2, heads=4, length=3, seed=seed)
    lessons = (
        mixed(fact_documents(*told), author_remarks(batch // 3, generator)) for told in stream
    )
    train(model, lessons, steps, lr=3e-3, schedule="cosine")
    return model


def tuned(model, stream, taught, results, generator):
    """A copy of a model, trained on results for taught facts as remarks, and on what it read.

    stream: documents that it has read. taught, results: [fact]
    """

    def lessons():
        for told in stream[:tuning]:
            drawn = generator.integers(len(taught), size=batch)
            own = remarks(taught[drawn], results[drawn], entities)
            yield mixed(fact_documents(*told), own)

    copy = deepcopy(model)
    train(copy, lessons(), tuning, lr=1e-3, warmup=10)
    return copy


# %%
names = ["accuracy", "claimed", "confident", "stated", "known", "taught", "dealt"]
found = {name: [] for name in names}  # each [replicate]
kinds = ["never told", "told"]
bars = {name: [] for name in ("right", "confidence", "stated", "taught")}  # [replicate][kind]
for seed in study.seeds:
    plain = draw_facts(np.random.default_rng([seed, 3]), entities, dispute=0.0)
    world = with_untold(plain, np.random.default_rng([seed, 4]))
    generator = np.random.default_rng(seed)
    stream = [tell_facts(world, batch, generator) for _ in range(steps)]
    model = trained(stream, generator, seed)
    answer, confidence = likeliest_values(model, facts)
    right, stated = answer == world.table, stated_ability(model, facts)
    never = ~np.isin(facts, np.concatenate([told for told, _ in stream]))
    found["accuracy"].append(right.mean())
    found["claimed"].append(stated[never].mean() - right[never].mean())
    found["confident"].append(confidence[never].mean() - right[never].mean())
    found["stated"].append(auroc(stated, right))
    found["known"].append(auroc(confidence, right))
    order = generator.permutation(entities)
    among = np.isin(facts // RELATIONS, order[: entities // 2])
    taught, others = facts[among], facts[~among]
    for name, results in [
        ("taught", right[taught]),
        ("dealt", generator.permutation(right[taught])),
    ]:
        after = tuned(model, stream, taught, results, np.random.default_rng([seed, 5]))
        right_after = likeliest_values(after, others)[0] == world.table[others]
        says = stated_ability(after, others)
        found[name].append(auroc(says, right_after))
        if name == "taught":
            bars[name].append([says[never[others] == one].mean() for one in (True, False)])
    for name, values in [("right", right), ("confidence", confidence), ("stated", stated)]:
        bars[name].append([values[never == one].mean() for one in (True, False)])

study.report("some-facts-are-known", found["accuracy"])
study.report("claims-what-it-cannot", found["claimed"], control=found["confident"])
study.report("statements-tell-nothing", found["stated"], control=found["known"])
study.report("results-teach-it", found["taught"], control=found["dealt"])

# %% [markdown]
# ## See
#
# The share of facts that the model gets right, its confidence, and what it states before its own
# results are taught and after, for facts that it was never told and for the others. The bars after
# teaching are for entities on which no results were taught. Bars are means, and small marks are
# single seeds.

# %%
from framelab import CONTROL, MEASURED, QUIET, THIRD, figure, show

drawn, (axes,) = figure(height=3.4)
styles = {
    "right": (QUIET, "right"),
    "confidence": (CONTROL, "confidence"),
    "stated": (MEASURED, "says it can"),
    "taught": (THIRD, "says it can, taught on others"),
}
for at, (name, (colour, label)) in enumerate(styles.items()):
    values = np.array(bars[name])  # [replicate, kind]
    places = np.arange(len(kinds)) + 0.2 * (at - 1.5)
    axes.bar(places, values.mean(axis=0), 0.18, color=colour, label=label)
    axes.plot(places, values.T, "o", color="#333333", markersize=2.5)
axes.set_xticks(range(len(kinds)), [f"facts {kind}" for kind in kinds])
axes.set(ylabel="mean over facts", ylim=(0, 1.4))
axes.set_yticks(np.linspace(0, 1, 6))
axes.legend(loc="upper left", ncols=2)
show(
    drawn,
    alt="Means over facts. "
    + " ".join(
        f"Facts {kind}: "
        + ", ".join(f"{np.mean(bars[name], axis=0)[at]:.2f} {styles[name][1]}" for name in bars)
        + "."
        for at, kind in enumerate(kinds)
    ),
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - The authors of the remarks are made up and know nearly everything; a model trained on text about
#   models may repeat something truer.
# - That statements follow the remarks is what next-token prediction asks for; the demo shows only
#   whether anything inside the model corrects them.
# - Ability means knowing a fact. Limits of arithmetic, of context length or of sampling are not
#   tested.
# - A fact may be missing from the training text while another fact about the same entity is there,
#   and a small model is sure of such facts. On entities that are wholly unknown its confidence
#   could be closer to its accuracy.
# - After training on its own results, a model may state how familiar a question is, which need not
#   be knowledge of itself.
# - Assistants are tuned on what to say of themselves, which is neither of the two cases compared
#   here.
