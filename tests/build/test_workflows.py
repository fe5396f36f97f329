"""The workflows give a stranger's code nothing, and what they run beside `frames` does its work."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from framespec.corpus import find_root

GITHUB = find_root() / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))


def read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_pinned_unprivileged_and_free_of_injection(path: Path) -> None:
    text, workflow = path.read_text(encoding="utf-8"), read(path)
    used = re.findall(r"uses: *(\S+)( # v\S+)?", text)
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action) and tag for action, tag in used), used
    assert "pull_request_target" not in text
    assert "secrets." not in text
    assert workflow["permissions"] == {}, "each job asks for what it needs"
    for job in workflow["jobs"].values():
        assert int(job["timeout-minutes"]) > 0
        assert not any("${{" in step.get("run", "") for step in job["steps"])
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout"):
                assert step["with"]["persist-credentials"] == "false"


def test_a_stranger_s_run_can_only_read() -> None:
    workflow = read(GITHUB / "workflows/pull-request.yml")
    assert list(workflow["on"]) == ["pull_request"]
    assert all(job["permissions"] == {"contents": "read"} for job in workflow["jobs"].values())


def test_the_comment_runs_and_reads_nothing_of_the_fork() -> None:
    (job,) = read(GITHUB / "workflows/comment.yml")["jobs"].values()
    assert [list(step) for step in job["steps"]] == [["name", "env", "run"]]
    assert job["permissions"] == {"pull-requests": "write"}


def test_what_moved(tmp_path: Path) -> None:
    def listed(name: str, verdict: str, outcome: str) -> Path:
        frames = [
            {"id": "good", "verdict": verdict, "predictions": [{"id": "p", "outcome": outcome}]},
            {"id": "other", "verdict": "supported", "predictions": []},
        ]
        path = tmp_path / name
        path.write_text(json.dumps(frames), encoding="utf-8")
        return path

    before = listed("before.json", "supported", "held")
    for after, said in (
        (listed("same.json", "supported", "held"), "\n"),
        (
            listed("after.json", "contradicted", "failed"),
            "- `good`: supported before, contradicted now\n"
            "    - prediction `p`: held before, failed now\n",
        ),
    ):
        command = [sys.executable, str(GITHUB / "moved.py"), str(before), str(after)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout == said


def _namespaces() -> bool:
    trial = subprocess.run(
        ["unshare", "--net", "--pid", "--fork", "true"], capture_output=True, check=False
    )
    return trial.returncode == 0


SANDBOX = pytest.mark.skipif(
    sys.platform != "linux" or not _namespaces(),
    reason="needs Linux and the right to make namespaces: run as root",
)

PROBES = {
    "environment": ("import os; print(sorted(os.environ))", 0, "['HF_HUB_OFFLINE', 'HOME', "),
    "socket": (
        "import socket; socket.create_connection(('1.1.1.1', 53), 5)",
        1,
        "Network is unreachable",
    ),
    "processes": (
        "import os; print([n for n in os.listdir('/proc') if n.isdigit() and int(n) > 20])",
        0,
        "[]",
    ),
    "disk": (
        "f = open('/tmp/frames-probe', 'wb'); f.truncate(5 << 30)",
        1,
        "File too large",
    ),
    "privileges": ("print(open('/proc/self/status').read())", 0, "NoNewPrivs:\t1"),
}


@SANDBOX
@pytest.mark.parametrize("name", PROBES)
def test_what_the_sandbox_stops(name: str) -> None:
    code, status, said = PROBES[name]
    command = [str(GITHUB / "sandbox"), "1", sys.executable, "-c", code]
    environment = {**os.environ, "SECRET": "not yours"}
    done = subprocess.run(
        command, cwd=find_root(), env=environment, capture_output=True, text=True, check=False
    )
    Path("/tmp/frames-probe").unlink(missing_ok=True)
    assert said in done.stdout + done.stderr
    assert (done.returncode != 0) == bool(status)
    assert "SECRET" not in done.stdout


@SANDBOX
def test_the_sandbox_ends_what_it_started() -> None:
    code = "import os, time\nif os.fork(): os.setsid\ntime.sleep(600)"
    command = [str(GITHUB / "sandbox"), "0.02", sys.executable, "-c", code]
    done = subprocess.run(command, cwd=find_root(), capture_output=True, check=False, timeout=60)
    assert done.returncode != 0
