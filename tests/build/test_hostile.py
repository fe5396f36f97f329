"""A hostile pull request, piece by piece: what is refused before it runs, and what comes of it if
it runs all the same. The sandbox of a pull request's run is in test_workflows."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from small import Run, write_demo

from framespec.corpus import find_root


def frames(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "framebuild.cli", *arguments], cwd=root, check=False, timeout=120,
        env={**os.environ, "FRAMES_ROOT": str(root)}, capture_output=True, text=True,
    )  # fmt: skip


PLAIN = {
    "reads the environment": ("import os\nprint(os.environ)", "'os.environ' reads or writes"),
    "writes outside": ("open('../../left', 'w')", "'open' reads or writes outside"),
    "opens a socket": ("import socket\nsocket.socket()", "'socket' reaches for the network"),
    "forks": ("import os\nwhile True: os.fork()", "'os.fork' starts another program"),
    "fills the disk": ("import tempfile\ntempfile.TemporaryFile()", "'tempfile' reads or writes"),
    "hides": ("exec(bytes([112]))", "'exec' runs code that is not on the page"),
}


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_plain_is_refused_before_it_runs(name: str, root: Path) -> None:
    code, said = PLAIN[name]
    report = "study = None\nif study: study.report('first')\n"
    write_demo(root, "good", f"{report}{code}")
    for arguments in (("check",), ("run", "good"), ("build",)):
        done = frames(root, *arguments)
        assert done.returncode == 1
        assert said in done.stderr
    assert not (root / ".cache/runs").exists(), "nothing ran"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("notebook: demos/good.py", "notebook: ../../etc/passwd", "notebook is '../../etc/passwd'"),
        ("frame: other", "frame: ../other", "frame '../other' is malformed"),
        ("id: first", "id: ../first", "id '../first' is malformed"),
        ("topics: [circuits]", "topics: [../up]", "item 1 '../up' is malformed"),
        ("A good frame", "!!python/object/apply:os.system [ls]", "tag 'tag:yaml.org,2002:python"),
    ],
)
def test_a_record_cannot_name_what_is_above_the_root(
    field: str, value: str, said: str, root: Path
) -> None:
    path = root / "frames/good.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(field, value), encoding="utf-8")
    done = frames(root, "check", "good")
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.kernel
def test_script_in_outputs_and_texts_is_text_on_the_page(root: Path, run: Run) -> None:
    shutil.copy(find_root() / "mkdocs.yml", root)
    script = "<script>alert(1)</script>"
    body = (
        "study = None\nif study: study.report('first')\n"
        "from IPython.display import HTML, SVG, Javascript, Markdown, display\n"
        f"script = '{script}'\nprint(script)\n"
        "for kind in (HTML, Javascript, Markdown): display(kind(script))"
    )
    for name in ("good", "other"):
        write_demo(root, name, body)
    record = root / "frames/good.yaml"
    text = record.read_text(encoding="utf-8")
    claim = f"claim: '\"> {script}, as it is often put'"
    text = text.replace("A good frame", f"Good {script}")
    record.write_text(re.sub("claim: .*", claim, text), encoding="utf-8")
    done = frames(root, "build")
    assert done.returncode == 0, done.stderr
    for page in (root / "site").rglob("*.html"):
        assert script not in page.read_text(encoding="utf-8"), page
    assert "&lt;script&gt;alert(1)" in (root / "site/frames/good/index.html").read_text("utf-8")


@pytest.mark.kernel
def test_what_escapes_the_rules_still_ends_and_leaves_nothing(root: Path, run: Run) -> None:
    hidden = "getattr(__import__('o' + 's'), 'fo' + 'rk')()\nimport time\ntime.sleep(600)"
    write_demo(root, "good", hidden)
    bad, fine = run("good", "other", seconds=15)
    assert bad.outcome.status == "timeout"
    assert fine.run is not None
