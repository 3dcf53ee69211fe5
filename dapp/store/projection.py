"""Writes the log and the read model, a batch of blocks in one transaction with its checkpoint."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from dapp.domain.deployment import Deployment
from dapp.domain.events import DESK, Block, Event, RawLog
from dapp.domain.proof import Level
from dapp.domain.types import (
    Address,
    BlockNumber,
    ChainId,
    ComplaintId,
    Hash32,
    Keccak,
    UnixTime,
    hash32,
)
from dapp.errors import IntegrityBroken
from dapp.store import checkpoints, references, rows, totals, verifications
from dapp.store.checkpoints import Count
from dapp.store.copying import Decoded, Proven
from dapp.store.database import Connection, database_errors
from dapp.store.event_log import EventLog
from dapp.store.folding import folded
from dapp.store.records import Records, needed
from dapp.store.subjects import COMPLAINT, Subject, subjects_of

CHANNEL = "redress_"
"""With the schema's name, listened to by readers; the payload is JSON: chain, block, complaints
(null: any), and the block's hash."""
_MAX_NAMED = 400  # a payload holds less than 8 000 bytes
_BATCH = 2_000
_TURN = 128
"""So many events are folded before whoever waits gets a turn: a fraction of a millisecond."""

Decode = Callable[[RawLog], Event | None]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The last block that the rows account for.

    Attributes:
        finalized: up to here the node said that blocks are final; never falls.
        settled: up to here, blocks were looked at again once they were final.
    """

    block: BlockNumber
    hash: Hash32
    timestamp: UnixTime
    finalized: BlockNumber
    settled: BlockNumber


class Projection:
    """The only writer of one chain's rows.

    Args:
        connection: to a database with our schema; nobody else uses it meanwhile.
        chain_id: of the chain.
        contracts: where each contract is, by name.
        decode: makes events of raw logs.
        keccak: keccak-256.
    """

    def __init__(
        self,
        connection: Connection,
        chain_id: ChainId,
        contracts: Mapping[str, Address],
        decode: Decode,
        keccak: Keccak,
    ) -> None:
        self._connection = connection
        self._chain_id = chain_id
        self._decode = decode
        self._keccak = keccak
        self.log = EventLog(connection, chain_id, contracts)

    async def introduce(self, deployment: Deployment) -> None:
        """Store what is indexed, for readers."""
        async with database_errors(), self._connection.transaction():
            await self._connection.execute(
                "INSERT INTO deployment (chain_id, body) VALUES (%s, %s)"
                " ON CONFLICT (chain_id) DO UPDATE SET body = EXCLUDED.body",
                (self._chain_id, rows.body(deployment)),
            )

    async def checkpoint(self) -> Checkpoint | None:
        """Up to where the rows go; None before the first block."""
        async with database_errors():
            found = await self._connection.execute(
                "SELECT block_number, block_hash, timestamp, finalized_block, settled_block"
                " FROM checkpoint WHERE chain_id = %s",
                (self._chain_id,),
            )
            row = await found.fetchone()
        if row is None:
            return None
        number, block_hash, timestamp, finalized, settled = row
        return Checkpoint(
            BlockNumber(number),
            hash32(bytes(block_hash)),
            UnixTime(timestamp),
            BlockNumber(finalized),
            BlockNumber(settled),
        )

    async def advance(
        self,
        blocks: Sequence[Proven],
        logs: Sequence[Decoded],
        *,
        fork: BlockNumber | None = None,
        finalized: BlockNumber,
        safe: BlockNumber | None = None,
    ) -> set[ComplaintId]:
        """Take blocks off above `fork`, if given, and add `blocks`; return the complaints touched.

        What halted the index before is over.

        Args:
            blocks: linked to each other and to what stays; may be empty with a fork.
            logs: all our contracts' logs in them, in order.
            fork: the highest block that stays; None takes nothing off.
            finalized: the highest block that the node says is final.
            safe: the highest block that it calls safe, if it does.

        Raises:
            IntegrityBroken: the blocks do not follow what is stored.
            DatabaseUnavailable: nothing was written.
        """
        async with database_errors(), self._connection.transaction():
            touched, removed = (set(), Count()) if fork is None else await self._undo(fork)
            await self._check_link([block for block, _ in blocks])
            events = [event for _, event in logs if event is not None]
            added = Count(len(logs), _filed(events))
            touched |= await self._fold(events, partial(self.log.append, blocks, logs))
            complaints = _complaints(touched)
            head = blocks[-1][0] if blocks else await self._stored(fork)
            lasting = finalized, safe or finalized
            more = added.without(removed)
            await checkpoints.save(self._connection, self._chain_id, head, lasting, more)
            await verifications.expect(self._connection, self._chain_id, complaints)
            if fork is not None:
                await verifications.forget(self._connection, self._chain_id, complaints)
            await self._notify(head, complaints)
        return complaints

    async def settle(self, proven: Sequence[Block], level: Level, up_to: BlockNumber) -> None:
        """Blocks up to `up_to` were looked at again; `proven` ones rest on more now."""
        async with database_errors(), self._connection.transaction():
            await self.log.raise_level(proven, level)
            await self._connection.execute(
                "UPDATE checkpoint SET settled_block = %s WHERE chain_id = %s",
                (up_to, self._chain_id),
            )

    async def distrust_blooms(self) -> None:
        """The chain's blooms say nothing: what they cleared rests on the node's word alone.

        Blocks with logs keep what their receipts proved; the others are looked at once more.
        """
        async with database_errors(), self._connection.transaction():
            await self.log.lower_empty(Level.NODE)
            await self._connection.execute(
                "UPDATE checkpoint SET settled_block = -1 WHERE chain_id = %s", (self._chain_id,)
            )

    async def halt(self, reason: str) -> None:
        """Say, for readers, why nothing is indexed any more."""
        async with database_errors():
            await self._connection.execute(
                "UPDATE checkpoint SET halted = %s WHERE chain_id = %s", (reason, self._chain_id)
            )

    async def renew(self) -> None:
        """Make the read model again if an earlier version of the program made it."""
        async with database_errors():
            found = await self._connection.execute(
                "SELECT FROM checkpoint WHERE chain_id = %s AND is_outdated", (self._chain_id,)
            )
            outdated = await found.fetchone() is not None
        if outdated:
            await self.rebuild()

    async def rebuild(self) -> None:
        """Make the read model again from the log, in one transaction."""
        async with database_errors(), self._connection.transaction():
            for table in rows.TABLES:
                await self._connection.execute(
                    f"DELETE FROM {table} WHERE chain_id = %s".encode(),  # noqa: S608
                    (self._chain_id,),
                )
            batch: list[Event] = []
            async for log in self.log.all():
                batch += self._events([log])
                if len(batch) >= _BATCH:
                    await self._fold(batch)
                    batch = []
            await self._fold(batch)
            await self._connection.execute(
                "UPDATE checkpoint SET is_outdated = false, complaints ="
                " (SELECT count(*) FROM complaint c WHERE c.chain_id = checkpoint.chain_id)"
                " WHERE chain_id = %s",
                (self._chain_id,),
            )
            await verifications.expect_all(self._connection, self._chain_id)

    async def _undo(self, fork: BlockNumber) -> tuple[set[Subject], Count]:
        """What was touched by events above `fork`, and how much there was of them."""
        logs, removed = await self.log.delete_after(fork)
        gone = self._events(logs)
        named = {subject for event in gone for subject in subjects_of(event)}
        touched = await rows.resolve(self._connection, self._chain_id, named)
        about = await totals.concerned(self._connection, self._chain_id, touched)
        await rows.delete(self._connection, self._chain_id, touched)
        await references.delete_after(self._connection, self._chain_id, fork)
        records = await folded(self.log, self._decode, self._keccak, touched)
        await rows.save(self._connection, self._chain_id, records.changed)
        about |= await totals.concerned(self._connection, self._chain_id, records.changed)
        await totals.recount(self._connection, self._chain_id, about)
        return touched, Count(removed, _filed(gone))

    async def _fold(
        self, events: list[Event], meanwhile: Callable[[], Coroutine[Any, Any, None]] | None = None
    ) -> set[Subject]:
        """Fold events into the rows; what has to be done before these is done `meanwhile`."""
        known = await rows.load(self._connection, self._chain_id, needed(events))
        other = None if meanwhile is None else asyncio.ensure_future(meanwhile())
        records = Records(self._keccak, known)
        try:
            for number, event in enumerate(events):
                if number % _TURN == 0:
                    # PostgreSQL takes in what it is given while we fold.
                    await asyncio.sleep(0)
                records.advance(event)
        finally:
            if other is not None:
                await other
        await rows.save(self._connection, self._chain_id, records.changed)
        await totals.add(self._connection, self._chain_id, known, records.changed)
        await references.add(self._connection, self._chain_id, events)
        return set(records.changed)

    def _events(self, logs: Iterable[RawLog]) -> list[Event]:
        return [event for log in logs if (event := self._decode(log)) is not None]

    async def _check_link(self, blocks: Sequence[Block]) -> None:
        if not blocks:
            return
        before = await self.log.block(BlockNumber(blocks[0].number - 1))
        last = await self._connection.execute(
            "SELECT max(number) FROM block WHERE chain_id = %s", (self._chain_id,)
        )
        row = await last.fetchone()
        empty = row is None or row[0] is None
        if not empty and (before is None or before.hash != blocks[0].parent_hash):
            raise IntegrityBroken(f"block {blocks[0].number} does not follow what is stored")

    async def _stored(self, number: BlockNumber | None) -> Block | None:
        return None if number is None else await self.log.block(number)

    async def _notify(self, head: Block | None, complaints: set[ComplaintId]) -> None:
        named = sorted(complaints) if len(complaints) <= _MAX_NAMED else None
        block = None if head is None else head.number
        payload = {
            "chain": self._chain_id,
            "block": block,
            "hash": None if head is None else head.hash,
            "complaints": named,
        }
        await self._connection.execute(
            "SELECT pg_notify(%s || current_schema(), %s)",
            (CHANNEL, json.dumps(payload, separators=(",", ":"))),
        )


def _complaints(subjects: Iterable[Subject]) -> set[ComplaintId]:
    return {ComplaintId(int(one.key)) for one in subjects if one.kind == COMPLAINT}


def _filed(events: Iterable[Event]) -> int:
    return sum(event.contract == DESK and event.name == "Filed" for event in events)
