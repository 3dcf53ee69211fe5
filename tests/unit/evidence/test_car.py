import hashlib
import random
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.car import CarReader, write_blocks, write_car
from evidence.cid import CID, DAG_PB, IDENTITY, RAW, cid_of
from evidence.dag import MAX_BLOCK_BYTES, MAX_PENDING_LINKS, walk
from evidence.dagpb import Link, Node, encode_node
from evidence.errors import (
    BlockMismatch,
    BlockTooLarge,
    CarInvalid,
    CarTooLarge,
    CodecUnsupported,
    DagTooLarge,
    EvidenceError,
)
from evidence.unixfs import Profile, import_file
from evidence.wire import encode_varint

BLOCKS: dict[CID, bytes] = {}
ROOT = import_file(BytesIO(random.Random(7).randbytes(40)), BLOCKS.__setitem__, Profile(4, 3)).cid
CAR = b"".join(write_car(ROOT, BLOCKS.__getitem__))
HEADER = CAR[: CAR[0] + 1]


def section(cid: CID, block: bytes) -> bytes:
    binary = bytes(cid)
    return encode_varint(len(binary) + len(block)) + binary + block


def read(car: bytes, max_bytes: int | None = None, max_blocks: int = 1000) -> dict[CID, bytes]:
    return dict(CarReader(BytesIO(car), max_bytes, max_blocks).blocks())


def test_header_is_dag_cbor_with_one_root() -> None:
    assert HEADER[1:].hex() == (
        "a265726f6f747381d82a582500" + bytes(ROOT).hex() + "6776657273696f6e01"
    )
    assert CarReader(BytesIO(CAR)).root == ROOT


def test_out_and_in_again_parents_first() -> None:
    assert read(CAR) == BLOCKS
    assert next(iter(read(CAR))) == ROOT
    assert [cid for cid, _ in walk(ROOT, BLOCKS.__getitem__)] == list(read(CAR))


def test_a_block_linked_often_is_written_once() -> None:
    leaf = cid_of(RAW, b"x")
    block = encode_node(Node((Link(leaf),) * 50))
    car = b"".join(write_car(cid_of(DAG_PB, block), {leaf: b"x", cid_of(DAG_PB, block): block}.get))  # type: ignore[arg-type]
    assert len(car) < len(block) + 150
    assert len(read(car)) == 2


def test_a_root_that_holds_its_own_bytes() -> None:
    for inline in (b"", b"short", bytes(100)):
        root = CID(1, RAW, IDENTITY, inline)
        car = b"".join(write_car(root, BLOCKS.__getitem__))
        assert CarReader(BytesIO(car)).root == root
        assert read(car) == {}


@pytest.mark.parametrize(
    "car",
    [
        b"",
        b"\x00",
        b"\x80\x00",
        b"\xff" * 12,
        encode_varint(2**40),
        CAR[:30],
        b"\x0a\xa1\x67version\x02",
        HEADER.replace(b"\x67version\x01", b"\x67version\x02"),
        HEADER.replace(b"\x81\xd8\x2a", b"\x82\xd8\x2a"),
        HEADER.replace(b"\xd8\x2a\x58\x25", b"\xd8\x2a\x58\x24"),
        HEADER.replace(b"\xd8\x2a\x58\x25\x00", b"\xd8\x2a\x58\x25\x01"),
        b"\x10\xa2\x65roots\x80\x67version\x01",
    ],
)
def test_refuses_header(car: bytes) -> None:
    with pytest.raises(CarInvalid):
        CarReader(BytesIO(car))


def test_refuses_every_cut() -> None:
    ends = {len(HEADER)}
    for cid, block in read(CAR).items():
        ends.add(max(ends) + len(section(cid, block)))
    for at in set(range(len(HEADER), len(CAR))) - ends:
        with pytest.raises(CarInvalid):
            read(CAR[:at])


def test_refuses_blocks_that_lie() -> None:
    with pytest.raises(BlockMismatch):
        read(CAR[:-1] + bytes([CAR[-1] ^ 1]))


def test_refuses_a_section_of_nothing_and_one_too_large() -> None:
    with pytest.raises(CarInvalid):
        read(HEADER + b"\x00")
    with pytest.raises(CarInvalid):
        read(HEADER + encode_varint(MAX_BLOCK_BYTES + 161))
    big = bytes(MAX_BLOCK_BYTES + 1)
    with pytest.raises(BlockTooLarge):
        read(HEADER + section(cid_of(RAW, big), big))


def test_limits() -> None:
    total = sum(map(len, BLOCKS.values()))
    assert read(CAR, max_bytes=total, max_blocks=len(BLOCKS)) == BLOCKS
    with pytest.raises(CarTooLarge):
        read(CAR, max_bytes=total - 1)
    with pytest.raises(CarTooLarge):
        read(CAR, max_blocks=len(BLOCKS) - 1)


def test_walk_is_bounded() -> None:
    with pytest.raises(DagTooLarge):
        list(walk(ROOT, BLOCKS.__getitem__, max_blocks=len(BLOCKS) - 1))
    blocks: dict[CID, bytes] = {}
    root = cid_of(RAW, b"")
    for _ in range(MAX_PENDING_LINKS // 40_000 + 1):
        block = encode_node(Node((Link(root), *[Link(cid_of(RAW, b"gone"))] * 40_000)))
        root = cid_of(DAG_PB, block)
        blocks[root] = block
    with pytest.raises(DagTooLarge):
        list(walk(root, blocks.__getitem__))


def test_what_cannot_be_walked_is_refused() -> None:
    with pytest.raises(CodecUnsupported):
        list(write_car(cid_of(0x71, b"\xa0"), {cid_of(0x71, b"\xa0"): b"\xa0"}.__getitem__))


@settings(max_examples=300)
@given(st.integers(0, len(CAR)), st.binary(max_size=4), st.integers(0, 4))
def test_damage_never_passes_for_the_whole_dag(at: int, patch: bytes, cut: int) -> None:
    damaged = CAR[:at] + patch + CAR[at + cut :]
    try:
        reader = CarReader(BytesIO(damaged))
        blocks = dict(reader.blocks())
        walked = dict(walk(reader.root, lambda cid: blocks.get(cid, b"not here")))
    except EvidenceError as error:
        assert error.code
        return
    assert all(hashlib.sha256(block).digest() == cid.digest for cid, block in blocks.items())
    assert reader.root != ROOT or walked == BLOCKS


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for car in (data, HEADER + data):
        try:
            read(car)
        except EvidenceError as error:
            assert error.code


@pytest.mark.parametrize(
    ("count", "head"),
    [(2, "82"), (23, "97"), (24, "9818"), (256, "990100"), (65_536, "9a00010000")],
)
def test_many_roots(count: int, head: str) -> None:
    root = cid_of(RAW, b"root")
    data = b"".join(write_blocks([root] * count, [(root, b"root")]))
    assert b"\x65roots" + bytes.fromhex(head) + b"\xd8\x2a" in data
    reader = CarReader(BytesIO(data), roots=[root] * count)
    assert (reader.root, list(reader.blocks())) == (root, [(root, b"root")])
    with pytest.raises(CarInvalid):
        CarReader(BytesIO(data), roots=[root] * (count - 1))
    with pytest.raises(CarInvalid):
        CarReader(BytesIO(data), roots=[cid_of(RAW, b"other")] * count)
    with pytest.raises(CarInvalid):
        CarReader(BytesIO(data))
