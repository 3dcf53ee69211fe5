"""What a node proves of a sender's batches, for whoever holds one of its receipts."""

import msgspec

from dapp.audit import batch_list, slots
from dapp.audit.batch_list import AnchoredEvent, BatchList
from dapp.audit.format import Block, Contract
from dapp.audit.promise import Promise
from dapp.chain import encode
from dapp.chain.headers import Header
from dapp.chain.keccak import keccak
from dapp.chain.node import Node
from dapp.domain.events import ANCHOR, FORWARDER
from dapp.domain.signing import struct_hash
from dapp.domain.types import BlockNumber, Hash32, caip2, raw, word
from dapp.errors import NodeRefused, NodeUnavailable, Unproven
from dapp.service.bundles.state import Nodes, State

_AT_ONCE = 10_000
"""Blocks in one question."""


class _Log(msgspec.Struct, rename="camel"):
    topics: list[str]
    data: str
    block_number: str


class Promises:
    """Asks a node about a receipt, at its latest final block or at its head."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def header(self, *, final: bool) -> Header:
        """The block to judge at; the head where the node knows no final block."""
        number = await self._node.finalized() if final else None
        return await (self._node.head() if number is None else self._node.header_at(number))

    async def gather(self, promise: Promise, header: Header, first: BlockNumber) -> BatchList:
        """The sender's batches from block `first` on, with what proves that they are all.

        Raises NodeRefused, NodeUnavailable; Unproven where there is no such contract.
        """
        said, nodes = promise.receipt, Nodes()
        state = State(self._node, header, nodes)
        account = await state.account(said.anchor)
        if account is None:
            raise Unproven(f"there is no contract at {said.anchor}", code="unproven")
        sender, leaf = int(said.sender, 16), int(said.leaf, 16)
        await state.words(said.anchor, [slots.anchor_trail(sender), slots.spent_leaf(leaf)])
        return BatchList(
            anchor=Contract(said.anchor.lower(), account.code_hash),
            batches=await self._batches(promise, first, header.block.number),
            block=Block(header.block.hash, header.block.number),
            chain=caip2(promise.place.chain_id),
            header="0x" + header.encoded.hex(),
            leaf=said.leaf,
            nodes=["0x" + nodes[name].hex() for name in sorted(nodes)],
            schema="redress-batches/1",
            sender=said.sender.lower(),
        )

    async def is_signed(self, promise: Promise, block: Hash32) -> bool:
        """Whether the anchor's forwarder takes it as the sender's: by key, or ERC-1271."""
        said = promise.receipt
        ask = encode.calldata(ANCHOR, "forwarder", ())
        check = (said.sender, struct_hash(keccak, promise.data), promise.signature)
        try:
            found = await self._node.call(said.anchor, ask, block)
            if found[-20:] != raw(promise.place.forwarder):
                return False
            data = encode.calldata(FORWARDER, "isSigned", check)
            return any(await self._node.call(promise.place.forwarder, data, block))
        except NodeRefused:
            return False

    async def _batches(
        self, promise: Promise, first: BlockNumber, last: BlockNumber
    ) -> list[AnchoredEvent]:
        """None of it is checked here: the sender's word tells what is missing."""
        said = promise.receipt
        topics = ["0x" + batch_list.ANCHORED.hex(), "0x" + word(int(said.sender, 16)).hex()]
        found: list[AnchoredEvent] = []
        for start in range(first, last + 1, _AT_ONCE):
            end = min(start + _AT_ONCE - 1, last)
            which = {"address": said.anchor, "topics": topics}
            which |= {"fromBlock": hex(start), "toBlock": hex(end)}
            logs = await self._node.rpc.call(list[_Log], "eth_getLogs", which)
            found += [await self._event(log) for log in logs]
        return found

    async def _event(self, log: _Log) -> AnchoredEvent:
        try:
            data, number = raw(log.data), BlockNumber(int(log.block_number, 16))
            leaves, digest = int.from_bytes(data[:32], "big"), "0x" + data[32:].hex()
            root = log.topics[2]
        except (IndexError, ValueError) as error:
            raise NodeUnavailable("the node's answer to eth_getLogs makes no sense") from error
        time = (await self._node.header_at(number)).block.timestamp
        return AnchoredEvent(digest, leaves, root, time)
