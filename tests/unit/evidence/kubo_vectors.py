"""tests/vectors/unixfs.json: the bytes and names that Kubo's own tests make, and their CIDs."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

from Crypto.Cipher import ChaCha20

VECTORS: Mapping[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "unixfs.json").read_text()
)


class _Seeded:
    """A stream that holds nothing, and reads short, as a socket does."""

    def __init__(self, size: int, seed: str) -> None:
        self._left = size
        key = hashlib.sha256(seed.encode()).digest()
        self._cipher = ChaCha20.new(key=key, nonce=bytes(12))

    def read(self, size: int) -> bytes:
        size = min(size, self._left, 700_001)
        self._left -= size
        return self._cipher.encrypt(bytes(size))


def seeded(vector: Mapping[str, Any]) -> BinaryIO:
    return cast(BinaryIO, _Seeded(vector["size"], vector["seed"]))


def names(vector: Mapping[str, Any]) -> list[str]:
    stream = _Seeded(1 << 20, vector["seed"])
    alphabet = VECTORS["alphabet"]
    chars = [vector["name_chars"]] * (vector["files"] - 1) + [vector["last_name_chars"]]
    return ["".join(alphabet[byte % len(alphabet)] for byte in stream.read(n)) for n in chars]
