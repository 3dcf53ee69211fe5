"""Where a stack keeps its data, and which ports it takes."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.toolchain import process
from scripts.toolchain.paths import ROOT
from scripts.toolchain.refusal import Refusal

_MEGABYTE = 1024 * 1024
_FREE_TO_START_MEGABYTES = 500
# Enough for every part to write down what it holds when it is stopped.
_FREE_TO_GO_ON_MEGABYTES = 150


def kept() -> Path:
    """Return the folder of the stack that is kept: DATA from the environment, else .redress/."""
    return Path(os.environ.get("DATA") or ROOT / ".redress").absolute()


@dataclass(frozen=True)
class Layout:
    """A data folder and the ports of one stack.

    Attributes:
        data: the folder that everything lies in.
        pages_port: of the pages and the API, on 127.0.0.1.
        node_port: of the chain's JSON-RPC, on 127.0.0.1.
        durable: whether the data must outlive the machine's power.
    """

    data: Path
    pages_port: int
    node_port: int
    durable: bool

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the data folder for one stack.

        Raises:
            Refusal: another stack runs on it.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Refusal(
                    f"a stack runs already on {self.data}",
                    "Stop that one first (Ctrl-C where it runs)",
                ) from None
            yield

    @property
    def chain(self) -> Path:
        """The file anvil writes the chain to."""
        return self.data / "chain.json"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's cluster."""
        return self.data / "postgres"

    @property
    def deployments(self) -> Path:
        """The folder of CHAINID.json."""
        return self.data / "deployments"

    @property
    def service(self) -> Path:
        """What the service itself stores: evidence, for one."""
        return self.data / "service"

    @property
    def kubo(self) -> Path:
        """Kubo's repository."""
        return self.data / "kubo"

    @property
    def played(self) -> Path:
        """There once the demo's dispute was played on this data."""
        return self.data / "played"

    @property
    def running(self) -> Path:
        """Says, while the stack runs, which processes it has and where they answer."""
        return self.data / "running.json"

    def log(self, name: str) -> Path:
        """The file that the output of a part goes to."""
        return self.data / "logs" / f"{name}.log"

    def check_disk(self) -> None:
        """Refuse while there is still room to end in order."""
        self._check_disk(_FREE_TO_GO_ON_MEGABYTES)

    def _check_disk(self, needed: int) -> None:
        free = shutil.disk_usage(self.data).free // _MEGABYTE
        if free < needed:
            raise Refusal(
                f"the disk of {self.data} has {free} MB left",
                f"Free {needed} MB; the data are kept",
            )

    def prepare(self) -> None:
        """Make the folders.

        Raises:
            Refusal: a port is taken, or the disk is nearly full.
        """
        (self.data / "logs").mkdir(parents=True, exist_ok=True)
        self._check_disk(_FREE_TO_START_MEGABYTES)
        for variable, port in (("PORT", self.pages_port), ("NODE_PORT", self.node_port)):
            if process.port_is_taken(port):
                raise Refusal(
                    f"port {port} is taken",
                    f"Stop what listens there, or choose another: make up {variable}={port + 1}",
                )
