# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # How much can attention gain?
#
# We train small models with attention and without on two kinds of text. In one, the present token
# says all that can be known of the next. In the other, a token often copies one from a few places
# back, and we know exactly how many nats there are to gain from it.

# %% tags=["parameters"]
seeds: int = 3  # independent chains, each with its own models
tokens: int = 12  # in the alphabet
odds: list[float] = [0.6, 0.2]  # of each token's likeliest successors
echo: float = 0.7  # how often a token repeats an earlier one
back: int = 3  # places from a token to the one that it repeats
length: int = 24  # tokens in a text
steps: int = 500  # training steps
batch: int = 32  # texts in each step, afresh every time
tested: int = 256  # texts of the test

# %%
import numpy as np
import torch

from framelab import Study, draw_echoes

study = Study("attention-message-passing", seeds=range(seeds))

# %% [markdown]
# ## Measure
#
# All models have one layer and start from the same weights. In one, the output of attention is
# fixed at zero; in another, queries and keys are fixed at zero, so that it attends evenly to the
# whole past. The gain of attention is the loss without it less the loss with it. Between two models
# that predict as well as they can, it is the mutual information of the next token and the earlier
# ones, given the present one, and we measure the gain as a share of that.
#
# The loss is averaged over the exact probabilities of the next token, so that luck in the draw
# plays no part, and only where the token that may be copied is in sight. To see whether the message
# comes from that token, the sender, we hide it from the trained model's attention and measure the
# loss that this adds. The rival is another earlier token, drawn at random and hidden in the same
# way.

# %%
from framelab import (
    IGNORED,
    echo_odds,
    exact_entropies,
    hiding,
    next_token_logprobs,
    tiny_llama,
    train,
    write_echoes,
)

HELD = {"attention": [], "average": ["q_proj", "k_proj"], "none": ["o_proj"]}


def without(model, names):
    """The same model with the matrices of these names at zero, for good."""
    for name, weight in model.named_parameters():
        if any(one in name for one in names):
            weight.requires_grad_(False).zero_()
    return model


def texts(world, generator):
    """Batches for all steps, of which the first tokens are not charged."""
    ids = torch.tensor(write_echoes(world, steps * batch, length, generator))
    labels = ids.clone()
    labels[:, : world.back] = IGNORED
    return zip(ids.split(batch), labels.split(batch), strict=True)


def trained(world, kind, seed):
    """A model of a kind, after reading texts of a world."""
    model = tiny_llama(tokens, width=64, layers=1, heads=4, length=length, seed=seed)
    read = texts(world, np.random.default_rng([seed, 1]))
    train(without(model, HELD[kind]), read, steps, lr=5e-3, schedule="cosine", warmup=20)
    return model


def expected_loss(model, world, ids, hidden=None):
    """Mean surprise over the exact odds of the next token, in nats per token.

    ids: [sequence, token]. hidden: [sequence, query, key], keys to hide from queries, or None.
    """
    mask = None if hidden is None else hiding(hidden)
    logs = next_token_logprobs(model, torch.tensor(ids), mask=mask)[:, world.back - 1 :]
    return -(echo_odds(world, ids) * logs.double().numpy()).sum(axis=-1).mean()


def hidden_keys(world, count, size, generator):
    """For each query, the sender hidden, or a random other earlier token. [sequence, query, key]

    The first query that may get an echo sees too few tokens for another to be hidden; it and
    those before it are left whole.
    """
    sender, other = torch.zeros(2, count, size, size, dtype=torch.bool)
    for query in range(world.back, size):
        sent = query + 1 - world.back
        drawn = generator.integers(query - 1, size=count)
        sender[:, query, sent] = True
        other[torch.arange(count), query, torch.tensor(drawn + (drawn >= sent))] = True
    return sender, other


