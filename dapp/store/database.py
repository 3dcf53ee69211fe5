"""Connections to PostgreSQL; a URL may hold a password and is never shown."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from dapp.domain.types import ChainId
from dapp.errors import DatabaseUnavailable, DatabaseUnset

Connection = AsyncConnection[tuple[Any, ...]]

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


def schema_of(url: str, version: str) -> str:
    """The URL of what a version of the contracts has in the database: a schema of its own.

    The version without a name has what the URL itself leads to.
    """
    if not url or not version:
        return url
    return make_conninfo(url, options=f"-c search_path=contracts_{version}")


@asynccontextmanager
async def pool(url: str, *, size: int = 8) -> AsyncIterator[AsyncConnectionPool]:
    """Connections for readers, opened on the way in and closed on the way out.

    Raises:
        DatabaseUnavailable: none can be opened.
    """
    connections = AsyncConnectionPool(
        url, min_size=1, max_size=size, open=False, kwargs={"autocommit": True}, timeout=3
    )
    # The pool's own wait hides why; one plain connection says it.
    await (await connect(url)).close()
    await connections.open()
    try:
        yield connections
    finally:
        await connections.close()


async def lock(connection: Connection, chain_id: ChainId) -> bool:
    """Become the only writer of a chain's rows, until the connection ends; False if one is there.

    Raises DatabaseUnavailable.
    """
    async with database_errors():
        rows = await connection.execute(
            "SELECT pg_try_advisory_lock(hashtextextended(%s || current_schema(), 0))",
            (f"redress-indexer/{chain_id}/",),
        )
        row = await rows.fetchone()
    return row is not None and bool(row[0])


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
