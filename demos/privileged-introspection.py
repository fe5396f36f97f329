# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Can a model tell about itself what its records do not?
#
# We give small models behaviours of their own, a random word for each object, and train one to
# report on some of its words. Another model, the observer, is trained on records of the same words
# and on the same reports. Then we ask both about the objects that no record or report has covered.

# %% tags=["parameters"]
seeds: int = 5  # models, each with a behaviour of its own; each is observed by the next
base_steps: int = 200  # training steps on one's own behaviour
record_steps: int = 100  # more steps for an observer, on records too
report_steps: int = 100  # steps of training to report
change_steps: int = 150  # steps of training on changed behaviour
batch: int = 96  # statements in each step, afresh every time
reported: int = 120  # objects whose reports are trained; the others are held out
changed: int = 30  # held-out objects whose words are changed

# %%
from copy import deepcopy

import numpy as np

from framelab import Study

study = Study("privileged-introspection", seeds=range(seeds))

# %% [markdown]
# ## Measure
#
# A model behaves by giving its own word for an object. Words fall into classes, which are the same
# for all models. A report names only the class of the word for an object: of the model's own word,
# or of another model's. A record gives another model's word itself. We measure the share of
# held-out objects for which a report names the class of the word that the reported model gives.

# %%
from framelab import (
    CLASS_OF,
    OBJECTS,
    OTHER_REPORT,
    OWN_REPORT,
    RECORD,
    REPLY,
    REPLY_TOKENS,
    STATEMENT_LENGTH,
    WORD_CLASS,
    mixed,
    next_token_logprobs,
    statements,
    tiny_llama,
    train,
)

words, every = len(WORD_CLASS), np.arange(OBJECTS)


def said(model, kind, about):
    """What a model most likely says in statements of a kind, counted from 0. [statement]"""
    asked = statements(kind, about, np.zeros_like(about))[0][:, :-1]
    return next_token_logprobs(model, asked)[:, -1, list(kind.says)].argmax(dim=1).numpy()


def behaviour(table, count, generator):
    """Statements of one's own words, and some of the classes of words. table: [object]"""
    about_words = count // 8
    objects = generator.integers(OBJECTS, size=count - about_words)
    some = generator.integers(words, size=about_words)
    return mixed(
        statements(REPLY, objects, table[objects]), statements(CLASS_OF, some, WORD_CLASS[some])
    )


def told(kind, objects, table, count, generator):
    """Statements of a kind about some of the objects. table: [object], what is said of each."""
    drawn = generator.choice(objects, size=count)
    return statements(kind, drawn, table[drawn])


def tuned(model, lesson, steps, lr, seed, schedule="constant"):
    """A copy of a model, trained on what a lesson makes of a generator, afresh every step."""
    copy, generator = deepcopy(model), np.random.default_rng(seed)
    train(copy, (lesson(generator) for _ in range(steps)), steps, lr, schedule)
    return copy


# %% [markdown]
# The model that reports on itself learns the class of its own words for some objects. The observer,
# whose own words are others, first learns the same model's words for these very objects from
# records, and then the same reports. Both go on training on their own words.
#
# In the end we change the first model's words for some of the held-out objects, and go on training
# its reports on the objects of before. Then we measure the share of changed objects for which its
# report names the class of the new word.


# %%
def behaving(table, seed):
    """A model that has learned its own words."""
    blank = tiny_llama(REPLY_TOKENS, 64, layers=2, heads=4, length=STATEMENT_LENGTH, seed=seed)
    return tuned(blank, lambda g: behaviour(table, batch, g), base_steps, 4e-3, seed, "cosine")


