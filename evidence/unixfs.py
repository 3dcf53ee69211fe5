"""Files to blocks and back.

Import is in the profile unixfs-v1-2025 (specs.ipfs.tech/ipips/ipip-0499): CIDv1, chunks of 1 MiB
as raw leaves, at most 1024 links a node, balanced. Any UnixFS file can be read. Both are streams:
memory holds one chunk and one path through the tree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from evidence.cid import CID, DAG_PB, RAW, cid_of
from evidence.dag import BlockSink, BlockSource, load
from evidence.dagpb import Link, Node, decode_node, encode_node
from evidence.errors import CodecUnsupported, DagInvalid, DagTooLarge, FileTooLarge, NotAFile
from evidence.unixfs_data import Kind, decode_data, encode_file_data

MAX_EMPTY_PARTS = 1024
"""Parts that a file lists without any bytes: no importer writes them, and they cost visits."""
MAX_DEPTH = 128
MAX_FILE_BYTES = 1 << 64
"""More than any file can say that it has."""


@dataclass(frozen=True, slots=True)
class Profile:
    chunk_bytes: int
    max_links: int
    max_directory_bytes: int = 256 << 10
    """A directory whose block would be larger is sharded."""
    fanout: int = 256
    """Slots of a shard."""


UNIXFS_V1_2025 = Profile(chunk_bytes=1 << 20, max_links=1024)


class StoredFile(NamedTuple):
    cid: CID
    size: int
    """Bytes of the file itself, not of its blocks."""


class Part(NamedTuple):
    """What was stored of a file, up to all of it, as a node above needs to know it."""

    cid: CID
    size: int
    tsize: int


def import_file(
    stream: BinaryIO,
    put: BlockSink,
    profile: Profile = UNIXFS_V1_2025,
    max_bytes: int | None = None,
) -> StoredFile:
    """Hands each block to `put`, children before parents, the root last.

    Raises FileTooLarge as soon as more than `max_bytes` were read.
    """
    part = import_part(stream, put, profile, max_bytes)
    return StoredFile(part.cid, part.size)


def import_part(
    stream: BinaryIO, put: BlockSink, profile: Profile, max_bytes: int | None = None
) -> Part:
    """As `import_file`, with what a directory has to say of the file."""
    tree = _Tree(put, profile.max_links)
    size = 0
    for chunk in _chunks(stream, profile.chunk_bytes):
        size += len(chunk)
        if max_bytes is not None and size > max_bytes:
            raise FileTooLarge(f"file has more than {max_bytes} bytes", limit=max_bytes)
        tree.add_leaf(chunk)
    return tree.finish()


class _Tree:
    """The open right edge of a balanced tree: one list a level, leaves first, root's parts last."""

    def __init__(self, put: BlockSink, max_links: int) -> None:
        self._put = put
        self._max_links = max_links
        self._levels: list[list[Part]] = [[]]

    def add_leaf(self, chunk: bytes) -> None:
        cid = cid_of(RAW, chunk)
        self._put(cid, chunk)
        self._add(0, Part(cid, len(chunk), len(chunk)))

    def finish(self) -> Part:
        if not self._levels[0]:
            self.add_leaf(b"")
        level = 0
        while level < len(self._levels) - 1:
            self._add(level + 1, self._close(level))
            level += 1
        top = self._levels[level]
        return top[0] if len(top) == 1 else self._close(level)

    def _add(self, level: int, part: Part) -> None:
        """A full level closes only now that one more part has come: a full root stays a root."""
        if level == len(self._levels):
            self._levels.append([])
        if len(self._levels[level]) == self._max_links:
            self._add(level + 1, self._close(level))
        self._levels[level].append(part)

    def _close(self, level: int) -> Part:
        parts = self._levels[level]
        self._levels[level] = []
        links = tuple(Link(part.cid, tsize=part.tsize) for part in parts)
        sizes = [part.size for part in parts]
        block = encode_node(Node(links, encode_file_data(sizes)))
        cid = cid_of(DAG_PB, block)
        self._put(cid, block)
        return Part(cid, sum(sizes), len(block) + sum(part.tsize for part in parts))


