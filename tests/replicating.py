"""Outboxes on a database, a target that a test commands, and a door to a node that can be shut."""

import asyncio
import socket
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import psycopg

from dapp.domain.types import Address, ChainId
from dapp.service.evidence import Evidence, Submission, Upload
from dapp.service.outbox import Outbox, Pace
from dapp.service.replicas import Replicas
from dapp.service.targets import Held, Target
from dapp.store.database import connect, pool
from dapp.store.replication import Replication
from dapp.store.schema import migrate
from evidence import CID, EvidenceError, Vault, walk
from evidence.dag import BlockSource
from evidence.errors import KuboUnreachable
from tests.patience import PATIENCE_SECONDS

CHAIN = ChainId(31337)
AUTHOR = Address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
FAST = Pace(poll=0.05, retry=0.05, max_retry=0.2, lease=30.0, recheck=3600.0, probe=0.1, sweep=3600)


@dataclass
class Shelf:
    """A target in memory; how it behaves is up to the test."""

    name: str = "shelf"
    silent: bool = False
    problem: EvidenceError | None = None
    """What it answers every request with."""
    slow_seconds: float = 0.0
    held: set[str] = field(default_factory=set)
    sends: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    removes: Counter[str] = field(default_factory=Counter)
    at_once: Counter[str] = field(default_factory=Counter)
    most_at_once: int = 0
    """How many were at work on the same thing."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def probe(self) -> str:
        if self.silent:
            raise KuboUnreachable("nobody there")
        return "a shelf"

    def remove(self, root: CID, reference: str | None) -> None:
        self.removes[str(root)] += 1
        self.probe()
        self.held.discard(str(root))

    def check(self, root: CID, reference: str | None) -> Held:
        self.checks[str(root)] += 1
        self.probe()
        return Held(str(root) in self.held, reference)

    def send(self, root: CID, source: BlockSource, reference: str | None) -> Held:
        name = str(root)
        with self._lock:
            self.sends[name] += 1
            self.at_once[name] += 1
            self.most_at_once = max(self.most_at_once, self.at_once[name])
        try:
            time.sleep(self.slow_seconds)
            self.probe()
            if self.problem is not None:
                raise self.problem
            for _ in walk(root, source):
                pass
            self.held.add(name)
            return Held(pinned=True, reference=f"ref-{name[-4:]}")
        finally:
            with self._lock:
                self.at_once[name] -= 1


@dataclass(frozen=True)
class Site:
    """One process's share: what it would run, on a pool of its own."""

    vault: Vault
    rows: Replication
    outbox: Outbox
    replicas: Replicas
    evidence: Evidence

    def submit(self, text: str, *files: bytes) -> dict[str, Any]:
        uploads = [Upload(f"{n}.bin", "", "file", BytesIO(data)) for n, data in enumerate(files)]
        shown = self.evidence.submit(Submission(AUTHOR, text, None, None, None, uploads))
        self.outbox.wake()
        return shown

    async def told(self, shown: dict[str, Any]) -> dict[str, Any]:
        return (await self.replicas.told([shown]))[0]

    async def states(self, shown: dict[str, Any]) -> dict[str, set[str]]:
        """By target: the states of the manifest and of all its files."""
        told = await self.told(shown)
        found: dict[str, set[str]] = {}
        for one in (told, *told["items"]):
            for replica in one["replicas"]:
                found.setdefault(replica["target"], set()).add(replica["state"])
        return found


@asynccontextmanager
async def site(
    url: str, vault: Vault, *targets: Target, pace: Pace = FAST, run: bool = True
) -> AsyncIterator[Site]:
    async with pool(url, size=3) as connections:
        rows = Replication(connections, CHAIN)
        outbox = Outbox(vault, rows, targets, pace)
        evidence = Evidence(vault, outbox.add, CHAIN, AUTHOR, 16 << 20)
        running = asyncio.create_task(outbox.run()) if run else None
        try:
            yield Site(vault, rows, outbox, Replicas(rows, targets), evidence)
        finally:
            if running is not None:
                running.cancel()
                with suppress(asyncio.CancelledError):
                    await running


async def migrated(url: str) -> None:
    async with await connect(url) as connection:
        await migrate(connection)


def sql(url: str, statement: str) -> list[Any]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


async def until(ready: Callable[[], Awaitable[bool]], what: str) -> None:
    """A test that waits too long fails with `what`."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not await ready():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {PATIENCE_SECONDS:.0f} s")
        await asyncio.sleep(0.02)


class Door:
    """A port of 127.0.0.1 that leads to another one while it is open."""

    def __init__(self, port: int) -> None:
        self.is_open = True
        self._to = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._through: set[socket.socket] = set()
        self._ended = False

    def shut(self) -> None:
        """Nobody comes in, and whoever is in the door is cut off."""
        self.is_open = False
        for one in list(self._through):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def open(self) -> None:
        self.is_open = True

    def serve(self) -> None:
        while True:
            caller, _ = self._server.accept()
            if self._ended or not self.is_open:
                caller.close()
                if self._ended:
                    return
                continue
            inside = socket.create_connection(("127.0.0.1", self._to))
            self._through |= {caller, inside}
            for one, other in ((caller, inside), (inside, caller)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def end(self) -> None:
        self._ended = True
        self.shut()
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port)).close()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)
        one.close()
        self._through.discard(one)


@contextmanager
def door(port: int) -> Iterator[Door]:
    one = Door(port)
    thread = threading.Thread(target=one.serve)
    thread.start()
    try:
        yield one
    finally:
        one.end()
        thread.join()
        one._server.close()


async def until_all(one: Site, state: str, targets: Sequence[str], *shown: dict[str, Any]) -> None:
    """Manifests and files are all in this state at these targets."""

    async def ready() -> bool:
        wanted = {target: {state} for target in targets}
        return all([await one.states(view) == wanted for view in shown])

    await until(ready, f"all {state} at {targets}")
