# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Which odds should a forecaster state, if each rule charges it differently?
#
# Pretraining charges a model its surprise, minus the log of the probability that it gave to what
# came. We draw true odds, look for the forecast that costs least on average under this charge and
# under others, and ask how far that forecast is from the truth.

# %% tags=["parameters"]
seeds: int = 5  # independent sets of true odds
draws: int = 8  # true odds in each set, averaged
outcomes: int = 4  # things that can happen; with only two, some charges cannot be told apart
starts: int = 4  # random forecasts to start each search from
lies: int = 200  # random forecasts for the price of stating other odds
scores: list[float] = [3.0, 1.0, 6.0, 2.0]  # raw scores of a network, to see their surprises

# %%
import numpy as np
from scipy.optimize import minimize

from framelab import Study, divergence, surprise

study = Study("surprise-is-the-score", seeds=range(seeds), dtype="float64")

# %% [markdown]
# ## Measure
#
# A charge says what a forecast $p$ costs when outcome $k$ comes. If $k$ comes with probability
# $q_k$, the forecast costs $\sum_k q_k\,\mathrm{charge}(p, k)$ on average, which we compute exactly
# and minimise over raw scores, as a network does.


# %%
def log_charge(p):
    return -np.log(p)


def linear_charge(p):
    return 1 - p


def squared_charge(p):
    return ((p[None, :] - np.eye(len(p))) ** 2).sum(axis=1)


def squared_charge_on_the_outcome(p):
    return (1 - p) ** 2


def cheapest_forecast(charge, q, generator):
    """The odds with the lowest expected charge when q are the true odds. [outcome]"""

    def expected(raw):
        return q @ charge(np.exp(-surprise(raw)))

    searches = [minimize(expected, generator.normal(size=len(q))) for _ in range(starts)]
    return np.exp(-surprise(min(searches, key=lambda search: search.fun).x))


def distance_from_the_truth(p, q):
    """Total variation: the largest difference in probability of any event, in 0..1."""
    return np.abs(p - q).sum() / 2


def gap_between_excess_charge_and_divergence(charge, q, generator):
    """How far the price of a lie is from KL(q || p), in nats, averaged over random lies p."""
    forecasts = generator.dirichlet(np.ones(len(q)), size=lies)
    excess = np.array([q @ charge(p) for p in forecasts]) - q @ charge(q)
    return np.abs(excess - divergence(q, np.log(forecasts))).mean()


# %%
charges = [log_charge, linear_charge, squared_charge, squared_charge_on_the_outcome]
distance = {charge: [] for charge in charges}  # each [replicate]
gap = {charge: [] for charge in (log_charge, squared_charge)}  # each [replicate]
for seed in study.seeds:
    generator = np.random.default_rng(seed)
    truths = generator.dirichlet(np.ones(outcomes), size=draws)  # [draw, outcome]
    for charge, found in distance.items():
        best = [(cheapest_forecast(charge, q, generator), q) for q in truths]
        found.append(np.mean([distance_from_the_truth(p, q) for p, q in best]))
    for charge, found in gap.items():
        gaps = [gap_between_excess_charge_and_divergence(charge, q, generator) for q in truths]
        found.append(np.mean(gaps))

study.report("honesty-is-cheapest", distance[log_charge], control=distance[linear_charge])
study.report(
    "other-proper-rules-too",
    distance[squared_charge],
    control=distance[squared_charge_on_the_outcome],
)
study.report("a-lie-costs-its-divergence", gap[log_charge], control=gap[squared_charge])

# %% [markdown]
# ## See
#
# The charges as a network pays them: its raw scores, the odds that they state, and the surprise
# if that outcome comes.

# %%
for raw, cost in zip(scores, surprise(scores), strict=True):
    print(f"score {raw:5.1f}   stated odds {np.exp(-cost):.3f}   surprise {cost:.3f} nats")

# %% [markdown]
# And the two expected charges of a forecaster who must state the odds of a single event. Where
# the curve is lowest is what the rule teaches to say.

# %%
from framelab import CONTROL, MEASURED, QUIET, figure, show

truth = 0.7
stated = np.linspace(0.02, 0.98, 97)
curves = {
    "log charge": truth * -np.log(stated) + (1 - truth) * -np.log(1 - stated),
    "linear charge": truth * (1 - stated) + (1 - truth) * stated,
}
lowest = {name: stated[curve.argmin()] for name, curve in curves.items()}
drawn, (axes,) = figure(height=3.2)
for name, colour, style in [("log charge", MEASURED, "o-"), ("linear charge", CONTROL, "s--")]:
    axes.plot(stated, curves[name], style[1:], color=colour, label=name)
    axes.plot(lowest[name], curves[name].min(), style[0], color=colour)
axes.axvline(truth, color=QUIET, linestyle=":", linewidth=1.2)
axes.annotate("true odds", (truth, 1.75), xytext=(-4, 0), textcoords="offset points", ha="right")
axes.set(xlabel="stated probability", ylabel="expected charge", xlim=(0, 1), ylim=(0, 2))
axes.legend(loc="upper left")
show(
    drawn,
    alt=f"""Expected charge against the stated probability of an event whose true probability is
    {truth:.2f}. The log charge is a bowl, lowest at {lowest["log charge"]:.2f}; the linear charge
    is a falling line, lowest at the edge of the range, {lowest["linear charge"]:.2f}.""",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - This is exact arithmetic on the rule. That gradient descent on a finite network reaches its
#   optimum is a separate, empirical claim.
# - Honest means true to the odds of the training text, which may itself be wrong.
# - It speaks of pretraining. Label smoothing, and tuning on rewards or preferences, charge by
#   other rules.
