"""Ids and units. Text forms are canonical: addresses with their EIP-55 checksum, hashes lower."""

from collections.abc import Callable
from typing import NewType

Wei = NewType("Wei", int)
UnixTime = NewType("UnixTime", int)
"""Seconds."""
BlockNumber = NewType("BlockNumber", int)
BasisPoints = NewType("BasisPoints", int)
"""0 to 10 000."""

ChainId = NewType("ChainId", int)
ComplaintId = NewType("ComplaintId", int)
OrganisationId = NewType("OrganisationId", int)
PositionId = NewType("PositionId", int)
DisputeId = NewType("DisputeId", int)
"""The house dispute about a complaint bears the complaint's number."""

Address = NewType("Address", str)
"""0x and 40 hexadecimal digits, with the EIP-55 checksum."""
Hash32 = NewType("Hash32", str)
"""0x and 64 lower-case hexadecimal digits."""
Digest = NewType("Digest", str)
"""A `Hash32` that is the SHA-256 of a manifest; `NO_DIGEST` where none was given."""

Keccak = Callable[[bytes], bytes]
"""keccak-256; passed in, since the standard library has none."""

ZERO_HASH = Hash32("0x" + "00" * 32)
NO_DIGEST = Digest(ZERO_HASH)
NO_ACCOUNT = Address("0x" + "00" * 20)
NATIVE_COIN = NO_ACCOUNT

NOTHING = Wei(0)
ALL = BasisPoints(10_000)


def caip2(chain_id: ChainId) -> str:
    """The chain's name by CAIP-2, such as `eip155:31337`."""
    return f"eip155:{chain_id}"


def hash32(value: bytes) -> Hash32:
    """The text of 32 bytes."""
    return Hash32("0x" + value.hex())


def raw(value: str) -> bytes:
    """The bytes of a 0x… text."""
    return bytes.fromhex(value[2:])


def word(value: int) -> bytes:
    """An ABI word: 32 bytes, big-endian, two's complement for a negative number."""
    return (value % (1 << 256)).to_bytes(32, "big")
