"""RLP of bytes alone: the prefixes, for callers that know their items and join them themselves.

The package `rlp` walks and checks every item, which takes longer than to hash a block's receipts.
Yellow paper, appendix B.
"""

# By length, up to 255 bytes: nearly every prefix is one of these.
_STRINGS = tuple(bytes((0x80 + size,)) if size < 56 else bytes((0xB8, size)) for size in range(256))
_LISTS = tuple(bytes((0xC0 + size,)) if size < 56 else bytes((0xF8, size)) for size in range(256))

EMPTY = b"\x80"
"""The encoding of no bytes, and of the number 0."""


def string(data: bytes) -> bytes:
    """A byte string; a number is one without leading zeros."""
    size = len(data)
    if size == 1 and data < b"\x80":
        return data
    return (_STRINGS[size] if size < 256 else _long(0xB7, size)) + data


def sequence(payload: bytes) -> bytes:
    """The list whose items, encoded and joined, are `payload`."""
    size = len(payload)
    return (_LISTS[size] if size < 256 else _long(0xF7, size)) + payload


def _long(base: int, size: int) -> bytes:
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((base + len(length),)) + length
