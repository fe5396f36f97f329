# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Can a prompt teach what the weights have never met?
#
# We show a small network examples of a mapping that it has never seen, and ask it for one more
# value. Its weights stay as they are, so what it knows of the mapping comes from the prompt. Then
# we compare its answer with one step of an ordinary learning algorithm on the same examples.

# %% tags=["parameters"]
seeds: int = 5  # independent networks of every kind
dimensions: int = 5  # of the inputs
examples: int = 20  # examples in a prompt
few: int = 2  # mappings that the rival is trained on
steps: int = 1000  # training steps
batch: int = 256  # prompts in each step, afresh every time
rate: float = 0.005  # learning rate at the start, falling to zero
tested: int = 2000  # fresh prompts to measure on

# %%
import torch

from framelab import Study

study = Study("in-context-learning", seeds=range(seeds))

# %% [markdown]
# ## Measure
#
# A mapping is a direction $w$, drawn afresh for each prompt, and an example is a token that holds
# an input $x$ and its value $w \cdot x$. The last token is the question: an input with no value. A
# layer of linear attention adds to each token a mix of the examples, weighted by products and not
# by a softmax. Networks of one kind are trained all at once, one for each seed.
#
# We take the squared error of the answer as a share of what always answering zero would cost: one
# means that nothing was learned from the prompt.


# %%
def drawn_mappings(count, generators, known=None):
    """A mapping for each prompt. [replicate, prompt, dimension]

    known: [replicate, mapping, dimension], to choose from; without it each is a normal draw.
    """
    if known is None:
        return torch.stack([torch.randn(count, dimensions, generator=one) for one in generators])
    chosen = [torch.randint(known.shape[1], (count,), generator=one) for one in generators]
    return torch.stack([own[which] for own, which in zip(known, chosen, strict=True)])


def drawn_prompts(mappings, generators):
    """Inputs [replicate, prompt, token, dimension] and values [replicate, prompt, token].

    The last token is the question, and its value is the answer.
    """
    shape = (mappings.shape[1], examples + 1, dimensions)
    x = torch.stack([torch.randn(shape, generator=one) for one in generators])
    return x, (x @ mappings[..., None])[..., 0]


def answered(weights, x, y):
    """What a network says to the question of each prompt. [replicate, prompt]

    weights: [layer, 2, replicate, width, width], where a token is an input with its value.
    """
    values = torch.cat([y[..., :-1], torch.zeros_like(y[..., -1:])], dim=-1)
    tokens = torch.cat([x, values[..., None]], dim=-1)  # [replicate, prompt, token, width]
    for look, move in weights[:, :, :, None]:
        shown = tokens[:, :, :-1]  # the examples
        tokens = tokens + (tokens @ look) @ (shown.mT @ (shown @ move)) / examples
    return tokens[:, :, -1, -1]


def trained(layers, known=None):
    """Networks trained on fresh mappings, or on known ones. [layer, 2, replicate, width, width]"""
    generators = [torch.Generator().manual_seed(seed) for seed in study.seeds]
    size = (layers, 2, dimensions + 1, dimensions + 1)
    start = [torch.randn(size, generator=one) / 10 for one in generators]
    weights = torch.stack(start, dim=2).requires_grad_()
    optimiser = torch.optim.Adam([weights], lr=rate)
    fall = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, total_iters=steps)
    for _ in range(steps):
        x, y = drawn_prompts(drawn_mappings(batch, generators, known), generators)
        optimiser.zero_grad()
        ((answered(weights, x, y) - y[..., -1]) ** 2).mean(dim=1).sum().backward()
        optimiser.step()
        fall.step()
    return weights.detach()


def one_gradient_step(x, y, size):
    """The answer after one step of gradient descent from zero on squared error.

    size: how far to go for each example, a number or [replicate, 1]. Returns [replicate, prompt].
    """
    moved = (y[..., :-1, None] * x[..., :-1, :]).sum(dim=2)  # [replicate, prompt, dimension]
    return size * (moved * x[..., -1, :]).sum(dim=-1)


def least_squares(x, y):
    """The answer of the mapping that fits all examples best. [replicate, prompt]"""
    fitted = torch.linalg.lstsq(x[..., :-1, :], y[..., :-1, None]).solution
    return (x[..., -1:, :] @ fitted)[..., 0, 0]


