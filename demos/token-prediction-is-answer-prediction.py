# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Is "just predicting the next token" a limit on what can be answered?
#
# We write questions about rows of digits, each followed by its answer, and train a model to predict
# every token of them. Does it answer as well as a twin that is trained on the answers and nothing
# else? Then comes a harder question, the parity of a row of bits. Does it help to write out the
# steps before the answer?

# %% tags=["parameters"]
seeds: int = 4  # independent trainings of every model
questions: int = 4  # questions about each row of digits
row_steps: int = 540  # training steps of each model of rows
row_batch: int = 16  # rows in each step, afresh every time
bit_steps: int = 120  # training steps of the model that writes out the parities of bits
filler_steps: int = 400  # training steps of its rival, which is given more
bit_batch: int = 16  # rows of bits in each step, afresh every time
row_rate: float = 0.003  # learning rate of the models of rows at the start, falling to zero
row_init: float = 0.1  # standard deviation of their weights before training
bit_rate: float = 0.002  # learning rate of the models of bits
bit_init: float = 0.12  # standard deviation of their weights before training
asked: int = 500  # fresh rows to measure on

# %%
import numpy as np
import torch

from framelab import Study

study = Study("token-prediction-is-answer-prediction", seeds=range(seeds))

# %% [markdown]
# ## Measure
#
# A text is a row of digits and then some questions about it, of four kinds: the largest digit, the
# smallest, whether there is any of a named digit, and how many of it there are. An answer is right
# if it is the likeliest token. We measure the accuracy of the twin less that of the model that
# predicts everything.
#
# The rival reads texts in which each answer stands before its question. The tokens are the same,
# but nothing has asked for the answer when it comes.

# %%
from framelab import (
    KINDS,
    ROW_TOKENS,
    answer_places,
    draw_questions,
    next_token_logprobs,
    tiny_llama,
    train,
)


def trained_on_rows(seed, answers_only=False, answer_first=False):
    """A model of rows and questions, charged for every token or for the answers alone."""
    generator = np.random.default_rng(seed)
    places = answer_places(questions, answer_first)

    def batches():
        while True:
            ids = draw_questions(row_batch, questions, generator).ids(answer_first)
            labels = torch.full_like(ids, -100)  # costs nothing
            labels[:, places] = ids[:, places]
            yield ids, labels if answers_only else ids

    length = 1 + max(answer_places(questions))
    model = tiny_llama(
        ROW_TOKENS, width=64, layers=2, heads=4, length=length, seed=seed, init_std=row_init
    )
    train(model, batches(), row_steps, lr=row_rate, schedule="cosine")
    return model


def accuracy(model, seed, answer_first=False):
    """Share of fresh questions whose right answer is the likeliest token. [kind], 0..1"""
    drawn = draw_questions(asked, questions, np.random.default_rng([seed, 1]))
    before = [place - 1 for place in answer_places(questions, answer_first)]
    logs = next_token_logprobs(model, drawn.ids(answer_first))[:, before]
    right = logs.argmax(dim=-1).numpy() == drawn.answers  # [row, question]
    return [right[drawn.kinds == kind].mean() for kind in range(len(KINDS))]


# %% [markdown]
# The parity of a row of bits says whether its number of ones is odd. One model writes the parity of
# the first bit, of the first two and so on, so that its last step is the answer. Its rival has as
# many tokens before the answer, but they are fillers that say nothing, and they are written for it.
# Both are trained on the answer and the steps, and not on bits or fillers. We measure the share of
# rows whose answer is right.

# %%
from framelab import BIT_TOKENS, BITS, answer_tokens, draw_parities


def trained_on_bits(seed, steps):
    """A model of rows of bits and their parity, with steps or fillers before the answer."""
    generator = np.random.default_rng(seed)
    batches = (draw_parities(bit_batch, generator, steps) for _ in range(filler_steps))
    length = 2 * BITS + 2
    model = tiny_llama(
        BIT_TOKENS, width=64, layers=2, heads=4, length=length, seed=seed, init_std=bit_init
    )
    train(model, batches, bit_steps if steps else filler_steps, lr=bit_rate)
    return model


def parity_accuracy(model, seed, steps):
    """Share of fresh rows whose last token, the parity of all bits, comes out right. 0..1"""
    ids, _ = draw_parities(asked, np.random.default_rng([seed, 1]), steps)
    own = BITS if steps else 1  # tokens that the model writes itself
    said = answer_tokens(model, ids[:, :-own], own)[:, -1]
    return (said == ids[:, -1]).double().mean().item()


# %%
twins = {
    "answers only": {"answers_only": True},
    "all tokens": {},
    "answer before question": {"answer_first": True},
}
right = {name: [] for name in twins}  # each [replicate, kind]
parity = {True: [], False: []}  # with steps or fillers, each [replicate]
for seed in study.seeds:
    for name, given in twins.items():
        model = trained_on_rows(seed, **given)
        right[name].append(accuracy(model, seed, answer_first=given.get("answer_first", False)))
    for steps, found in parity.items():
        found.append(parity_accuracy(trained_on_bits(seed, steps), seed, steps))

answering, reading, rival = (np.mean(found, axis=1) for found in right.values())  # [replicate]
study.report("questions-can-be-learned", answering)
study.report("text-costs-little", answering - reading, control=answering - rival)
study.report("steps-open-the-hard-ones", parity[True], control=parity[False])

# %% [markdown]
# ## See
#
# The share of right answers, to each kind of question about digits and to the parity of bits. Bars
# are means, and dots are single trainings.

# %%
from framelab import CONTROL, MEASURED, QUIET, figure, show

drawn, (axes, side) = figure("AAAB", height=3.6)
places = np.arange(len(KINDS))
for shift, (name, found), colour in zip(
    [-0.27, 0, 0.27], right.items(), [QUIET, MEASURED, CONTROL], strict=True
):
    axes.bar(places + shift, np.mean(found, axis=0), width=0.25, color=colour, label=name)
    for one in found:
        axes.plot(places + shift, one, ".", color="black", markersize=3)
axes.set_xticks(places, KINDS)
axes.set(ylabel="share right", ylim=(0, 1.5), title="digits")
axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
axes.legend(loc="upper left")
for place, (found, colour) in enumerate(zip(parity.values(), [MEASURED, CONTROL], strict=True)):
    side.bar(place, np.mean(found), width=0.7, color=colour)
    side.plot([place] * len(found), found, ".", color="black", markersize=3)
side.set_xticks([0, 1], ["steps", "fillers"])
side.set(ylim=(0, 1.5), title="parity")
side.set_yticks([0, 0.25, 0.5, 0.75, 1], [])
show(
    drawn,
    alt=f"""Share of right answers. About digits: {answering.mean():.2f} when trained on answers
    only, {reading.mean():.2f} when trained on all tokens, and {rival.mean():.2f} when each answer
    stands before its question. Parity: {np.mean(parity[True]):.2f} with its steps written out,
    {np.mean(parity[False]):.2f} with fillers.""",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - The claim is about what is possible; the demo shows only which texts a small model learns in a
#   short time.
# - The simple questions are answered by one token that follows from a short row of digits; an
#   answer that must be planned ahead is not tested.
# - Worked steps are given in training, and finding them is most of the work in reality.
# - All models are trained for a short, fixed time. What is not learned in it, such as parity
#   without steps, is not shown to be out of reach.
# - The training text answers questions of every kind that is asked; a question that nobody has
#   answered is another matter.
