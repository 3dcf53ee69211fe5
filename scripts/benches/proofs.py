"""Proofs to make and to verify: of receipts in a full block, and of words of storage."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dapp.audit import headers as audited
from dapp.audit import mpt, slots
from dapp.audit.receipts import Receipts
from dapp.audit.state import Nodes
from dapp.chain import encode, headers, receipts
from dapp.chain.fast_rlp import string
from dapp.chain.headers import Header
from dapp.chain.keccak import keccak
from dapp.chain.node import Node
from dapp.chain.receipts import Receipt
from dapp.chain.rpc import Rpc
from dapp.domain.events import DESK, ESCROW
from dapp.domain.types import Address, ComplaintId, OrganisationId, hash32, raw, word
from tests.world import World

RECEIPTS = 300
"""In the block: about what a block of Ethereum's has."""
_GAS = 200_000
_WEI = 10**15


@dataclass(frozen=True)
class Proof:
    """One key of a trie.

    Attributes:
        nodes: RLP, from the root down.
    """

    root: bytes
    key: bytes
    value: bytes
    nodes: Sequence[bytes]


@dataclass(frozen=True)
class Block:
    """A block each of whose transactions has one event of ours.

    Attributes:
        answer: what the node says of its receipts.
    """

    header: Header
    answer: Sequence[Receipt]
    addresses: Sequence[Address]


def full_block(world: World, house: OrganisationId) -> Block:
    """Mine a block of `RECEIPTS` payments."""
    first = int(world.rpc("eth_getTransactionCount", world.customer, "latest"), 16)
    world.rpc("evm_setAutomine", False)
    try:
        sent = [_payment(world, house, first + place) for place in range(RECEIPTS)]
        world.rpc_batch([("eth_sendTransaction", [one]) for one in sent])
        world.rpc("evm_mine")
    finally:
        world.rpc("evm_setAutomine", True)
    header = headers.read(world.rpc("eth_getBlockByNumber", "latest", False))

    async def work() -> list[Receipt]:
        async with Rpc(world.url) as rpc:
            return await rpc.call(list[Receipt], "eth_getBlockReceipts", header.block.hash)

    answer = asyncio.run(work())
    if len(answer) != RECEIPTS:
        raise RuntimeError(f"the block has {len(answer)} receipts instead of {RECEIPTS}")
    return Block(header, answer, [world.contracts[ESCROW]])


def _payment(world: World, house: OrganisationId, nonce: int) -> dict[str, str]:
    data = encode.calldata(ESCROW, "pay", (house, 1, hash32(keccak(b"full" + word(nonce)))))
    return {
        "from": world.customer,
        "to": world.contracts[ESCROW],
        "data": "0x" + data.hex(),
        "gas": hex(_GAS),
        "nonce": hex(nonce),
        "value": hex(_WEI),
    }


def prove(block: Block, events: int = RECEIPTS) -> float:
    """Seconds for each of the first events, of what a node has answered."""
    began = time.perf_counter()
    proof = receipts.prove(block.answer, block.header, block.addresses, range(events))
    assert len(proof.logs) == RECEIPTS
    return (time.perf_counter() - began) / events


def verify(block: Block) -> float:
    """Seconds for each event, from the bytes of header and nodes to its address, topics, data."""
    proof = receipts.prove(block.answer, block.header, block.addresses, range(RECEIPTS))
    nodes = sorted(proof.nodes, key=keccak)
    began = time.perf_counter()
    header = audited.read(block.header.encoded)
    proven = Receipts(Nodes(nodes))
    for log in proof.logs:
        place = log.log_index - proof.firsts[log.transaction_index]
        content = proven.log(header, log.transaction_index, place)
        if content != (raw(log.address), log.topics, log.data):
            raise RuntimeError("a receipt has another log")
    return (time.perf_counter() - began) / len(proof.logs)


def sizes(block: Block) -> Mapping[str, float]:
    """Bytes of proof for an event (header and nodes), where a block has many of ours, or one."""

    def of(transactions: int) -> float:
        made = receipts.prove(block.answer, block.header, block.addresses, range(transactions))
        return in_bundle([block.header.encoded, *made.nodes]) / transactions

    return {"in_full_block": of(RECEIPTS), "alone_in_block": of(1)}


def in_bundle(encoded: Iterable[bytes]) -> int:
    """What headers or nodes take in `bundle.json`: hexadecimal, with `0x`, quotes and comma."""
    return sum(2 * len(one) + 5 for one in encoded)


def of_receipts(block: Block) -> list[Proof]:
    """One proof for each receipt."""
    made = receipts.prove(block.answer, block.header, block.addresses, range(RECEIPTS))
    by_hash = {keccak(node): node for node in made.nodes}
    keys = [string(n.to_bytes((n.bit_length() + 7) // 8, "big")) for n in range(RECEIPTS)]
    return [_proof(by_hash, raw(block.header.block.receipts_root), key) for key in keys]


def of_words(world: World) -> list[Proof]:
    """One proof for the trail of each complaint, of as many at the most."""
    count = min(RECEIPTS, world.call(DESK, "complaintCount"))
    block = world.header(world.block_number()).block.hash
    wanted = [slots.complaint_trail(ComplaintId(number)) for number in range(1, count + 1)]

    async def work() -> list[list[bytes]]:
        async with Rpc(world.url) as rpc:
            _, given = await Node(rpc).proof(world.contracts[DESK], wanted, block)
            return given

    given = asyncio.run(work())
    root = keccak(given[0][0])
    by_hash = {keccak(node): node for nodes in given for node in nodes}
    return [_proof(by_hash, root, keccak(slot)) for slot in wanted]


def _proof(by_hash: Mapping[bytes, bytes], root: bytes, key: bytes) -> Proof:
    found = mpt.prove(by_hash, root, key)
    if found.value is None:
        raise RuntimeError("there is nothing to prove")
    return Proof(root, key, found.value, [by_hash[name] for name in found.nodes])