# %%
names = ["floor", "share", "share_average", "plain_gain", "gain", "sender", "other"]
found = {name: [] for name in names}  # each [replicate]
losses = {kind: [] for kind in HELD}  # each [replicate], on the text with echoes
for seed in study.seeds:
    world = draw_echoes(np.random.default_rng(seed), tokens, odds, echo, back)
    plain = world._replace(echo=0.0)
    exact, exact_plain = exact_entropies(world), exact_entropies(plain)
    generator = np.random.default_rng([seed, 2])
    ids = write_echoes(world, tested, length, generator)
    plain_ids = write_echoes(plain, tested, length, generator)
    models = {kind: trained(world, kind, seed) for kind in HELD}
    loss = {kind: expected_loss(model, world, ids) for kind, model in models.items()}
    plain_loss = {
        kind: expected_loss(trained(plain, kind, seed), plain, plain_ids)
        for kind in ("attention", "none")
    }
    told = exact.given_present - exact.given_all
    found["floor"].append(plain_loss["none"] - exact_plain.given_present)
    found["share"].append((loss["none"] - loss["attention"]) / told)
    found["share_average"].append((loss["none"] - loss["average"]) / told)
    found["plain_gain"].append(plain_loss["none"] - plain_loss["attention"])
    found["gain"].append(loss["none"] - loss["attention"])
    hidden = hidden_keys(world, tested, length, generator)
    for name, keys in zip(("sender", "other"), hidden, strict=True):
        found[name].append(expected_loss(models["attention"], world, ids, keys) - loss["attention"])
    for kind in HELD:
        losses[kind].append(loss[kind])

study.report("floor-is-reached", found["floor"])
study.report("gain-is-the-information", found["share"], control=found["share_average"])
study.report("no-message-no-gain", found["plain_gain"], control=found["gain"])
study.report("the-sender-matters", found["sender"], control=found["other"])

# %% [markdown]
# ## See
#
# The loss on the text with copies, of each kind of model, and of the model with attention when a
# token is hidden from it. Bars are means, and small marks are single seeds. The dotted lines are
# the exact uncertainty of the next token in the last world, given the present token or all so far.

# %%
from framelab import CONTROL, MEASURED, QUIET, figure, show

hurt = {name: np.add(losses["attention"], found[name]) for name in ("sender", "other")}
bars = [
    ("no attention", losses["none"], QUIET),
    ("even attention", losses["average"], CONTROL),
    ("attention", losses["attention"], MEASURED),
    ("another hidden", hurt["other"], MEASURED),
    ("sender hidden", hurt["sender"], MEASURED),
]
drawn, (axes,) = figure(height=3.2)
for place, (_, values, colour) in enumerate(bars):
    faded = 0.55 if place > 2 else 1.0
    axes.bar(place, np.mean(values), 0.6, color=colour, alpha=faded)
    axes.plot([place] * len(values), values, "o", color="#333333", markersize=2.5)
highest = max(np.max(values) for _, values, _ in bars)
for entropy, name in [(exact.given_present, "the present"), (exact.given_all, "all tokens")]:
    axes.axhline(entropy, color="#333333", linestyle=":", linewidth=1.2)
    axes.annotate(f"given {name}", (4.45, entropy + 0.03 * highest), fontsize=9)
axes.tick_params(axis="x", labelsize=8.5)
axes.set_xticks(range(len(bars)), [name.replace(" ", "\n") for name, _, _ in bars])
axes.set(ylabel="loss, nats per token", xlim=(-0.5, 6.1), ylim=(0, 1.1 * highest))
show(
    drawn,
    alt=f"""Bars of the loss on text with copies, beside the exact uncertainty, in the last world,
    of {exact.given_present:.2f} nats given the present token and {exact.given_all:.2f} given
    all: """
    + "; ".join(f"{name}, {np.mean(values):.2f}" for name, values, _ in bars)
    + ".",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - Only sources with exactly known probabilities are used; for natural text it is not known how
#   much there is to gain.
# - The copy comes from a fixed distance, so it is found by position; to find it by content takes
#   more than this one layer.
# - That a network without attention knows only the present token follows from how it is built; what
#   is tested is how much attention gains from the others.
# - All models are trained for the same fixed time. A gain that falls short may want more training,
#   and does not show how much attention can carry.
# - Other ways to join positions, such as convolution or recurrence, could carry the same message;
#   it is not shown that attention is needed.