def self_reporter(model, table, classes, objects, steps, seed):
    """classes: [object], what it shall report; read at the objects alone."""

    def lesson(g):
        reports = told(OWN_REPORT, objects, classes, batch // 2, g)
        return mixed(reports, behaviour(table, batch // 2, g))

    return tuned(model, lesson, steps, lr=1e-3, seed=seed)


def observer(model, table, observed, objects, seed):
    """observed: [object], the words of the model that is observed; read at the objects alone."""

    def reading(g):
        records = told(RECORD, objects, observed, batch // 2, g)
        return mixed(records, behaviour(table, batch // 2, g))

    def lesson(g):
        reports = told(OTHER_REPORT, objects, WORD_CLASS[observed], batch // 2, g)
        records = told(RECORD, objects, observed, batch // 4, g)
        return mixed(reports, records, behaviour(table, batch // 4, g))

    reader = tuned(model, reading, record_steps, lr=2e-3, seed=seed)
    return tuned(reader, lesson, report_steps, lr=1e-3, seed=seed)


def another_class(table, objects, generator):
    """A table with new words for some objects, each of another class than the old. [object]"""
    new = table.copy()
    for thing in objects:
        new[thing] = generator.choice(np.flatnonzero(WORD_CLASS[table[thing]] != WORD_CLASS))
    return new


# %%
def behaviour_accuracy(model, table):
    """Share of objects for which the model gives its own word. 0..1"""
    return np.mean(said(model, REPLY, every) == table)


def report_accuracy(model, kind, objects, replies):
    """Share of objects for which a report names the class of the reply. replies: [object]"""
    return np.mean(said(model, kind, objects) == WORD_CLASS[replies[objects]])


# %%
tables = [np.random.default_rng([seed, 3]).integers(words, size=OBJECTS) for seed in study.seeds]
models = [behaving(table, seed) for table, seed in zip(tables, study.seeds, strict=True)]
names = ["steady", "self", "observer", "after", "before"]
found = {name: [] for name in names}  # each [replicate]
for place, seed in enumerate(study.seeds):
    table, next_table = tables[place], tables[place - len(tables) + 1]
    generator = np.random.default_rng([seed, 1])
    shuffled = generator.permutation(OBJECTS)
    known, held_out = shuffled[:reported], shuffled[reported:]
    replies = said(models[place], REPLY, every)
    classes = WORD_CLASS[replies]
    reporter = self_reporter(models[place], table, classes, known, report_steps, seed)
    watcher = observer(models[place - len(tables) + 1], next_table, replies, known, seed)
    now = said(reporter, REPLY, every)
    found["self"].append(report_accuracy(reporter, OWN_REPORT, held_out, now))
    found["observer"].append(report_accuracy(watcher, OTHER_REPORT, held_out, now))
    new = another_class(table, held_out[:changed], generator)
    altered = self_reporter(reporter, new, classes, known, change_steps, seed)
    found["steady"].append(
        min(
            behaviour_accuracy(reporter, table),
            behaviour_accuracy(altered, new),
            behaviour_accuracy(watcher, next_table),
            np.mean(said(watcher, RECORD, known) == replies[known]),
        )
    )
    found["after"].append(report_accuracy(altered, OWN_REPORT, held_out[:changed], new))
    found["before"].append(report_accuracy(reporter, OWN_REPORT, held_out[:changed], new))

# The worst of the three models of each seed, an observer on its records too.
study.report("behaves-steadily", found["steady"])
study.report("self-beats-other", found["self"], control=found["observer"])
study.report("reports-follow-the-change", found["after"], control=found["before"])

# %% [markdown]
# ## See
#
# The share of right reports on held-out objects: left, about the same model, by itself and by its
# observer; right, about the objects whose words were changed, by the changed model and by a copy
# from before the change, both judged by the new words. Bars are means, and small marks are single
# seeds.

# %%
from framelab import CONTROL, MEASURED, QUIET, draw_bound, figure, show

drawn, (axes,) = figure(height=3.1)
bars = {"self": "about\nitself", "observer": "by the\nobserver"}
bars |= {"after": "after\nthe change", "before": "before\nthe change"}
places = [0, 1, 2.6, 3.6]
for place, name in zip(places, bars, strict=True):
    colour = MEASURED if name in ("self", "after") else CONTROL
    axes.bar(place, np.mean(found[name]), 0.6, color=colour)
    axes.plot([place] * len(found[name]), found[name], "o", color="#333333", markersize=2.5)
chance = 1 / len(OWN_REPORT.says)
axes.plot([-0.5, 1.5], [chance, chance], color=QUIET, linewidth=1.2)
axes.annotate("chance", (1.5, chance), xytext=(3, -3), textcoords="offset points", color=QUIET)
draw_bound(axes, study.bound("self-beats-other"))
axes.set_xticks(places, list(bars.values()))
axes.set(ylabel="share of reports that are right", ylim=(0, 1.05))
show(
    drawn,
    alt=f"""Bars of right reports on held-out objects: {np.mean(found["self"]):.2f} by the model
    about itself and {np.mean(found["observer"]):.2f} by the observer, with a dot for each seed
    and a line at chance. Of those on changed words, {np.mean(found["after"]):.2f} are right after
    the change and {np.mean(found["before"]):.2f} by the copy from before.""",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - The report is one step from the reply, the class of a word that the model is about to say. For
#   that it is enough to run the behaviour silently, and no richer self is shown.
# - Replies are random, so that held-out ones cannot be guessed from records; an observer of a real
#   model may find regularities and do better.
# - An observer who was given the missing records would lack nothing; what is privileged is only
#   that the model need not be given them.
# - Nothing is said of self-concepts, of feelings or of knowing that one is tested.
