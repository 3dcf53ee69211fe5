"""What we ask a node, each answer checked against what it must agree with."""

from binascii import unhexlify
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from dapp.chain import headers, receipts
from dapp.chain.headers import Header
from dapp.chain.keccak import checksummed
from dapp.chain.receipts import Proof, Receipt
from dapp.chain.rpc import Rpc
from dapp.domain.events import RawLog
from dapp.domain.types import Address, BlockNumber, ChainId, Hash32, Wei
from dapp.errors import ChainMoved, IntegrityBroken, NodeRefused, NodeUnavailable


class _Log(msgspec.Struct, rename="camel"):
    address: str
    topics: list[str]
    data: str
    block_number: str
    block_hash: str
    transaction_hash: str
    transaction_index: str
    log_index: str
    removed: bool = False


class _StorageProof(msgspec.Struct):
    proof: list[str]


class _StateProof(msgspec.Struct, rename="camel"):
    account_proof: list[str]
    storage_proof: list[_StorageProof]


class Node:
    """A node of one chain.

    Args:
        rpc: how it is reached.
    """

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc

    @property
    def rpc(self) -> Rpc:
        """For questions that one reader alone asks."""
        return self._rpc

    @property
    def received(self) -> int:
        """How many bytes of answers have come so far."""
        return self._rpc.received

    async def chain_id(self) -> ChainId:
        """The chain's id (EIP-155)."""
        return ChainId(int(await self._rpc.call(str, "eth_chainId"), 16))

    async def genesis_hash(self) -> Hash32:
        """The hash of block 0, as the node gives it: genesis headers are of many shapes."""
        answer = await self._rpc.call(dict[str, Any], "eth_getBlockByNumber", "0x0", False)
        return Hash32(answer["hash"])

    async def head(self) -> Header:
        """The latest block."""
        answer = await self._rpc.call(dict[str, Any], "eth_getBlockByNumber", "latest", False)
        return headers.read(answer)

    async def finalized(self, tag: str = "finalized") -> BlockNumber | None:
        """The latest final block's number, or `safe` one's; None where the node knows none."""
        try:
            answer = await self._rpc.maybe(dict[str, Any], "eth_getBlockByNumber", tag, False)
        except NodeRefused:
            return None
        return None if answer is None else BlockNumber(int(answer["number"], 16))

    async def header(self, block: Hash32) -> Header:
        """The header of the block with that hash.

        Raises:
            ChainMoved: the node does not know it (any more).
            IntegrityBroken: the node answered with another block.
        """
        answer = await self._rpc.maybe(dict[str, Any], "eth_getBlockByHash", block, False)
        if answer is None:
            raise ChainMoved("the node no longer has a block that it named")
        found = headers.read(answer)
        if found.block.hash != block:
            raise IntegrityBroken("the node answered with another block than it was asked for")
        return found

    async def header_at(self, number: BlockNumber) -> Header:
        """The header of a block by its number. Raises ChainMoved where the chain is shorter."""
        return (await self.headers(number, number))[0]

    async def headers(self, first: BlockNumber, last: BlockNumber) -> list[Header]:
        """The headers from `first` to `last`, each the parent of the next.

        Raises:
            ChainMoved: one is missing, or they do not link.
        """
        calls = [
            ("eth_getBlockByNumber", (hex(number), False)) for number in range(first, last + 1)
        ]
        answers = await self._rpc.batch(dict[str, Any], calls)
        found = [headers.read(answer) for answer in answers if answer is not None]
        if [header.block.number for header in found] != list(range(first, last + 1)):
            raise ChainMoved("the node does not have every block that was asked for")
        for parent, child in pairwise(found):
            if child.block.parent_hash != parent.block.hash:
                raise ChainMoved("the chain changed while it was read")
        return found

    async def logs_of(self, header: Header, addresses: Sequence[Address]) -> list[RawLog]:
        """The logs of some contracts in one block (EIP-234), in order.

        Raises:
            ChainMoved: the node does not know the block any more.
        """
        which = {"blockHash": header.block.hash, "address": list(addresses)}
        try:
            return await self._logs(which, [header])
        except NodeRefused:
            # Nodes have many words for a block that is gone: asked for it, they all give null.
            await self.header(header.block.hash)
            raise

    async def logs_in(self, blocks: Sequence[Header], addresses: Sequence[Address]) -> list[RawLog]:
        """The logs of some contracts in linked blocks without gaps, in order."""
        first, last = blocks[0].block.number, blocks[-1].block.number
        which = {"fromBlock": hex(first), "toBlock": hex(last), "address": list(addresses)}
        return await self._logs(which, blocks)

    async def _logs(self, which: dict[str, Any], blocks: Sequence[Header]) -> list[RawLog]:
        answer = await self._rpc.maybe(list[_Log], "eth_getLogs", which)
        if answer is None:
            raise ChainMoved("the node no longer has a block that it named")
        by_hash = {header.block.hash: header for header in blocks}
        found = [_raw(log, by_hash) for log in answer if not log.removed]
        places = [(log.block_number, log.log_index) for log in found]
        if len(set(places)) != len(places):
            raise IntegrityBroken("the node gave a log twice")
        asked = set(which["address"])
        if any(log.address not in asked for log in found):
            raise IntegrityBroken("the node gave a log of a contract that was not asked for")
        return sorted(found, key=lambda log: (log.block_number, log.log_index))

    async def receipts(
        self, blocks: Sequence[Header], addresses: Collection[Address]
    ) -> list[list[RawLog] | None]:
        """The logs of some contracts in each of the blocks, proven by its header, in order.

        None stands for a block that the node does not know (any more). All in one request.

        Raises:
            IntegrityBroken: they are not what the header stands for.
            NodeRefused: the node has no `eth_getBlockReceipts`, or does not give these.
        """
        answers = await self._rpc.batch(
            msgspec.Raw,
            [("eth_getBlockReceipts", (header.block.hash,)) for header in blocks],
        )
        return [
            None if answer is None else receipts.read_answer(answer, header, addresses)
            for header, answer in zip(blocks, answers, strict=True)
        ]

    async def prove(
        self, header: Header, addresses: Collection[Address], transactions: Collection[int]
    ) -> Proof:
        """The logs of some contracts in a block, and the proof of some transactions' receipts.

        Raises:
            ChainMoved: the node does not know the block (any more).
            IntegrityBroken, NodeRefused: as `receipts`.
        """
        answer = await self._rpc.maybe(list[Receipt], "eth_getBlockReceipts", header.block.hash)
        if answer is None:
            raise ChainMoved("the node no longer has a block that it named")
        return receipts.prove(answer, header, addresses, transactions)

    async def proof(
        self, address: Address, slots: Sequence[bytes], block: Hash32
    ) -> tuple[list[bytes], list[list[bytes]]]:
        """What proves an account, and some words of its storage, at a block (EIP-1186).

        Args:
            slots: 32 bytes each.

        Returns:
            Nodes of tries as the node gives them, of the account and of each slot in their order;
            nothing of it is checked.

        Raises:
            NodeRefused: it gives no proofs, or none for that block.
        """
        keys = ["0x" + slot.hex() for slot in slots]
        at = {"blockHash": block}
        answer = await self._rpc.call(_StateProof, "eth_getProof", address, keys, at)
        if len(answer.storage_proof) != len(slots):
            raise NodeUnavailable("the node left words of storage unproven")
        try:
            # In the order that was asked for: what each proves is for the reader to find out.
            storage = [_bytes_of(one.proof) for one in answer.storage_proof]
            return _bytes_of(answer.account_proof), storage
        except ValueError as error:
            raise NodeUnavailable("the node's answer to eth_getProof makes no sense") from error

    async def bloom_of(self, header: Header) -> bytes | None:
        """The bloom that a block should have by its proven receipts; None as in `receipts`."""
        answer = await self._rpc.maybe(list[Receipt], "eth_getBlockReceipts", header.block.hash)
        if answer is None:
            return None
        receipts.read(answer, header, ())
        return receipts.bloom_of(answer)

    async def call(self, to: Address, data: bytes, block: Hash32) -> bytes:
        """Call a contract at a block (EIP-1898).

        Raises:
            NodeRefused: it reverted, or the node cannot answer for that block.
        """
        return (await self.calls([(to, data)], block))[0]

    async def calls(self, which: Sequence[tuple[Address, bytes]], block: Hash32) -> list[bytes]:
        """Make several calls at a block in one request; the answers in the same order."""
        at = {"blockHash": block}
        answers = await self._rpc.batch(
            str,
            [("eth_call", ({"to": to, "data": "0x" + data.hex()}, at)) for to, data in which],
        )
        return [bytes.fromhex((answer or "0x")[2:]) for answer in answers]

    async def balance(self, account: Address, block: Hash32) -> Wei:
        """What an account has of the native coin at a block. Raises as `call`."""
        at = {"blockHash": block}
        return Wei(int(await self._rpc.call(str, "eth_getBalance", account, at), 16))

    async def simulate(self, sender: Address, to: Address, data: bytes, value: int) -> bytes:
        """What a transaction would answer at the latest block.

        Raises:
            NodeRefused: it would fail; `fields["data"]` is what it reverted with, if anything.
        """
        call = {"from": sender, "to": to, "data": "0x" + data.hex(), "value": hex(value)}
        return await self.answer(call)

    async def answer(self, call: Mapping[str, str]) -> bytes:
        """What a call answers at the latest block; without `to` its data are run as a constructor.

        Raises as `simulate`.
        """
        text = await self._rpc.call(str, "eth_call", call, "latest")
        try:
            return unhexlify(text[2:])
        except ValueError as error:
            raise NodeUnavailable("the node's answer to eth_call makes no sense") from error

    async def code(self, address: Address) -> bytes:
        """The code at an address; empty where there is none."""
        return bytes.fromhex((await self._rpc.call(str, "eth_getCode", address, "latest"))[2:])


def _bytes_of(nodes: Sequence[str]) -> list[bytes]:
    return [unhexlify(node[2:]) for node in nodes]


def _raw(log: _Log, blocks: dict[Hash32, Header]) -> RawLog:
    header = blocks.get(Hash32(log.block_hash))
    try:
        if header is None or int(log.block_number, 16) != header.block.number:
            raise ChainMoved("the node gave a log of another block than was asked for")
        topics = tuple([unhexlify(topic[2:]) for topic in log.topics])
        if len(topics) > 4 or any(len(topic) != 32 for topic in topics):
            raise ValueError("topics are up to four words")
        # By position: names would take half as long again.
        return RawLog(
            checksummed(unhexlify(log.address[2:])),
            topics,
            unhexlify(log.data[2:]),
            header.block.number,
            header.block.hash,
            header.block.timestamp,
            Hash32(log.transaction_hash),
            int(log.transaction_index, 16),
            int(log.log_index, 16),
        )
    except ValueError as error:
        raise NodeUnavailable("the node's answer to eth_getLogs makes no sense") from error
