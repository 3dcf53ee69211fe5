"""Reads on a streaming replica, never older than the primary was when they were asked for.

Whoever has acted, or has seen a block anywhere, is not told of an older one: so before a read the
primary is asked which version of the index it has, and the replica whether it has come that far.
One such question serves all reads that came before it was sent: the primary has to answer one at a
time, however many read. A replica that lags, is gone or is none is passed by: the primary reads.

What says which version it is is the row of the checkpoint: every transaction that changes the index
writes it.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import psycopg
import structlog
from prometheus_client import Counter
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from dapp.domain.types import ChainId
from dapp.store.database import Connection, ReplicaLost

_log = structlog.get_logger()
_READS = Counter("redress_database_reads", "Reads of the index, by who answered", ["server"])
_QUESTIONS = Counter(
    "redress_database_versions_asked", "How often the primary was asked how far the index is"
)

_PATIENCE_SECONDS = 0.1
"""A replica that streams is behind for a moment after each block."""
_STEP_SECONDS = 0.005
_REST_SECONDS = 1.0
"""Until a replica that failed is tried again."""

# All that is seen in the first column was committed before the second was read.
_VERSION = """
SELECT (SELECT xmin::text FROM checkpoint WHERE chain_id = %s), pg_current_wal_insert_lsn()::text
"""
# Of a server that is no replica, nobody knows whether it has anything to do with the primary.
_HAS = "SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= %s::pg_lsn"
_IDENTITY = "SELECT system_identifier::text FROM pg_control_system()"


class _Version:
    """How far a replica must have come: a place in the primary's write-ahead log."""

    def __init__(self, primary: AsyncConnectionPool, chain_id: ChainId) -> None:
        self._primary = primary
        self._chain_id = chain_id
        self._turn = asyncio.Lock()
        self._begun = self._answered = 0
        """Questions, counted; `_answered`, the last one of which the answer is known."""
        self._row: str | None = None
        self._place = ""

    async def needed(self) -> str:
        """As the index is now. Raises psycopg.Error where the primary does not say."""
        came = self._begun
        async with self._turn:
            if self._answered <= came:
                self._begun += 1
                number = self._begun
                await self._ask()
                self._answered = number
            return self._place

    async def _ask(self) -> None:
        _QUESTIONS.inc()
        async with self._primary.connection() as connection:
            found = await connection.execute(_VERSION.encode(), (self._chain_id,))
            answer = await found.fetchone()
        if answer is None:
            raise psycopg.OperationalError("no answer")
        row, place = answer
        if row is None or row != self._row:
            # What else is written does not concern the index: the place stays where it was.
            self._row, self._place = row, place


class Replicated:
    """Connections for reading, to the replica where that is as good.

    Args:
        primary: connections to it.
        replica: connections to a streaming replica of it.
        chain_id: of the index.
    """

    def __init__(
        self, primary: AsyncConnectionPool, replica: AsyncConnectionPool, chain_id: ChainId
    ) -> None:
        self._primary = primary
        self._replica = replica
        self._version = _Version(primary, chain_id)
        self._is_well = True
        self._lags = False
        self._answered_at = 0.0
        self._looks: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """One that sees the index at least as it is now.

        Raises:
            ReplicaLost: the replica failed meanwhile; the next one is to the primary.
        """
        async with AsyncExitStack() as stack:
            connection = await self._caught_up(stack) if self._is_well else None
            if connection is None:
                _READS.labels("primary").inc()
                yield await stack.enter_async_context(self._primary.connection())
                return
            _READS.labels("replica").inc()
            try:
                yield connection
            except psycopg.errors.QueryCanceled:
                raise  # it took too long, and would take as long elsewhere
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                self._fail(error)
                raise ReplicaLost("the replica failed") from error

    async def close(self) -> None:
        """Nobody looks after the replica any more."""
        if self._looks is not None:
            self._looks.cancel()
            await asyncio.gather(self._looks, return_exceptions=True)

    async def _caught_up(self, stack: AsyncExitStack) -> Connection | None:
        """To the replica, or None if it is behind or not there."""
        try:
            needed = await self._version.needed()
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout):
            # Whether the replica is behind, only the primary can say: it is to say why it does not.
            return None
        try:
            async with AsyncExitStack() as own:
                connection = await own.enter_async_context(self._replica.connection())
                if await self._waits_for(connection, needed):
                    stack.push_async_exit(own.pop_all())
                    return connection
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout) as error:
            self._fail(error)
        return None

    async def _waits_for(self, connection: Connection, needed: str) -> bool:
        """Whether it has come so far, soon; who lagged the last time is not waited for."""
        deadline = time.monotonic() + (0 if self._lags else _PATIENCE_SECONDS)
        while not await self._has(connection, needed):
            if time.monotonic() >= deadline:
                self._lags = True
                return False
            await asyncio.sleep(_STEP_SECONDS)
        self._lags = False
        return True

    async def _has(self, connection: Connection, needed: str) -> bool:
        found = await (await connection.execute(_HAS.encode(), (needed,))).fetchone()
        self._answered_at = time.monotonic()
        return found == (True,)

    def _fail(self, error: Exception) -> None:
        """All of its connections being in use is no failure, and the primary has some as well."""
        is_busy = isinstance(error, PoolTimeout)
        if is_busy and time.monotonic() - self._answered_at < _REST_SECONDS:
            return
        if not self._is_well:
            return
        self._is_well = False
        # The driver's text may hold the host and the user.
        _log.warning("the replica is passed by", reason=type(error).__name__)
        self._looks = asyncio.create_task(self._look())

    async def _look(self) -> None:
        """Until it answers again; meanwhile nobody waits for it."""
        while not self._is_well:
            await asyncio.sleep(_REST_SECONDS)
            with suppress(psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout):
                async with self._replica.connection() as connection:
                    await connection.execute("SELECT 1")
                    self._is_well = True
        _log.info("the replica reads again")


async def identity(primary: AsyncConnectionPool) -> str:
    """What a server and its replicas have in common, and no other server. Raises psycopg.Error."""
    async with primary.connection() as connection:
        return await _identity(connection)


async def check_same(connection: Connection, expected: str) -> None:
    """Raises OperationalError for a server that streams from elsewhere."""
    if await _identity(connection) != expected:
        raise psycopg.OperationalError("DATABASE_URL_READ names no replica of DATABASE_URL")


async def _identity(connection: Connection) -> str:
    found = await (await connection.execute(_IDENTITY)).fetchone()
    return "" if found is None else str(found[0])
