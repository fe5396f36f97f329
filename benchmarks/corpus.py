"""Notebooks like our demos: real imports, a small training, a look inside, a figure."""

import hashlib
from pathlib import Path

import jupytext
import nbformat

TASKS = ("copy", "reverse", "repeat", "shift", "sort", "parity")

RECORD = """title: Benchmark {name}
kind: functional
topics: [bench]
claim: A transformer learns to {task}; this claim is its own by {words}.
sources:
  - id: bench
    title: Benchmark
    authors: [Nobody]
    year: 2026
    url: https://example.org/
    supports: Nothing at all, it is made up.
demo:
  notebook: demos/{name}.py
  reach: claim
  predictions:
    - id: learns
      says: The loss falls during training.
      measure: loss_ratio
      unit: share
      expect: {{at_most: 0.99}}
      control: the loss before training
      would_refute: the loss does not fall
  limits: [It is made to take time.]
open_questions: [How long does it take?]
"""

DEMO = """# %% [markdown]
# # Does it learn to {task}?

# %% tags=["parameters"]
seed: int = {seed}  # of the weights and the data
steps: int = {steps}  # of training

# %%
import time

import matplotlib.pyplot as plt
import torch
from transformers import GPT2Config, GPT2LMHeadModel

began = time.process_time()
generator = torch.Generator().manual_seed(seed)
torch.manual_seed(seed)

# %%
LENGTH, MARK = 16, 31


def batch():
    x = torch.randint(0, 10, (32, LENGTH), generator=generator)
    y = {{
        "copy": lambda: x,
        "reverse": lambda: x.flip(1),
        "repeat": lambda: x[:, : LENGTH // 2].repeat(1, 2),
        "shift": lambda: x.roll(1, 1),
        "sort": lambda: x.sort(1).values,
        "parity": lambda: x.cumsum(1) % 2,
    }}["{task}"]()
    return torch.cat([x, torch.full((32, 1), MARK), y], 1)


config = GPT2Config(
    vocab_size=32, n_positions=2 * LENGTH + 2, n_embd={width}, n_layer={layers}, n_head=4,
    bos_token_id=MARK, eos_token_id=MARK, resid_pdrop=0, embd_pdrop=0, attn_pdrop=0,
    attn_implementation="eager",
)
model = GPT2LMHeadModel(config)

# %%
optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
losses = []
for _ in range(steps):
    ids = batch()
    loss = model(ids, labels=ids).loss
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    losses.append(loss.item())
print(f"loss {{losses[0]:.3f}} to {{losses[-1]:.3f}}")

# %%
with torch.no_grad():
    attention = model(batch(), output_attentions=True).attentions
_, (left, right) = plt.subplots(1, 2, figsize=(7, 3))
left.plot(losses)
image = right.imshow(attention[-1][0].mean(0))

# %%
from IPython.display import display

reported = {{"learns": {{"measured": [losses[-1] / losses[0]] * 3, "control": [1.0] * 3}}}}
shown = {{
    "schema_version": 1, "frame": "{name}", "seeds": [seed], "models": [], "reported": reported,
    "environment": {{"versions": {{}}, "device": "cpu", "dtype": "float32"}},
}}
display({{"application/vnd.frame.result+json": shown, "text/plain": "a result"}}, raw=True)
study = None
if study:
    study.report("learns")
print("cells' own processor seconds:", time.process_time() - began)
"""


def write_frames(root: Path, count: int, steps: int = 50) -> list[str]:
    """Records and demos below a root. The names of the demos."""
    for folder in ("frames", "demos", "schema"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    topic = "bench: {name: Benchmark, says: Frames that are made to take time.}\n"
    (root / "frames/topics.yaml").write_text(topic, encoding="utf-8")
    names = [f"bench-{number:02d}" for number in range(count)]
    for number, name in enumerate(names):
        values = {
            "name": name,
            "task": TASKS[number % len(TASKS)],
            "seed": number,
            "steps": steps,
            "words": _own_words(name),
            "width": 96 + 16 * (number % 2),
            "layers": 3 + number % 2,
        }
        (root / f"frames/{name}.yaml").write_text(RECORD.format(**values), encoding="utf-8")
        (root / f"demos/{name}.py").write_text(DEMO.format(**values), encoding="utf-8")
    return names


def _own_words(name: str) -> str:
    """Words that no other frame has, since a claim that is nearly another's is refused."""
    letters = hashlib.sha256(name.encode()).hexdigest()
    return " ".join(letters[start : start + 8] for start in range(0, len(letters), 8))


def write_notebooks(demos: Path, folder: Path, kernel: str) -> None:
    """The same demos as plain notebooks, for a kernel of that name."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(demos.glob("*.py")):
        notebook = jupytext.read(path)
        notebook.metadata["kernelspec"] = {
            "name": kernel,
            "display_name": kernel,
            "language": "python",
        }
        nbformat.write(notebook, folder / f"{path.stem}.ipynb")
