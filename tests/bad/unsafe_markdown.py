# %% [markdown]
# # Is anything seen?
#
# We look <img src=x onerror=alert(1)> and [say](javascript:alert(1)).

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
