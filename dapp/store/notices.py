"""What there is to tell: taken from the event log block by block, by one process at a time."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from psycopg_pool import AsyncConnectionPool

from dapp.domain.deployment import Deployment
from dapp.domain.events import Event, RawLog
from dapp.domain.notices import Notice
from dapp.domain.types import BlockNumber, UnixTime, raw
from dapp.store.database import database_errors
from dapp.store.notice_turn import PLAN, SET_CURSOR, Due, Turn, due_of, planned
from dapp.store.views import Head

Row = tuple[Any, ...]


_CURSOR = """
SELECT block_number, block_hash FROM notice_cursor WHERE chain_id = %(chain)s FOR UPDATE SKIP LOCKED
"""
_HAS_CURSOR = "SELECT FROM notice_cursor WHERE chain_id = %(chain)s"
_NEXT = """
SELECT min(due_at) FROM notice WHERE chain_id = %(chain)s AND told_at IS NULL
"""
_NOTICES = """
SELECT number, block_number, account, key, complaint, kind, at, due_at, until, facts::text
FROM notice WHERE chain_id = %(chain)s AND number = ANY(%(numbers)s) ORDER BY number
"""
_SWEEP = "DELETE FROM notice WHERE chain_id = %(chain)s AND told_at < %(before)s"


class NoticeRows:
    """One chain's rows; all methods raise DatabaseUnavailable."""

    def __init__(
        self,
        pool: AsyncConnectionPool,
        deployment: Deployment,
        decode: Callable[[RawLog], Event | None],
    ) -> None:
        self._pool = pool
        self._deployment = deployment
        self._decode = decode

    @asynccontextmanager
    async def turn(self, head: Head) -> AsyncIterator[Turn | None]:
        """A turn, if nobody else has it. The first one ever begins at the head."""
        chain = {"chain": self._deployment.chain_id}
        async with (
            database_errors(),
            self._pool.connection() as connection,
            connection.transaction(),
        ):
            found = await (await connection.execute(_CURSOR.encode(), chain)).fetchone()
            if found is None:
                rows_ = await connection.execute(_HAS_CURSOR.encode(), chain)
                if await rows_.fetchone() is not None:
                    yield None
                    return
                start = {**chain, "number": head.block_number, "hash": raw(head.block_hash)}
                await connection.execute(SET_CURSOR.encode(), start)
                found = (head.block_number, raw(head.block_hash))
            cursor = (BlockNumber(found[0]), bytes(found[1]))
            yield Turn(connection, self._deployment, self._decode, cursor)

    async def next_due(self) -> UnixTime | None:
        """When there is something to tell, by the chain's clock."""
        ((found,),) = await self._run(_NEXT)
        return None if found is None else UnixTime(found)

    async def notices(self, numbers: Sequence[int]) -> list[Due]:
        """Those of a letter, in order."""
        return [due_of(row) for row in await self._run(_NOTICES, numbers=list(numbers))]

    async def add(self, one: Notice) -> None:
        """Something to tell that is about no case."""
        await self._run(PLAN, **planned(one, BlockNumber(0)))

    async def sweep(self, before: float) -> None:
        """Forgets what was told before then, by our own clock."""
        await self._run(_SWEEP, before=before)

    async def _run(self, statement: str, **values: Any) -> list[Row]:
        parameters = {"chain": self._deployment.chain_id, **values}
        async with database_errors(), self._pool.connection() as connection:
            found = await connection.execute(statement.encode(), parameters)
            return await found.fetchall() if found.description else []
