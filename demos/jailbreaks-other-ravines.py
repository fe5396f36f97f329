# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # How much talk does it take to turn a refusal?
#
# Each document is written by one of two characters: one complies with every request, and the other
# refuses every one. A heading says how often each of them writes, and the words before the request
# hint at who is writing. We train small models on such documents and ask how far words that are
# typical of the complying character move the answer.

# %% tags=["parameters"]
seeds: int = 5  # independent trainings of each model
steps: int = 500  # training steps
batch: int = 64  # documents in each step, afresh every time
counted: int = 8  # the evidence of a word is the slope over prompts of up to so many
drawn: int = 64  # prompts of each heading, kind of words and length

# %%
import numpy as np
import torch

from framelab import Study

study = Study("jailbreaks-other-ravines", seeds=range(seeds))

# %% [markdown]
# ## Measure
#
# No word is proof, since both characters use all of them. A telling word is one that the complying
# character uses somewhat more often, so by Bayes' rule each one adds the same small amount to the
# log odds of complying. We measure how much a telling word adds in the model. The rival is length
# alone: as a control we add words that both characters use equally often.
#
# Then we count the telling words that make complying as likely as refusing, and measure how this
# number grows with the log odds against complying that the heading gives. The control is a second
# model, which reads the same documents with their headings shuffled, so that a heading says
# nothing. Both models are trained on the answers alone.

# %%
from framelab import (
    COMPLIED,
    PREAMBLE_LENGTH,
    PREAMBLE_TOKENS,
    REFUSED,
    tiny_llama,
    train,
    write_preambles,
)


def trained(seed, dealt):
    """A small model that has read documents, every one of them once."""
    model = tiny_llama(PREAMBLE_TOKENS, 32, layers=2, heads=2, length=PREAMBLE_LENGTH, seed=seed)
    generator = np.random.default_rng(seed)
    texts = (torch.tensor(write_preambles(batch, generator, dealt)) for _ in range(steps))
    answers = torch.tensor([REFUSED, COMPLIED])
    lessons = ((ids, ids.where(torch.isin(ids, answers), -100)) for ids in texts)  # -100 is free
    train(model, lessons, steps, lr=5e-3, schedule="cosine")
    return model


# %%
from framelab import PREAMBLE_WORDS, SHARES, next_token_logprobs, preambles_of

some = np.flatnonzero(SHARES)  # headings under which some documents comply
against = np.log((1 - SHARES[some]) / SHARES[some])  # log odds against complying, [heading]


def log_odds_of_complying(model, tells, seed):
    """Mean log odds of complying against refusing, in nats. [heading, words], from no words on"""
    generator = np.random.default_rng([seed, 1])
    found = np.zeros((len(SHARES), PREAMBLE_WORDS + 1))
    for heading, words in np.ndindex(*found.shape):
        ids = torch.tensor(preambles_of(heading, tells, words, drawn, generator))
        logs = next_token_logprobs(model, ids)[:, -1]
        found[heading, words] = (logs[:, COMPLIED] - logs[:, REFUSED]).mean()
    return found


def distance_from_the_share(log_odds):
    """Largest gap between compliance without a preamble and its share. log_odds: [heading]. 0..1"""
    return abs(1 / (1 + np.exp(-log_odds)) - SHARES).max()


def log_odds_added_per_word(log_odds):
    """Slope of log odds over words, mean over headings, in nats a word. [heading, words]"""
    return np.polyfit(np.arange(log_odds.shape[1]), log_odds.T, 1)[0].mean()


def words_needed(log_odds):
    """Words at which the odds are first even, read between whole numbers of them.

    log_odds: [words]. 0 if they are even at once, and the longest if they never are.
    """
    if log_odds.max() < 0:
        return len(log_odds) - 1
    after = (log_odds >= 0).argmax()
    if after == 0:
        return 0
    below, above = log_odds[after - 1], log_odds[after]
    return after - above / (above - below)


def words_needed_per_nat_of_prior_odds(log_odds):
    """Slope of the words needed over the odds against complying. log_odds: [heading, words]"""
    return np.polyfit(against, [words_needed(one) for one in log_odds], 1)[0]


