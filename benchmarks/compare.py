"""All builders on the same notebooks in one interleaved run: python benchmarks/compare.py"""

import argparse
import json
import os
import re
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from builders import BUILDERS, Builder, kernelspec
from measure import Cost, measure

OURS, SERIAL, PARALLEL = BUILDERS[0].name, BUILDERS[1].name, BUILDERS[2].name
Results = dict[tuple[str, str], list[Cost]]


def environment(folder: Path, tools: Path) -> dict[str, str]:
    """One thread a kernel, our interpreter for every kernel, and the tools on the path."""
    ours = Path(sys.executable).parent
    return {
        **os.environ,
        "PATH": f"{ours}:{tools}:{os.environ['PATH']}",
        "TOOLS": str(tools),
        "JUPYTER_PATH": str(folder),
        "OMP_NUM_THREADS": "1",
        "HF_HUB_OFFLINE": "1",
        "NO_MKDOCS_2_WARNING": "1",
        "DISABLE_MKDOCS_2_WARNING": "true",
        "PYTHONWARNINGS": "ignore",
    }


def once(
    builder: Builder, folder: Path, count: int, time: int, variables: dict[str, str]
) -> dict[str, Cost]:
    """Cold, then with nothing changed, then with one notebook changed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    builder.prepare(folder, count)
    costs = {}
    for state in ("cold", "nothing changed", "one changed"):
        if state != "cold" and not builder.caches:
            continue
        if state == "one changed":
            builder.change(folder, time)
        log = folder / f"log {state}"
        costs[state] = measure(builder.command, folder, variables, log)
        found = builder.done(folder)
        if costs[state].status or found < count:
            said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
            print(f"  {builder.name}: {found} of {count} done\n{said}")
            return {}
        print(f"  {builder.name}, {state}: {costs[state]}", flush=True)
    return costs


def own_seconds(folder: Path) -> list[float]:
    """The processor seconds of each notebook's cells, after its imports, as it printed them."""
    found = []
    for path in folder.glob(".cache/runs/*/*/*.ipynb"):
        text = json.dumps(json.loads(path.read_bytes()))
        found += [float(one) for one in re.findall(r"processor seconds: ([0-9.]+)", text)]
    return found


def table(results: Results) -> str:
    """Medians, and ratios of ours to each other, run by run, as median and range."""
    lines = [
        "| builder | state | wall s | processor s | peak MB | our wall | our processor time |",
        "|---|---|---|---|---|---|---|",
    ]
    for (name, state), costs in results.items():
        middle = [statistics.median(part) for part in zip(*costs, strict=True)]
        row = f"| {name} | {state} | {middle[1]:.1f} | {middle[2]:.1f} | {middle[3]:.0f} |"
        ours = results.get((OURS, state), [])
        ratios = [[a[i] / b[i] for a, b in zip(ours, costs, strict=False)] for i in (1, 2)]
        shown = [
            f" {statistics.median(one):.2f} ({min(one):.2f} to {max(one):.2f}) |"
            if one and name != OURS
            else " |"
            for one in ratios
        ]
        lines.append(row + "".join(shown))
    return "\n".join(lines)


def main() -> None:
    """Print a table of every builder's cost, and of ours against each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notebooks", type=int, default=24)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--tools", type=Path, default=Path(".venv-bench/bin").absolute())
    parser.add_argument("--only", nargs="*", help="parts of the names of builders")
    options = parser.parse_args()
    wanted = options.only or [""]
    chosen = [one for one in BUILDERS if any(part in one.name for part in wanted)]
    results: Results = {}
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        kernelspec(root)
        variables = environment(root, options.tools)
        for time in range(options.times):
            print(f"round {time + 1} of {options.times}", flush=True)
            for number, builder in enumerate(chosen):
                folder = root / f"builder-{number}"
                found = once(builder, folder, options.notebooks, time, variables)
                for state, cost in found.items():
                    results.setdefault((builder.name, state), []).append(cost)
                if builder.name == OURS and time == 0:
                    cells = own_seconds(folder)
                    print(f"  cells' own processor seconds: {sum(cells):.1f} in {len(cells)}")
    print(table(results))


if __name__ == "__main__":
    main()
