"""Which block a bundle is made at."""

from dataclasses import dataclass

from dapp.chain.headers import Header
from dapp.chain.node import Node
from dapp.domain.types import Address, BlockNumber
from dapp.errors import ChainMoved, InvalidInput, NodeRefused, Retryable
from dapp.service.bundles.asked import FINALIZED, LATEST, At
from dapp.service.bundles.state import Nodes, State
from dapp.store.histories import Histories
from dapp.store.views import Head


@dataclass(frozen=True, slots=True)
class Chosen:
    """The block, which both the index and the node have.

    Attributes:
        why: in words, such as `the newest final block`.
    """

    header: Header
    why: str


class Choosing:
    """Finds blocks that the index knows and whose state the node still has.

    Args:
        index: as it is at one moment.
        node: asked for headers and proofs.
        desk: an account that is there from the first block of ours on.
    """

    def __init__(self, index: Histories, node: Node, desk: Address) -> None:
        self._index = index
        self._node = node
        self._desk = desk

    async def choose(self, at: At) -> Chosen:
        """The block that is asked for.

        Raises:
            InvalidInput: `block-not-indexed`.
            NodeRefused: the node has no such block's state, or knows no final block.
            ChainMoved: node and index are on different branches.
            Retryable: nothing is indexed yet.
        """
        head = await self._index.head()
        if head is None:
            raise Retryable(
                "nothing is indexed yet", remedy="Try again in a moment", code="index-empty"
            )
        if at == LATEST:
            return Chosen(await self._proven(head.block_number), "the newest indexed block")
        if at == FINALIZED:
            return await self._final(head)
        if at is not None:
            return Chosen(await self._proven(BlockNumber(int(at))), "the block that was asked for")
        try:
            return await self._final(head)
        except (InvalidInput, NodeRefused) as error:
            header = await self._proven(head.block_number)
            return Chosen(header, f"the newest indexed block, since {error.message}")

    async def _final(self, head: Head) -> Chosen:
        final = await self._node.finalized()
        if final is None:
            raise NodeRefused("the node names no final block", code="node-without-finality")
        if final <= head.block_number:
            return Chosen(await self._proven(final), "the newest final block")
        header = await self._proven(head.block_number)
        return Chosen(header, f"the newest indexed block; block {final} is final")

    async def _proven(self, number: BlockNumber) -> Header:
        """The header, once the node has shown that it has the state."""
        stored = await self._index.block(number)
        if stored is None:
            raise InvalidInput(
                f"block {number} is not indexed",
                remedy="Ask for one from the contracts' deployment to the index's head",
                code="block-not-indexed",
                fields={"field": "block", "block": number},
            )
        header = await self._node.header_at(number)
        if header.block.hash != stored.hash:
            raise ChainMoved(f"the node and the index have different blocks {number}")
        await State(self._node, header, Nodes()).account(self._desk)
        return header
