"""keccak-256, and the address spelling that needs it."""

from functools import lru_cache

import sha3

from dapp import native
from dapp.domain.types import Address


def _keccak(data: bytes) -> bytes:
    """The keccak-256 hash of `data`, 32 bytes."""
    digest: bytes = sha3.keccak_256(data).digest()
    return digest


keccak = native.keccak or _keccak
"""The keccak-256 hash of some bytes, 32 bytes."""


@lru_cache(maxsize=65_536)
def checksummed(address: bytes) -> Address:
    """The text of 20 bytes with the checksum of EIP-55."""
    plain = address.hex()
    marks = keccak(plain.encode()).hex()
    spelled = (
        letter.upper() if int(mark, 16) >= 8 else letter
        for letter, mark in zip(plain, marks, strict=False)
    )
    return Address("0x" + "".join(spelled))
