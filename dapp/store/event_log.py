"""Raw logs and the blocks they stand in: what everything else can be made from again."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from dapp.domain.events import Block, RawLog
from dapp.domain.proof import Level
from dapp.domain.types import (
    Address,
    BlockNumber,
    ChainId,
    Hash32,
    UnixTime,
    hash32,
    raw,
)
from dapp.store import copying
from dapp.store.copying import Decoded, Proven
from dapp.store.database import Connection, database_errors

_COLUMNS = (
    "block_hash, log_index, block_number, timestamp, address,"
    " topic0, topic1, topic2, topic3, data, transaction, transaction_index"
)
_SELECT = f"SELECT {_COLUMNS} FROM log WHERE chain_id = %s"  # noqa: S608 (a constant)
_ORDER = " ORDER BY block_number, log_index"

_COPY_BLOCKS = (
    "COPY block (chain_id, number, hash, parent_hash, receipts_root, timestamp, level)"
    " FROM STDIN (FORMAT BINARY)"
)
_COPY_LOGS = f"COPY log (chain_id, {_COLUMNS}, known) FROM STDIN (FORMAT BINARY)".encode()
_REMEMBER = """
INSERT INTO undone_block (chain_id, number, hash, reorg, fork)
SELECT chain_id, number, hash, (SELECT nextval('reorganisation')), %s FROM block
WHERE chain_id = %s AND number > %s
ON CONFLICT (chain_id, number, hash)
    DO UPDATE SET reorg = EXCLUDED.reorg, fork = EXCLUDED.fork, undone_at = now()
