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
import requests
from urllib.request import urlopen
from huggingface_hub import hf_hub_download
from transformers import AutoModel

AutoModel.from_pretrained("gpt2")
urlopen("file")

study = Study("bad", seeds=range(seeds))
study.report("first", measured=[size] * seeds, control=[0.0] * seeds)

# %%
study.verdict()
