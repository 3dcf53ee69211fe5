"""Keeps one chain's rows up with its nodes, until it is told to stop."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any

import structlog

from dapp.chain.decode import Decoder
from dapp.chain.deployment import check_genesis
from dapp.chain.headers import Header
from dapp.chain.node import Node
from dapp.domain.deployment import Deployment
from dapp.domain.events import RawLog
from dapp.domain.types import BlockNumber
from dapp.errors import (
    FinalityBroken,
    IntegrityBroken,
    NodeRefused,
    Retryable,
    Undecodable,
    WrongChain,
)
from dapp.indexer import integrity, session, settle
from dapp.indexer.batch_lists import BatchLists
from dapp.indexer.follow import Segment
from dapp.indexer.meters import Meters
from dapp.indexer.session import Writer
from dapp.indexer.verify import Report, verify
from dapp.store.copying import Decoded
from dapp.store.projection import Checkpoint

_log = structlog.get_logger("indexer")
_LONGEST_PAUSE_SECONDS = 10.0
Progress = Callable[[str, BlockNumber, BlockNumber], None]
"""Told which deployment is stored up to which block, and where its chain's head is."""
_PATIENCE_WITH_LIES = 5
"""So often a node may contradict itself, and be asked again, before that is said loudly."""


class Indexer:
    """The only writer of one chain's rows; PostgreSQL's advisory lock makes sure of that.

    Args:
        nodes: of the chain. The first is asked until it fails, then the next; all must agree on
            blocks that are final.
        deployment: what to index.
        database_url: where to.
        poll_seconds: how often the node is asked for its head.
        patience_seconds: how long a node may be behind what is stored before that counts as a
            shorter chain, and not as a node that lags.
        woken: set by whoever hears of a new head sooner than the next poll.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        deployment: Deployment,
        database_url: str,
        *,
        poll_seconds: float = 0.25,
        patience_seconds: float = 2.0,
        woken: asyncio.Event | None = None,
    ) -> None:
        self._nodes = list(nodes)
        self._deployment = deployment
        self._batch_lists = BatchLists(deployment)
        self._database_url = database_url
        self._poll_seconds = poll_seconds
        self._patience_seconds = patience_seconds
        contracts = {one.name: one.address for one in deployment.contracts}
        self._decode = Decoder(deployment.chain_id, contracts)
        self._stopping = asyncio.Event()
        self._woken = woken or asyncio.Event()
        self._behind_since: float | None = None
        self._lies = 0
        self._distrusts_blooms = False
        self.name = deployment.name
        self.meters = Meters(self.name)

    @property
    def _node(self) -> Node:
        return self._nodes[0]

    def stop(self) -> None:
        """Let `run` return after the transaction it is in."""
        self._stopping.set()
        self._woken.set()

    async def run(
        self,
        until_block: BlockNumber | None = None,
        progress: Progress = lambda *_: None,
        *,
        standby: bool = False,
    ) -> None:
        """Index until `stop`, or until the node's head is stored and is not below `until_block`.

        Outages of nodes and of the database are waited out; on `standby` so is another process
        that indexes this chain into this database.

        Raises:
            IndexerRunning: there is one.
            FinalityBroken: a block that was final is gone; what is stored stays.
            Final: anything else that waiting cannot mend.
        """
        pause = self._poll_seconds
        while not self._stopping.is_set():
            try:
                async with self._turn(standby) as writer:
                    if writer is None:
                        return
                    with self.meters.leading():
                        await self._start(writer)
                        pause = self._poll_seconds
                        await self._follow(writer, until_block, progress)
                    return
            except Retryable as error:
                self.meters.failed(error.code)
                _log.warning("waiting", code=error.code, reason=error.message)
                asked = error.fields.get("retry_after_seconds", 0)
                self._next_node()
            except FinalityBroken:
                # Also by one node of several: which of them is right we cannot know.
                raise
            except (IntegrityBroken, NodeRefused, WrongChain) as error:
                self.meters.failed(error.code)
                self._lies += 1
                at_once = isinstance(error, WrongChain) and len(self._nodes) == 1
                if at_once or self._lies >= _PATIENCE_WITH_LIES * len(self._nodes):
                    raise
                _log.error("the node is wrong", code=error.code, reason=error.message)
                asked = 0
                self._next_node()
            # Whoever asks for patience gets it, also when there is a new head.
            await self._rest(max(pause, asked if isinstance(asked, int) else 0))
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def rebuild(self) -> None:
        """Make the read model again from the stored log. Raises as `run`."""
        async with self._writing() as writer:
            await writer.projection.rebuild()

    async def verify(self, progress: Callable[[BlockNumber, BlockNumber], None]) -> Report:
        """Compare all that is stored with the chain; nothing is changed. Raises RedressError.

        Another process may index meanwhile.
        """
        async with self._session() as writer:
            return await verify(
                writer.connection,
                writer.projection,
                self._node,
                writer.follower.prover,
                self._deployment,
                progress,
            )

    def _next_node(self) -> None:
        self._nodes.append(self._nodes.pop(0))

    def _session(self) -> AbstractAsyncContextManager[Writer]:
        return session.opened(self._node, self._deployment, self._decode, self._database_url)

    def _writing(self) -> AbstractAsyncContextManager[Writer]:
        return session.locked(self._session(), self._deployment)

    def _turn(self, standby: bool) -> AbstractAsyncContextManager[Writer | None]:
        if standby:
            return session.awaited(self._session(), self._deployment, self._stopping)
        return self._writing()

    async def _start(self, writer: Writer) -> None:
        deployment = self._deployment
        await check_genesis(self._node, deployment.chain_id, deployment.genesis_hash)
        await writer.projection.introduce(deployment)
        await writer.projection.renew()
        # Each session finds it out anew.
        self._distrusts_blooms = False
        await self._look_again(writer)

    async def _follow(
        self, writer: Writer, until_block: BlockNumber | None, progress: Progress
    ) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            head = await self._node.head()
            at = await writer.projection.checkpoint()
            self.meters.at(head.block.number, at)
            if at is not None:
                progress(self.name, at.block, head.block.number)
            if at is not None and at.hash == head.block.hash:
                self._behind_since = None
                if until_block is not None and at.block >= until_block:
                    return
                await self._pause(self._poll_seconds)
            elif self._must_wait(head, at):
                await self._pause(self._poll_seconds)
            else:
                await self._step(writer, head, at)

    async def _step(self, writer: Writer, head: Header, at: Checkpoint | None) -> None:
        """Store the next segment on the way to the head."""
        segment = await writer.follower.next(at, head)
        if at is not None and segment.fork is not None:
            await self._check_final(writer, segment.fork, at)
        await self._store(writer, segment)
        if writer.follower.prover.blooms_lie and not self._distrusts_blooms:
            await writer.projection.distrust_blooms()
            self._distrusts_blooms = True
        self._lies = 0
        if not segment.headers or segment.headers[-1].block.hash == head.block.hash:
            await self._look_again(writer)

    async def _check_final(self, writer: Writer, fork: BlockNumber, at: Checkpoint) -> None:
        """A branch that leaves final blocks behind is not followed."""
        self.meters.reorganised(at.block - fork)
        _log.warning("reorganised", fork=fork, depth=at.block - fork)
        if fork >= at.finalized:
            return
        reason = (
            f"the node's chain leaves ours after block {fork}, and block {at.finalized} was final"
        )
        await writer.projection.halt(reason)
        raise FinalityBroken(
            reason,
            remedy="Find out which chain is right; what is stored stays, and is still served",
        )

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

    async def _store(self, writer: Writer, segment: Segment) -> None:
        finalized, safe = await self._node.finalized(), await self._node.finalized("safe")
        touched = await writer.projection.advance(
            [
                (one.block, level)
                for one, level in zip(segment.headers, segment.levels, strict=True)
            ],
            [self._decoded(log) for log in segment.logs],
            fork=segment.fork,
            finalized=finalized or BlockNumber(0),
            safe=safe,
        )
        if segment.headers:
            self.meters.stored(len(segment.headers), len(segment.logs))
            _log.info(
                "indexed",
                first=segment.headers[0].block.number,
                last=segment.headers[-1].block.number,
                logs=len(segment.logs),
                complaints=len(touched),
            )

    def _decoded(self, log: RawLog) -> Decoded:
        try:
            event = self._decode(log)
        except Undecodable as error:
            _log.error("undecodable log kept raw", reason=error.message, **_place(log))
            return log, None
        if event is None:
            _log.warning("unknown log kept raw", **_place(log))
        return log, event

    async def _look_again(self, writer: Writer) -> None:
        """At what became final, and at the folds that have changed."""
        await settle.settle(writer.projection, writer.follower, self._nodes)
        wrong = await integrity.check(
            writer.connection, writer.projection, self._node, self._deployment
        )
        at = await writer.projection.checkpoint()
        if at is not None:
            wrong += await self._batch_lists.check(writer.connection, self._node, at)
        self.meters.compared(wrong)

    async def _rest(self, seconds: float) -> None:
        """Until then, or until it is told to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _pause(self, seconds: float) -> None:
        """As `_rest`, or until there is a new head."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return
        if not self._stopping.is_set():
            self._woken.clear()


def _place(log: RawLog) -> dict[str, Any]:
    return {"transaction": log.transaction, "log_index": log.log_index}
