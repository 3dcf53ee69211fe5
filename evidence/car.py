"""CAR version 1 (ipld.io/specs/transport/car/carv1), written and read as a stream."""

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from evidence.cid import CID, IDENTITY, cid_from_bytes, read_cid
from evidence.dag import MAX_BLOCK_BYTES, MAX_BLOCKS, BlockSource, check_block, walk
from evidence.errors import CarInvalid, CarTooLarge, CidInvalid
from evidence.wire import encode_varint

# The header is one dag-cbor map of two keys, so its bytes around the roots never change.
_ROOTS = b"\xa2\x65roots"
_VERSION_1 = b"\x67version\x01"
_ONE_ROOT = b"\x81"
_BYTES, _ARRAY = 0x40, 0x80  # major types of CBOR
_CID_TAG = b"\xd8\x2a"
_VERSION_2_PRAGMA = b"\xa1\x67version\x02"

_MAX_HEADER_BYTES = 4096
_MAX_CID_BYTES = 160


def write_car(root: CID, source: BlockSource) -> Iterator[bytes]:
    """The CAR of all below `root`, parents first, no block twice. Raises what `dag.walk` raises."""
    return write_blocks(root, walk(root, source))


def write_blocks(root: CID, blocks: Iterable[tuple[CID, bytes]]) -> Iterator[bytes]:
    """The CAR of these blocks, in their order."""
    yield write_header([root])
    for cid, block in blocks:
        yield from write_section(cid, block)


def write_header(roots: Sequence[CID]) -> bytes:
    """What a CAR begins with."""
    listed = _cbor_head(_ARRAY, len(roots)) + b"".join(map(_cbor_cid, roots))
    header = _ROOTS + listed + _VERSION_1
    return encode_varint(len(header)) + header


def write_section(cid: CID, block: bytes) -> Iterator[bytes]:
    """One block of a CAR, in pieces; nothing for one whose CID itself holds its bytes."""
    if cid.hash_code != IDENTITY:
        binary = bytes(cid)
        yield encode_varint(len(binary) + len(block)) + binary
        yield block


class CarReader:
    """Reads the header at once: `root` is the one root. Iterate `blocks()` once for the rest."""

    def __init__(
        self, stream: BinaryIO, max_bytes: int | None = None, max_blocks: int = MAX_BLOCKS
    ) -> None:
        """`max_bytes` bounds the blocks' bytes together. Raises CarInvalid, CidInvalid."""
        self._stream = stream
        self._max_bytes = max_bytes
        self._max_blocks = max_blocks
        header = self._section(_MAX_HEADER_BYTES)
        if header is None:
            raise CarInvalid("CAR is empty")
        self.root = _parse_header(header)

    def blocks(self) -> Iterator[tuple[CID, bytes]]:
        """Each block, checked against its CID. That the DAG is whole is for `dag.walk` to say.

        Raises CarInvalid, CarTooLarge, CidInvalid, BlockError.
        """
        count = total = 0
        while (section := self._section(MAX_BLOCK_BYTES + _MAX_CID_BYTES)) is not None:
            cid, start = read_cid(section, 0)
            block = section[start:]
            count += 1
            total += len(block)
            if count > self._max_blocks:
                raise CarTooLarge(f"more than {self._max_blocks} blocks", limit=self._max_blocks)
            if self._max_bytes is not None and total > self._max_bytes:
                raise CarTooLarge(f"more than {self._max_bytes} bytes", limit=self._max_bytes)
            check_block(cid, block)
            yield cid, block

    def _section(self, limit: int) -> bytes | None:
        size = self._length()
        if size is None:
            return None
        if not 0 < size <= limit:
            raise CarInvalid(f"CAR section of {size} bytes", bytes=size, limit=limit)
        return self._exactly(size)

    def _length(self) -> int | None:
        """The varint before a section; None at the end of the stream."""
        value = shift = 0
        while byte := self._stream.read(1):
            value |= (byte[0] & 0x7F) << shift
            if byte[0] < 0x80:
                if byte[0] == 0 and shift:
                    raise CarInvalid("CAR section length is not minimal")
                return value
            shift += 7
            if shift >= 63:
                raise CarInvalid("CAR section length out of range")
        if shift:
            raise CarInvalid("CAR is cut off")
        return None

    def _exactly(self, size: int) -> bytes:
        pieces = []
        while size and (piece := self._stream.read(size)):
            pieces.append(piece)
            size -= len(piece)
        if size:
            raise CarInvalid("CAR is cut off", missing=size)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _parse_header(header: bytes) -> CID:
    if header == _VERSION_2_PRAGMA:
        raise CarInvalid("CAR version 2; only version 1 is taken", version=2)
    start = len(_ROOTS)
    if not (header.startswith(_ROOTS) and header.endswith(_VERSION_1)):
        raise CarInvalid("CAR header is not a version 1 header in dag-cbor")
    roots = header[start : -len(_VERSION_1)]
    if not roots.startswith(_ONE_ROOT):
        raise CarInvalid("CAR must have exactly one root")
    head_bytes = 2 if roots[3:4] == b"\x58" else 1
    try:
        root = cid_from_bytes(roots[3 + head_bytes + 1 :])
    except CidInvalid as error:
        raise CarInvalid(f"CAR root: {error}") from error
    if roots != _ONE_ROOT + _cbor_cid(root):
        raise CarInvalid("CAR root is not a CID in dag-cbor")
    return root


def _cbor_cid(cid: CID) -> bytes:
    """Tag 42 on the bytes `00 ‖ cid`."""
    binary = b"\0" + bytes(cid)
    return _CID_TAG + _cbor_head(_BYTES, len(binary)) + binary


def _cbor_head(major: int, size: int) -> bytes:
    """The major type with its argument in the fewest bytes (RFC 8949, 3)."""
    if size < 24:
        return bytes([major | size])
    width = next(power for power in range(4) if size < 1 << (8 << power))
    return bytes([major | 24 + width]) + size.to_bytes(1 << width, "big")
