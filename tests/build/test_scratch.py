"""Work in progress is removed by whoever started it, or by a later process."""

import subprocess
import sys
from pathlib import Path

from framebuild.scratch import scratch, sweep


def test_what_a_dead_process_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / f".frames-{dead.pid}-x").mkdir()
    (tmp_path / ".frames-mine").mkdir()
    with scratch(tmp_path) as alive:
        sweep(tmp_path)
        assert alive.is_dir()
    assert [path.name for path in tmp_path.iterdir()] == [".frames-mine"]
