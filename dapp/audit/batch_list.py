"""All batches of one sender, proven complete at a block: `redress anchored bundle` writes it.

One JSON file in canonical form (keys in order, no spaces). What proves it is the word that the
anchor keeps for the sender: its events, folded in order, give that word, each with its time. So
none is missing, added or at another time (docs/audit.md, *Receipts*).
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from dapp.audit import slots
from dapp.audit.format import Block, Chain, Contract, HexAddress, HexBytes, HexHash, Number
from dapp.audit.headers import read
from dapp.audit.state import Nodes, account, storage
from dapp.chain.keccak import checksummed, keccak
from dapp.domain import trail
from dapp.domain.anchoring import MAX_LEAVES, Batch
from dapp.domain.types import (
    BlockNumber,
    ChainId,
    Digest,
    Hash32,
    UnixTime,
    hash32,
    raw,
    word,
)
from dapp.errors import Unproven

SCHEMA = "redress-batches/1"
MAX_BYTES = 256 << 20
ANCHORED = keccak(b"Anchored(address,bytes32,uint32,bytes32)")
"""topic0."""


class AnchoredEvent(Struct, frozen=True, forbid_unknown_fields=True):
    """A batch; `time` is when it was anchored, Unix seconds."""

    digest: HexHash
    leaves: Annotated[int, Meta(ge=1, le=MAX_LEAVES)]
    root: HexHash
    time: Number


class BatchList(Struct, frozen=True, forbid_unknown_fields=True):
    """The file. `nodes` go up by their keccak-256, and each is needed; `leaf` is the receipt's."""

    anchor: Contract
    batches: list[AnchoredEvent]
    block: Block
    chain: Chain
    header: HexBytes
    leaf: HexHash
    nodes: list[HexBytes]
    schema: Literal["redress-batches/1"]
    sender: HexAddress


@dataclass(frozen=True, slots=True)
class Listed:
    """What is proven.

    Attributes:
        now: the trusted block's time.
        batches: all that the sender anchored up to then.
        is_spent: whether the leaf was opened, or taken back by its customer.
    """

    block: BlockNumber
    now: UnixTime
    batches: tuple[Batch, ...]
    is_spent: bool


_decoder = msgspec.json.Decoder(BatchList)
_encoder = msgspec.json.Encoder(order="sorted")


def write(found: BatchList) -> bytes:
    """The file."""
    return _encoder.encode(found)


def decode(data: bytes) -> BatchList:
    """What a file says; nothing of it is proven. Raises Unproven."""
    try:
        found = _decoder.decode(data) if len(data) <= MAX_BYTES else None
    except msgspec.DecodeError as error:
        raise _unproven(f"the list of batches is not what it must be: {error}") from error
    if found is None or write(found) != data:
        raise _unproven("the list of batches is too long, or not in its canonical form")
    return found


def prove(found: BatchList, block_hash: Hash32) -> Listed:
    """The sender's batches as of the block that the reader trusts. Raises Unproven."""
    try:
        return _proven(found, block_hash)
    except ValueError as error:
        raise _unproven(f"the list of batches is not proven: {error}") from error


def _proven(found: BatchList, block_hash: Hash32) -> Listed:
    encoded = raw(found.header)
    trusted = read(encoded)
    named = (found.block.number, found.block.hash)
    if keccak(encoded) != raw(block_hash) or named != (trusted.number, block_hash):
        raise ValueError("it was made at another block than the trusted one")
    nodes = Nodes([raw(node) for node in found.nodes])
    held = account(nodes, trusted.state_root, raw(found.anchor.address))
    if held.code_hash != raw(found.anchor.code_hash):
        raise ValueError("the anchor has other code")
    sender = int(found.sender, 16)
    said = storage(nodes, held.storage_root, slots.anchor_trail(sender))
    spent = storage(nodes, held.storage_root, slots.spent_leaf(int(found.leaf, 16)))
    if not nodes.all_used:
        raise ValueError("there are nodes that no proof needs")
    if _folded(found) != said:
        raise ValueError("a batch is missing, added, changed or at another time")
    return Listed(trusted.number, trusted.time, _batches(found), bool(spent))


def _folded(found: BatchList) -> int:
    """The sender's word by these events; 0 without one."""
    if not found.batches:
        return 0
    sender, anchor = checksummed(raw(found.sender)), checksummed(raw(found.anchor.address))
    chain = _chain(found)
    value = trail.genesis(keccak, chain, anchor, int(found.sender, 16))
    for one in found.batches:
        words = word(int(sender, 16)) + raw(one.root) + word(one.leaves) + raw(one.digest)
        value = trail.fold(keccak, value, hash32(ANCHORED), words, sender, UnixTime(one.time))
    return int(value, 16)


def _batches(found: BatchList) -> tuple[Batch, ...]:
    return tuple(
        Batch(
            sender=checksummed(raw(found.sender)),
            chain_id=_chain(found),
            root=Hash32(one.root),
            number=number,
            leaves=one.leaves,
            digest=Digest(one.digest),
            anchored_at=UnixTime(one.time),
            block=BlockNumber(0),
            transaction=hash32(bytes(32)),
        )
        for number, one in enumerate(found.batches, 1)
    )


def _chain(found: BatchList) -> ChainId:
    return ChainId(int(found.chain.partition(":")[2]))


def _unproven(message: str) -> Unproven:
    return Unproven(message, code="unproven")
