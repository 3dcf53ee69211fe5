"""Block headers: read from a node's answer, encoded again and checked against their hash.

The encoding is that of the execution specification: RLP of the fields in order, later forks' at
the end; the block's hash is its keccak.
"""

from dataclasses import dataclass
from typing import Any

from dapp.chain.fast_rlp import sequence, string
from dapp.chain.keccak import keccak
from dapp.domain.events import Block
from dapp.domain.types import BlockNumber, Hash32, UnixTime, hash32, raw
from dapp.errors import IntegrityBroken, NodeUnavailable

# Name in JSON-RPC, and whether it is a number (encoded without leading zeros) or fixed bytes.
_FIELDS = (
    ("parentHash", False),
    ("sha3Uncles", False),
    ("miner", False),
    ("stateRoot", False),
    ("transactionsRoot", False),
    ("receiptsRoot", False),
    ("logsBloom", False),
    ("difficulty", True),
    ("number", True),
    ("gasLimit", True),
    ("gasUsed", True),
    ("timestamp", True),
    ("extraData", False),
    ("mixHash", False),
    ("nonce", False),
)
# Each fork added to the end: London, Shanghai, Cancun (three), Prague.
_LATER_FIELDS = (
    ("baseFeePerGas", True),
    ("withdrawalsRoot", False),
    ("blobGasUsed", True),
    ("excessBlobGas", True),
    ("parentBeaconBlockRoot", False),
    ("requestsHash", False),
)
# What is kept of it. The hash binds the bytes, of whatever sizes a node makes up.
_HASHES = ("parentHash", "receiptsRoot", "mixHash", "stateRoot")
_MOST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Header:
    """A header whose bytes hash to the block's hash.

    Attributes:
        encoded: its RLP, which is the court's proof of `mix_hash`.
        mix_hash: the RANDAO value (EIP-4399).
        state_root: of the trie of accounts.
    """

    block: Block
    encoded: bytes
    mix_hash: Hash32
    logs_bloom: bytes
    state_root: Hash32


def read(answer: dict[str, Any]) -> Header:
    """Make a header of what `eth_getBlockBy…` answers.

    Raises:
        NodeUnavailable: the answer is not a block.
        IntegrityBroken: its fields do not hash to the hash it claims.
    """
    try:
        encoded = encode(answer)
        claimed = bytes.fromhex(answer["hash"][2:])
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        raise NodeUnavailable("the node's answer is not a block") from error
    number = BlockNumber(int(answer["number"], 16))
    if keccak(encoded) != claimed:
        raise IntegrityBroken(
            f"the header of block {number} does not hash to the hash that the node gives it",
            remedy="Use a node of a chain with Ethereum's headers, and one that does not lie",
            fields={"block": number, "claimed": hash32(claimed)},
        )
    timestamp = UnixTime(int(answer["timestamp"], 16))
    if max(number, timestamp) > _MOST or any(len(raw(answer[name])) != 32 for name in _HASHES):
        raise NodeUnavailable("the node's answer is not a block")
    return Header(
        block=Block(
            number=number,
            hash=hash32(claimed),
            parent_hash=Hash32(answer["parentHash"]),
            receipts_root=Hash32(answer["receiptsRoot"]),
            timestamp=timestamp,
        ),
        encoded=encoded,
        mix_hash=Hash32(answer["mixHash"]),
        logs_bloom=bytes.fromhex(answer["logsBloom"][2:]),
        state_root=Hash32(answer["stateRoot"]),
    )


def encode(answer: dict[str, Any]) -> bytes:
    """The RLP of what `eth_getBlockBy…` answers."""
    fields = [_item(answer[name], number) for name, number in _FIELDS]
    for name, number in _LATER_FIELDS:
        if answer.get(name) is None:
            break
        fields.append(_item(answer[name], number))
    return sequence(b"".join(fields))


def _item(value: str, number: bool) -> bytes:
    if not number:
        return string(bytes.fromhex(value[2:]))
    integer = int(value, 16)
    return string(integer.to_bytes((integer.bit_length() + 7) // 8, "big"))
