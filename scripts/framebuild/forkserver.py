"""A process that has imported the heavy libraries once, and forks a kernel on request (Linux).

It only imports: it never computes, so that it has a single thread, and it makes sure of that
before each fork, because a fork of a process with OpenMP threads hangs at the child's first
parallel region. A request it must not serve is answered with the reason, and the client starts a
fresh process instead.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
from typing import Any

from framebuild.keeper import keep
from framebuild.watch import die_with_parent

# What the demos import, down to the attributes that transformers loads lazily. Not
# matplotlib_inline.backend_inline: it looks for a running shell when it is imported.
PRELOAD = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.extensions.storemagic",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "pydantic",
    "scipy.optimize",
    "scipy.special",
    "torch",
    "transformers:AutoModelForCausalLM",
    "transformers:AutoTokenizer",
    "transformers:GPT2LMHeadModel",
    "transformers:LlamaForCausalLM",
)
# Libraries read these when they are imported, so server and kernel must agree on them.
READ_AT_IMPORT = (
    "CUDA_", "HF_", "MKL_", "MPL", "OMP_", "OPENBLAS_", "PYTHON", "PYTORCH_", "TOKENIZERS_",
    "TORCH_", "TRANSFORMERS_",
)  # fmt: skip


def read_at_import(environment: dict[str, str]) -> dict[str, str]:
    """The part of an environment that importing a library may depend on."""
    return {name: environment[name] for name in environment if name.startswith(READ_AT_IMPORT)}


def preload() -> None:
    """Import everything; what is missing here is imported, or missed, by the demo itself."""
    gc.disable()  # what an import makes is here to stay: looking for garbage costs a fifth more
    for name in PRELOAD:
        module, _, attribute = name.partition(":")
        try:
            found = importlib.import_module(module)
            if attribute:
                getattr(found, attribute)
        except ImportError:
            continue
    gc.freeze()  # a collection in a child would copy every page that it marks
    gc.enable()


def refusal(request: dict[str, Any]) -> str | None:
    """Why this server must not fork for a request, if so."""
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        return f"the server has {threads} threads"
    if read_at_import(request["environment"]) != read_at_import(dict(os.environ)):
        return "the kernel's environment differs from the server's"
    return None


def serve(path: str, parent: int) -> None:
    """Answer requests on a socket for as long as the parent, a process id, lives."""
    die_with_parent(parent)
    preload()
    signal.signal(signal.SIGCHLD, _reap)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        os.chmod(path, 0o600)
        listener.listen()
        print("ready", flush=True)
        while True:
            line, _ = listener.accept()
            with line:
                _answer(listener, line)


def _reap(number: int, frame: object) -> None:
    """Wait for keepers that ended, so that the time that they used is counted as ours."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue


def _answer(listener: socket.socket, line: socket.socket) -> None:
    line.settimeout(5)
    try:
        with line.makefile("rb") as sent:
            request = json.loads(sent.readline())
        reason = refusal(request)
        if reason:
            line.sendall(json.dumps({"refused": reason}).encode() + b"\n")
            return
    except (OSError, ValueError, KeyError):
        return  # the client is gone, or is none of ours
    server = os.getpid()
    if os.fork() == 0:
        status = 1
        try:
            listener.close()
            line.settimeout(None)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            die_with_parent(server)
            keep(line, lambda: _fork_kernel(line, request))
            status = 0
        finally:
            os._exit(status)


def _fork_kernel(line: socket.socket, request: dict[str, Any]) -> int:
    keeper = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        line.close()
        _become_kernel(request, keeper)
        status = 0
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else 1
    finally:
        os._exit(status)


def _become_kernel(request: dict[str, Any], keeper: int) -> None:
    """Everything that would differ from a fresh process, put right; then run the kernel."""
    os.setsid()
    die_with_parent(keeper)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    _reseed()
    sys.argv = ["ipykernel_launcher", *request["arguments"]]
    sys.path[0] = ""
    from ipykernel.kernelapp import IPKernelApp

    # The class read its parent from the environment when it was imported, in the server.
    app: Any = IPKernelApp.instance(parent_handle=os.getppid())
    app.initialize(request["arguments"])
    app.start()


def _reseed() -> None:
    """Forks share the state of generators; a fresh process is seeded from the system."""
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(None)
    if "torch" in sys.modules:
        torch = sys.modules["torch"]
        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
        torch.seed()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
