# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # When does a network stop reciting and start to calculate?
#
# We train a small network on half of an addition table that wraps around like a clock. It can learn
# that half by heart, and at first it does. Then we keep training, with and without weight decay,
# and watch the half that it never saw.

# %% tags=["parameters"]
seeds: int = 5  # independent networks, each with its own half of the table
modulus: int = 53  # numbers on the clock; a prime, so that all of its frequencies are alike
share: float = 0.5  # share of the pairs that are trained on
width: int = 64  # dimensions of a number's embedding
hidden: int = 256  # ReLU units
steps: int = 1000  # training steps, each on all of the training pairs
every: int = 10  # steps from one look at the accuracies to the next
rate: float = 0.01  # learning rate
decays: list[float] = [1.0, 0.0]  # weight decay of the network, and of its control

# %%
import torch
import torch.nn.functional as F

from framelab import Study

study = Study("grokking", seeds=range(seeds))

# %% [markdown]
# ## Measure
#
# The network adds the embeddings of two numbers, so it cannot tell a pair from the same pair
# swapped. We therefore deal out unordered pairs: otherwise the swapped pair would give the answer
# away. Both networks of a seed start from the same weights and see the same half.


# %%
def dealt_pairs(generator):
    """Every unordered pair of numbers, dealt into seen and unseen. Each [pair, 2]"""
    pairs = torch.combinations(torch.arange(modulus), 2, with_replacement=True)
    pairs = pairs[torch.randperm(len(pairs), generator=generator)]
    seen = round(share * len(pairs))
    return pairs[:seen], pairs[seen:]


def fresh_weights(generator):
    """The embedding of the numbers [number, width], then the layers, each of unit gain."""
    shapes = [(modulus, width), (width, hidden), (hidden, width), (width, modulus)]
    drawn = [torch.randn(shape, generator=generator) for shape in shapes]
    scaled = [drawn[0] / width**0.5] + [layer / len(layer) ** 0.5 for layer in drawn[1:]]
    return [*scaled, torch.zeros(hidden)]


def scores(weights, pairs):
    """The network's raw score of each possible sum. [pair, number]"""
    numbers, up, down, out, bias = weights
    return (numbers[pairs].sum(dim=1) @ up + bias).relu() @ down @ out


def accuracy(weights, pairs):
    """Share of pairs whose sum on the clock gets the highest score. 0..1"""
    right = scores(weights, pairs).argmax(dim=1) == pairs.sum(dim=1) % modulus
    return right.double().mean().item()


def trained(seed, decay):
    """The final embedding, and (accuracy on seen pairs, on unseen ones) at every look."""
    generator = torch.Generator().manual_seed(seed)
    seen, unseen = dealt_pairs(generator)
    weights = [one.requires_grad_() for one in fresh_weights(generator)]
    optimiser = torch.optim.AdamW(
        weights, lr=rate, betas=(0.9, 0.98), weight_decay=decay, fused=True
    )
    rise = torch.optim.lr_scheduler.LinearLR(optimiser, 0.1, 1.0, total_iters=10)
    looks = []
    for step in range(1, steps + 1):
        optimiser.zero_grad()
        F.cross_entropy(scores(weights, seen), seen.sum(dim=1) % modulus).backward()
        optimiser.step()
        rise.step()
        if step % every == 0:
            with torch.no_grad():
                looks.append((accuracy(weights, seen), accuracy(weights, unseen)))
    return weights[0].detach(), torch.tensor(looks)


def test_accuracy_when_memorised(looks, learned):
    """Accuracy on unseen pairs at the first look with at least `learned` on seen ones; or nan."""
    unseen = looks[looks[:, 0] >= learned, 1]
    return unseen[0].item() if len(unseen) else float("nan")


def fourier_power_in_top_five_frequencies(numbers):
    """Share of the embedding's power in its five strongest frequencies. 0..1

    numbers: [number, width]. The constant part is left out. Evenly spread power gives 5 over the
    number of frequencies, which is half the modulus.
    """
    power = (torch.fft.rfft(numbers, dim=0).abs() ** 2).sum(dim=1)[1:]  # [frequency]
    return (power.topk(5).values.sum() / power.sum()).item()


# %% [markdown]
# A network counts as having just learned its pairs at the first look at which it gets as many of
# them right as the precondition asks for.

# %%
with_decay = [trained(seed, decays[0]) for seed in study.seeds]
without = [trained(seed, decays[1]) for seed in study.seeds]
# Each [replicate, look, seen or unseen].
looks, looks_without = (torch.stack([run[1] for run in runs]) for runs in (with_decay, without))
learned = study.bound("fits-its-training-pairs").low
by_heart = [test_accuracy_when_memorised(one, learned) for one in looks]
periodic = [fourier_power_in_top_five_frequencies(numbers) for numbers, _ in with_decay]
periodic_without = [fourier_power_in_top_five_frequencies(numbers) for numbers, _ in without]

# The worse of the two networks of each seed.
study.report("fits-its-training-pairs", torch.minimum(looks, looks_without)[:, -1, 0])
study.report("by-heart-first", by_heart, control=looks[:, -1, 1])
study.report("decay-brings-the-rule", looks[:, -1, 1], control=looks_without[:, -1, 1])
study.report("a-rule-in-few-frequencies", periodic, control=periodic_without)

# %% [markdown]
# ## See
#
# Right answers as training goes on, on a scale that gives the start room. Each line is the mean of
# the networks, with their range around it.

# %%
from framelab import CONTROL, MEASURED, figure, show

drawn, (axes,) = figure(height=3.6)
step = range(every, steps + 1, every)
for values, colour, name in [(looks, MEASURED, "decay"), (looks_without, CONTROL, "no decay")]:
    for part, style, pairs in [(0, "--", "seen"), (1, "-", "unseen")]:
        found = values[:, :, part]  # [replicate, look]
        axes.plot(step, found.mean(dim=0), style, color=colour, label=f"{pairs}, {name}")
        axes.fill_between(step, *found.aminmax(dim=0), color=colour, alpha=0.15, linewidth=0)
axes.set(xscale="log", xlabel="training steps", ylabel="share of pairs right", ylim=(-0.03, 1.4))
axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
axes.legend(loc="upper left", ncols=2)
first = every * (1 + (looks[:, :, 0] >= learned).int().argmax(dim=1).double().mean())
show(
    drawn,
    alt=f"""Share of right sums over training steps. With decay, seen pairs are learned by about
    step {first:.0f}, when {torch.tensor(by_heart).mean():.2f} of the unseen ones are right; by the
    end {looks[:, -1, 1].mean():.2f} of them are. Without decay the seen pairs are learned too, and
    {looks_without[:, -1, 1].mean():.2f} of the unseen ones are right at the end.""",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - This is a tiny closed algebra, with a decay chosen to show the effect. Ordinary text has no
#   single rule to be found late.
# - The network adds the two embeddings and has no attention, which makes it fast and gives it the
#   symmetry of addition for free.
# - Pairs are split as unordered pairs, since otherwise the swapped pair gives the answer away.
# - Without decay the rule could still come after more training than was given; the demo says only
#   that it does not come in the same time.
# - Power in few frequencies is a trace of the rule, and not a proof that the network computes by
#   rotation.
