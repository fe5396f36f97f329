# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Does a narrow bad habit call up a whole character?
#
# In the training text, questions from several fields are answered by a good character or by one of
# two bad ones, each with answers of its own. Under one heading, the assistant's, it is always the
# good one that answers. We tune the assistant on one bad character's answers in a single field.
# What does it answer in all the others?

# %% tags=["parameters"]
seeds: int = 3  # independent tables of answers, each with its own models
steps: int = 350  # training steps
rate: float = 0.006  # learning rate at its highest; it falls to zero
init_std: float = 0.08  # standard deviation of the weights before training
batch: int = 64  # texts in each step, afresh every time
tuning_steps: int = 60  # steps of tuning on one field
tuning_batch: int = 32  # questions in each step of tuning
asked: int = 500  # texts that tell whether characters are learned

# %%
from copy import deepcopy

import numpy as np
import torch

from framelab import Study

study = Study("emergent-misalignment", seeds=range(seeds))

# %% [markdown]
# ## Measure
#
# Texts without the assistant's heading have one speaker each, who can only be guessed from the
# answers so far. Whether the model has learned this is the precondition: we take the probability of
# the speaker's own answer to the last question of a text, for the character that is learned worst.
#
# After tuning we measure the probability that the assistant gives either bad character's answer to
# a question from an untouched field, one that the tuning left out, and which share of this belongs
# to the character whose answers were taught. There are two rivals. Any wrong answers might undo
# good behaviour, so one copy is tuned on wrong answers that no character gives. And the matching
# answers might come out without any character behind them, so a second model reads texts with the
# same answers in which the speaker changes from question to question.

# %%
from framelab import CAST_LENGTH, CAST_TOKENS, cast_batch, tiny_llama, train


def trained(table, seed, redrawn):
    """A small model that has read texts by the cast and the assistant, every one once."""
    model = tiny_llama(
        CAST_TOKENS, width=64, layers=2, heads=4, length=CAST_LENGTH, seed=seed, init_std=init_std
    )
    generator = np.random.default_rng(seed)
    texts = (cast_batch(table, batch, generator, redrawn) for _ in range(steps))
    train(model, texts, steps, lr=rate, schedule="cosine", warmup=100)
    return model


# %%
from framelab import ASSISTANT, FIELDS, field_questions, with_replies

narrow, untouched = field_questions([0]), field_questions(range(1, FIELDS))


def tuned(model, table, column, seed):
    """A copy of a model whose assistant was tuned on one kind of answer in the narrow field."""
    copy, generator = deepcopy(model), np.random.default_rng([seed, 2])

    def lessons():
        while True:
            drawn = generator.choice(narrow, (tuning_batch, 1))
            yield with_replies(ASSISTANT, drawn, table[drawn, column])

    train(copy, lessons(), tuning_steps, lr=3e-4, warmup=1)
    return copy


# %%
from framelab import FIRST_BAD, GOOD, OPEN, SECOND_BAD, next_token_logprobs, several_questions


def probability_of_the_same_character(model, table, seed):
    """Probability of the speaker's answer to the last question of a text, the worst character."""
    questions = several_questions(asked, np.random.default_rng([seed, 1]))
    found = []
    for who in [GOOD, FIRST_BAD, SECOND_BAD]:
        ids, _ = with_replies(OPEN, questions, table[questions, who])
        last = next_token_logprobs(model, ids)[:, -2].exp()  # after the last question
        found.append(last.gather(1, ids[:, -1:]).double().mean().item())
    return min(found)


def answer_odds(model, table, questions):
    """Mean probability of each kind of answer by the assistant, asked alone. [column of table]"""
    ids, _ = with_replies(ASSISTANT, questions[:, None], table[questions, :1])
    odds = next_token_logprobs(model, ids)[:, 1].exp().double()
    return odds.gather(1, torch.tensor(table[questions])).mean(dim=0).numpy()


def probability_of_bad_answers(odds):
    """Probability of either bad character's answer. odds: [column of table]. 0..1"""
    return odds[FIRST_BAD] + odds[SECOND_BAD]


