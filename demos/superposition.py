# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # How many features fit into a few dimensions?
#
# We squeeze features through fewer dimensions than there are features, and ask a network to give
# them back. How often each feature is present decides what it does: keep the most important ones,
# or pack them all and live with some interference.

# %% tags=["parameters"]
seeds: int = 5  # independent networks at every sparsity
features: int = 20  # features in the world; each next one matters a little less
dimensions: int = 5  # the width they must pass through
sparsities: list[float] = [0.0, 0.5, 0.7, 0.9, 0.97, 0.99]  # chance that a feature is absent
importance_ratio: float = 0.9  # how much each next feature matters, against the one before
steps: int = 5000  # training steps
rate: float = 0.01  # learning rate at the start, falling to zero
batch: int = 256  # samples in each step, afresh every time

# %%
import torch

from framelab import Study

study = Study("superposition", seeds=range(seeds))
importance = importance_ratio ** torch.arange(features)  # [feature]
absent = torch.tensor(sorted(sparsities))  # [sparsity]
common, rare = 0, len(sparsities) - 1

# %% [markdown]
# ## Measure
#
# The network maps features $x$ to $\mathrm{ReLU}(W^T W x + b)$, and is charged the squared error of
# each feature times its importance. Its rival is the same without the ReLU. We train one of each
# for every sparsity and seed, all at once, on the same samples.


# %%
def sample(count, generators):
    """Features, uniform in 0..1 where present. [sparsity, replicate, sample, feature]"""
    shape = (2, len(absent), count, features)
    drawn = [torch.rand(shape, generator=one) for one in generators]
    value, chance = torch.stack(drawn, dim=2)  # each [sparsity, replicate, sample, feature]
    return value * (chance >= absent[:, None, None, None])


def rebuilt(weights, bias, x, relu):
    """What the network gives back. weights: [sparsity, replicate, dimension, feature]"""
    y = x @ weights.mT @ weights + bias[:, :, None, :]
    return y.relu() if relu else y


def trained(relu):
    generators = [torch.Generator().manual_seed(seed) for seed in study.seeds]
    start = [torch.randn(len(absent), dimensions, features, generator=g) for g in generators]
    weights = (torch.stack(start, dim=1) / dimensions**0.5).requires_grad_()
    bias = torch.zeros(len(absent), seeds, features, requires_grad=True)
    optimiser = torch.optim.Adam([weights, bias], lr=rate)
    fall = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, total_iters=steps)
    for _ in range(steps):
        x = sample(batch, generators)
        error = (rebuilt(weights, bias, x, relu) - x) ** 2
        optimiser.zero_grad()
        (importance * error).mean(dim=(2, 3)).sum().backward()
        optimiser.step()
        fall.step()
    return weights.detach(), bias.detach()


def features_per_dimension(weights):
    """Squared weight norm over the number of dimensions. [sparsity, replicate]

    Source: Elhage et al. 2022, "features per dimension".
    """
    return (weights**2).sum(dim=(2, 3)) / dimensions


def unexplained_share(weights, bias, relu):
    """Weighted squared error over weighted squared signal. [sparsity, replicate], 0 is perfect"""
    fresh = [torch.Generator().manual_seed(len(study.seeds) + seed) for seed in study.seeds]
    x = sample(20_000, fresh)
    error = (importance * (rebuilt(weights, bias, x, relu) - x) ** 2).sum(dim=(2, 3))
    return error / (importance * x**2).sum(dim=(2, 3))


def weight_share_of_most_important(weights):
    """Share of squared weight norm in as many features as there are dimensions. 0..1"""
    norms = (weights**2).sum(dim=2)  # [sparsity, replicate, feature]
    return norms[:, :, :dimensions].sum(dim=2) / norms.sum(dim=2)


def excess_over_the_linear_optimum(left_linear):
    """How far the linear network's unexplained share is above its optimum, over the optimum.

    left_linear: [replicate], on features that are always present. These vary around their mean,
    which the bias supplies, so the best linear code keeps the most important ones and loses the
    variance of the others: a quarter of their mean square.
    """
    optimum = importance[dimensions:].sum() / importance.sum() / 4
    return left_linear / optimum - 1


# %%
packed, linear = trained(relu=True), trained(relu=False)
density, density_linear = features_per_dimension(packed[0]), features_per_dimension(linear[0])
left, left_linear = unexplained_share(*packed, relu=True), unexplained_share(*linear, relu=False)
chosen = weight_share_of_most_important(packed[0])

study.report("training-has-converged", excess_over_the_linear_optimum(left_linear[common]))
study.report("rare-features-are-packed", density[rare], control=density_linear[rare])
study.report("packing-pays", left[rare], control=left_linear[rare])
study.report("common-features-are-chosen", chosen[common], control=chosen[rare])

# %% [markdown]
# ## See
#
# Above, how much a network packs as features grow rarer. Below, $W^T W$ for one network at each
# end: a bright diagonal is a feature that comes back, colour beside it is interference.

# %%
from framelab import CONTROL, MEASURED, draw_bound, figure, show

drawn, (axes, left_panel, right_panel) = figure("AA;BC", height=2.7)
places = range(len(absent))
for values, colour, style, name in [
    (density, MEASURED, "o-", "with ReLU"),
    (density_linear, CONTROL, "s--", "without"),
]:
    axes.plot(places, values.mean(dim=1), style, color=colour, label=name)
    axes.fill_between(places, *values.aminmax(dim=1), color=colour, alpha=0.2, linewidth=0)
draw_bound(axes, study.bound("rare-features-are-packed"))
axes.set_xticks(places, [f"{value:g}" for value in absent.tolist()])
axes.set(xlabel="chance that a feature is absent", ylabel="features per dimension")
axes.set_ylim(bottom=0)
axes.legend(loc="upper left")
whole = {place: (packed[0][place] ** 2).sum(dim=1) > 0.5 for place in (common, rare)}
for panel, place, title in [(left_panel, common, "most common"), (right_panel, rare, "rarest")]:
    products = packed[0][place, 0].T @ packed[0][place, 0]  # [feature, feature]
    panel.imshow(products, cmap="RdBu_r", vmin=-1, vmax=1, interpolation="none")
    panel.set(title=f"{title} features", xticks=[], yticks=[])
    panel.grid(visible=False)
show(
    drawn,
    alt=f"""Features per dimension against sparsity: from {density[common].mean():.1f} for the most
    common features to {density[rare].mean():.1f} for the rarest with ReLU, and
    {density_linear[rare].mean():.1f} for the rarest without. Below, the products of the weights of
    one network each, whose diagonal holds {whole[common][0].sum()} of {features} features when they
    are most common and {whole[rare][0].sum()} when they are rarest.""",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - The features are known and independent because we made them so. That real models have such
#   features is an assumption, and nothing here tests it.
# - The network stores features and gives them back; it does not compute with them.
# - A few features in fewer dimensions say nothing of how packing scales to a language model.
# - Features per dimension counts weight norm, so a feature half kept counts as a half.
# - That the linear network has converged is known; that the network with a ReLU has converged too
#   is inferred from it.