def normalised_squared_error(said, wanted, mappings):
    """Mean squared error over that of always saying zero. [replicate], 0 is perfect"""
    without_examples = (mappings**2).sum(dim=-1).mean(dim=1)  # [replicate], known exactly
    return ((said - wanted) ** 2).mean(dim=1) / without_examples


# %%
givers = [torch.Generator().manual_seed(len(study.seeds) + seed) for seed in study.seeds]
known = drawn_mappings(few, givers)  # the rival's, [replicate, mapping, dimension]
one_layer, two_layers, rival = trained(1), trained(2), trained(1, known)

new, old = drawn_mappings(tested, givers), drawn_mappings(tested, givers, known)
x, y = drawn_prompts(new, givers)
x_old, y_old = drawn_prompts(old, givers)
wanted = y[..., -1]  # [replicate, prompt]

# In the mean over mappings and inputs, a step of this size for each example leaves the least error.
size = 1 / (examples + dimensions + 1)
step = one_gradient_step(x, y, size)
unit_step = one_gradient_step(x, y, 1.0)
best_size = (unit_step * wanted).sum(dim=1) / (unit_step**2).sum(dim=1)  # on these very prompts
best_step = best_size[:, None] * unit_step
error = {
    "one layer": normalised_squared_error(answered(one_layer, x, y), wanted, new),
    "two layers": normalised_squared_error(answered(two_layers, x, y), wanted, new),
    "two mappings": normalised_squared_error(answered(rival, x, y), wanted, new),
    "best step": normalised_squared_error(best_step, wanted, new),
}  # each [replicate]

study.report(
    "the-rival-learned-too",
    normalised_squared_error(answered(rival, x_old, y_old), y_old[..., -1], old),
)
study.report("learns-what-it-never-met", error["one layer"], control=error["two mappings"])
study.report(
    "one-layer-is-one-step",
    normalised_squared_error(answered(one_layer, x, y), step, new),
    control=normalised_squared_error(least_squares(x, y), step, new),
)
study.report("two-layers-go-further", error["two layers"], control=error["best step"])

# %% [markdown]
# ## See
#
# The error on new mappings as the prompt grows, by networks that were trained on full prompts: the
# mean over networks as marks, with their range. The line is what one gradient step leaves, from
# theory.

# %%
from framelab import CONTROL, MEASURED, QUIET, THIRD, figure, show

drawn, (axes,) = figure(height=3.6)
count = torch.arange(1, examples + 1)
theory = 1 - 2 * size * count + size**2 * count * (count + dimensions + 1)
axes.plot(count, theory, color=QUIET, linewidth=1.2, label="one step, in theory")
for weights, label, colour, mark in [
    (rival, "one layer, taught two mappings", CONTROL, "s"),
    (one_layer, "one layer", MEASURED, "o"),
    (two_layers, "two layers", THIRD, "^"),
]:
    shorter = [(x[:, :, examples - n :], y[:, :, examples - n :]) for n in count.tolist()]
    said = [answered(weights, *prompt) for prompt in shorter]
    left = torch.stack([normalised_squared_error(one, wanted, new) for one in said])
    axes.plot(count, left.mean(dim=1), mark, color=colour, label=label)
    axes.fill_between(count, *left.aminmax(dim=1), color=colour, alpha=0.15, linewidth=0)
axes.set(xlabel="examples in the prompt", ylabel="share of the error left", ylim=(0, 1.75))
axes.set_xticks(range(0, examples + 1, 5))
axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
axes.legend(loc="upper left")
show(
    drawn,
    alt=f"""Error on new mappings against the number of examples in the prompt. With all of them,
    one layer leaves {error["one layer"].mean():.2f} of the error, as much as one gradient step,
    which leaves {theory[-1]:.2f} in theory. Two layers leave {error["two layers"].mean():.2f}. The
    layer that was taught two mappings leaves {error["two mappings"].mean():.2f}.""",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - The model is trained on the very family of mappings that it is tested on; that the ability comes
#   from ordinary text is the surprising part, and is not shown.
# - Linear attention over pairs of numbers is not a language model; softmax, tokens and words are
#   left out so that the algorithm can be known.
# - Mappings and inputs are isotropic, which makes a plain gradient step the best that one layer can
#   do.
# - Two layers may use a better rule than two plain steps; only that they pass one step is claimed.
