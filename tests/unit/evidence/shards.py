"""Directories built by hand, honest or not, for tests of those who read them."""

from collections.abc import Iterable

from evidence.cid import CID, DAG_PB, RAW, cid_of
from evidence.dagpb import Link, Node, encode_node
from evidence.errors import BlockMissing
from evidence.murmur3 import murmur3_x64_64
from evidence.wire import encode_bytes_field, encode_varint_field

LEAF = cid_of(RAW, b"leaf")


class Store(dict[CID, bytes]):
    """Blocks by CID; `get_block` is a source of blocks."""

    def put(self, links: Iterable[Link], message: bytes) -> CID:
        block = encode_node(Node(tuple(links), message))
        cid = cid_of(DAG_PB, block)
        self[cid] = block
        return cid

    def get_block(self, cid: CID) -> bytes:
        if cid not in self:
            raise BlockMissing("no such block", cid=str(cid))
        return self[cid]

    def basic(self, links: Iterable[Link]) -> CID:
        return self.put(links, encode_varint_field(1, 1))

    def shard(self, links: Iterable[tuple[int, Link]], fanout: int = 256) -> CID:
        """Links by slot, with the settings that are true for them."""
        slots = dict(links)
        field = sum(1 << slot for slot in slots).to_bytes(fanout // 8, "big")
        digits = len(f"{fanout - 1:X}")
        named = [
            Link(link.cid, f"{slot:0{digits}X}{link.name}", link.tsize)
            for slot, link in sorted(slots.items())
        ]
        return self.put(named, shard_message(field, fanout))

    def sharded(self, links: Iterable[Link], fanout: int = 256, bits: int = 0) -> CID:
        """As any writer lays it out: a slot with more than one name is a shard below."""
        width = fanout.bit_length() - 1
        slots: dict[int, list[Link]] = {}
        for link in links:
            rest = murmur3_x64_64(link.name.encode()) << bits & (1 << 64) - 1
            slots.setdefault(rest >> 64 - width, []).append(link)
        return self.shard(
            [
                (slot, own[0] if len(own) == 1 else Link(self.sharded(own, fanout, bits + width)))
                for slot, own in slots.items()
            ],
            fanout,
        )


def shard_message(field: bytes, fanout: int = 256, hash_type: int = 0x22) -> bytes:
    return (
        encode_varint_field(1, 5)
        + encode_bytes_field(2, field)
        + encode_varint_field(5, hash_type)
        + encode_varint_field(6, fanout)
    )
