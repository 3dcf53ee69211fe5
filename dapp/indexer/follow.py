"""Reads from the node what comes after a stored block, on whichever branch the node is."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from dapp.chain.headers import Header
from dapp.chain.node import Node
from dapp.domain.events import Block, RawLog
from dapp.domain.types import Address, BlockNumber
from dapp.errors import ChainMoved, NodeBusy, NodeRefused, NodeUnavailable
from dapp.indexer import plan
from dapp.indexer.plan import Span
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
        logs: our contracts' logs in them, in order.
    """

    fork: BlockNumber | None
    headers: Sequence[Header]
    logs: Sequence[RawLog]


class Follower:
    """Reads segments; remembers what span of blocks the node bears.

    Args:
        node: of the chain.
        spine: the blocks stored so far.
        addresses: of the contracts.
        start: the first block with anything of ours.
    """

    def __init__(
        self, node: Node, spine: EventLog, addresses: Sequence[Address], start: BlockNumber
    ) -> None:
        self._node = node
        self._spine = spine
        self._addresses = addresses
        self._start = start
        self._span = Span()

    async def next(self, at: Checkpoint | None, head: Header) -> Segment:
        """What comes next on the way from the checkpoint to the head.

        Raises:
            ChainMoved: the chain changed meanwhile; ask again.
        """
        following = self._start if at is None else BlockNumber(at.block + 1)
        if not plan.is_far(following, head.block.number):
            return await self._near(at, head)
        fork = None if at is None else await self._fork(at)
        if fork is not None:
            return Segment(fork, [], [])
        return await self._range(following, head.block.number)

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
        return Segment(fork, new, await self._logs_of(new))

    async def _is_stored(self, block: Block) -> bool:
        stored = await self._spine.block(block.number)
        return stored is not None and stored.hash == block.hash

    async def _logs_of(self, headers: Sequence[Header]) -> list[RawLog]:
        found: list[RawLog] = []
        for first in range(0, len(headers), _AT_ONCE):
            asked = headers[first : first + _AT_ONCE]
            answers = await asyncio.gather(
                *(self._node.logs_of(header, self._addresses) for header in asked)
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
        headers = await self._headers(wanted.first, wanted.last)
        while True:
            try:
                logs = await self._node.logs_in(headers, self._addresses)
            except NodeBusy:
                raise
            except (NodeRefused, NodeUnavailable):
                # "Too many results", a time-out, a body cut off: less may do.
                smaller = self._span.shrunk(len(headers))
                if smaller is None:
                    raise
                self._span = smaller
                headers = headers[: smaller.blocks]
                continue
            self._span = self._span.grown(len(logs))
            return Segment(None, headers, logs)

    async def _headers(self, first: BlockNumber, last: BlockNumber) -> list[Header]:
        found: list[Header] = []
        for start in range(first, last + 1, _HEADERS_AT_ONCE):
            end = min(start + _HEADERS_AT_ONCE - 1, last)
            part = await self._node.headers(BlockNumber(start), BlockNumber(end))
            if found and part[0].block.parent_hash != found[-1].block.hash:
                raise ChainMoved("the chain changed while it was read")
            found += part
        return found
