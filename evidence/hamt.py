"""Sharded directories, read and written (specs.ipfs.tech/unixfs, HAMTDirectory).

A name lies where its hash says. Each shard takes the next bits of it, the highest first, as the
number of a slot, which a link's name repeats in hex: `6E` alone is a shard below, `6E470.txt` is
`470.txt` itself. A shard that puts a name elsewhere would hide it from those who look it up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from evidence.cid import CID, DAG_PB, cid_of
from evidence.dag import MAX_BLOCKS, BlockSink, BlockSource, load
from evidence.dagpb import Link, Node, decode_node, encode_node
from evidence.errors import DagInvalid, DagTooLarge, PathInvalid
from evidence.murmur3 import murmur3_x64_64
from evidence.unixfs_data import Kind, UnixfsData, decode_data, encode_shard_data

MURMUR3_X64_64 = 0x22
"""The multihash code of the one hash function that shards use."""
MIN_FANOUT, MAX_FANOUT = 8, 1024
_HASH_BITS = 64


class Place(NamedTuple):
    """What the hash of every name in a shard begins with."""

    prefix: int
    bits: int


TOP = Place(0, 0)


@dataclass(frozen=True, slots=True)
class Shard:
    cid: CID
    fanout: int
    slots: dict[int, Link]
    """By number of the slot, in order; a link without a name leads to the shard below."""

    def below(self, place: Place, slot: int) -> Place:
        """Raises DagInvalid where the hash has no bits left: no name can be there."""
        width = self.fanout.bit_length() - 1
        if place.bits + width > _HASH_BITS:
            raise DagInvalid(f"{self.cid} is a shard deeper than the hash", cid=str(self.cid))
        return Place(place.prefix << width | slot, place.bits + width)

    def slot_of(self, name_hash: int, place: Place) -> int:
        """Raises DagInvalid as `below` does."""
        bits = self.below(place, 0).bits
        return name_hash >> _HASH_BITS - bits & self.fanout - 1


def slot_digits(fanout: int) -> int:
    """Hex digits before each name."""
    return len(f"{fanout - 1:X}")


def decode_shard(cid: CID, node: Node, unixfs: UnixfsData) -> Shard:
    """Raises DagInvalid unless slots, bit field and settings agree."""
    fanout = unixfs.fanout
    if unixfs.hash_type != MURMUR3_X64_64:
        raise DagInvalid(f"shard {cid} by hash function {unixfs.hash_type:#x}", cid=str(cid))
    if not MIN_FANOUT <= fanout <= MAX_FANOUT or fanout & fanout - 1:
        raise DagInvalid(f"shard {cid} of fanout {fanout}", cid=str(cid), fanout=fanout)
    digits = slot_digits(fanout)
    slots: dict[int, Link] = {}
    last = -1
    for link in node.links:
        slot = _slot(link.name[:digits], digits, cid)
        if not last < slot < fanout:
            raise DagInvalid(f"shard {cid} has slot {slot:X} out of order", cid=str(cid))
        last = slot
        slots[slot] = Link(link.cid, link.name[digits:], link.tsize)
    taken = sum(1 << slot for slot in slots)
    if len(unixfs.data) > fanout // 8 or int.from_bytes(unixfs.data, "big") != taken:
        raise DagInvalid(f"shard {cid} has a bit field that is not its links'", cid=str(cid))
    return Shard(cid, fanout, slots)


def shard_entries(root: Shard, source: BlockSource) -> Iterator[Link]:
    """Every entry, by slot. Each shard below must hold something, and each name lie in its place:
    so no block is of use twice, and the work is bounded by the entries given.

    Raises DagInvalid, DagTooLarge, and what `dag.load` raises.
    """
    stack = [(root, TOP, iter(root.slots.items()))]
    blocks = 1
    while stack:
        shard, place, rest = stack[-1]
        slot, link = next(rest, (-1, None))
        if link is None:
            stack.pop()
            continue
        below = shard.below(place, slot)
        if link.name:
            _check_place(link, below)
            yield link
            continue
        blocks += 1
        if blocks > MAX_BLOCKS:
            raise DagTooLarge(f"more than {MAX_BLOCKS} shards", root=str(root.cid))
        under = _load_below(shard, link.cid, source)
        stack.append((under, below, iter(under.slots.items())))


def find_in_shards(root: Shard, name: str, source: BlockSource) -> tuple[Link | None, list[CID]]:
    """The entry, if it is there, and the shards on the way, `root` first.

    Raises DagInvalid, and what `dag.load` raises.
    """
    name_hash = murmur3_x64_64(name.encode())
    shard, place, visited = root, TOP, [root.cid]
    while True:
        slot = shard.slot_of(name_hash, place)
        place = shard.below(place, slot)
        link = shard.slots.get(slot)
        if link is None:
            return None, visited
        if link.name:
            _check_place(link, place)
            return link if link.name == name else None, visited
        shard = _load_below(shard, link.cid, source)
        visited.append(shard.cid)


def _load_below(shard: Shard, cid: CID, source: BlockSource) -> Shard:
    if cid.codec != DAG_PB:
        raise DagInvalid(f"{cid} is no shard, as {shard.cid} says", cid=str(cid))
    node = decode_node(load(cid, source))
    unixfs = decode_data(node.data)
    if unixfs.kind is not Kind.HAMT_SHARD or unixfs.fanout != shard.fanout or not node.links:
        raise DagInvalid(f"{cid} does not go on with shard {shard.cid}", cid=str(cid))
    return decode_shard(cid, node, unixfs)


def _check_place(link: Link, place: Place) -> None:
    if murmur3_x64_64(link.name.encode()) >> _HASH_BITS - place.bits != place.prefix:
        message = f"{link.name!r} lies where its hash does not lead"
        raise DagInvalid(message, name=link.name, cid=str(link.cid))


def _slot(text: str, digits: int, cid: CID) -> int:
    if len(text) != digits or not set(text) <= set("0123456789ABCDEF"):
        raise DagInvalid(f"shard {cid} has a link without a slot", cid=str(cid), name=text)
    return int(text, 16)


def store_shards(entries: Sequence[Link], put: BlockSink, fanout: int) -> Link:
    """A sharded directory of these entries, and a link to it; shards below come first.

    Raises PathInvalid for names of one hash, of which an adversary can make any number.
    """
    hashed = [(murmur3_x64_64(link.name.encode()), link) for link in entries]
    return _store_shard(hashed, put, fanout, _HASH_BITS)


def _store_shard(
    entries: Sequence[tuple[int, Link]], put: BlockSink, fanout: int, bits: int
) -> Link:
    """`bits` of each hash are left."""
    bits -= fanout.bit_length() - 1
    if bits < 0:
        raise PathInvalid(f"{entries[0][1].name!r} has the hash of another name")
    slots: dict[int, list[tuple[int, Link]]] = {}
    for entry in entries:
        slots.setdefault(entry[0] >> bits & fanout - 1, []).append(entry)
    links = []
    for slot in sorted(slots):
        own = slots[slot]
        link = own[0][1] if len(own) == 1 else _store_shard(own, put, fanout, bits)
        links.append(Link(link.cid, f"{slot:0{slot_digits(fanout)}X}{link.name}", link.tsize))
    data = encode_shard_data(sum(1 << slot for slot in slots), MURMUR3_X64_64, fanout)
    return store_node(encode_node(Node(tuple(links), data)), links, put)


def store_node(block: bytes, links: Sequence[Link], put: BlockSink) -> Link:
    """Hands a block with these links to `put`; the link to it has no name yet."""
    cid = cid_of(DAG_PB, block)
    put(cid, block)
    return Link(cid, tsize=len(block) + sum(link.tsize for link in links))
