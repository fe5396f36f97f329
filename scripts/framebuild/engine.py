"""The papermill engine that the build executes with: one kernel, whose process it can name."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager

START_TIMEOUT_S = 60


@dataclass
class Session:
    """Where one notebook's kernel works, and the kernel itself once it has started."""

    folder: str
    environment: dict[str, str]
    log: Path  # what the kernel's processes write to their own standard error
    client: PapermillNotebookClient | None = None
    notebook: NotebookNode | None = None
    cell: str | None = None  # the id of the last cell that was started

    def note(self, cell: NotebookNode, cell_index: int) -> None:
        """Remember which cell runs: a dying kernel does not say."""
        self.cell = cell.id

    def kernel_pid(self) -> int | None:
        """The kernel's process, once there is one."""
        manager = self.client.km if self.client else None
        provisioner = manager.provisioner if manager else None
        pid: int | None = getattr(provisioner, "pid", None)
        return pid


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
        session.client = PapermillNotebookClient(
            nb_man,
            km=manager,
            kernel_name=kernel_name,
            timeout=None,
            startup_timeout=START_TIMEOUT_S,
            resources={"metadata": {"path": session.folder}},
            on_cell_execute=session.note,
        )
        with session.log.open("wb") as log:
            session.client.execute(env=session.environment, stdout=log, stderr=log, cleanup_kc=True)
