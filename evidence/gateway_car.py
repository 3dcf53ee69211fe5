"""The blocks of a CAR answer: those on the path, then as much of what lies there as was asked for.

Each is checked against its CID as it is read; parents come first, in depth-first order.
"""

from collections.abc import Iterable, Iterator, Sequence

from evidence.cid import CID, DAG_PB
from evidence.dag import MAX_BLOCKS, MAX_PENDING_LINKS, BlockSource, load, walk
from evidence.dagpb import decode_node
from evidence.directory import entries
from evidence.errors import CidInvalid, DagInvalid, DagTooLarge
from evidence.gateway_range import Span, span_of
from evidence.gateway_request import Scope, Wanted
from evidence.unixfs import FileNode, file_node, load_part
from evidence.unixfs_data import Kind, decode_data

Blocks = Iterator[tuple[CID, bytes]]


def car_blocks(wanted: Wanted, path: Sequence[CID], root: CID, source: BlockSource) -> Blocks:
    """`path` are the blocks that lead to `root`. Raises EvidenceError where one is missing."""
    yield from ((cid, load(cid, source)) for cid in path)
    below = _below(wanted, root, source)
    yield from below if wanted.again else _once(below)


def _below(wanted: Wanted, root: CID, source: BlockSource) -> Blocks:
    if wanted.scope is Scope.ALL:
        return walk(root, source, again=wanted.again)
    if wanted.scope is Scope.BLOCK:
        return iter([(root, load(root, source))])
    return _entity(wanted, root, source)


def _entity(wanted: Wanted, root: CID, source: BlockSource) -> Blocks:
    """A whole file, a whole listing, or else the one block."""
    block = load(root, source)
    kind = _kind(root, block)
    if kind is Kind.HAMT_SHARD:
        return _listing(root, source)
    if kind is not Kind.FILE:
        return iter([(root, block)])
    if wanted.entity_bytes is None:
        return walk(root, source, again=wanted.again)
    return _part(root, block, wanted, source)


def _part(root: CID, block: bytes, wanted: Wanted, source: BlockSource) -> Blocks:
    assert wanted.entity_bytes is not None
    size = file_node(root, block).size
    span = span_of(wanted.entity_bytes, size)
    if span is None:
        return iter([(root, block)])
    return _file(root, size, span, source, wanted.again)


def _file(root: CID, size: int, span: Span, source: BlockSource, again: bool) -> Blocks:
    """The nodes of a file that hold any byte of `span`.

    Unless `again`, a node wholly inside is walked once: so the work is bounded by what is given,
    and by the two edges of the span.
    """
    whole: set[CID] = set()
    pending = [(root, 0, size)]
    count = 0
    while pending:
        cid, at, size = pending.pop()
        if not again and span.start <= at and at + size <= span.stop:
            if cid in whole:
                continue
            whole.add(cid)
        count += 1
        if count > MAX_BLOCKS or len(pending) > MAX_PENDING_LINKS:
            raise DagTooLarge(f"more than {MAX_BLOCKS} blocks", root=str(root), blocks=MAX_BLOCKS)
        block = load(cid, source)
        yield cid, block
        node = load_part(cid, block, size)
        pending.extend(reversed(_parts_in(span, node, at)))


def _parts_in(span: Span, node: FileNode, at: int) -> list[tuple[CID, int, int]]:
    """Each with where it begins in the file, and its bytes."""
    at += len(node.data)
    found = []
    for cid, size in node.parts:
        if size and at < span.stop and at + size > span.start:
            found.append((cid, at, size))
        at += size
    return found


def _listing(root: CID, source: BlockSource) -> Blocks:
    """The shards of a directory: what has to be read to list it."""
    read: list[tuple[CID, bytes]] = []

    def noting(cid: CID) -> bytes:
        block = source(cid)
        read.append((cid, block))
        return block

    for _ in entries(root, noting):
        yield from read
        read.clear()
    yield from read


def _kind(cid: CID, block: bytes) -> Kind | None:
    """None for what is not UnixFS."""
    if cid.codec != DAG_PB:
        return None
    try:
        return decode_data(decode_node(block).data).kind
    except (DagInvalid, CidInvalid):
        return None


def _once(blocks: Iterable[tuple[CID, bytes]]) -> Blocks:
    seen: set[CID] = set()
    for cid, block in blocks:
        if cid not in seen:
            seen.add(cid)
            yield cid, block
