# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # When is the likeliest token the wrong one to take?
#
# A small model learns a chain of tokens, and questions that its corpus often answers wrongly. Its
# probabilities are close to the exact ones for both. We use them in two ways, drawing from them or
# always taking the likeliest token, and ask which text is like the source and which answers are
# right.

# %% tags=["parameters"]
seeds: int = 5  # independent worlds, each with its own model
length: int = 48  # tokens in a text
steps: int = 250  # training steps, every other one on questions
batch: int = 16  # texts in a step
asked: int = 256  # questions in a step
written: int = 500  # texts that each model writes
temperatures: list[float] = [0.0, 0.3, 0.7, 1.0, 1.3]  # 1 draws, 0 takes the likeliest

# %%
import numpy as np
import torch
from scipy.special import rel_entr

from framelab import Study

study = Study("sampling-beats-argmax", seeds=range(seeds))

# %% [markdown]
# ## Measure
#
# In a chain, the next token depends on the present one alone. The model writes on from the first
# tokens of texts from the source, once drawing and once taking the likeliest token. To compare its
# text with the source, we take the KL divergence of how often pairs of neighbouring tokens occur in
# it from their exact probabilities. To see whether it loops, we take the share of four-grams that
# occurred earlier in the same text; text from the source itself is the control, since it may repeat
# itself too.
#
# Half of the questions are disputed: for them, some documents give a wrong answer, any of those
# equally often. We measure how much more often the likeliest answer is right than a drawn one, and
# as a control the same on the questions that the corpus always answers rightly.

# %%
from framelab import DISPUTE_TOKENS, DISPUTED, dispute_batches, draw_disputes, tiny_llama, train


def trained(world, seed):
    """A small model that has read texts and questions in turn, each of them once."""
    model = tiny_llama(DISPUTE_TOKENS, width=64, layers=2, heads=4, length=length, seed=seed)
    generator = np.random.default_rng(seed)
    batches = dispute_batches(world, batch, length, asked, generator)
    train(model, batches, steps, lr=5e-3, schedule="cosine")
    return model


def divergence_from_exact_odds(exact, stated_logs):
    """KL(exact || model) of the next token, on the whole. exact: [..., token]. In nats."""
    return rel_entr(exact, np.exp(stated_logs)).sum(axis=-1).mean()


def divergence_of_pair_frequencies(ids, moves):
    """KL of how often pairs of neighbours come in texts from their exact odds. In nats.

    ids: [sequence, token]. moves: [token, token]; in this chain all tokens are as frequent.
    """
    met = np.zeros_like(moves)
    np.add.at(met, (ids[:, :-1], ids[:, 1:]), 1)
    return rel_entr(met / met.sum(), moves / len(moves)).sum()


def repeated_four_grams(ids):
    """Share of the four-grams of a text that it had before, mean over texts. 0..1"""
    grams = np.lib.stride_tricks.sliding_window_view(ids, 4, axis=1)  # [sequence, gram, 4]
    return np.mean([1 - len(np.unique(text, axis=0)) / len(text) for text in grams])


def accuracy_at(logs, right, temperature):
    """Chance of the right answer at a temperature. logs: [question, answer]. [question], 0..1"""
    if temperature == 0:
        return (logs.argmax(axis=1) == right).astype(float)
    sharper = logs / temperature
    chance = np.exp(sharper - np.logaddexp.reduce(sharper, axis=1, keepdims=True))
    return chance[np.arange(len(right)), right]


def accuracy_gained_by_argmax(logs, right):
    """Accuracy of the likeliest answer, less that of a drawn one. [question], in -1..1"""
    return accuracy_at(logs, right, 0.0) - accuracy_at(logs, right, 1.0)


# %%
from framelab import FIRST_ASKED, FIRST_REPLY, continue_at, next_token_logprobs, write_chains

