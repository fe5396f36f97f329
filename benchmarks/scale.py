"""How the build grows with the number of frames: python benchmarks/scale.py [COUNT...]"""

import os
import shutil
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from framebuild.check import check
from framebuild.load import load
from framebuild.render import render
from framebuild.site import build_site, mkdocs_ready
from framespec.corpus import find_root


def corpus(root: Path, count: int) -> None:
    """Frames made up from the real ones, each with its demo."""
    source = find_root()
    for folder in ("frames", "demos", "schema"):
        (root / folder).mkdir()
    shutil.copy(source / "frames/topics.yaml", root / "frames")
    shutil.copy(source / "mkdocs.yml", root)
    names = [p.stem for p in sorted((source / "frames").glob("*.yaml")) if p.stem != "topics"]
    names = [name for name in names if (source / f"demos/{name}.py").is_file()]
    for number in range(count):
        name = names[number % len(names)]
        made = f"{name}-{number}"
        record = (source / f"frames/{name}.yaml").read_text(encoding="utf-8")
        record = record.replace(f"demos/{name}.py", f"demos/{made}.py").partition("\nrelated:")[0]
        (root / f"frames/{made}.yaml").write_text(record + "\n", encoding="utf-8")
        shutil.copy(source / f"demos/{name}.py", root / f"demos/{made}.py")


def processor_s() -> float:
    """Processor seconds so far, of this process and those it has waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def main(counts: list[int]) -> None:
    """Seconds of processor time for each step and number of frames."""
    print("| frames | records s | load s | check s | render s | mkdocs s | site MB |")
    print("|---|---|---|---|---|---|---|")
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            corpus(root, count)
            shutil.move(root / "demos", root / "aside")
            (root / "demos").mkdir()
            times = [processor_s()]
            check(load(root)[0])  # the records alone; that their demos are missing is no matter
            times.append(processor_s())
            (root / "demos").rmdir()
            shutil.move(root / "aside", root / "demos")
            found, problems = load(root)
            times.append(processor_s())
            problems += check(found)
            times.append(processor_s())
            assert not problems, problems[0]
            pages = render(found, {}, "unknown")
            times.append(processor_s())
            with mkdocs_ready(root) as mkdocs:
                build_site(root, pages, mkdocs)
            times.append(processor_s())
            steps = [after - before for before, after in pairwise(times)]
            files = [path for path in (root / "site").rglob("*") if path.is_file()]
            size = sum(path.stat().st_size for path in files)
            shown = " | ".join(f"{step:.2f}" for step in steps)
            print(f"| {count} | {shown} | {size / 1e6:.1f} |", flush=True)


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [100, 400, 1000])
