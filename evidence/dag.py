"""Blocks and how they hang together, whatever holds them.

A source of blocks is any `Callable[[CID], bytes]`; it is not trusted: `load` checks what it gives.
"""

from collections.abc import Callable, Iterable, Iterator

from evidence.cid import CID, DAG_PB, IDENTITY, RAW
from evidence.dagpb import decode_node
from evidence.errors import BlockTooLarge, CodecUnsupported, DagTooLarge

MAX_BLOCK_BYTES = 2 << 20
"""What Kubo and Bitswap carry."""
MAX_BLOCKS = 1 << 17
"""128 GiB in blocks of 1 MiB; keeps the set of visited blocks in a few megabytes."""
MAX_PENDING_LINKS = 1 << 18
SPARE_NODE_BYTES = 2 * MAX_BLOCK_BYTES
"""Far more than the nodes that lead to any file, and those of its first gigabytes."""

BlockSource = Callable[[CID], bytes]
BlockSink = Callable[[CID, bytes], object]


class Sparing:
    """A source for one question of a stranger: of nodes it gives little more than was answered.

    A MiB of links takes half a second to take apart, and whoever may store a MiB of anything can
    ask for it as a node.
    """

    def __init__(self, source: BlockSource) -> None:
        self._source = source
        self._left = SPARE_NODE_BYTES

    def __call__(self, cid: CID) -> bytes:
        """Raises what the source raises, and DagTooLarge."""
        block = self._source(cid)
        if cid.codec != RAW:
            self._left -= len(block)
        if self._left < 0:
            raise DagTooLarge("too much to read for so small an answer", cid=str(cid))
        return block

    def passing(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The same pieces, which are answered: as many bytes more may be read."""
        for piece in pieces:
            self._left += len(piece)
            yield piece


def check_block(cid: CID, block: bytes) -> None:
    """Raises BlockTooLarge, BlockMismatch, HashUnsupported."""
    if len(block) > MAX_BLOCK_BYTES:
        raise BlockTooLarge(f"block {cid} has {len(block)} bytes", cid=str(cid), bytes=len(block))
    cid.verify(block)


def load(cid: CID, source: BlockSource) -> bytes:
    """The block, checked against its CID. Raises what the source raises, and BlockError."""
    if cid.hash_code == IDENTITY:
        return cid.digest
    block = source(cid)
    check_block(cid, block)
    return block


def links_of(cid: CID, block: bytes) -> tuple[CID, ...]:
    """What the block links to, in its order. Raises CodecUnsupported, DagInvalid, CidInvalid."""
    if cid.codec == RAW:
        return ()
    if cid.codec != DAG_PB:
        message = f"codec {cid.codec:#x} of {cid}"
        raise CodecUnsupported(message, cid=str(cid), codec=cid.codec)
    return tuple(link.cid for link in decode_node(block).links)


def walk(
    root: CID, source: BlockSource, max_blocks: int = MAX_BLOCKS, *, again: bool = False
) -> Iterator[tuple[CID, bytes]]:
    """Every block below `root` once, parents first, in the order of their links.

    Finishing proves the DAG whole: each block present and true to its CID. The work is bounded
    by the number of blocks given and of links waiting, so that no shape of DAG is a bomb.
    With `again` a block comes as often as it is linked.
    Raises DagTooLarge, and what `load` and `links_of` raise.
    """
    seen: set[bytes] = set()
    pending = [root]
    count = 0
    while pending:
        cid = pending.pop()
        if not again:
            key = bytes(cid)
            if key in seen:
                continue
            seen.add(key)
        count += 1
        if count > max_blocks:
            raise DagTooLarge(f"more than {max_blocks} blocks", root=str(root), blocks=max_blocks)
        block = load(cid, source)
        yield cid, block
        pending.extend(reversed(links_of(cid, block)))
        if len(pending) > MAX_PENDING_LINKS:
            raise DagTooLarge("too many links waiting", root=str(root), links=len(pending))


def reach(root: CID, source: BlockSource, seen: set[bytes]) -> Iterator[CID]:
    """The name of every block below `root`, parents first; leaves are not loaded.

    Nodes in `seen` are left out, with what is below them; those found are added. A leaf is named
    as often as it is linked. The work is bounded by the bytes of the nodes and the links waiting.
    Raises what `walk` raises.
    """
    pending = [root]
    while pending:
        cid = pending.pop()
        if cid.codec == RAW:
            yield cid
            continue
        key = bytes(cid)
        if key in seen:
            continue
        seen.add(key)
        yield cid
        pending.extend(reversed(links_of(cid, load(cid, source))))
        if len(pending) > MAX_PENDING_LINKS:
            raise DagTooLarge("too many links waiting", root=str(root), links=len(pending))
