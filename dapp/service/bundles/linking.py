"""Ties headers to the trusted one: by parents, or by what the chain itself remembers (EIP-2935)."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from dapp.audit import slots
from dapp.audit.slots import HISTORY_BLOCKS
from dapp.chain.headers import Header
from dapp.chain.keccak import checksummed
from dapp.chain.node import Node
from dapp.domain.types import BlockNumber, raw
from dapp.errors import ChainMoved, NodeRefused, Refused
from dapp.service.bundles.state import Nodes, State

HISTORY = checksummed(slots.HISTORY_CONTRACT)

_AT_ONCE = 100
_MOST_PARENTS = 20_000
"""Some 12 MB of headers."""


class Linking:
    """Proves that headers are below a trusted one, from the highest down.

    A header that is not the parent of the one before it is proven at the highest one that still
    remembers it: there is no choice, so that the bundle has but one form.

    Args:
        node: asked for headers and proofs.
        state: at the trusted header.
        nodes: gets the nodes of proofs.
    """

    def __init__(self, node: Node, state: State, nodes: Nodes) -> None:
        self._node = node
        self._nodes = nodes
        # None: the node cannot prove what is remembered there.
        self._states: dict[BlockNumber, State | None] = {state.header.block.number: state}
        self._headers = [state.header]
        self._parents = 0
        self._highest = 0

    async def headers(self, wanted: Mapping[BlockNumber, Header]) -> list[Header]:
        """The trusted header, then the wanted ones and those that tie them to it.

        Raises:
            ChainMoved: the chain changed meanwhile.
            Refused: `bundle-too-deep`.
            NodeRefused, IntegrityBroken, Retryable: as `State.fetch`.
        """
        order = [wanted[number] for number in sorted(wanted, reverse=True)]
        await self._prepare(order)
        for header in order:
            await self._reach(header)
        return self._headers

    async def _prepare(self, order: Sequence[Header]) -> None:
        """Ask the trusted block at once for what it will be asked for one by one."""
        top = self._headers[0].block.number
        far = [
            slots.block_hash(lower.block.number)
            for upper, lower in pairwise((self._headers[0], *order))
            if upper.block.number - lower.block.number > 1
            and top - lower.block.number <= HISTORY_BLOCKS
        ]
        state = self._states[top]
        if state is not None:
            await state.fetch(HISTORY, far)

    async def _reach(self, wanted: Header) -> None:
        number = wanted.block.number
        while (lowest := self._headers[-1].block.number) > number:
            # A parent needs no proof, and anything else is shorter by one than by parents.
            if lowest - number > 1 and await self._is_remembered(wanted):
                self._headers.append(wanted)
            elif not await self._hop(number):
                await self._descend(number)
        if self._headers[-1].block.hash != wanted.block.hash:
            raise ChainMoved(f"block {number} is not on the chain of the trusted block")

    async def _is_remembered(self, header: Header) -> bool:
        number = header.block.number
        state = await self._memory(number)
        if state is None:
            return False
        hashed = int.from_bytes(raw(header.block.hash), "big")
        return await state.holds(HISTORY, slots.block_hash(number), hashed)

    async def _memory(self, number: BlockNumber) -> State | None:
        """The state of the highest header that should remember a block."""
        while self._headers[self._highest].block.number > number + HISTORY_BLOCKS:
            self._highest += 1
            if self._highest == len(self._headers):
                self._highest -= 1
                return None
        header = self._headers[self._highest]
        at = header.block.number
        if at not in self._states:
            self._states[at] = State(self._node, header, self._nodes)
        state = self._states[at]
        try:
            if state is not None:
                await state.fetch(HISTORY, [slots.block_hash(number)])
        except NodeRefused:
            state = self._states[at] = None
        return state

    async def _hop(self, number: BlockNumber) -> bool:
        """Go down from the lowest as far as it remembers, if that helps."""
        lowest = self._headers[-1].block.number
        farthest = BlockNumber(lowest - HISTORY_BLOCKS)
        if farthest <= number:
            return False
        header = await self._node.header_at(farthest)
        if not await self._is_remembered(header):
            return False
        self._headers.append(header)
        return True

    async def _descend(self, number: BlockNumber) -> None:
        """Add every parent down to a block."""
        lowest = self._headers[-1].block.number
        self._parents += lowest - number
        if self._parents > _MOST_PARENTS:
            raise Refused(
                f"block {number} is too far below for its receipts to be proven",
                remedy="Use a node that keeps old states: by them the way is short",
                code="bundle-too-deep",
                fields={"block": number},
            )
        first = lowest
        while first > number:
            last = BlockNumber(first - 1)
            first = BlockNumber(max(number, first - _AT_ONCE))
            for header in reversed(await self._node.headers(first, last)):
                if self._headers[-1].block.parent_hash != header.block.hash:
                    raise ChainMoved("the chain changed while it was read")
                self._headers.append(header)
