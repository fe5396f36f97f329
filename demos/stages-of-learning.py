# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Does a model learn first what is simple, or what pays most?
#
# We train a small model on short texts of several kinds. In some, only the frequencies of the
# tokens can be learned; in others, which token follows which; in others, a copy that has to be
# looked up further back. What pays is what lowers the loss. Here the simpler kinds pay less, so
# that the two reasons for an order pull against each other.

# %% tags=["parameters"]
seeds: int = 3  # independent worlds, each with its own model
poor: list[float] = [0.3, 0.15, 0.1]  # odds of the likeliest tokens, in frequencies and poor pairs
rich: list[float] = [0.7, 0.15]  # the same in pairs
steps: int = 640  # training steps
rate: float = 0.002  # learning rate
init_std: float = 0.1  # standard deviation of the weights before training
tested: int = 48  # texts of each kind at a look
spacing: float = 1.1  # each look comes so many times later than the last, a step at least

# %%
import numpy as np

from framelab import Study, draw_stages

study = Study("stages-of-learning", seeds=range(seeds))

# %% [markdown]
# ## Measure
#
# Each kind of text has its own alphabet, and the model's probabilities are taken within it. The
# gain on a kind is how far the loss there is below that of a uniform guess, in nats per token; the
# largest gain that is possible is known exactly. A kind is half learned at the step at which half
# of that is reached. We compare two kinds by the log of the ratio of these steps.
#
# There are two rivals. Poor pairs are pairs that pay as little as frequencies do, and show whether
# a larger gain takes longer by itself. Present copies repeat the token just before; they pay as
# much as looked-up copies, and nothing has to be found.

# %%
from framelab import (
    ALPHABET,
    IGNORED,
    STAGE_LENGTH,
    STAGE_TOKENS,
    STAGES,
    exact_gain,
    next_token_logprobs,
    stage_lesson,
    stage_texts,
    tiny_llama,
    train,
)


def gains(model, texts):
    """What a model saves on each kind against even odds. [kind], nats per charged token

    texts: one batch a kind.
    """
    saved = []
    for kind, (ids, labels) in enumerate(texts):
        own = slice(kind * ALPHABET, (kind + 1) * ALPHABET)
        logs = next_token_logprobs(model, ids, batch=len(ids))[:, :-1, own].log_softmax(-1)
        charged, told = labels[:, 1:] != IGNORED, ids[:, 1:] - own.start
        saved.append(np.log(ALPHABET) + logs.gather(2, told[..., None])[..., 0][charged].mean())
    return np.array(saved, dtype=float)


def half_learning_time(step, gain, exact):
    """The step at which half of the exact gain is first reached, between looks on a log scale.

    step, gain: [look]. nan if it is never reached.
    """
    reached = gain >= exact / 2
    if not reached.any():
        return float("nan")
    after = int(reached.argmax())
    if after == 0:
        return float(step[0])
    near = slice(after - 1, after + 1)
    return float(np.exp(np.interp(exact / 2, gain[near], np.log(step[near]))))


# %%
def lessons(world, generator):
    """Endless lessons, each with as much to learn of each kind."""
    while True:
        yield stage_lesson(world, generator)


def watched(batches, at, look):
    """The same batches, with a look at what was learned so far before some of them."""
    for step, one in enumerate(batches):
        if step in at:
            look()
        yield one


def learned(world, seed):
    """The gains of a model at each look as it learns. [look, kind]"""
    model = tiny_llama(
        STAGE_TOKENS, width=64, layers=2, heads=1, length=STAGE_LENGTH, seed=seed, init_std=init_std
    )
    texts = [stage_texts(world, kind, tested, np.random.default_rng([seed, 2])) for kind in STAGES]
    found = []
    batches = lessons(world, np.random.default_rng([seed, 1]))
    looking = watched(batches, set(looks), lambda: found.append(gains(model, texts)))
    train(model, looking, steps, lr=rate, warmup=10)
    return np.array([*found, gains(model, texts)])


looks = []  # each look comes after so many steps of training
while not looks or looks[-1] < steps:
    looks.append(max(looks[-1] + 1, round(looks[-1] * spacing)) if looks else 1)
looks[-1] = steps
worlds = [draw_stages(np.random.default_rng(seed), poor, rich) for seed in study.seeds]
curves = np.array([learned(*one) for one in zip(worlds, study.seeds, strict=True)])
exact = {kind: exact_gain(worlds[0], kind) for kind in STAGES}  # the same in every world
share = curves / np.array([exact[kind] for kind in STAGES])  # [replicate, look, kind]
log_time = {
    kind: np.log([half_learning_time(np.array(looks), one[:, at], exact[kind]) for one in curves])
    for at, kind in enumerate(STAGES)
}  # each [replicate]

study.report("all-is-learned", share[:, -1].min(axis=1))
study.report(
    "pairs-after-frequencies",
    log_time["pairs"] - log_time["frequencies"],
    control=log_time["pairs"] - log_time["poor pairs"],
)
study.report(
    "lookup-after-pairs",
    log_time["looked-up copies"] - log_time["pairs"],
    control=log_time["present copies"] - log_time["pairs"],
)

# %% [markdown]
# ## See
#
# The share of the largest gain that is reached, by kind of text, as training goes on. Lines are
# means over the models and bands their range; beside each name stands the largest gain per token.

# %%
from framelab import CONTROL, MEASURED, QUIET, THIRD, figure, show

drawn, (axes,) = figure(height=3.8)
styles = [(MEASURED, "-"), (QUIET, ":"), (THIRD, "-"), (QUIET, "--"), (CONTROL, "-")]
for at, (kind, (colour, style)) in enumerate(zip(STAGES, styles, strict=True)):
    values = share[:, :, at]
    label = f"{kind}, {exact[kind]:.1f} nats"
    axes.plot(looks, values.mean(axis=0), style, color=colour, label=label)
    low, high = values.min(axis=0), values.max(axis=0)
    axes.fill_between(looks, low, high, color=colour, alpha=0.12, linewidth=0)
axes.axhline(0.5, color=QUIET, linewidth=0.8)
axes.set(xscale="log", xlabel="training steps", ylabel="share of the gain", ylim=(-0.12, 1.75))
axes.set_yticks(np.linspace(0, 1, 5))
axes.legend(loc="upper left")
times = {kind: np.exp(logs.mean()) for kind, logs in log_time.items()}
show(
    drawn,
    alt="Share of the exact gain over training steps, by kind of text. Half of it is reached "
    + "; ".join(
        f"at step {times[kind]:.0f} for {kind}, which pay {exact[kind]:.1f} nats"
        if np.isfinite(times[kind])
        else f"not in every run for {kind}, which pay {exact[kind]:.1f} nats"
        for kind in STAGES
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
# - There are three kinds of regularity, in separate short texts; grammar and facts, which are said
#   to come last, are left out.
# - Only the order is compared. The steps that a tiny model takes say nothing of those of a large
#   one.
# - The gain is set to rise with complexity, so that the two reasons predict opposite orders. Where
#   the gain falls with complexity, both predict the same order.
# - Simple means that fewer tokens and no search are needed; another notion of simplicity could
#   order the kinds differently.
# - A kind that is not half learned by the end of training has no known time, and then the verdict
#   leaves its order open.
# - All kinds are equally frequent in training; rarer ones would come later whatever their
#   complexity.
