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
_CID_TAG = b"\xd8\x2a"
_VERSION_2_PRAGMA = b"\xa1\x67version\x02"

_MAX_HEADER_BYTES = 4096
_MAX_CID_BYTES = 160


def write_car(root: CID, source: BlockSource) -> Iterator[bytes]:
    """The CAR of all below `root`, parents first, no block twice. Raises what `dag.walk` raises."""
    return write_blocks(root, walk(root, source))


def write_blocks(root: CID | Sequence[CID], blocks: Iterable[tuple[CID, bytes]]) -> Iterator[bytes]:
    """The CAR of these blocks, in their order, with one root or several."""
    header = _header([root] if isinstance(root, CID) else root)
    yield encode_varint(len(header)) + header
    for cid, block in blocks:
        if cid.hash_code == IDENTITY:  # the CID itself holds these bytes
            continue
        binary = bytes(cid)
        yield encode_varint(len(binary) + len(block)) + binary
        yield block


class CarReader:
    """Reads the header at once: `root` is the one root. Iterate `blocks()` once for the rest."""

    def __init__(
        self,
        stream: BinaryIO,
        max_bytes: int | None = None,
        max_blocks: int = MAX_BLOCKS,
        roots: Sequence[CID] | None = None,
    ) -> None:
        """`max_bytes` bounds the blocks' bytes together. Raises CarInvalid, CidInvalid.

        With `roots`, at least one, the CAR must have these, and `root` is the first.
        """
        self._stream = stream
        self._max_bytes = max_bytes
        self._max_blocks = max_blocks
        expected = None if roots is None else _header(roots)
        header = self._section(_MAX_HEADER_BYTES if expected is None else len(expected))
        if header is None:
            raise CarInvalid("CAR is empty")
        if expected is not None and header != expected:
            raise CarInvalid("CAR has other roots than it must have")
        self.root = roots[0] if roots else _parse_header(header)

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


def _header(roots: Sequence[CID]) -> bytes:
    count = len(roots)
    if count < 24:
        head = bytes([0x80 | count])
    else:
        size = 1 if count < 1 << 8 else 2 if count < 1 << 16 else 4
        head = bytes([0x98 + size.bit_length() - 1]) + count.to_bytes(size, "big")
    return _ROOTS + head + b"".join(map(_cbor_cid, roots)) + _VERSION_1


def _cbor_cid(cid: CID) -> bytes:
    """Tag 42 on the bytes `00 ‖ cid`."""
    binary = b"\0" + bytes(cid)
    size = len(binary)
    head = bytes([0x40 | size]) if size < 24 else bytes([0x58, size])
    return _CID_TAG + head + binary
