"""Puts the parts of a bundle into its zip: the same parts give the same bytes."""

import hashlib
import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO

from dapp.audit.format import CLAIMS, MAX_CLAIMS_BYTES, Claims, write_claims
from dapp.domain.types import hash32
from dapp.errors import Refused

_PIECE_BYTES = 1 << 20
MOST_BYTES = (1 << 32) - (1 << 20)
"""Of a member and of all; beyond, it would have to be another kind of zip."""
# The first that a zip can say; when the bundle was made is nobody's affair.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


class Growing:
    """A member that grows in a file of its own before the zip is made.

    Args:
        file: open for writing and reading, empty.
        most: bytes.

    Attributes:
        size: in bytes, so far.
    """

    def __init__(self, file: IO[bytes], most: int = MOST_BYTES) -> None:
        self.file = file
        self.size = 0
        self._most = most
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> None:
        """Add to the end. Raises Refused, `bundle-too-large`."""
        self.size += len(data)
        if self.size > self._most:
            raise too_large(self._most)
        self.file.write(data)
        self._hash.update(data)

    @property
    def sha256(self) -> str:
        return hash32(self._hash.digest())

    def mark(self) -> Callable[[], None]:
        """What takes back all that is written from now on."""
        size, hashed = self.size, self._hash.copy()

        def back() -> None:
            self.file.seek(size)
            self.file.truncate()
            self.size, self._hash = size, hashed

        return back


def write(
    out: IO[bytes],
    claims: Claims,
    headers: Sequence[bytes],
    nodes: Mapping[bytes, bytes],
    members: Mapping[str, Growing],
) -> None:
    """Write the zip.

    Args:
        out: where to; it can seek.
        claims: `bundle.json` without its lists.
        headers: RLP, the trusted block's first.
        nodes: RLP by keccak-256.
        members: what comes after `bundle.json`, by name and in order.

    Raises:
        Refused: `bundle-too-large`.
    """

    def pieces() -> Iterable[bytes]:
        return write_claims(claims, headers, (nodes[name] for name in sorted(nodes)))

    size = sum(map(len, pieces()))
    if size > MAX_CLAIMS_BYTES:
        raise too_large(MAX_CLAIMS_BYTES)
    if size + sum(member.size for member in members.values()) > MOST_BYTES:
        raise too_large(MOST_BYTES)
    with zipfile.ZipFile(out, "w", allowZip64=False) as archive:
        with archive.open(_entry(CLAIMS, size, zipfile.ZIP_DEFLATED), "w") as target:
            for piece in pieces():
                target.write(piece)
        for name, member in members.items():
            # Blocks are images and ciphertexts as a rule: nothing is gained by packing them.
            method = zipfile.ZIP_STORED if name.endswith(".car") else zipfile.ZIP_DEFLATED
            member.file.seek(0)
            with archive.open(_entry(name, member.size, method), "w") as target:
                shutil.copyfileobj(member.file, target, _PIECE_BYTES)


def too_large(most: int) -> Refused:
    return Refused(
        f"the bundle would be larger than the {most >> 20} MiB that it may have",
        remedy="Ask for less: single cases, or what changed since an earlier block",
        code="bundle-too-large",
        fields={"most_bytes": most},
    )


def _entry(name: str, size: int, method: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _NO_TIME)
    entry.compress_type = method
    entry.file_size = size
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    return entry
