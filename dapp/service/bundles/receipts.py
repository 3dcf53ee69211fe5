"""Finds the receipts that logs rest on, and proves them by their blocks' headers."""

import asyncio
from collections.abc import Collection, Sequence

from dapp.audit.format import Place
from dapp.chain.headers import Header
from dapp.chain.keccak import keccak
from dapp.chain.node import Node
from dapp.domain.events import RawLog
from dapp.domain.types import Address, BlockNumber, Hash32
from dapp.errors import ChainMoved, IntegrityBroken, NodeRefused
from dapp.service.bundles.state import Nodes

_AT_ONCE = 8


class Receipts:
    """Receipts of one chain.

    Args:
        node: asked for headers and receipts.
        addresses: of the contracts.
        nodes: gets the tries' nodes.

    Attributes:
        headers: of the blocks that receipts were proven in.
    """

    def __init__(self, node: Node, addresses: Collection[Address], nodes: Nodes) -> None:
        self._node = node
        self._addresses = addresses
        self._nodes = nodes
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self.headers: dict[BlockNumber, Header] = {}

    async def places(self, logs: Sequence[RawLog]) -> dict[tuple[int, int], Place]:
        """Where each log's receipt is, by block and index; proven to hold that very log.

        Raises:
            ChainMoved: the node is on another branch than the index.
            NodeRefused: `node-without-receipts`.
            IntegrityBroken: what the node gives is not what the header stands for, or not what is
                indexed.
        """
        by_block: dict[Hash32, list[RawLog]] = {}
        for log in logs:
            by_block.setdefault(log.block_hash, []).append(log)
        found = await asyncio.gather(*(self._of_block(one) for one in by_block.values()))
        return {key: place for places in found for key, place in places.items()}

    async def _of_block(self, logs: Sequence[RawLog]) -> dict[tuple[int, int], Place]:
        async with self._turns:
            header = await self._header(logs[0])
            transactions = {log.transaction_index for log in logs}
            try:
                proof = await self._node.prove(header, self._addresses, transactions)
            except NodeRefused as error:
                raise _refusal(error, header) from error
        if not set(logs) <= set(proof.logs):
            raise IntegrityBroken(
                f"block {header.block.number} does not have the events that are indexed",
                remedy="Run 'redress index verify'",
                code="index-differs",
                fields={"block": header.block.number},
            )
        self._nodes.update((keccak(node), node) for node in proof.nodes)
        return {
            (log.block_number, log.log_index): Place(
                block=log.block_number,
                log=log.log_index - proof.firsts[log.transaction_index],
                transaction=log.transaction_index,
            )
            for log in logs
        }

    async def _header(self, log: RawLog) -> Header:
        number = log.block_number
        if number not in self.headers:
            found = await self._node.header_at(number)
            if found.block.hash != log.block_hash:
                raise ChainMoved(f"the node and the index have different blocks {number}")
            self.headers[number] = found
        return self.headers[number]


def _refusal(error: NodeRefused, header: Header) -> NodeRefused:
    number = header.block.number
    return NodeRefused(
        f"the node does not give the receipts of block {number}",
        remedy="Use a node that has eth_getBlockReceipts and keeps old receipts",
        code="node-without-receipts",
        fields={**error.fields, "block": number, "said": error.message},
    )
