"""How the build grows with the number of frames: python benchmarks/scale.py [COUNT...]"""

import gzip
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from framebuild.check import check
from framebuild.load import load
from framebuild.render import render
from framebuild.site import build_site, mkdocs_ready
from framespec.corpus import find_root

WORDS = 24  # of a made-up claim
HEAVIEST = 6  # files that grow with the corpus, to be shown
STEPS = ("load", "check", "render", "mkdocs")


def records() -> dict[str, dict[str, Any]]:
    """The real records, by id."""
    root = find_root()
    found = {
        path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted((root / "frames").glob("*.yaml"))
    }
    return {one: made for one, made in found.items() if (root / f"demos/{one}.py").is_file()}


def made_up(real: dict[str, dict[str, Any]], count: int) -> Iterator[tuple[str, str, Any]]:
    """So many ids, each with the frame that it is made from and its record.

    The relations of each copy stay within it. Claims are drawn from the words of all claims: a copy
    of a claim is refused, and what looks for copies and for neighbours should have work to do.
    """
    names = list(real)
    words = sorted({word for one in real.values() for word in one["claim"].split()})
    ids = {f"{names[number % len(names)]}-{number // len(names)}" for number in range(count)}
    for number in range(count):
        turn, place = divmod(number, len(names))
        name = names[place]
        drawn = random.Random(number).choices(words, k=WORDS)
        related = [
            {**one, "frame": f"{one['frame']}-{turn}"}
            for one in real[name].get("related", ())
            if f"{one['frame']}-{turn}" in ids
        ]
        record = real[name] | {
            "title": f"{real[name]['title']} {number}",
            "claim": " ".join(drawn)[:290],
            "aliases": [],
            "related": related,
        }
        record["demo"] = real[name]["demo"] | {"notebook": f"demos/{name}-{turn}.py"}
        yield f"{name}-{turn}", name, record


def corpus(root: Path, count: int) -> None:
    """Frames made up from the real ones, each with its demo."""
    source = find_root()
    for folder in ("frames", "demos", "schema"):
        (root / folder).mkdir()
    shutil.copy(source / "frames/topics.yaml", root / "frames")
    shutil.copy(source / "mkdocs.yml", root)
    for made, name, record in made_up(records(), count):
        text = yaml.safe_dump(record, allow_unicode=True, sort_keys=False)
        (root / f"frames/{made}.yaml").write_text(text, encoding="utf-8")
        shutil.copy(source / f"demos/{name}.py", root / f"demos/{made}.py")


def processor_s() -> float:
    """Processor seconds so far, of this process and those it has waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def timed(root: Path) -> list[float]:
    """Processor seconds of each of STEPS."""
    times = [processor_s()]
    found, problems = load(root)
    times.append(processor_s())
    problems += check(found)
    assert not problems, problems[0]
    times.append(processor_s())
    pages = render(found, {}, "unknown")
    times.append(processor_s())
    with mkdocs_ready(root) as mkdocs:
        build_site(root, pages, mkdocs)
    times.append(processor_s())
    return [after - before for before, after in pairwise(times)]


def weights(site: Path) -> dict[str, int]:
    """Bytes of what a reader may fetch, as it is and compressed."""
    frames = [path / "index.html" for path in (site / "frames").iterdir() if path.is_dir()]
    named = {
        "a frame's page (median)": round(median(path.stat().st_size for path in frames)),
        "all of site/": sum(path.stat().st_size for path in site.rglob("*") if path.is_file()),
    }
    every = [path for path in site.rglob("*") if path.suffix in (".html", ".json", ".xml")]
    shared = [path for path in every if path.parent.parent.name != "frames"]
    largest = sorted(shared, key=lambda one: -one.stat().st_size)[:HEAVIEST]
    for path in [site / "assets/frames-index.js", *largest]:
        content = path.read_bytes()
        name = path.relative_to(site).as_posix()
        named[name], named[f"{name}, compressed"] = len(content), len(gzip.compress(content))
    return named


def main(counts: list[int]) -> None:
    """Seconds of processor time for each step and number of frames, and what pages weigh."""
    columns = " | ".join(f"{step} s" for step in STEPS)
    print(f"| frames | {columns} |")
    print("|---" * (len(STEPS) + 1) + "|")
    found = {}
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            corpus(root, count)
            shown = " | ".join(f"{step:.2f}" for step in timed(root))
            print(f"| {count} | {shown} |", flush=True)
            found[count] = weights(root / "site")
    print(f"\n| kB at so many frames | {' | '.join(map(str, counts))} |")
    print("|---" * (len(counts) + 1) + "|")
    for name in found[counts[-1]]:
        sizes = (one.get(name) for one in found.values())
        shown = " | ".join("" if size is None else f"{size / 1e3:.0f}" for size in sizes)
        print(f"| {name} | {shown} |")


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [100, 400, 1000])
