"""Reads from the node what comes after a stored block, on whichever branch the node is."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from dapp.chain.headers import Header
from dapp.chain.node import Node
from dapp.domain.events import Block, RawLog
from dapp.domain.proof import Level
from dapp.domain.types import BlockNumber, Hash32
from dapp.errors import ChainMoved, NodeBusy, NodeRefused, NodeUnavailable
from dapp.indexer import plan
from dapp.indexer.plan import Density, Span
from dapp.indexer.prove import Proven, Prover
from dapp.indexer.together import together
from dapp.store.event_log import EventLog
from dapp.store.projection import Checkpoint

_AT_ONCE = 8
_HEADERS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Segment:
    """Blocks to add, after taking off what is above `fork`.

    Attributes:
        fork: the highest stored block that stays, lower than the checkpoint; None takes off none.
        headers: linked to each other and to what stays; may be empty with a fork.
        levels: what the logs of each block rest on.
        logs: our contracts' logs in them, in order.
    """

    fork: BlockNumber | None
    headers: Sequence[Header]
    levels: Sequence[Level]
    logs: Sequence[RawLog]


class Follower:
    """Reads segments; remembers what span of blocks the node bears.

    While one segment of a backfill is stored, the next is read already.

    Args:
        node: of the chain.
        prover: of its logs.
        spine: the blocks stored so far.
        start: the first block with anything of ours.
    """

    def __init__(self, node: Node, prover: Prover, spine: EventLog, start: BlockNumber) -> None:
        self._node = node
        self.prover = prover
        self._spine = spine
        self._start = start
        self._span = Span()
        self._density = Density()
        self._ahead: tuple[BlockNumber, asyncio.Task[Segment]] | None = None

    async def next(self, at: Checkpoint | None, head: Header) -> Segment:
        """What comes next on the way from the checkpoint to the head.

        Raises:
            ChainMoved: the chain changed meanwhile; ask again.
        """
        following = self._start if at is None else BlockNumber(at.block + 1)
        if not plan.is_far(following, head.block.number):
            await self.forget()
            return await self._near(at, head)
        segment = await self._next_range(following, head.block.number)
        if at is not None and segment.headers[0].block.parent_hash != at.hash:
            await self.forget()
            fork = await self._fork(at)
            if fork is None:
                raise ChainMoved("the chain changed while it was read")
            return Segment(fork, [], [], [])
        last = segment.headers[-1].block.number
        if plan.is_far(BlockNumber(last + 1), head.block.number):
            coming = self._range(BlockNumber(last + 1), head.block.number)
            self._ahead = (BlockNumber(last + 1), asyncio.ensure_future(coming))
        return segment

    async def forget(self) -> None:
        """Drop what was read ahead."""
        if self._ahead is not None:
            task = self._ahead[1]
            self._ahead = None
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def prove(self, blocks: Sequence[Block]) -> Proven:
        """Prove the logs of stored blocks, whose headers the node must still have."""
        headers = [await self._node.header(block.hash) for block in blocks]
        given = by_block(await self._logs_of(headers))
        return await self.prover.prove(headers, given)

    async def _next_range(self, following: BlockNumber, head: BlockNumber) -> Segment:
        ahead, self._ahead = self._ahead, None
        if ahead is None:
            return await self._range(following, head)
        first, task = ahead
        if first == following:
            return await task
        self._ahead = ahead
        await self.forget()
        return await self._range(following, head)

    async def _near(self, at: Checkpoint | None, head: Header) -> Segment:
        """Walk from the head by parents' hashes down to a stored block."""
        new: list[Header] = []
        current = head
        while not await self._is_stored(current.block):
            new.append(current)
            if current.block.number <= self._start:
                break
            current = await self._node.header(current.block.parent_hash)
        new.reverse()
        stays = BlockNumber(head.block.number - len(new))
        fork = stays if at is not None and stays < at.block else None
        given = by_block(await self._logs_of(new))
        proven = await self.prover.prove(new, given)
        return Segment(fork, new, proven.levels, proven.logs)

    async def _is_stored(self, block: Block) -> bool:
        stored = await self._spine.block(block.number)
        return stored is not None and stored.hash == block.hash

    async def _logs_of(self, headers: Sequence[Header]) -> list[RawLog]:
        found: list[RawLog] = []
        for first in range(0, len(headers), _AT_ONCE):
            asked = headers[first : first + _AT_ONCE]
            answers = await together(
                self._node.logs_of(header, self.prover.addresses) for header in asked
            )
            found += [log for answer in answers for log in answer]
        return found

    async def _fork(self, at: Checkpoint) -> BlockNumber | None:
        """The highest stored block that the node has too; None if that is the checkpoint."""
        last = at.block
        while last >= self._start:
            first = BlockNumber(max(last - plan.NEAR_BLOCKS + 1, self._start))
            stored = await self._spine.blocks(first, last)
            theirs = await self._node.headers(first, last)
            both = zip(stored, theirs, strict=True)
            shared = [ours.number for ours, header in both if ours.hash == header.block.hash]
            if shared:
                return None if shared[-1] == at.block else shared[-1]
            last = BlockNumber(first - 1)
        return BlockNumber(self._start - 1)

    async def _range(self, following: BlockNumber, head: BlockNumber) -> Segment:
        """The next blocks and their logs, as many as the node bears at once."""
        wanted = plan.next_range(following, head, self._span)
        began, before = time.monotonic(), self._node.received
        headers = await self._headers(wanted.first, wanted.last)
        while True:
            try:
                proven = await self._read(headers)
                break
            except (NodeBusy, NodeRefused, NodeUnavailable) as error:
                if "http_status" in error.fields:
                    raise
                # "Too many results", a time-out, a body cut off: less may do.
                smaller = self._span.shrunk(len(headers))
                if smaller is None:
                    raise
                self._span = smaller
                headers = headers[: smaller.blocks]
        self._span = self._span.grown(self._node.received - before, time.monotonic() - began)
        with_ours = len({log.block_number for log in proven.logs})
        self._density = self._density.after(len(headers), with_ours)
        return Segment(None, headers, proven.levels, proven.logs)

    async def _read(self, headers: Sequence[Header]) -> Proven:
        if self._density.is_dense and self.prover.has_receipts:
            try:
                return await self.prover.prove(headers, None)
            except NodeRefused:
                self._density = Density()
        logs = await self._node.logs_in(headers, self.prover.addresses)
        return await self.prover.prove(headers, by_block(logs))

    async def _headers(self, first: BlockNumber, last: BlockNumber) -> list[Header]:
        found: list[Header] = []
        for start in range(first, last + 1, _HEADERS_AT_ONCE):
            end = min(start + _HEADERS_AT_ONCE - 1, last)
            part = await self._node.headers(BlockNumber(start), BlockNumber(end))
            if found and part[0].block.parent_hash != found[-1].block.hash:
                raise ChainMoved("the chain changed while it was read")
            found += part
        return found


def by_block(logs: Sequence[RawLog]) -> dict[Hash32, list[RawLog]]:
    """Logs by the block they are in."""
    found: dict[Hash32, list[RawLog]] = {}
    for log in logs:
        found.setdefault(log.block_hash, []).append(log)
    return found
