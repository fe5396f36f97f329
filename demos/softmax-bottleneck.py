# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Can a narrow model state every language?
#
# Whatever a model computes of a context ends up in one vector, and its last layer turns this vector
# into the probabilities of the next token by a linear map and a softmax. Write the log
# probabilities of all contexts below each other: the rank of this matrix is at most the width of
# the vectors, and one more for what the softmax takes off each row. What if the language's own
# matrix has a higher rank?

# %% tags=["parameters"]
seeds: int = 5  # independent languages, each with its own models
contexts: int = 256  # of the language
vocabulary: int = 64  # tokens that can come next
rank: int = 16  # of the logits of the language
spread: float = 2.0  # standard deviation of the logits of a context, in nats
mixed: int = 4  # softmaxes in the mixture
hidden: int = 64  # width of the layers that make a model deeper
steps: int = 300  # training steps
rate: float = 0.03  # learning rate at the start, falling to zero

# %%
import math

import torch
from torch import nn

from framelab import Study

study = Study("softmax-bottleneck", seeds=range(seeds))

# %% [markdown]
# ## Measure
#
# Our language is a table of the next token's probabilities in each context, drawn so that the rank
# of their logarithms is known. Models are trained on these exact probabilities, so that no sampling
# stands between them and the truth, and each has free numbers for every context, which is more
# freedom than a real model has. We measure how far a model stays from the table: the mean
# Kullback-Leibler divergence.
#
# A model as wide as the rank shows that the training works. One of half that width is compared
# with itself on a language of half the rank, in case so small a model can learn no such language.
# Then we put more layers before the last one, and ask which share of the divergence is left. The
# control mixes several softmaxes on vectors of the same width, so that the rank of what it states
# is not bounded by the width.


# %%
def language(rank, generator):
    """Exact log probabilities of a language whose logits have this rank. [context, token]"""
    left = torch.randn(contexts, rank, generator=generator)
    right = torch.randn(vocabulary, rank, generator=generator)
    return (spread / math.sqrt(rank) * left @ right.T).log_softmax(-1)


class Softmaxes(nn.Module):
    """A vector for each context, layers on top if it is deep, and one softmax or a mixture."""

    def __init__(self, width, deep=False, softmaxes=1):
        super().__init__()
        body = [nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width)] if deep else []
        self.vectors = nn.Parameter(torch.randn(softmaxes, contexts, width))
        self.body = nn.Sequential(*body)
        self.unembed = nn.Linear(width, vocabulary)
        self.weights = nn.Parameter(torch.zeros(softmaxes, contexts, 1))

    def forward(self):
        """Log probabilities. [context, token]"""
        each = self.unembed(self.body(self.vectors)).log_softmax(-1)
        return (each + self.weights.log_softmax(0)).logsumexp(0)


def divergence(exact, seed, width, **kind):
    """KL(exact || model) after training, averaged over contexts. In nats per token."""
    torch.manual_seed(seed)
    model = Softmaxes(width, **kind)
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        loss = (exact.exp() * (exact - model())).sum(-1).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        falling.step()
    return loss.item()


# %%
narrow = rank // 2
found = {"wide": [], "narrow": [], "low rank": [], "deeper": [], "mixture": []}
for seed in study.seeds:
    generator = torch.Generator().manual_seed(seed)
    full, low = language(rank, generator), language(narrow, generator)
    found["wide"].append(divergence(full, seed, rank))
    found["narrow"].append(divergence(full, seed, narrow))
    found["low rank"].append(divergence(low, seed, narrow))
    found["deeper"].append(divergence(full, seed, narrow, deep=True))
    found["mixture"].append(divergence(full, seed, narrow, softmaxes=mixed))

left = torch.tensor(found["narrow"])
study.report("wide-enough-suffices", found["wide"])
study.report("half-the-rank-falls-short", found["narrow"], control=found["low rank"])
study.report(
    "depth-does-not-help",
    torch.tensor(found["deeper"]) / left,
    control=torch.tensor(found["mixture"]) / left,
)

# %% [markdown]
# ## See
#
# How far each model stays from its language; each mark is one language. The squares are controls.

# %%
from framelab import CONTROL, MEASURED, QUIET, draw_bound, figure, show

drawn, (axes,) = figure(height=3.2)
colours = {"wide": QUIET, "low rank": CONTROL, "mixture": CONTROL}
names = {
    "wide": "as wide\nas the rank",
    "narrow": "half\nas wide",
    "low rank": "half as wide,\nhalf the rank",
    "deeper": "half as wide,\ndeeper",
    "mixture": "half as wide,\nmixture",
}
for place, kind in enumerate(names):
    colour = colours.get(kind, MEASURED)
    mark = "s" if colour == CONTROL else "o"
    axes.plot([place] * seeds, found[kind], mark, color=colour, alpha=0.7)
draw_bound(axes, study.bound("half-the-rank-falls-short"))
axes.set(ylabel="divergence, nats per token", ylim=0)
axes.set_xticks(range(len(names)), names.values(), fontsize=8.5)
means = {kind: sum(values) / seeds for kind, values in found.items()}
show(
    drawn,
    alt=f"""Divergence from the exact odds, in nats per token, on average: {means["wide"]:.3f} for
    a model as wide as the rank; {means["narrow"]:.3f} for one of half the width, and
    {means["low rank"]:.3f} for the same on a language of half the rank; {means["deeper"]:.3f} for
    one of half the width with more layers, and {means["mixture"]:.3f} for a mixture of
    softmaxes.""",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - That a narrow model misses something is proved, and so is that no body helps where it can give
#   each context any vector; how much is missed, and that training comes so close, is measured.
# - Each context has free numbers of its own, so nothing is learned that carries over to new
#   contexts. A body that has to share its weights can only fall shorter.
# - The language is drawn with a rank that is known and sharp. The log probabilities of real text
#   have singular values that fall off slowly, and how much loss the small ones are worth is not
#   shown.
# - Vocabulary and width are tiny. Widths in use are thousands, still far below vocabularies.
