"""Which digests stand on the chain."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from psycopg_pool import AsyncConnectionPool

from dapp.domain.events import Event
from dapp.domain.types import NO_DIGEST, BlockNumber, ChainId, Hash32, UnixTime, hash32, raw
from dapp.store.database import Connection, database_errors

_NAMED = ("digest", "reason", "agreement")
"""Arguments that name a manifest."""

_ADD = b"""
INSERT INTO reference (chain_id, digest, block_number, log_index)
SELECT %s, * FROM unnest(%s::bytea[], %s::bigint[], %s::integer[])
"""
_DELETE_AFTER = b"DELETE FROM reference WHERE chain_id = %s AND block_number > %s"
_FIRST = b"""
SELECT digest, min(block_number) FROM reference
WHERE chain_id = %s AND digest = ANY(%s) GROUP BY digest
"""
_NAMED_AFTER = b"""
SELECT DISTINCT digest FROM reference
WHERE chain_id = %s AND digest > %s ORDER BY digest LIMIT %s
"""
_REACHED = b"SELECT timestamp, finalized_block FROM checkpoint WHERE chain_id = %s"


async def add(connection: Connection, chain_id: ChainId, events: Iterable[Event]) -> None:
    """What these events name."""
    found = [
        (raw(digest), event.block_number, event.log_index)
        for event in events
        for digest in _digests(event)
    ]
    if found:
        await connection.execute(_ADD, (chain_id, *map(list, zip(*found, strict=True))))


async def delete_after(connection: Connection, chain_id: ChainId, block: BlockNumber) -> None:
    """A reorg took the blocks above it off."""
    await connection.execute(_DELETE_AFTER, (chain_id, block))


@dataclass(frozen=True, slots=True)
class Reached:
    """How far the index is: the time of its last block, and which block is final."""

    timestamp: UnixTime
    finalized: BlockNumber


class References:
    """One chain's rows, for readers. Every method raises DatabaseUnavailable."""

    def __init__(self, pool: AsyncConnectionPool, chain_id: ChainId) -> None:
        self._pool = pool
        self._chain_id = chain_id

    async def first(
        self, digests: Sequence[Hash32]
    ) -> tuple[Reached | None, dict[Hash32, BlockNumber]]:
        """In which block each was named first, of those that were; and as of when that is so.

        None before the first block.
        """
        wanted = [raw(digest) for digest in digests]
        async with (
            database_errors(),
            self._pool.connection() as connection,
            connection.transaction(),
        ):
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            reached = await (await connection.execute(_REACHED, (self._chain_id,))).fetchone()
            rows = await connection.execute(_FIRST, (self._chain_id, wanted))
            found = {
                hash32(bytes(digest)): BlockNumber(number)
                for digest, number in await rows.fetchall()
            }
        if reached is None:
            return None, found
        return Reached(UnixTime(reached[0]), BlockNumber(reached[1])), found

    async def named(self, after: bytes, limit: int) -> list[bytes]:
        """The next digests that stand on the chain, in their own order."""
        async with database_errors(), self._pool.connection() as connection:
            rows = await connection.execute(_NAMED_AFTER, (self._chain_id, after, limit))
            return [bytes(digest) for (digest,) in await rows.fetchall()]


def _digests(event: Event) -> set[Hash32]:
    said = {event.args[name] for name in _NAMED if name in event.args}
    return {Hash32(one) for one in said if isinstance(one, str) and one != NO_DIGEST}
