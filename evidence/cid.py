"""Content identifiers (github.com/multiformats/cid), versions 0 and 1.

Parsing is strict: what parses, prints back to the very same text or bytes.
"""

import base64
import hashlib
from dataclasses import dataclass
from typing import Literal

from evidence.errors import BlockMismatch, CidInvalid, HashUnsupported
from evidence.wire import decode_varint, encode_varint

RAW, DAG_PB, DAG_CBOR = 0x55, 0x70, 0x71
IDENTITY, SHA2_256, SHA2_512 = 0x00, 0x12, 0x13

MAX_DIGEST_BYTES = 128
MAX_TEXT_CHARS = 512

HASHES = frozenset({IDENTITY, SHA2_256, SHA2_512})
"""What can be checked here; others are parsed and printed only."""
_DIGEST_BYTES = {SHA2_256: 32, SHA2_512: 64}
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_V0_PREFIX = bytes([SHA2_256, 32])

Base = Literal["base16", "base32", "base58btc"]


@dataclass(frozen=True, slots=True)
class CID:
    """`str()` is base32 for version 1 and base58btc for version 0; `bytes()` is the binary form."""

    version: int
    codec: int
    """Multicodec of the block: RAW, DAG_PB, or another that is carried but not understood."""
    hash_code: int
    digest: bytes

    @property
    def multihash(self) -> bytes:
        return encode_varint(self.hash_code) + encode_varint(len(self.digest)) + self.digest

    def __bytes__(self) -> bytes:
        if self.version == 0:
            return self.multihash
        return encode_varint(self.version) + encode_varint(self.codec) + self.multihash

    def __str__(self) -> str:
        return self.encode("base58btc" if self.version == 0 else "base32")

    def encode(self, base: Base) -> str:
        """Raises CidInvalid for a version 0 in anything but base58btc: it has no other form."""
        binary = bytes(self)
        if self.version == 0 and base != "base58btc":
            raise CidInvalid("a CIDv0 is written in base58btc only", base=base)
        if base == "base16":
            return "f" + binary.hex()
        if base == "base32":
            return "b" + base64.b32encode(binary).decode().lower().rstrip("=")
        return ("" if self.version == 0 else "z") + _base58_encode(binary)

    def verify(self, block: bytes) -> None:
        """Raises BlockMismatch unless `block` is what this CID names."""
        if hash_of(self.hash_code, block, cid=self) != self.digest:
            raise BlockMismatch(f"block does not hash to {self}", cid=str(self), bytes=len(block))


def hash_of(hash_code: int, block: bytes, cid: CID) -> bytes:
    """The digest of `block`; `cid` is named in the HashUnsupported raised for other functions."""
    if hash_code == SHA2_256:
        return hashlib.sha256(block).digest()
    if hash_code == SHA2_512:
        return hashlib.sha512(block).digest()
    if hash_code == IDENTITY:
        return block
    raise HashUnsupported(f"hash function {hash_code:#x} of {cid}", cid=str(cid), hash=hash_code)


def digest_to_cid(digest: bytes) -> CID:
    """SHA-256 (32 bytes) to the CID of that raw block: `01 55 12 20 ‖ digest`."""
    if len(digest) != 32:
        raise CidInvalid(f"a SHA-256 digest has 32 bytes, not {len(digest)}", bytes=len(digest))
    return CID(1, RAW, SHA2_256, bytes(digest))


def cid_of(codec: int, block: bytes) -> CID:
    """Version 1, SHA-256."""
    return CID(1, codec, SHA2_256, hashlib.sha256(block).digest())


def parse_cid(text: str) -> CID:
    """From text in base32 (lower case), base58btc or base16 (lower case). Raises CidInvalid."""
    if not 2 <= len(text) <= MAX_TEXT_CHARS:
        raise CidInvalid("not a CID: length out of range", length=len(text))
    try:
        base, binary = _decode_text(text)
        cid = cid_from_bytes(binary)
        canonical = cid.encode(base)
    except (ValueError, CidInvalid) as error:
        raise CidInvalid(f"not a CID: {error}", text=text) from error
    if canonical != text:
        raise CidInvalid("not a CID: not the canonical spelling", text=text)
    return cid


def cid_from_bytes(data: bytes) -> CID:
    """From the binary form, all of it. Raises CidInvalid."""
    cid, end = read_cid(data, 0)
    if end != len(data):
        raise CidInvalid("bytes left over after the CID", left=len(data) - end)
    return cid


def read_cid(data: bytes, offset: int) -> tuple[CID, int]:
    """The CID at `offset` and the offset after it. Raises CidInvalid."""
    if data[offset : offset + 2] == _V0_PREFIX:
        version, codec, at = 0, DAG_PB, offset
    else:
        try:
            version, at = decode_varint(data, offset)
            codec, at = decode_varint(data, at)
        except ValueError as error:
            raise CidInvalid(f"not a CID: {error}") from error
        if version != 1:
            raise CidInvalid(f"CID version {version}", version=version)
    try:
        hash_code, at = decode_varint(data, at)
        size, at = decode_varint(data, at)
    except ValueError as error:
        raise CidInvalid(f"not a CID: {error}") from error
    if size > MAX_DIGEST_BYTES or size != _DIGEST_BYTES.get(hash_code, size):
        raise CidInvalid(f"digest of {size} bytes for hash {hash_code:#x}", bytes=size)
    if at + size > len(data):
        raise CidInvalid("CID is cut off")
    return CID(version, codec, hash_code, bytes(data[at : at + size])), at + size


def _decode_text(text: str) -> tuple[Base, bytes]:
    if len(text) == 46 and text.startswith("Qm"):
        return "base58btc", _base58_decode(text)
    prefix, body = text[0], text[1:]
    if prefix == "b":
        padding = "=" * (-len(body) % 8)
        return "base32", base64.b32decode(body.upper() + padding)
    if prefix == "z":
        return "base58btc", _base58_decode(body)
    if prefix == "f":
        return "base16", bytes.fromhex(body)
    raise ValueError("unknown multibase prefix")


def _base58_encode(data: bytes) -> str:
    number = int.from_bytes(data, "big")
    out = ""
    while number:
        number, digit = divmod(number, 58)
        out = _BASE58[digit] + out
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + out


def _base58_decode(text: str) -> bytes:
    number = 0
    for char in text:
        number = number * 58 + _BASE58.index(char)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
