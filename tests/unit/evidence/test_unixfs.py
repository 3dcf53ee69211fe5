import random
import tracemalloc
from collections.abc import Mapping
from io import BytesIO
from typing import Any, BinaryIO, cast

import pytest

from evidence.cid import CID, DAG_PB, IDENTITY, RAW, cid_of, parse_cid
from evidence.dagpb import Link, Node, encode_node
from evidence.errors import (
    BlockMismatch,
    BlockMissing,
    CodecUnsupported,
    DagInvalid,
    DagTooLarge,
    EvidenceError,
    FileTooLarge,
    NotAFile,
)
from evidence.unixfs import MAX_EMPTY_PARTS, Profile, file_size, import_file, read_file
from evidence.unixfs_data import encode_file_data
from evidence.wire import encode_bytes_field, encode_varint_field
from tests.unit.evidence.kubo_vectors import VECTORS, seeded
from tests.unit.evidence.reference import root_of

MIB = 1 << 20
Blocks = dict[CID, bytes]


def stored(data: bytes, profile: Profile | None = None) -> tuple[CID, Blocks]:
    blocks: Blocks = {}
    if profile is None:
        file = import_file(BytesIO(data), blocks.__setitem__)
    else:
        file = import_file(BytesIO(data), blocks.__setitem__, profile)
    assert file.size == len(data)
    return file.cid, blocks


def source(blocks: Blocks, cid: CID) -> bytes:
    if cid not in blocks:
        raise BlockMissing("no such block", cid=str(cid))
    return blocks[cid]


def read(cid: CID, blocks: Blocks) -> bytes:
    return b"".join(read_file(cid, lambda wanted: source(blocks, wanted)))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"hello world\n", "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4"),
        (b"", "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"),
    ],
)
def test_known_files(data: bytes, text: str) -> None:
    cid, blocks = stored(data)
    assert str(cid) == text
    assert read(cid, blocks) == data


@pytest.mark.parametrize(
    "size", [0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB - 1, 2 * MIB, 2 * MIB + 1, 5 * MIB + 3]
)
def test_sizes_around_a_chunk_agree_with_the_reference(size: int) -> None:
    data = random.Random(size).randbytes(size)
    cid, blocks = stored(data)
    assert bytes(cid) == root_of(data, MIB, 1024)
    assert read(cid, blocks) == data
    assert file_size(cid, blocks.__getitem__) == size


@pytest.mark.parametrize("width", [2, 3, 7])
def test_every_shape_of_tree_agrees_with_the_reference(width: int) -> None:
    for size in range(width**4 + 2 if width < 7 else 360):
        data = random.Random(size).randbytes(size)
        cid, blocks = stored(data, Profile(chunk_bytes=1, max_links=width))
        assert bytes(cid) == root_of(data, 1, width), size
        assert read(cid, blocks) == data


