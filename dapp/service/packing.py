"""Bodies that are kept for later, made small against some like them.

Answers about cases have the same words in the same places: beside others, one takes a sixth.
"""

import zlib
from collections.abc import Iterable

_RAW_DEFLATE = -15
_WINDOW_BYTES = 32_000
"""Deflate looks no further back (RFC 1951)."""


class Packer:
    """
    Args:
        examples: bodies such as will be packed; the last ones count most.
    """

    def __init__(self, examples: Iterable[bytes]) -> None:
        self._known = b"".join(examples)[-_WINDOW_BYTES:]
        # Copied for each body: to read the examples anew takes longer than to pack one.
        self._ready = zlib.compressobj(1, zlib.DEFLATED, _RAW_DEFLATE, zdict=self._known)

    def pack(self, body: bytes) -> bytes:
        packing = self._ready.copy()
        return packing.compress(body) + packing.flush()

    def unpack(self, packed: bytes) -> bytes:
        return zlib.decompressobj(_RAW_DEFLATE, zdict=self._known).decompress(packed)
