"""How the named reads reach the database: connections of a pool, for one chain."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncRawCursor

from dapp.domain.deployment import Deployment
from dapp.store.answers import Row
from dapp.store.database import Connection, Connections, ReplicaLost, database_errors
from dapp.store.event_log import EventLog


class Reader:
    """Connections for reading.

    Args:
        source: of connections to a database with our schema.
        deployment: which chain, and its contracts.
    """

    def __init__(self, source: Connections, deployment: Deployment) -> None:
        self._source = source
        self._chain_id = deployment.chain_id
        self._contracts = {one.name: one.address for one in deployment.contracts}

    async def rows(self, statement: str, values: Mapping[str, Any], *, anew: bool) -> list[Row]:
        """What a statement finds; planned `anew` for these values, or prepared for all."""
        parameters = {"chain": self._chain_id, **values}
        prepare = False if anew else None

        async def ask(connection: Connection) -> list[Row]:
            found = await connection.execute(statement.encode(), parameters, prepare=prepare)
            return await found.fetchall()

        return await self._ask(ask)

    async def numbered(self, statement: str, values: Sequence[Any]) -> list[Row]:
        """What a statement with `$1`, `$2` … finds, planned for these very values."""

        async def ask(connection: Connection) -> list[Row]:
            cursor = AsyncRawCursor(connection)
            await cursor.execute(statement.encode(), values, prepare=False)
            return await cursor.fetchall()

        return await self._ask(ask)

    @asynccontextmanager
    async def log(self) -> AsyncIterator[EventLog]:
        """The raw logs; holds a connection meanwhile."""
        async with self._connection() as connection:
            yield EventLog(connection, self._chain_id, self._contracts)

    @asynccontextmanager
    async def one_moment(self) -> AsyncIterator[Connection]:
        """A connection whose reads all see one moment of the database."""
        async with self._connection() as connection, connection.transaction():
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield connection

    async def _ask(self, ask: Callable[[Connection], Awaitable[list[Row]]]) -> list[Row]:
        async with database_errors():
            try:
                async with self._source.connection() as connection:
                    return await ask(connection)
            except ReplicaLost:
                async with self._source.connection() as connection:
                    return await ask(connection)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        async with database_errors(), self._source.connection() as connection:
            yield connection