among = torch.arange(FIRST_ASKED)
apart, gained, gained_clean, looping_source, looping_exact = [], [], [], [], []  # each [replicate]
unlike, looping, accurate = [], [], []  # each [replicate][temperature]
for seed in study.seeds:
    world = draw_disputes(np.random.default_rng([seed, 3]))
    model = trained(world, seed)
    source = write_chains(world.moves, written, length, np.random.default_rng([seed, 1]))
    logs = next_token_logprobs(model, torch.tensor(source[:, :-1]))[:, :, :FIRST_ASKED].numpy()
    asking = torch.arange(FIRST_ASKED, FIRST_REPLY)[:, None]
    replies = next_token_logprobs(model, asking)[:, 0, FIRST_REPLY:].numpy()
    parts = [(world.moves[source[:, :-1]], logs), (world.replies, replies)]
    apart.append(max(divergence_from_exact_odds(*part) for part in parts))

    generator, start = torch.Generator().manual_seed(seed), torch.tensor(source[:, :1])
    texts = [continue_at(model, start, length - 1, among, t, generator) for t in temperatures]
    unlike.append([divergence_of_pair_frequencies(text.numpy(), world.moves) for text in texts])
    looping.append([repeated_four_grams(text.numpy()) for text in texts])
    looping_source.append(repeated_four_grams(source))
    right = [accuracy_at(replies, world.right, t) for t in temperatures]
    accurate.append([found[DISPUTED].mean() for found in right])
    gain = accuracy_gained_by_argmax(replies, world.right)
    gained.append(gain[DISPUTED].mean())
    gained_clean.append(gain[~DISPUTED].mean())
    likeliest = np.eye(FIRST_ASKED)[world.moves.argmax(axis=1)]
    greedy = write_chains(likeliest, written, length, np.random.default_rng([seed, 1]))
    looping_exact.append(repeated_four_grams(greedy))

unlike, looping = np.array(unlike), np.array(looping)  # each [replicate, temperature]
cold, own = temperatures.index(0), temperatures.index(1)
study.report("states-true-odds", apart)
study.report("drawn-text-is-like-the-source", unlike[:, own], control=unlike[:, cold])
study.report("the-likeliest-loops", looping[:, cold], control=looping_source)
study.report("answers-are-better-cold", gained, control=gained_clean)
print(f"The likeliest by the exact odds repeat {np.mean(looping_exact):.2f} of four-grams.")

# %% [markdown]
# ## See
#
# The measures by temperature: at zero the likeliest token is always taken, and at one tokens are
# drawn from the model's own probabilities. Above, the share of right answers to disputed questions
# and of repeated four-grams, with bands that span the seeds; below, the divergence of pairs from
# the source. Lines are means.

# %%
from framelab import CONTROL, MEASURED, THIRD, draw_bound, figure, show

drawn, (above, below) = figure("A;B", height=2.5)
accurate = np.array(accurate)  # [replicate, temperature]
for values, colour, style, name in [
    (accurate, THIRD, "^-", "right answers, disputed"),
    (looping, CONTROL, "s--", "repeated four-grams"),
]:
    above.plot(temperatures, values.mean(axis=0), style, color=colour, label=name)
    above.fill_between(temperatures, values.min(0), values.max(0), color=colour, alpha=0.15)
above.set(ylabel="share", ylim=(-0.03, 1.45), yticks=[0, 0.5, 1])
above.legend(loc="upper right")
below.plot(temperatures, unlike.mean(axis=0), "o-", color=MEASURED)
draw_bound(below, study.bound("drawn-text-is-like-the-source"))
below.set(xlabel="temperature", ylabel="pairs unlike source, nats")
likely, mine = ([mean[:, t].mean() for mean in (accurate, looping, unlike)] for t in (cold, own))
show(
    drawn,
    alt=f"""Taking the likeliest, {likely[0]:.2f} of disputed answers are right, {likely[1]:.2f} of
    four-grams are repeated, and pairs are {likely[2]:.2f} nats from the source. Drawing from the
    model's own odds, these are {mine[0]:.2f}, {mine[1]:.2f} and {mine[2]:.2f}.""",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - A chain of tokens shows statistics; it cannot show dullness or invention, which is what readers
#   complain of.
# - In a chain the loop follows from the rule itself, since taking the likeliest token by the exact
#   probabilities goes round as well; no flaw of the model is shown.
# - Wrong answers are spread evenly. Where a popular mistake is commoner than the right answer, the
#   likeliest is wrong too.
# - Beam search is not compared, and neither is sampling that cuts off the unlikely tokens.
