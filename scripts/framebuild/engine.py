"""The papermill engine that the build executes with: one kernel, watched from outside."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager

from framebuild.kernels import KeptSpecs
from framebuild.turns import Turn
from framebuild.watch import kill_tree

START_TIMEOUT_S = 60
MAX_OUTPUT = 20_000_000  # characters that one notebook may display


@dataclass
class Session:
    """Where one notebook's kernel works, and the kernel itself once it has started."""

    folder: str
    environment: dict[str, str]
    server: str  # the socket of a fork server, or nothing for a fresh process
    log: Path  # what the kernel's processes write to their own standard error
    client: "Client | None" = None
    notebook: NotebookNode | None = None
    cell: str | None = None  # the id of the last cell that was started
    displayed: int = 0  # characters of output so far
    turn: Turn = field(default_factory=Turn)  # to compute, among the demos of this machine

    def note(self, cell: NotebookNode, cell_index: int) -> None:
        """Remember which cell runs: a dying kernel does not say."""
        self.cell = cell.id

    @property
    def flooded(self) -> bool:
        """Whether the notebook displayed more than anyone could read."""
        return self.displayed > MAX_OUTPUT

    def root_pid(self) -> int | None:
        """The process above all that the notebook starts, once there is one."""
        manager = self.client.km if self.client else None
        provisioner = manager.provisioner if manager else None
        process = getattr(provisioner, "process", None)
        pid: int | None = getattr(process, "keeper", None) or getattr(process, "pid", None)
        return pid


class Client(PapermillNotebookClient):  # type: ignore[misc]  # papermill has no types
    """Papermill's client, which stops a notebook that floods its output."""

    session: Session

    def papermill_execute_cells(self) -> None:
        """Run the cells once the kernel is there and it is its turn."""
        with self.session.turn.taken():
            super().papermill_execute_cells()

    def process_message(self, msg: dict[str, Any], *rest: Any, **named: Any) -> Any:
        """Count what is displayed before it is kept."""
        content = msg["content"]
        shown = [content.get("text", ""), *content.get("data", {}).values()]
        self.session.displayed += sum(map(len, shown))
        if self.session.flooded and (pid := self.session.root_pid()):
            kill_tree(pid)
        return super().process_message(msg, *rest, **named)


class Engine(NBClientEngine):  # type: ignore[misc]  # papermill has no types
    """Papermill's own engine, executing in a session that can be watched from outside."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, session: Session, **_: Any
    ) -> None:
        """Run every cell of a managed notebook, in order, until one fails."""
        session.notebook = nb_man.nb
        manager = AsyncKernelManager(
            kernel_name=kernel_name,
            # A socket in our own folder: no port to race for, and nobody else can connect.
            transport="ipc" if os.name == "posix" else "tcp",
            connection_file=str(session.log.with_name("kernel.json")),
        )
        if sys.platform == "linux":
            specs = KeptSpecs(server=session.server, log_file=str(session.log))
            manager.kernel_spec_manager = specs
        session.client = Client(
            nb_man,
            km=manager,
            kernel_name=kernel_name,
            timeout=None,
            shutdown_kernel="immediate",  # its keeper ends whatever it started
            startup_timeout=START_TIMEOUT_S,
            resources={"metadata": {"path": session.folder}},
            on_cell_execute=session.note,
        )
        session.client.session = session
        session.client.execute(env=session.environment, cleanup_kc=True)