"""


class EventLog:
    """The log of one chain.

    Args:
        connection: to a database with our schema.
        chain_id: of the chain.
        contracts: where each contract is, by name; logs are kept with those addresses alone.
    """

    def __init__(
        self, connection: Connection, chain_id: ChainId, contracts: Mapping[str, Address]
    ) -> None:
        self._connection = connection
        self._chain_id = chain_id
        self._addresses = {name: raw(address) for name, address in contracts.items()}
        self._spelled = {raw(address): address for address in contracts.values()}

    async def append(self, blocks: Iterable[Proven], logs: Iterable[Decoded]) -> None:
        """Store blocks and the logs in them."""
        cursor = self._connection.cursor()
        async with cursor.copy(_COPY_BLOCKS) as copy:
            await copy.write(copying.blocks(self._chain_id, blocks))
        async with cursor.copy(_COPY_LOGS) as copy:
            await copy.write(copying.logs(self._chain_id, logs))

    async def unproven(self, after: BlockNumber, last: BlockNumber, limit: int) -> list[Block]:
        """The first stored blocks above `after` and up to `last` whose logs no header proves."""
        async with database_errors():
            rows = await self._connection.execute(
                "SELECT number, hash, parent_hash, receipts_root, timestamp FROM block"
                " WHERE chain_id = %s AND level < 2 AND number > %s AND number <= %s"
                " ORDER BY number LIMIT %s",
                (self._chain_id, after, last, limit),
            )
            return [_block(row) async for row in rows]

    async def raise_level(self, blocks: Sequence[Block], level: Level) -> None:
        """Say that these blocks' logs rest on more than before."""
        await self._connection.execute(
            "UPDATE block SET level = %s WHERE chain_id = %s AND number = ANY(%s)",
            (level, self._chain_id, [block.number for block in blocks]),
        )

    async def lower_empty(self, level: Level) -> None:
        """Say that blocks without any of our logs rest on less than before."""
        await self._connection.execute(
            "UPDATE block b SET level = %s WHERE chain_id = %s AND NOT EXISTS ("
            " SELECT FROM log l WHERE l.chain_id = b.chain_id AND l.block_number = b.number)",
            (level, self._chain_id),
        )

    async def logs_of(self, first: BlockNumber, last: BlockNumber) -> list[RawLog]:
        """The stored logs from block `first` to `last`, in order, unknown ones too."""
        async with database_errors():
            rows = await self._connection.execute(
                _SELECT.encode() + b" AND block_number BETWEEN %s AND %s" + _ORDER.encode(),
                (self._chain_id, first, last),
            )
            return [self._log(row) async for row in rows]

    async def delete_after(self, block: BlockNumber) -> tuple[list[RawLog], int]:
        """Remove what is above a block; return the logs that could be explained, and how many
        there were.

        What the blocks were called is kept for a month.
        """
        await self._connection.execute(_REMEMBER.encode(), (block, self._chain_id, block))
        await self._connection.execute(
            "DELETE FROM undone_block WHERE undone_at < now() - interval '30 days'"
        )
        rows = await self._connection.execute(
            _SELECT.encode() + b" AND known AND block_number > %s" + _ORDER.encode(),
            (self._chain_id, block),
        )
        gone = [self._log(row) async for row in rows]
        above = (self._chain_id, block)
        logs = await self._connection.execute(
            "DELETE FROM log WHERE chain_id = %s AND block_number > %s", above
        )
        await self._connection.execute(
            "DELETE FROM block WHERE chain_id = %s AND number > %s", above
        )
        return gone, logs.rowcount

    async def block(self, number: BlockNumber) -> Block | None:
        """A stored block."""
        found = await self.blocks(number, number)
        return found[0] if found else None

    async def blocks(self, first: BlockNumber, last: BlockNumber) -> list[Block]:
        """The stored blocks from `first` to `last`, in order."""
        async with database_errors():
            rows = await self._connection.execute(
                "SELECT number, hash, parent_hash, receipts_root, timestamp FROM block"
                " WHERE chain_id = %s AND number BETWEEN %s AND %s ORDER BY number",
                (self._chain_id, first, last),
            )
            return [_block(row) async for row in rows]

    async def about(
        self, places: Sequence[tuple[str, bytes]], up_to: BlockNumber | None = None
    ) -> list[RawLog]:
        """The known logs at some places (contract and first indexed argument), in order.

        Those above the block `up_to`, if given, are left out.
        """
        addresses = [self._addresses[contract] for contract, _ in places]
        topics = [topic for _, topic in places]
        rows = await self._connection.execute(
            _SELECT.encode() + b" AND known AND (address, topic1) IN"
            b" (SELECT * FROM unnest(%s::bytea[], %s::bytea[]))"
            b" AND (%s::bigint IS NULL OR block_number <= %s)" + _ORDER.encode(),
            (self._chain_id, addresses, topics, up_to, up_to),
        )
        return [self._log(row) async for row in rows]

    async def of(self, transaction: Hash32) -> list[RawLog]:
        """The known logs of a transaction, in order."""
        rows = await self._connection.execute(
            _SELECT.encode() + b" AND known AND transaction = %s" + _ORDER.encode(),
            (self._chain_id, raw(transaction)),
        )
        return [self._log(row) async for row in rows]

    async def after(
        self, first: tuple[BlockNumber, int], last: tuple[BlockNumber, int], limit: int
    ) -> list[RawLog]:
        """The first known logs after one place (block, log index) and up to another, in order."""
        rows = await self._connection.execute(
            _SELECT.encode()
            + b" AND known AND block_number BETWEEN %s AND %s"
            + b" AND (block_number, log_index) > (%s, %s)"
            + b" AND (block_number, log_index) <= (%s, %s)"
            + _ORDER.encode()
            + b" LIMIT %s",
            (self._chain_id, first[0], last[0], *first, *last, limit),
        )
        return [self._log(row) async for row in rows]

    def all(self) -> AsyncIterator[RawLog]:
        """Every known log, in order, without holding them all at once."""
        return self.between(BlockNumber(-1), BlockNumber(2**63 - 1))

    async def between(self, after: BlockNumber, up_to: BlockNumber) -> AsyncIterator[RawLog]:
        """Every known log above one block and up to another, as `all`."""
        async with self._connection.cursor(name="redress_logs") as cursor:
            await cursor.execute(
                _SELECT.encode()
                + b" AND known AND block_number > %s AND block_number <= %s"
                + _ORDER.encode(),
                (self._chain_id, after, up_to),
            )
            async for row in cursor:
                yield self._log(row)

    def _log(self, row: Sequence[Any]) -> RawLog:
        block_hash, log_index, number, timestamp, address, *rest = row
        topics, (data, transaction, index) = rest[:4], rest[4:]
        return RawLog(
            address=self._spelled[bytes(address)],
            topics=tuple(bytes(topic) for topic in topics if topic is not None),
            data=bytes(data),
            block_number=BlockNumber(number),
            block_hash=hash32(bytes(block_hash)),
            timestamp=UnixTime(timestamp),
            transaction=hash32(bytes(transaction)),
            transaction_index=index,
            log_index=log_index,
        )


def _block(row: Sequence[Any]) -> Block:
    number, own, parent, receipts, timestamp = row
    return Block(
        number=BlockNumber(number),
        hash=hash32(bytes(own)),
        parent_hash=hash32(bytes(parent)),
        receipts_root=hash32(bytes(receipts)),
        timestamp=UnixTime(timestamp),
    )
