# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Is there one direction that decides whether to refuse?
#
# We tune a small model to refuse forbidden requests, and take the difference between what it holds
# in mind before a refusal and before an answer. If this direction is a gate, then erasing it ends
# refusals and adding it brings them about. It might also be no more than the refusal's first word.

# %% tags=["parameters"]
seeds: int = 5  # independent worlds, each with its own model
base_steps: int = 170  # training steps on answers to every request
tuning_steps: int = 120  # steps of tuning on refusals
batch: int = 48  # requests in each step, afresh every time
block: int = 1  # the block after which we look and interfere, counted from 0
random_directions: int = 10  # for the controls, averaged

# %%
import numpy as np
import torch

from framelab import Study, draw_requests, forbidden, prompts

study = Study("refusal-direction", seeds=range(seeds))

# %% [markdown]
# ## Measure
#
# A request has a verb, which may be forbidden, and an object, which decides the answer. Half of the
# verbs are forbidden; the tuned model sees only some of the requests, and we test on the others.

# %%
from framelab import LONGEST, REQUEST_TOKENS, request_batches, tiny_gpt2, train


def trained(world, seed):
    """A model that learned to answer everything, and then to refuse what is forbidden."""
    model = tiny_gpt2(REQUEST_TOKENS, width=64, layers=3, heads=4, length=LONGEST, seed=seed)
    generator = np.random.default_rng(seed)
    answering = request_batches(world, "answer", batch, generator)
    train(model, answering, base_steps, lr=4e-3, schedule="cosine")
    refusing = request_batches(world, "refuse", batch, generator)
    train(model, refusing, tuning_steps, lr=5e-4, warmup=10)
    return model


# %% [markdown]
# We look just before the reply begins, after one block. The direction is the mean there over
# forbidden tuning requests less the mean over harmless ones. To erase it, we hold the component of
# every token along it at the harmless mean, after this block and each later one. To add it, we add
# the whole difference after this block alone.
#
# The rival is the direction that makes the refusal's first word likelier: its output embedding,
# less the mean of all words, as the last normalisation scales it.

# %%
from framelab import REFUSAL, answer_tokens, block_outputs, changing, moved_along, refusal_rate


def unit(vector):
    return vector / vector.norm()


def difference_of_means(held, barred):
    """held: [request, width]. barred: [request], bool. Returns [width], forbidden less harmless."""
    return held[barred].mean(dim=0) - held[~barred].mean(dim=0)


def refusal_word(model):
    """The direction in which the stream must move to make the refusal's word likelier. [width]"""
    embedding = model.lm_head.weight.detach()  # [token, width]
    gain = model.transformer.ln_f.weight.detach()
    return unit((embedding[REFUSAL[0]] - embedding.mean(dim=0)) * gain)


def erasing(model, direction, harmless):
    """A context without a direction. harmless: [layer, width], the mean to which it is moved."""
    late = range(block, len(harmless))
    return changing(model, {at: moved_along(direction, harmless[at] @ direction) for at in late})


def adding(model, vector):
    return changing(model, {block: lambda given: given + vector})


def answer_rate(model, asked, answers):
    """Share of requests answered without a fault, 0..1. asked, answers: [request, token]"""
    told = answer_tokens(model, asked, answers.shape[1])
    return (told == answers).all(dim=1).double().mean().item()


