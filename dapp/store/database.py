"""Connections to PostgreSQL; a URL may hold a password and is never shown."""

import select
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol, TypeVar, cast

import psycopg
from psycopg import AsyncConnection
from psycopg.abc import PQGen
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from dapp.domain.types import ChainId
from dapp.errors import DatabaseUnavailable, DatabaseUnset

Connection = AsyncConnection[tuple[Any, ...]]

Answer = TypeVar("Answer")

_ANSWER_SECONDS = 10.0
"""Of one statement for a reader."""
_SOON_SECONDS = 0.25
_TRY_LOCK = b"SELECT pg_try_advisory_lock(hashtextextended(%s || current_schema(), 0))"
_LOCK = b"SELECT pg_advisory_lock(hashtextextended(%s || current_schema(), 0))"
# A writer whose machine is gone ends no connection: the server is to find out within half a minute.
_NOTICE_THE_DEAD = b"""
SELECT set_config('tcp_keepalives_idle', '10', false),
    set_config('tcp_keepalives_interval', '5', false),
    set_config('tcp_keepalives_count', '4', false)
"""
_REMEDY = "Check that PostgreSQL runs and that DATABASE_URL names it"


async def connect(url: str) -> Connection:
    """Open one connection, in autocommit mode: transactions are opened in the open.

    Raises:
        DatabaseUnset: the URL is empty.
        DatabaseUnavailable: it cannot be reached, or refuses us.
    """
    if not url:
        # The driver would take an empty address for a server of its own choice.
        raise DatabaseUnset("no database is named", remedy="Set DATABASE_URL, or use 'make up'")
    async with database_errors():
        return await AsyncConnection.connect(url, autocommit=True, connect_timeout=3)


class Connections(Protocol):
    """Where readers have their connections from: a pool, or `replica.Replicated`."""

    def connection(self) -> AbstractAsyncContextManager[Connection]:
        """One for a while."""


class ReplicaLost(psycopg.OperationalError):
    """A read on a replica failed; asked again, the primary answers."""


def schema_of(url: str, version: str) -> str:
    """The URL of what a version of the contracts has in the database: a schema of its own.

    The version without a name has what the URL itself leads to.
    """
    if not url or not version:
        return url
    return make_conninfo(url, options=f"-c search_path=contracts_{version}")


class _Impatient(AsyncConnection[tuple[Any, ...]]):
    """Gives up a server that says nothing: one that hangs does not end its connections."""

    async def wait(
        self,
        gen: PQGen[Answer],
        interval: float = 0.1,
        timeout: float | None = None,  # noqa: ASYNC109 (the driver's)
    ) -> Answer:
        try:
            return await super().wait(gen, interval, timeout or _ANSWER_SECONDS)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                # Else whoever ends the transaction would wait as long again.
                self.pgconn.finish()
            raise


async def _check(connection: Connection) -> None:
    """Raises OperationalError for one that was lost while nobody used it; asks only if in doubt."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        await AsyncConnectionPool.check_connection(connection)


@asynccontextmanager
async def pool(
    url: str, *, size: int = 8, check: Callable[[Connection], Awaitable[None]] | None = None
) -> AsyncIterator[AsyncConnectionPool]:
    """Connections for readers, opened on the way in and closed on the way out.

    Args:
        check: of a server that need not be there: raises OperationalError for one that is not the
            right one. Who wants a connection to it does not wait for long.

    Raises:
        DatabaseUnavailable: none can be opened, and there is no `check`.
    """
    connections = AsyncConnectionPool(
        url,
        connection_class=cast(type[Connection], _Impatient),
        min_size=1,
        max_size=size,
        open=False,
        kwargs={"autocommit": True, "connect_timeout": 3},
        timeout=3 if check is None else _SOON_SECONDS,
        configure=check,
        check=_check,
    )
    if check is None:
        # The pool's own wait hides why; one plain connection says it.
        await (await connect(url)).close()
    await connections.open()
    try:
        yield connections
    finally:
        await connections.close()


async def lock(connection: Connection, chain_id: ChainId, patience_seconds: int = 0) -> bool:
    """Become the only writer of a chain's rows, until the connection ends; False if one is there.

    Who waits is let in as soon as the writer's connection ends, in the order of coming; not for
    longer than `patience_seconds`, since to wait holds up the vacuum of every table.

    Raises DatabaseUnavailable.
    """
    name = f"redress-indexer/{chain_id}/"
    async with database_errors():
        await connection.execute(_NOTICE_THE_DEAD)
        rows = await connection.execute(_TRY_LOCK, (name,))
        row = await rows.fetchone()
        if row == (True,) or not patience_seconds:
            return row == (True,)
        try:
            async with connection.transaction():
                patience = f"{patience_seconds}s"
                await connection.execute("SELECT set_config('lock_timeout', %s, true)", (patience,))
                await connection.execute(_LOCK, (name,))
        except psycopg.errors.LockNotAvailable:
            return False
    return True


@asynccontextmanager
async def database_errors() -> AsyncIterator[None]:
    """Turns a lost or refused connection into `DatabaseUnavailable`."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout) as error:
        # The driver's text may hold the host and the user: the kind of error says enough.
        kind = type(error).__name__
        raise DatabaseUnavailable(
            f"the database does not answer ({kind})", remedy=_REMEDY
        ) from None
