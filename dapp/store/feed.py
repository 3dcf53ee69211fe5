"""The log as news: what was added after a place that a reader has seen, and what became void.

A place names its block's hash as well, so that a reader who comes back can be told of what happened
to the block meanwhile, whoever told them before.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg_pool import AsyncConnectionPool

from dapp.domain.deployment import Deployment
from dapp.domain.events import Event, RawLog
from dapp.domain.types import BlockNumber, Hash32, hash32, raw
from dapp.store.concerned import Concerned, concerned
from dapp.store.database import Connection, database_errors
from dapp.store.event_log import EventLog

Decode = Callable[[RawLog], Event | None]

MOST_EVENTS = 1_000
"""In one read."""
FIRST_SPAN = 1_000
_MOST_SPAN = 1 << 40
_ANY_INDEX = (1 << 31) - 1

_HEAD = "SELECT block_number, block_hash FROM checkpoint WHERE chain_id = %(chain)s"
_HASH = "SELECT hash FROM block WHERE chain_id = %(chain)s AND number = %(number)s"
_LAST_INDEX = """
SELECT COALESCE(max(log_index), 0) FROM log
WHERE chain_id = %(chain)s AND block_hash = %(hash)s AND known
"""
_UNDONE = """
SELECT hash, (
    SELECT min(later.fork) FROM undone_block later
    WHERE later.chain_id = one.chain_id AND later.reorg >= one.reorg
)
FROM undone_block one WHERE chain_id = %(chain)s AND number = %(number)s
"""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a reader was told: to the log `index` in a block, and all before it.

    Attributes:
        hash: the first hexadecimal digits of the block's hash, without 0x; empty says nothing.
    """

    block: BlockNumber
    index: int
    hash: str

    def is_on(self, block_hash: bytes) -> bool:
        """Whether a block with this hash may be the one that was meant."""
        return block_hash.hex().startswith(self.hash)


START = Place(BlockNumber(0), 0, "")
"""Nothing was told yet."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event, and who it concerns."""

    event: Event
    concerned: Concerned

    @property
    def place(self) -> Place:
        return place_of(self.event.block_number, self.event.log_index, self.event.block_hash)


@dataclass(frozen=True, slots=True)
class Chunk:
    """What follows a place.

    Attributes:
        void_after: above this block, nothing holds that was told before; None where all does.
        base: where a reader stands who took that back; the place asked about, where all holds.
        end: how far the entries go.
        is_whole: nothing is left to tell up to the place that was asked for.
    """

    void_after: BlockNumber | None
    base: Place
    entries: tuple[Entry, ...]
    end: Place
    is_whole: bool


class Feed:
    """Reads of one chain's log. All methods raise DatabaseUnavailable.

    Args:
        pool: connections to a database with our schema.
        deployment: which chain, and its contracts.
        decode: makes events of raw logs.
    """

    def __init__(self, pool: AsyncConnectionPool, deployment: Deployment, decode: Decode) -> None:
        self._pool = pool
        self._chain_id = deployment.chain_id
        self._contracts = {one.name: one.address for one in deployment.contracts}
        self._decode = decode

    async def head(self) -> Place:
        """Where the index stands; START while it is empty."""
        async with database_errors(), self._pool.connection() as connection:
            return await self._head(connection)

    async def since(
        self, place: Place, until: Place | None = None, span: int = FIRST_SPAN
    ) -> Chunk | None:
        """What follows `place`, up to `until`, or to the head.

        None where that cannot be said yet: `until` is on no stored block any more, or is not as far
        as `place`.

        Args:
            span: how many blocks to look at; the next read may take another, see `next_span`.
        """
        async with (
            database_errors(),
            self._pool.connection() as connection,
            connection.transaction(),
        ):
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            head = await self._head(connection)
            goal = head if until is None else until
            if goal != head and not await self._stands(connection, goal):
                return None
            fork = await self._fork(connection, place)
            base = place if fork is None else await self._end_of(connection, fork)
            if (base.block, base.index) > (goal.block, goal.index):
                return None
            entries, end = await self._entries(connection, base, goal, span)
            return Chunk(fork, base, entries, end, is_whole=end == goal)

    async def _entries(
        self, connection: Connection, base: Place, goal: Place, span: int
    ) -> tuple[tuple[Entry, ...], Place]:
        last = min((goal.block, goal.index), (BlockNumber(base.block + span), _ANY_INDEX))
        log = EventLog(connection, self._chain_id, self._contracts)
        found = await log.after((base.block, base.index), last, MOST_EVENTS)
        events = [event for one in found if (event := self._decode(one)) is not None]
        about = await concerned(connection, self._chain_id, events)
        entries = tuple(Entry(event, whom) for event, whom in zip(events, about, strict=True))
        if len(found) == MOST_EVENTS:
            final = found[-1]
            return entries, place_of(final.block_number, final.log_index, final.block_hash)
        is_whole = last[0] == goal.block
        return entries, goal if is_whole else await self._end_of(connection, last[0])

    async def _fork(self, connection: Connection, place: Place) -> BlockNumber | None:
        """The highest block that stayed of the branch that the place is on; None if it stands."""
        if await self._stands(connection, place):
            return None
        rows = await self._rows(connection, _UNDONE, number=place.block)
        forks = [fork for own, fork in rows if place.hash and place.is_on(bytes(own))]
        if forks:
            return BlockNumber(min(forks))
        stored = await self._rows(connection, _HASH, number=place.block)
        # Another block is there, and nobody remembers what was: it is no use to guess how deep.
        return START.block if stored else None

    async def _stands(self, connection: Connection, place: Place) -> bool:
        if place == START:
            return True
        rows = await self._rows(connection, _HASH, number=place.block)
        return bool(rows) and place.is_on(bytes(rows[0][0]))

    async def _end_of(self, connection: Connection, block: BlockNumber) -> Place:
        rows = await self._rows(connection, _HASH, number=block)
        if not rows:  # below the first that is stored
            return START
        ((index,),) = await self._rows(connection, _LAST_INDEX, hash=bytes(rows[0][0]))
        return place_of(block, index, hash32(bytes(rows[0][0])))

    async def _head(self, connection: Connection) -> Place:
        rows = await self._rows(connection, _HEAD)
        if not rows:
            return START
        number, own = rows[0]
        ((index,),) = await self._rows(connection, _LAST_INDEX, hash=bytes(own))
        return place_of(number, index, hash32(bytes(own)))

    async def _rows(
        self, connection: Connection, statement: str, **values: Any
    ) -> Sequence[tuple[Any, ...]]:
        parameters: Mapping[str, Any] = {"chain": self._chain_id, **values}
        return await (await connection.execute(statement.encode(), parameters)).fetchall()


def place_of(block: BlockNumber, index: int, block_hash: Hash32) -> Place:
    """The place of a log, told apart from others by 64 bits of its block's hash."""
    return Place(block, index, raw(block_hash)[:8].hex())


def next_span(span: int, found: int) -> int:
    """How many blocks to look at after a read that found so many events."""
    if found >= MOST_EVENTS:
        return max(1, span // 2)
    return min(span * 4, _MOST_SPAN) if found < MOST_EVENTS // 8 else span