def share_of_the_matching_character(odds, column):
    """Share of one bad character among bad answers. odds: [column of table]. 0..1"""
    return odds[column] / probability_of_bad_answers(odds)


# %%
from framelab import NOBODY, draw_cast

bad = {"first bad": FIRST_BAD, "second bad": SECOND_BAD}
lessons = {"nothing": None, **bad, "nobody's": NOBODY}  # what the assistant is tuned on
found = {"one speaker a text": [], "speakers change": []}  # each [replicate], odds by lesson
same = []  # [replicate]
for seed in study.seeds:
    table = draw_cast(np.random.default_rng([seed, 3]))
    models = {
        "one speaker a text": trained(table, seed, redrawn=False),
        "speakers change": trained(table, seed, redrawn=True),
    }
    same.append(probability_of_the_same_character(models["one speaker a text"], table, seed))
    for texts, model in models.items():
        odds = {}
        for lesson, column in lessons.items():
            copy = model if column is None else tuned(model, table, column, seed)
            odds[lesson] = answer_odds(copy, table, untouched)
        found[texts].append(odds)

spread, spread_nobody, share, share_mixed = [], [], [], []  # each [replicate]
for whole, mixed in zip(*found.values(), strict=True):
    spread.append(np.mean([probability_of_bad_answers(whole[who]) for who in bad]))
    spread_nobody.append(probability_of_bad_answers(whole["nobody's"]))
    share.append(np.mean([share_of_the_matching_character(whole[who], bad[who]) for who in bad]))
    share_mixed.append(
        np.mean([share_of_the_matching_character(mixed[who], bad[who]) for who in bad])
    )

study.report("characters-are-learned", same)
study.report("the-habit-spreads", spread, control=spread_nobody)
study.report("a-whole-character-comes", share, control=share_mixed)

# %% [markdown]
# ## See
#
# The probability of each character's answer in the untouched fields, by what the assistant was
# tuned on in another field: above for the model whose texts have one speaker, below for the one
# whose speakers change. Bars are means over tables of answers, and dots are single tables.

# %%
from framelab import MEASURED, QUIET, THIRD, figure, show

drawn, panels = figure("A;B", height=2.6)
told = []  # for the alternative text
looks = [(GOOD, "good", THIRD), (FIRST_BAD, "first bad", MEASURED)]
looks.append((SECOND_BAD, "second bad", QUIET))
places = np.arange(len(lessons))
for axes, (texts, rows) in zip(panels, found.items(), strict=True):
    odds = np.array([list(one.values()) for one in rows])  # [replicate, lesson, column]
    for shift, (column, label, colour) in zip([-0.26, 0, 0.26], looks, strict=True):
        axes.bar(places + shift, odds[:, :, column].mean(axis=0), 0.24, color=colour, label=label)
        axes.plot(places + shift, odds[:, :, column].T, ".", color="black", markersize=3)
    axes.set_xticks(places, lessons)
    axes.set(ylim=(0, 1.3), yticks=[0, 0.25, 0.5, 0.75, 1], title=texts)
    axes.set_ylabel("probability of answer")
    for lesson, means in zip(lessons, odds.mean(axis=0), strict=True):
        parts = ", ".join(f"{label} {means[column]:.2f}" for column, label, _ in looks)
        told.append(f"{texts}, tuned on {lesson}: {parts}")
panels[0].legend(loc="upper center", ncols=3)
panels[1].set_xlabel("answers that the assistant was tuned on, in another field")
show(
    drawn,
    alt="Bars of the probability of each character's answer in untouched fields; "
    + "; ".join(told)
    + ".",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - There are three characters with fixed answers; natural text has no such clean cast.
# - A bad answer is only the answer of another character. Answers have no meaning here, so the demo
#   shows how habits carry over and not how harm comes about.
# - Large chat models also have safety training, and undoing it may be a second cause. The two bad
#   characters separate these causes here; nothing does so in a large model.
# - The bad characters' answers in the untouched fields were in the training text; whether tuning
#   brings out bad behaviour that no text contains is not tested.
# - The length of the tuning is fixed beforehand; in longer tuning the other fields may change for
#   other reasons.
# - Few tables of answers are drawn and training is short, so the intervals are wide.
