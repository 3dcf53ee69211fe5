"""A primary, and a streaming replica of it that a test can hold up."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain import process
from scripts.toolchain.postgres import Postgres
from tests.api_player import until


@dataclass
class Pair:
    primary: Postgres
    folder: Path
    replica: Postgres = field(init=False)

    def __post_init__(self) -> None:
        postgres_tool.copy(self.primary, self.folder / "replica")
        self.start_replica()

    def start_replica(self) -> None:
        log = self.folder / "replica.log"
        self.replica = postgres_tool.start(self.folder / "replica", log=log, durable=True)

    def kill_replica(self) -> None:
        process.stop(self.replica.process, signal.SIGQUIT)

    def read_url(self, url: str) -> str:
        """The replica's address of a database of the primary's."""
        return self.replica.url(urlsplit(url).path.strip("/"))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """What the primary writes comes to the replica, and is not seen there."""
        self._ask(self.replica, "SELECT pg_wal_replay_pause()")
        until(lambda: self._ask(self.replica, _STATE) == "paused", "it is paused")
        try:
            yield
        finally:
            self._ask(self.replica, "SELECT pg_wal_replay_resume()")
            self.catch_up()

    def catch_up(self) -> None:
        place = self._ask(self.primary, "SELECT pg_current_wal_lsn()::text")
        has = f"SELECT pg_last_wal_replay_lsn() >= '{place}'::pg_lsn"
        until(lambda: self._ask(self.replica, has) is True, "it has caught up")

    def _ask(self, server: Postgres, statement: str) -> object:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            found = connection.execute(statement.encode()).fetchone()
        return None if found is None else found[0]


_STATE = "SELECT pg_get_wal_replay_pause_state()"


@contextmanager
def paired() -> Iterator[Pair]:
    """Both are durable: else what is committed streams only when there is time."""
    folder = Path(tempfile.mkdtemp(prefix="redress-pair-"))
    folder.chmod(0o755)
    primary = postgres_tool.start(folder / "primary", log=folder / "primary.log", durable=True)
    try:
        pair = Pair(primary, folder)
        try:
            yield pair
        finally:
            postgres_tool.stop(pair.replica)
    finally:
        postgres_tool.stop(primary)
        shutil.rmtree(folder, ignore_errors=True)
