# %% [markdown]
# # Is anything seen?
#
# We look, and say so.

# %% tags=["parameters"]
seeds: int = 3  # independent seeds
size: float = 0.5  # how large the thing is
words: list[str] = ["a"]  # what to call it

# %%
from framelab import Study
"""A docstring may name /a/path."""
data = "/home/me/data.csv"
more = ["~/models", "https://example.org/data.csv", "a/b", "/"]

study = Study("bad", seeds=range(seeds))
study.report("first", measured=[size] * seeds, control=[0.0] * seeds)

# %%
study.verdict()
