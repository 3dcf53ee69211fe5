"""A bundle's zip, read defensively: the one layout that docs/audit.md allows, and nothing else."""

import hashlib
import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from dapp.audit.format import CLAIMS, EVIDENCE, MAX_CLAIMS_BYTES, RECORDS
from dapp.errors import Unproven

FORM = "bundle-form"
_LAYOUTS = ([CLAIMS, RECORDS], [CLAIMS, RECORDS, EVIDENCE])

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s4B4H3L5H2L")
_LOCAL = struct.Struct("<4s2B4H3L2H")
_STORED, _DEFLATED = 0, 8
_PIECE_BYTES = 1 << 16
_MAX_DIRECTORY_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Member:
    """Where a member's bytes lie; `size` is what they are when inflated."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    start: int


class Archive:
    """The members of a bundle by name, in a file that nobody writes to meanwhile.

    Raises:
        Unproven: it is laid out otherwise; `bundle-form`.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        try:
            self.members = {member.name: member for member in _members(file)}
        except (struct.error, UnicodeError) as error:
            raise broken("the file is cut off, or no bundle") from error

    def open(self, name: str) -> BinaryIO:
        """A member's bytes as a stream that refuses whatever is not as was said.

        What it raises while it is read is `Unproven`, with the code `bundle-form`.
        """
        return io.BufferedReader(_Inflated(self._file, self.members[name]), _PIECE_BYTES)

    def check(self, name: str, size: int, sha256: str) -> None:
        """Read a member and compare it with what `bundle.json` says. Raises Unproven."""
        digest = hashlib.sha256()
        if self.members[name].size != size:
            raise broken(f"{name} is not of the size that bundle.json says")
        with self.open(name) as stream:
            while piece := stream.read(_PIECE_BYTES):
                digest.update(piece)
        if "0x" + digest.hexdigest() != sha256:
            raise broken(f"{name} is not what bundle.json names")


def broken(what: str) -> Unproven:
    """The refusal of a bundle that is not in the form it must have."""
    return Unproven(what, code=FORM)


def _members(file: BinaryIO) -> list[Member]:
    length = file.seek(0, io.SEEK_END)
    file.seek(max(0, length - _END.size))
    mark, disk, first, here, count, size, start, comment = _END.unpack(file.read(_END.size))
    if mark != b"PK\5\6" or disk or first or here != count or comment:
        raise broken("the file does not end as a bundle does")
    if start + size + _END.size != length or size > _MAX_DIRECTORY_BYTES:
        raise broken("the zip's directory is not where it must be")
    file.seek(start)
    directory = file.read(size)
    found: list[Member] = []
    at = end = 0
    for _ in range(count):
        member, at = _member(directory, at, file, end)
        found.append(member)
        end = member.start + member.packed
    if at != size or end != start:
        raise broken("there are bytes between the zip's members")
    _check_names([member.name for member in found])
    if found[0].size > MAX_CLAIMS_BYTES:
        raise broken("bundle.json is too large")
    return found


def _check_names(names: Sequence[str]) -> None:
    if list(names) not in _LAYOUTS:
        raise broken(f"its members must be {', '.join(_LAYOUTS[1])}, each once and in this order")


def _member(directory: bytes, at: int, file: BinaryIO, start: int) -> tuple[Member, int]:
    """A member by its entry in the directory at `at`, and where the next entry is.

    Its local header, which must be at `start`, has to say the very same.
    """
    mark, _, _, version, host, *same, comment, disk, _, _, place = _ENTRY.unpack_from(directory, at)
    flags, method, _, _, crc, packed, size, name_bytes, extra = same
    at += _ENTRY.size + name_bytes
    name = directory[at - name_bytes : at]
    if mark != b"PK\1\2" or flags or extra or comment or disk or place != start:
        raise broken("a member of the zip is not stored in the one way that is allowed")
    if method not in (_STORED, _DEFLATED) or (method == _STORED and packed != size):
        raise broken("a member of the zip is neither stored nor deflated")
    file.seek(start)
    local = file.read(_LOCAL.size + len(name))
    if local != _LOCAL.pack(b"PK\3\4", version, host, *same) + name:
        raise broken("a member's two headers differ")
    begin = start + len(local)
    return Member(name.decode("ascii"), method, crc, packed, size, begin), at


class _Inflated(io.RawIOBase):
    """A member, inflated piece by piece, never more of it than it was said to have."""

    def __init__(self, file: BinaryIO, member: Member) -> None:
        self._file, self._member = file, member
        self._at, self._left = member.start, member.packed
        self._unpack = zlib.decompressobj(-zlib.MAX_WBITS) if member.method else None
        self._size = self._crc = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        piece = self._piece(len(view))
        self._size += len(piece)
        self._crc = zlib.crc32(piece, self._crc)
        member = self._member
        if self._size > member.size:
            raise broken(f"{member.name} is larger than it says")
        if not piece and len(view):
            self._check_end()
        view[: len(piece)] = piece
        return len(piece)

    def _piece(self, most: int) -> bytes:
        """Some bytes; none at the end."""
        if self._unpack is None:
            return self._packed(most)
        try:
            while not self._unpack.eof:
                packed = self._unpack.unconsumed_tail or self._packed(_PIECE_BYTES)
                if piece := self._unpack.decompress(packed, most):
                    return piece
                if not packed:
                    raise broken(f"{self._member.name} is cut off")
        except zlib.error as error:
            raise broken(f"{self._member.name} cannot be inflated") from error
        return b""

    def _packed(self, most: int) -> bytes:
        self._file.seek(self._at)
        piece = self._file.read(min(most, self._left))
        self._at += len(piece)
        self._left -= len(piece)
        return piece

    def _check_end(self) -> None:
        member, unpack = self._member, self._unpack
        rest = self._left or (unpack is not None and (unpack.unused_data or unpack.unconsumed_tail))
        if rest or (self._size, self._crc) != (member.size, member.crc):
            raise broken(f"{member.name} is not what the zip's directory says")