@pytest.mark.parametrize("leaves", [1023, 1024, 1025, 2048, 2049, 1024 * 24 + 1])
def test_a_full_node_of_1024_links_closes_when_one_more_leaf_comes(leaves: int) -> None:
    data = random.Random(leaves).randbytes(leaves)
    cid, blocks = stored(data, Profile(chunk_bytes=1, max_links=1024))
    assert bytes(cid) == root_of(data, 1, 1024)
    inner = sum(block_cid.codec == DAG_PB for block_cid in blocks)
    assert inner == (1 if leaves <= 1024 else 1 + -(-leaves // 1024))


@pytest.mark.parametrize("vector", VECTORS["files"], ids=lambda vector: vector["cid"][-8:])
def test_kubos_published_vectors(vector: Mapping[str, Any]) -> None:
    profile = Profile(vector["chunk_bytes"], vector["max_links"])
    file = import_file(seeded(vector), lambda cid, block: None, profile)
    assert file == (parse_cid(vector["cid"]), vector["size"])


def test_import_holds_a_few_chunks_at_a_time() -> None:
    class Zeros:
        left = 200 * MIB

        def read(self, size: int) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return bytes(size)

    tracemalloc.start()
    try:
        import_file(cast(BinaryIO, Zeros()), lambda cid, block: None)
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()


def test_too_large_a_file_is_refused_once_it_is_seen() -> None:
    with pytest.raises(FileTooLarge):
        import_file(BytesIO(bytes(11)), lambda cid, block: None, max_bytes=10)
    assert import_file(BytesIO(bytes(10)), lambda cid, block: None, max_bytes=10).size == 10


def test_every_block_is_checked_against_its_cid() -> None:
    data = random.Random(1).randbytes(30)
    cid, blocks = stored(data, Profile(chunk_bytes=1, max_links=3))
    for damaged in blocks:
        lying = {**blocks, damaged: blocks[damaged] + b"\0"}
        with pytest.raises(BlockMismatch):
            read(cid, lying)
        missing = {key: block for key, block in blocks.items() if key != damaged}
        with pytest.raises(BlockMissing):
            read(cid, missing)


def test_a_missing_root_is_known_before_the_first_byte() -> None:
    with pytest.raises(BlockMissing):
        read_file(cid_of(RAW, b"x"), lambda cid: source({}, cid))


def node(links: list[tuple[CID, int]], own: bytes = b"") -> tuple[CID, bytes]:
    """A file with some bytes of its own before its parts."""
    message = encode_varint_field(1, 2) + encode_bytes_field(2, own)
    for _, size in links:
        message += encode_varint_field(4, size)
    block = encode_node(Node(tuple(Link(cid) for cid, _ in links), message))
    return cid_of(DAG_PB, block), block


def test_inner_nodes_may_hold_bytes_and_names_may_hold_blocks() -> None:
    leaf = CID(1, RAW, IDENTITY, b"three")
    inner, block = node([(leaf, 5), (leaf, 5)], b"two ")
    root, top = node([(inner, 14)], b"one ")
    assert read(root, {inner: block, root: top}) == b"one two threethree"


def test_sizes_that_lie_are_refused() -> None:
    leaf = cid_of(RAW, b"abc")
    for said in (0, 2, 4, 2**63):
        root, block = node([(leaf, said)])
        with pytest.raises(DagInvalid):
            read(root, {leaf: b"abc", root: block})
    block = encode_node(Node((Link(leaf),), encode_file_data([])))
    with pytest.raises(DagInvalid):
        read(cid_of(DAG_PB, block), {cid_of(DAG_PB, block): block})


def test_parts_of_a_file_have_no_names() -> None:
    leaf = cid_of(RAW, b"abc")
    block = encode_node(Node((Link(leaf, "part"),), encode_file_data([3])))
    root = cid_of(DAG_PB, block)
    with pytest.raises(DagInvalid):
        read(root, {leaf: b"abc", root: block})


def test_packed_sizes_of_a_file_are_read() -> None:
    leaves = {cid_of(RAW, bytes([n] * 200)): bytes([n] * 200) for n in range(3)}
    packed = encode_varint_field(1, 2) + encode_bytes_field(4, b"\xc8\x01" * 3)
    block = encode_node(Node(tuple(Link(cid) for cid in leaves), packed))
    root = cid_of(DAG_PB, block)
    assert read(root, {**leaves, root: block}) == b"".join(leaves.values())


def test_neither_depth_nor_empty_parts_make_a_bomb() -> None:
    blocks: Blocks = {}
    cid: CID = cid_of(RAW, b"x")
    blocks[cid] = b"x"
    for _ in range(200):
        cid, block = node([(cid, 1)])
        blocks[cid] = block
    with pytest.raises(DagTooLarge):
        read(cid, blocks)
    empty = cid_of(RAW, b"")
    cid, block = node([(empty, 0)] * (MAX_EMPTY_PARTS + 1))
    with pytest.raises(DagTooLarge):
        read(cid, {cid: block, empty: b""})


def test_only_files_are_read() -> None:
    folder = encode_node(Node((), b"\x08\x01"))
    with pytest.raises(NotAFile):
        read(cid_of(DAG_PB, folder), {cid_of(DAG_PB, folder): folder})
    with pytest.raises(CodecUnsupported):
        read(cid_of(0x71, b"\xa0"), {cid_of(0x71, b"\xa0"): b"\xa0"})


def test_errors_name_the_block() -> None:
    with pytest.raises(EvidenceError) as caught:
        read(cid_of(RAW, b"x"), {cid_of(RAW, b"x"): b"y"})
    assert caught.value.fields["cid"] == str(cid_of(RAW, b"x"))
