# %% [markdown]
# # Is anything seen?
#
# We look, and say so.

# %% tags=["parameters"]
seeds = 3  # independent seeds
model: str | None = None  # which
many: int = 2 * 3  # too clever
rate: float = 1  # mistyped
steps: int = 3
size: float = 0.5  # how large the thing is
words: list[str] = ["a"]  # what to call it

# %%
from framelab import Study

study = Study("bad", seeds=range(seeds))
study.report("first", measured=[size] * seeds, control=[0.0] * seeds)

# %%
study.verdict()