def _chunks(stream: BinaryIO, size: int) -> Iterator[bytes]:
    """Pieces of exactly `size` bytes but for the last; a stream may give less than was asked."""
    while chunk := stream.read(size):
        if len(chunk) < size:
            pieces = [chunk]
            missing = size - len(chunk)
            while missing and (more := stream.read(missing)):
                pieces.append(more)
                missing -= len(more)
            chunk = b"".join(pieces)
        yield chunk


class FileNode(NamedTuple):
    """One node of a file: its own bytes, then those of its parts."""

    data: bytes
    parts: tuple[tuple[CID, int], ...]
    """Each with its bytes of file."""
    size: int


def file_size(cid: CID, source: BlockSource) -> int:
    """Bytes of the file, as its root says. Raises what `read_file` raises."""
    return _load_file(cid, source).size


def read_file(
    cid: CID, source: BlockSource, start: int = 0, stop: int | None = None
) -> Iterator[bytes]:
    """The file's bytes, each block checked against its CID and each size against what was promised.

    `start` and `stop` cut as in a slice of bytes, neither negative; parts outside are not read.
    The root is loaded at once, so that a missing file is known before the first byte is sent on.
    Raises NotAFile, CodecUnsupported, DagInvalid, DagTooLarge, and what `dag.load` raises.
    """
    return read_node(_load_file(cid, source), source, start, stop)


def read_node(
    root: FileNode, source: BlockSource, start: int = 0, stop: int | None = None
) -> Iterator[bytes]:
    """As `read_file`, the root being at hand."""
    stop = MAX_FILE_BYTES if stop is None else stop
    empty = 0
    if piece := root.data[start:stop]:
        yield piece
    at = len(root.data)
    stack = [iter(root.parts)]
    while stack:
        part = next(stack[-1], None)
        if part is None:
            stack.pop()
            continue
        cid, size = part
        empty += size == 0
        if empty > MAX_EMPTY_PARTS or len(stack) > MAX_DEPTH:
            raise DagTooLarge("file too deep, or with too many empty parts", cid=str(cid))
        if at >= stop or (start and at + size <= start):
            at += size
            continue
        node = load_part(cid, load(cid, source), size)
        if piece := node.data[max(0, start - at) : stop - at]:
            yield piece
        at += len(node.data)
        stack.append(iter(node.parts))


def _load_file(cid: CID, source: BlockSource) -> FileNode:
    return file_node(cid, load(cid, source))


def load_part(cid: CID, block: bytes, size: int) -> FileNode:
    """A node of which its parent says that it holds `size` bytes of file. Raises as `file_node`."""
    node = file_node(cid, block)
    if node.size != size:
        message = f"{cid} has {node.size} bytes of file, its parent says {size}"
        raise DagInvalid(message, cid=str(cid), expected=size, actual=node.size)
    return node


def file_node(cid: CID, block: bytes) -> FileNode:
    """Raises NotAFile, CodecUnsupported, DagInvalid."""
    if cid.codec == RAW:
        return FileNode(block, (), len(block))
    if cid.codec != DAG_PB:
        message = f"codec {cid.codec:#x} of {cid}"
        raise CodecUnsupported(message, cid=str(cid), codec=cid.codec)
    node = decode_node(block)
    unixfs = decode_data(node.data)
    if unixfs.kind not in (Kind.FILE, Kind.RAW):
        raise NotAFile(f"{cid} is a {unixfs.kind.name.lower()}", cid=str(cid))
    if len(unixfs.blocksizes) != len(node.links):
        raise DagInvalid(f"{cid} has links without sizes, or sizes without links", cid=str(cid))
    if any(link.name for link in node.links):
        raise DagInvalid(f"{cid} is a file and its parts have names", cid=str(cid))
    cids = (link.cid for link in node.links)
    return FileNode(unixfs.data, tuple(zip(cids, unixfs.blocksizes, strict=True)), unixfs.filesize)
