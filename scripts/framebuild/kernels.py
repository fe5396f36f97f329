"""Where kernels come from: a fork of a warm server, or a fresh process; kept either way (Linux).

KeptProvisioner is a jupyter_client provisioner, so papermill, nbclient and Jupyter use it
unchanged: name it in a kernelspec's metadata, as `specs` does.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Unicode

from framebuild.scratch import scratch

PROVISIONER = "frames-kept"
START_S = 30.0


class Unavailable(Exception):
    """A warm kernel cannot be had, and why; a fresh process can."""


class KeptProcess:
    """A kernel behind its keeper, with the part of Popen that LocalProvisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, line: socket.socket, child: "subprocess.Popen[bytes] | None" = None) -> None:
        self._line, self._rest = line, b""
        self._child = child  # the keeper, where it is a child of this process
        self.returncode: int | None = None
        first = self._read(START_S)
        if first is None or "kernel" not in first:
            line.close()
            raise Unavailable((first or {}).get("refused", "the server does not answer"))
        self.pid, self.keeper = first["kernel"], first["keeper"]

    def _read(self, seconds: float) -> dict[str, Any] | None:
        """The next message, {"exit": -9} after a hang-up, None if there is none in time."""
        self._line.settimeout(seconds)
        try:
            while b"\n" not in self._rest:
                received = self._line.recv(4096)
                if not received:
                    return {"exit": -signal.SIGKILL}
                self._rest += received
        except (BlockingIOError, TimeoutError):
            return None
        except OSError:
            return {"exit": -signal.SIGKILL}
        text, self._rest = self._rest.split(b"\n", 1)
        message: dict[str, Any] = json.loads(text)
        return message

    def poll(self) -> int | None:
        """The exit status, or None while the kernel runs."""
        if self.returncode is None and (message := self._read(0)):
            self._end(message)
        return self.returncode

    def _end(self, message: dict[str, Any]) -> None:
        self.returncode = int(message["exit"])
        self._line.close()
        if self._child:
            self._child.wait()

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end of the kernel and of all that it started."""
        while self.returncode is None:
            message = self._read(timeout or 3600)
            if message is None:
                raise subprocess.TimeoutExpired("kernel", timeout or 3600)
            self._end(message)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """Hang up: the keeper then kills the kernel and all that it started."""
        if self.returncode is None:
            with contextlib.suppress(OSError):
                self._line.shutdown(socket.SHUT_WR)

    terminate = kill


class KeptProvisioner(LocalProvisioner):
    """Launches a kernel under a keeper: forked from a server if there is one, else afresh."""

    server = Unicode("", help="socket of a fork server; empty for a fresh process").tag(config=True)
    log_file = Unicode(os.devnull, help="where the kernel's processes write").tag(config=True)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel process."""
        environment = dict(kwargs.get("env") or os.environ)
        folder = str(kwargs.get("cwd") or os.getcwd())
        try:
            process = self._forked(cmd, environment, folder)
        except (Unavailable, OSError):
            process = self._fresh(cmd, environment, folder)
        self.process = process  # type: ignore[assignment]  # its own type is Popen
        self.pid = self.pgid = process.pid
        return self.connection_info

    def _forked(self, cmd: list[str], environment: dict[str, str], folder: str) -> KeptProcess:
        if not self.server:
            raise Unavailable("there is no server")
        line = socket.socket(socket.AF_UNIX)
        request = {
            "arguments": cmd[cmd.index("-f") :],
            "environment": environment,
            "folder": folder,
            "log": self.log_file,
        }
        try:
            line.settimeout(5)
            line.connect(self.server)
            line.sendall(json.dumps(request).encode() + b"\n")
        except OSError:
            line.close()
            raise
        return KeptProcess(line)

    def _fresh(self, cmd: list[str], environment: dict[str, str], folder: str) -> KeptProcess:
        ours, theirs = socket.socketpair()
        keeper = [sys.executable, "-m", "framebuild.keeper", str(theirs.fileno()), *cmd]
        with theirs, open(self.log_file, "ab") as log:
            child = subprocess.Popen(
                keeper,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        return KeptProcess(ours, child)


class KeptSpecs(KernelSpecManager):
    """The installed kernels, each to be launched by KeptProvisioner."""

    server = Unicode("")
    log_file = Unicode(os.devnull)

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """An installed kernelspec, with our provisioner named in its metadata."""
        spec = super().get_kernel_spec(kernel_name)
        config = {"server": self.server, "log_file": self.log_file}
        named = {"provisioner_name": PROVISIONER, "config": config}
        spec.metadata = {**spec.metadata, "kernel_provisioner": named}
        return spec


class WarmServer:
    """A server that forks kernels until it is closed. Starting it does not wait for it."""

    def __init__(self, environment: dict[str, str]) -> None:
        """environment: of the kernels to come. Raises Unavailable where there is no fork."""
        if sys.platform != "linux":
            raise Unavailable("kernels are forked on Linux only")
        self._folder = contextlib.ExitStack()
        self._path = str(self._folder.enter_context(scratch()) / "socket")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "framebuild.forkserver", self._path, str(os.getpid())],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def ready(self) -> str:
        """Its socket, once it has imported. Raises Unavailable if it ended instead."""
        if not Path(self._path).exists():
            assert self._process.stdout is not None
            if not self._process.stdout.readline():
                raise Unavailable("the server ended while it was importing")
        return self._path

    def close(self) -> None:
        """End it, and every kernel that it forked."""
        self._process.kill()
        self._process.communicate()
        self._folder.close()


@contextlib.contextmanager
def warm_server(environment: dict[str, str]) -> Iterator[str]:
    """The socket of a server that forks kernels for as long as the block runs."""
    with contextlib.closing(WarmServer(environment)) as server:
        yield server.ready()


def serves(path: str) -> bool:
    """Whether a server listens at a socket."""
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(path)
        except OSError:
            return False
    return True
