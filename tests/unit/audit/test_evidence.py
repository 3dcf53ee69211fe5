"""Evidence that a stranger has made: what is missing, what differs, and what would never end."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from dapp.audit.evidence import Blocks
from dapp.errors import Unproven
from evidence.car import write_blocks
from evidence.cid import CID, DAG_PB, IDENTITY, RAW, cid_of, digest_to_cid
from evidence.dagpb import Link, Node, encode_node
from evidence.manifest import Item, Kind, Manifest, Visibility, encode
from evidence.unixfs_data import encode_file_data

Shelf = dict[CID, bytes]


def manifest(*items: tuple[CID, int]) -> bytes:
    return encode(
        Manifest(
            salt=bytes(32),
            chain="eip155:1",
            desk="0x" + "11" * 20,
            author="0x" + "22" * 20,
            items=tuple(
                Item(f"{number}.txt", "text/plain", size, cid, Kind.FILE, Visibility.PUBLIC)
                for number, (cid, size) in enumerate(items)
            ),
        )
    )


def node(*parts: tuple[CID, int]) -> bytes:
    links = tuple(Link(cid, tsize=size) for cid, size in parts)
    return encode_node(Node(links, encode_file_data([size for _, size in parts])))


@contextmanager
def opened(manifests: list[bytes], shelf: Shelf) -> Iterator[tuple[Blocks, list[str]]]:
    digests = ["0x" + hashlib.sha256(one).hexdigest() for one in manifests]
    roots = [digest_to_cid(bytes.fromhex(one[2:])) for one in digests]
    blocks = [*zip(roots, manifests, strict=True), *shelf.items()]
    found = Blocks(io.BytesIO(b"".join(write_blocks(roots, blocks))), digests)
    try:
        yield found, digests
    finally:
        found.close()


def states(data: bytes, shelf: Shelf) -> tuple[int, int, int]:
    with opened([data], shelf) as (blocks, digests):
        found = blocks.check(digests)
    return found.intact, len(found.missing), len(found.differs)


LEAF = b"leaf" * 10
LEAF_CID = cid_of(RAW, LEAF)


def test_a_file_of_one_block() -> None:
    assert states(manifest((LEAF_CID, 40)), {LEAF_CID: LEAF}) == (1, 0, 0)
    assert states(manifest((LEAF_CID, 41)), {LEAF_CID: LEAF}) == (0, 0, 1)
    assert states(manifest((LEAF_CID, 40)), {}) == (0, 1, 0)


def test_a_file_within_its_own_name() -> None:
    inside = CID(1, RAW, IDENTITY, b"few bytes")
    assert states(manifest((inside, 9)), {}) == (1, 0, 0)


def test_a_file_of_parts() -> None:
    whole = node((LEAF_CID, 40), (LEAF_CID, 40))
    root = cid_of(DAG_PB, whole)
    assert states(manifest((root, 80)), {root: whole, LEAF_CID: LEAF}) == (1, 0, 0)
    assert states(manifest((root, 80)), {root: whole}) == (0, 1, 0)


def test_a_part_of_another_size_than_its_parent_says() -> None:
    for parts in (((LEAF_CID, 39),), ((LEAF_CID, 40), (LEAF_CID, 41))):
        whole = node(*parts)
        root = cid_of(DAG_PB, whole)
        size = sum(size for _, size in parts)
        assert states(manifest((root, size)), {root: whole, LEAF_CID: LEAF}) == (0, 0, 1)


def test_blocks_that_are_no_file() -> None:
    other = CID(1, 0x71, 0x12, hashlib.sha256(LEAF).digest())
    assert states(manifest((other, 40)), {other: LEAF}) == (0, 0, 1)
    senseless = cid_of(DAG_PB, b"\xff")
    assert states(manifest((senseless, 1)), {senseless: b"\xff"}) == (0, 0, 1)


def test_a_manifest_that_is_none() -> None:
    assert states(b"{}", {}) == (0, 0, 1)


def test_a_file_that_doubles_fifty_times_is_read_once() -> None:
    shelf: Shelf = {}
    cid, size = LEAF_CID, 40
    for _ in range(45):
        block = node((cid, size), (cid, size))
        cid, size = cid_of(DAG_PB, block), 2 * size
        shelf = {cid: block, **shelf}
    assert states(manifest((cid, size)), {**shelf, LEAF_CID: LEAF}) == (1, 0, 0)


def test_many_files_that_share_all_but_one_block_come_to_an_end() -> None:
    large = bytes(2 << 20)
    parts = [(cid_of(RAW, large[number:]), len(large) - number) for number in range(20)]
    shelf: Shelf = {cid: large[-size:] for cid, size in parts}
    tops: list[tuple[CID, int]] = []
    total = sum(size for _, size in parts)
    for number in range(40):
        block = node(*parts, (cid_of(RAW, b"missing %d" % number), 9))
        tops.append((cid_of(DAG_PB, block), total + 9))
        shelf[tops[-1][0]] = block
    with opened([manifest(*tops)], shelf) as (blocks, digests):
        assert blocks.check(digests).differs == tuple(digests)


def test_one_item_is_read_once_however_often_it_is_named() -> None:
    items = [manifest((LEAF_CID, 40)), manifest((LEAF_CID, 40), (LEAF_CID, 40))]
    with opened(items, {}) as (blocks, digests):
        assert len(blocks.check(digests).missing) == 2
    # In the order in which they are named: the first manifest, its file, the second manifest.
    first, second = (cid_of(RAW, one) for one in items)
    data = write_blocks([first, second], [(first, items[0]), (LEAF_CID, LEAF), (second, items[1])])
    roots = ["0x" + one.digest.hex() for one in (first, second)]
    blocks = Blocks(io.BytesIO(b"".join(data)), roots)
    assert (blocks.check(roots).intact, blocks.all_used) == (2, True)
    blocks.close()


def test_a_car_that_is_none() -> None:
    root = "0x" + "11" * 32
    for data in (b"", b"\x01\x02", b"\xff" * 100):
        with pytest.raises(Unproven) as caught:
            Blocks(io.BytesIO(data), [root])
        assert caught.value.code == "evidence-differs"
