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
import importlib

exec("size = 2")
__import__("socket")

study = Study("bad", seeds=range(seeds))
study.report("first", measured=[size] * seeds, control=[0.0] * seeds)

# %%
study.verdict()
