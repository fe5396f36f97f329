# %% [markdown]
# # Is anything seen?
#
# We find 12 % of it, which is 3.5 times as much as `1.5` or $x^{2.5}$.

# %% tags=["parameters"]
seeds: int = 3  # independent seeds
size: float = 0.5  # how large the thing is
words: list[str] = ["a"]  # what to call it

# %%
from framelab import Study

study = Study("bad", seeds=range(seeds))
study.report("first", measured=[size] * seeds, control=[0.0] * seeds)

# %%
study.verdict()
