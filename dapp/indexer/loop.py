"""Keeps one chain's rows up with its node, until it is told to stop."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from dapp.chain.decode import Decoder
from dapp.chain.deployment import check_genesis
from dapp.chain.headers import Header
from dapp.chain.keccak import keccak
from dapp.chain.node import Node
from dapp.domain.deployment import Deployment
from dapp.domain.events import DESK, RawLog
from dapp.domain.types import BlockNumber, caip2
from dapp.errors import IndexerRunning, NodeRefused, Retryable, Undecodable
from dapp.indexer import integrity
from dapp.indexer.follow import Follower, Segment
from dapp.store import verifications
from dapp.store.database import Connection, connect, database_errors
from dapp.store.event_log import Decoded
from dapp.store.projection import Checkpoint, Projection
from dapp.store.schema import migrate

_log = structlog.get_logger("indexer")
_COMPARED_AT_ONCE = 200
_LONGEST_PAUSE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _Writer:
    connection: Connection
    projection: Projection
    follower: Follower


class Indexer:
    """The only writer of one chain's rows; PostgreSQL's advisory lock makes sure of that.

    Args:
        node: of the chain.
        deployment: what to index.
        database_url: where to.
        poll_seconds: how often the node is asked for its head.
        patience_seconds: how long a node may be behind what is stored before that counts as a
            shorter chain, and not as a node that lags.
    """

    def __init__(
        self,
        node: Node,
        deployment: Deployment,
        database_url: str,
        *,
        poll_seconds: float = 0.25,
        patience_seconds: float = 2.0,
    ) -> None:
        self._node = node
        self._deployment = deployment
        self._database_url = database_url
        self._poll_seconds = poll_seconds
        self._patience_seconds = patience_seconds
        self._contracts = {one.name: one.address for one in deployment.contracts}
        self._decode = Decoder(deployment.chain_id, self._contracts)
        self._stopping = asyncio.Event()
        self._behind_since: float | None = None

    def stop(self) -> None:
        """Let `run` return after the transaction it is in."""
        self._stopping.set()

    async def run(self, until_block: BlockNumber | None = None) -> None:
        """Index until `stop`, or until the node's head is stored and is not below `until_block`.

        Outages of the node and the database are waited out.

        Raises:
            IndexerRunning: another process indexes this chain into this database.
            Final: anything else that waiting cannot mend.
        """
        pause = self._poll_seconds
        while not self._stopping.is_set():
            try:
                async with self._writing() as writer:
                    await self._start(writer)
                    pause = self._poll_seconds
                    await self._follow(writer, until_block)
                    return
            except Retryable as error:
                _log.warning("waiting", code=error.code, reason=error.message)
                asked = error.fields.get("retry_after_seconds", 0)
            await self._pause(max(pause, asked if isinstance(asked, int) else 0))
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def rebuild(self) -> None:
        """Make the read model again from the stored log. Raises as `run`."""
        async with self._writing() as writer:
            await writer.projection.rebuild()

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[_Writer]:
        """The connection that holds the lock and does all the writing."""
        chain_id = self._deployment.chain_id
        connection = await connect(self._database_url)
        try:
            await migrate(connection)
            async with database_errors():
                row = await (
                    await connection.execute(
                        "SELECT pg_try_advisory_lock(%s)", (_lock_key(chain_id),)
                    )
                ).fetchone()
            if row is None or not row[0]:
                raise IndexerRunning(
                    f"another process indexes {caip2(chain_id)} into this database",
                    remedy="Stop it first",
                )
            projection = Projection(connection, chain_id, self._contracts, self._decode, keccak)
            follower = Follower(
                self._node,
                projection.log,
                list(self._contracts.values()),
                self._deployment.deployed_at_block,
            )
            yield _Writer(connection, projection, follower)
        finally:
            await connection.close()

    async def _start(self, writer: _Writer) -> None:
        deployment = self._deployment
        await check_genesis(self._node, deployment.chain_id, deployment.genesis_hash)
        await writer.projection.introduce(deployment)
        await self._compare(writer)

    async def _follow(self, writer: _Writer, until_block: BlockNumber | None) -> None:
        while not self._stopping.is_set():
            head = await self._node.head()
            at = await writer.projection.checkpoint()
            if at is not None and at.hash == head.block.hash:
                self._behind_since = None
                if until_block is not None and at.block >= until_block:
                    return
                await self._pause(self._poll_seconds)
            elif self._must_wait(head, at):
                await self._pause(self._poll_seconds)
            else:
                await self._step(writer, head, at)

    async def _step(self, writer: _Writer, head: Header, at: Checkpoint | None) -> None:
        """Store the next segment on the way to the head."""
        segment = await writer.follower.next(at, head)
        await self._store(writer, segment, at)
        if not segment.headers or segment.headers[-1].block.hash == head.block.hash:
            await self._compare(writer)

    def _must_wait(self, head: Header, at: Checkpoint | None) -> bool:
        """Whether the node has nothing of ours yet, or may only lag behind what is stored."""
        if head.block.number < self._deployment.deployed_at_block:
            return True
        if at is None or head.block.number >= at.block:
            self._behind_since = None
            return False
        now = time.monotonic()
        if self._behind_since is None:
            self._behind_since = now
        return now - self._behind_since < self._patience_seconds

    async def _store(self, writer: _Writer, segment: Segment, at: Checkpoint | None) -> None:
        finalized = await self._node.finalized()
        touched = await writer.projection.advance(
            [header.block for header in segment.headers],
            [self._decoded(log) for log in segment.logs],
            fork=segment.fork,
            finalized=finalized or BlockNumber(0),
        )
        if segment.fork is not None and at is not None:
            _log.warning("reorganised", fork=segment.fork, depth=at.block - segment.fork)
        if segment.headers:
            _log.info(
                "indexed",
                first=segment.headers[0].block.number,
                last=segment.headers[-1].block.number,
                logs=len(segment.logs),
                complaints=len(touched),
            )

    def _decoded(self, log: RawLog) -> Decoded:
        where = {"transaction": log.transaction, "log_index": log.log_index}
        try:
            event = self._decode(log)
        except Undecodable as error:
            _log.error("undecodable log kept raw", reason=error.message, **where)
            return log, None
        if event is None:
            _log.warning("unknown log kept raw", **where)
        return log, event

    async def _compare(self, writer: _Writer) -> None:
        """Compare every fold that is not yet, and the count, with the chain at the checkpoint."""
        at = await writer.projection.checkpoint()
        chain_id = self._deployment.chain_id
        if at is None:
            return
        folds = await verifications.pending(writer.connection, chain_id, _COMPARED_AT_ONCE)
        desk = self._contracts[DESK]
        try:
            compared, on_chain = await integrity.compare(self._node, desk, folds, at.hash)
        except NodeRefused as error:
            _log.warning("not compared", block=at.block, reason=error.message)
            return
        await verifications.save(writer.connection, chain_id, at, compared, on_chain)
        for one in compared:
            if one.folded != one.on_chain:
                _log.error(
                    "trail mismatch: an event is missing or wrong",
                    complaint=one.complaint,
                    block=at.block,
                    folded=one.folded,
                    on_chain=one.on_chain,
                )
        indexed = await verifications.count(writer.connection, chain_id)
        if indexed != on_chain:
            _log.error("complaints missing", indexed=indexed, on_chain=on_chain, block=at.block)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return


def _lock_key(chain_id: int) -> int:
    """A 64-bit key for PostgreSQL, one for each chain."""
    digest = hashlib.sha256(f"redress-indexer/{chain_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