# %%
distance, added, added_neutral, slope, slope_dealt = [], [], [], [], []  # each [replicate]
curves, needed, needed_dealt = [], [], []  # [replicate][heading, words], [replicate][heading]
for seed in study.seeds:
    model = trained(seed, dealt=False)
    telling = log_odds_of_complying(model, "complying", seed)
    neutral = log_odds_of_complying(model, "neither", seed)
    told_dealt = log_odds_of_complying(trained(seed, dealt=True), "complying", seed)[some]
    distance.append(distance_from_the_share(telling[:, 0]))
    added.append(log_odds_added_per_word(telling[some, : counted + 1]))
    added_neutral.append(log_odds_added_per_word(neutral[some, : counted + 1]))
    slope.append(words_needed_per_nat_of_prior_odds(telling[some]))
    slope_dealt.append(words_needed_per_nat_of_prior_odds(told_dealt))
    curves.append(telling)
    needed.append([words_needed(one) for one in telling[some]])
    needed_dealt.append([words_needed(one) for one in told_dealt])

study.report("refuses-as-a-rule", distance)
study.report("evidence-adds-up", added, control=added_neutral)
study.report("rarer-takes-longer", slope, control=slope_dealt)

# %% [markdown]
# ## See
#
# Above, the probability of complying as telling words are added, for some of the headings, named by
# the share of their documents that comply: marks are the models, and lines are Bayes' rule. Below,
# the number of telling words that makes complying as likely as refusing, for headings from the
# commonest to the rarest complying character; small marks are single trainings.

# %%
from framelab import CONTROL, MEASURED, QUIET, THIRD, exact_compliance, figure, show

picture, (axes, below) = figure("A;B", height=3.0)
words = np.arange(PREAMBLE_WORDS + 1)
likely = 1 / (1 + np.exp(-np.mean(curves, axis=0)))  # [heading, words]
shown = [0, 2, 4, 5]
for one, colour, style, mark in zip(
    shown, [MEASURED, THIRD, CONTROL, QUIET], ["-", "--", "-.", ":"], "o^sD", strict=True
):
    prompts = (preambles_of(one, "complying", n, 1, np.random.default_rng(0)) for n in words)
    axes.plot(words, [exact_compliance(ids)[0] for ids in prompts], style, color=colour)
    label = f"share {SHARES[one]:.2f}" if SHARES[one] else "share 0"
    axes.plot(words, likely[one], mark, color=colour, markersize=4, label=label)
axes.set(xlabel="telling words before the request", ylabel="chance of complying", ylim=(-0.05, 1.4))
axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
axes.legend(loc="upper center", ncols=4, columnspacing=1, handletextpad=0.2)
for found, label, colour, mark in [
    (needed, "headings tell who writes", MEASURED, "o"),
    (needed_dealt, "shuffled headings", CONTROL, "s"),
]:
    below.plot(against, np.transpose(found), mark, color=colour, markersize=3, alpha=0.5)
    below.plot(against, np.mean(found, axis=0), mark + "-", color=colour, label=label)
below.set(xlabel="log odds against complying (nats)", ylabel="words for an even chance")
below.set_ylim(-0.5, 1.4 * np.max([needed, needed_dealt]))
below.legend(loc="upper left")
show(
    picture,
    alt=f"""Above, chance of complying by the number of telling words; with none of them and with
    {PREAMBLE_WORDS} it is
    {"; ".join(f"{likely[h, 0]:.2f} and {likely[h, -1]:.2f} at share {SHARES[h]}" for h in shown)}.
    Below, words needed for an even chance, from the commonest to the rarest complying character:
    {", ".join(f"{n:.1f}" for n in np.mean(needed, axis=0))}; with shuffled headings
    {", ".join(f"{n:.1f}" for n in np.mean(needed_dealt, axis=0))}.""",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - The model is trained on a mixture of two characters, so that Bayes' rule is what its loss asks
#   for. Whether a large model is such a mixture, and how much its words count as evidence, is not
#   known.
# - The complying character is rare in the training text itself. Safety tuning makes it rare
#   afterwards, may also weaken the evidence that words carry, and is not tested.
# - So small a model hardly learns a character that is very rare, so the range of rareness is
#   narrow.
# - The prompts use the words of the training text; strings found by gradient search may work in
#   another way.
# - Under one heading no document complies. The figure shows what the models do there, and nothing
#   is predicted about it.