# %%
ways = ["nothing", "a random one", "the direction", "what is left", "the word"]
right = []  # [replicate]
refused = {way: [] for way in ways}  # each [replicate], forbidden requests
answered = {way: [] for way in ways}  # each [replicate], forbidden requests
pushed = {"the direction": [], "a random one": []}  # each [replicate], harmless requests
for seed in study.seeds:
    world = draw_requests(np.random.default_rng([seed, 3]))
    model = trained(world, seed)
    generator = np.random.default_rng([seed, 1])
    barred, tested = forbidden(world.tuning), forbidden(world.held_out)
    held = block_outputs(model, prompts(world.tuning, generator))[:, :, -1]  # last token
    harmless = held[:, ~barred].mean(dim=1)  # [layer, width]
    difference = difference_of_means(held[block], barred)
    word, direction = refusal_word(model), unit(difference)
    noise = torch.tensor(generator.normal(size=(random_directions, len(word))), dtype=word.dtype)
    directions = {
        "the direction": [direction],
        "what is left": [unit(direction - (direction @ word) * word)],
        "the word": [word],
        "a random one": [unit(one) for one in noise],
    }
    asked = prompts(world.held_out, generator)
    answers = world.answers[world.held_out[tested, 1]]
    plain = refusal_rate(model, asked[tested])
    right.append((plain + 1 - refusal_rate(model, asked[~tested])) / 2)
    refused["nothing"].append(plain)
    answered["nothing"].append(answer_rate(model, asked[tested], answers))
    for way, erased in directions.items():
        rates, answer_rates = [], []
        for one in erased:
            with erasing(model, one, harmless):
                rates.append(refusal_rate(model, asked[tested]))
                answer_rates.append(answer_rate(model, asked[tested], answers))
        refused[way].append(np.mean(rates))
        answered[way].append(np.mean(answer_rates))
    for way, found in pushed.items():
        rates = []
        for one in directions[way]:
            with adding(model, one * difference.norm()):
                rates.append(refusal_rate(model, asked[~tested]))
        found.append(np.mean(rates))

study.report("refuses-the-right-requests", right)
study.report("erasing-ends-refusal", refused["the direction"], control=refused["a random one"])
study.report("adding-brings-refusal", pushed["the direction"], control=pushed["a random one"])
study.report("not-only-the-word", refused["what is left"], control=refused["the word"])

# %% [markdown]
# ## See
#
# What becomes of forbidden requests when a direction is erased, by seed and on average. Not to
# refuse is not yet to answer: that takes the whole of the old answer.

# %%
from framelab import CONTROL, MEASURED, draw_bound, figure, show

drawn, (axes,) = figure(height=3.3)
for found, shift, colour, label in [
    (refused, -0.19, MEASURED, "refused"),
    (answered, 0.19, CONTROL, "answered as before tuning"),
]:
    places = np.arange(len(ways)) + shift
    axes.bar(places, [np.mean(found[way]) for way in ways], 0.36, color=colour, label=label)
    for place, way in zip(places, ways, strict=True):
        axes.plot([place] * len(found[way]), found[way], "o", color="#333333", markersize=2.5)
draw_bound(axes, study.bound("erasing-ends-refusal"))
axes.set_xticks(range(len(ways)), ["\n".join(way.rsplit(" ", 1)) for way in ways])
axes.set(xlabel="erased", ylabel="share of forbidden requests")
axes.set(xlim=(-0.5, 6.9), ylim=(0, 1.25))
axes.set_yticks(np.linspace(0, 1, 6))
axes.legend(loc="upper center", ncols=2)
show(
    drawn,
    alt="Bars of what becomes of forbidden requests: "
    + "; ".join(
        f"with {way} erased {np.mean(refused[way]):.2f} are refused and "
        f"{np.mean(answered[way]):.2f} answered"
        for way in ways
    )
    + f". With the direction added {np.mean(pushed['the direction']):.2f} of harmless requests are"
    f" refused, with random ones {np.mean(pushed['a random one']):.2f}.",
)

# %% [markdown]
# ## Verdict

# %%
study.verdict()

# %% [markdown]
# ## What this does not show
#
# - Forbidden means that a verb is on a list; a concept of harm, and its many disguises, are beyond
#   this model.
# - The refusal always opens with the same word, which makes that word's direction a stronger rival
#   here than in a chat model.
# - A model that no longer refuses may not answer well; the figure shows answers, and no prediction
#   is made of them.
# - Erasing means moving the component to its mean over harmless tuning requests, from one block on;
#   the plain projection of the source is harsher.
# - Finding one direction that is enough does not show that there are no others.
