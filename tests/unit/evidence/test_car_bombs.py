"""CARs made to harm whoever takes them: refused with a code, nothing kept, little used."""

import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from evidence import CarReader, EvidenceError, Vault, car, dag, import_file, walk, write_car
from evidence.cid import CID, DAG_PB, IDENTITY, RAW, SHA2_256, SHA2_512, cid_of
from evidence.dag import reach
from evidence.dagpb import Link, Node, encode_node
from evidence.errors import (
    BlockMismatch,
    BlockMissing,
    CarInvalid,
    CarTooLarge,
    CidInvalid,
    DagTooLarge,
    HashUnsupported,
)
from evidence.quota import room
from evidence.unixfs import MAX_DEPTH, Profile
from evidence.unixfs_data import encode_file_data
from evidence.wire import encode_varint

MIB = 1 << 20
BLOCKS: dict[CID, bytes] = {}
ROOT = import_file(BytesIO(b"how it arrived"), BLOCKS.__setitem__, Profile(8, 3)).cid
CAR = b"".join(write_car(ROOT, BLOCKS.__getitem__))
HEADER = CAR[: CAR[0] + 1]


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path, quota_bytes=20 * MIB)


class Pieces:
    """A stream that is made while it is read, and counts what was taken."""

    def __init__(self, pieces: Iterable[bytes], at_once: int = 1 << 16) -> None:
        self._pieces = iter(pieces)
        self._left = b""
        self._at_once = at_once
        self.taken = 0

    def read(self, size: int) -> bytes:
        while not self._left and (piece := next(self._pieces, b"")):
            self._left = piece
        given = self._left[: min(size, self._at_once)]
        self._left = self._left[len(given) :]
        self.taken += len(given)
        return given


def stream(pieces: Iterable[bytes], at_once: int = 1 << 16) -> BinaryIO:
    return cast(BinaryIO, Pieces(pieces, at_once))


def section(cid: CID, block: bytes) -> bytes:
    binary = bytes(cid)
    return encode_varint(len(binary) + len(block)) + binary + block


def car_of(root: CID, *blocks: tuple[CID, bytes]) -> bytes:
    header = next(write_car(root, BLOCKS.__getitem__))
    return header + b"".join(section(cid, block) for cid, block in blocks)


def node(*links: CID) -> tuple[CID, bytes]:
    block = encode_node(Node(tuple(map(Link, links))))
    return cid_of(DAG_PB, block), block


def refused(vault: Vault, data: bytes | BinaryIO, kind: type[EvidenceError]) -> EvidenceError:
    """By the vault, which is left as it was: empty."""
    with pytest.raises(kind) as caught:
        vault.put_car(BytesIO(data) if isinstance(data, bytes) else data, max_bytes=10 * MIB)
    assert vault.used_bytes() == 0
    return caught.value


def peak_bytes(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_cut_anywhere_it_leaves_nothing(vault: Vault) -> None:
    for end in range(len(CAR)):
        refused(vault, CAR[:end], EvidenceError)
    vault.put_car(BytesIO(CAR))


@pytest.mark.parametrize(
    "trail", [b"\0", bytes(100), b"\x01", b"\xff" * 20, b"\x26\x01\x55\x12\x20", b"{}\n"]
)
def test_bytes_after_the_last_block_are_refused(vault: Vault, trail: bytes) -> None:
    refused(vault, CAR + trail, EvidenceError)


def test_a_stream_that_gives_one_byte_at_a_time_is_read(vault: Vault) -> None:
    assert vault.put_car(stream([CAR], at_once=1)) == ROOT
    assert b"".join(vault.open_file(ROOT)) == b"how it arrived"


def test_a_stream_that_raises_in_the_middle_leaves_nothing(vault: Vault) -> None:
    def breaks(end: int) -> Iterator[bytes]:
        yield CAR[:end]
        raise ConnectionResetError("the sender went away")

    for end in range(1, len(CAR), 7):
        with pytest.raises(ConnectionResetError):
            vault.put_car(stream(breaks(end)))
    assert vault.used_bytes() == 0


def test_the_same_block_again_is_stored_once(vault: Vault) -> None:
    leaf, data = cid_of(RAW, b"leaf"), b"leaf"
    assert vault.put_car(BytesIO(car_of(leaf, *[(leaf, data)] * 50))) == leaf
    assert vault.used_bytes() == room(4)


@pytest.mark.parametrize("size", [2**16, 2**32, 2**62, 2**63 - 1])
def test_a_length_is_not_believed(size: int) -> None:
    for data in (encode_varint(size), HEADER + encode_varint(size)):
        source = Pieces([data] + [bytes(4096)] * 2000)
        assert peak_bytes(partial(_read_and_refuse, source)) < 3 * MIB
        assert source.taken < len(data) + 2 * MIB + 200


def _read_and_refuse(source: Pieces) -> None:
    with pytest.raises(EvidenceError):
        for _ in CarReader(cast(BinaryIO, source)).blocks():
            pass


@pytest.mark.parametrize("size", [b"\xff" * 8 + b"\x7f", b"\xff" * 9 + b"\x01", b"\x80" * 1000])
def test_a_length_beyond_numbers_is_refused(vault: Vault, size: bytes) -> None:
    refused(vault, size, CarInvalid)
    refused(vault, HEADER + size, CarInvalid)


_ROOT_ENTRY = HEADER[9:-9]


@pytest.mark.parametrize(
    "header",
    [
        b"\xa2\x65roots\x82" + _ROOT_ENTRY * 2 + b"\x67version\x01",
        b"\xa2\x65roots\x98\x64" + _ROOT_ENTRY * 90 + b"\x67version\x01",
        b"\xa2\x65roots\x9b" + b"\xff" * 8 + b"\x67version\x01",
        b"\xa2\x65roots" + b"\x81" * 4000 + b"\x67version\x01",
        b"\xa2\x65roots\x9f" + _ROOT_ENTRY + b"\xff\x67version\x01",
        b"\xa2\x65roots\x81\xd8\x2a\x5b" + b"\xff" * 8 + b"\x67version\x01",
        b"\xa2\x67version\x01\x65roots\x81" + _ROOT_ENTRY,
        b"\xa3\x65roots\x81" + _ROOT_ENTRY + b"\x67version\x01\x61a\x00",
        b"\xbf" + b"\xd8\x2a" * 2000,
        bytes(4096),
    ],
)  # fmt: skip
def test_headers_that_are_not_the_one_form_are_refused(vault: Vault, header: bytes) -> None:
    assert HEADER[1:] == b"\xa2\x65roots\x81" + _ROOT_ENTRY + b"\x67version\x01"
    refused(vault, encode_varint(len(header)) + header + CAR[len(HEADER) :], CarInvalid)


def test_a_million_tiny_blocks_are_refused_early() -> None:
    blocks = (section(cid_of(RAW, b"%d" % at), b"%d" % at) for at in range(10**6))
    source = Pieces(chain([HEADER], blocks))
    assert peak_bytes(partial(_read_and_refuse, source)) < MIB
    assert source.taken < 4200 * 50


def test_tiny_blocks_leave_no_files(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(car, "_FREE_BLOCKS", 20)
    blocks = [(cid_of(RAW, b"%d" % at), b"%d" % at) for at in range(25)]
    assert refused(vault, car_of(ROOT, *blocks), CarTooLarge).fields["blocks"] == 21
    # With one that is large among them the mean is as it should be.
    large = (cid_of(RAW, bytes(5000)), bytes(5000))
    root, links = node(large[0], *(cid for cid, _ in blocks[:22]))
    assert vault.put_car(BytesIO(car_of(root, (root, links), large, *blocks[:22]))) == root


def test_the_blocks_of_a_car_are_counted_as_they_come(vault: Vault) -> None:
    blocks = [(cid_of(RAW, bytes([at]) * MIB), bytes([at]) * MIB) for at in range(11)]
    refused(vault, car_of(ROOT, *blocks), CarTooLarge)


def test_cycles_cannot_be_made(vault: Vault) -> None:
    """A CID names what is below it, so whoever closes a ring must lie about one of them."""
    forged = CID(1, DAG_PB, SHA2_256, b"\x01" * 32)
    first, block = node(forged)
    _, back = node(first)
    refused(vault, car_of(first, (first, block), (forged, back)), BlockMismatch)
    refused(vault, car_of(forged, (forged, encode_node(Node((Link(forged),))))), BlockMismatch)
    ring = {first: block, forged: back}
    for follow in (walk(first, ring.__getitem__), reach(first, ring.__getitem__, set())):
        with pytest.raises(BlockMismatch):
            list(follow)


@pytest.mark.parametrize(
    ("cid", "kind"),
    [
        (CID(1, RAW, SHA2_256, bytes(32)), BlockMismatch),
        (CID(0, DAG_PB, SHA2_256, bytes(32)), BlockMismatch),
        (CID(1, RAW, SHA2_512, bytes(64)), BlockMismatch),
        (CID(1, RAW, IDENTITY, b"other"), BlockMismatch),
        (CID(1, RAW, 0x1E, bytes(32)), HashUnsupported),
        (CID(1, RAW, 0x11, bytes(20)), HashUnsupported),
    ],
)
def test_blocks_that_are_not_what_they_are_called(
    vault: Vault, cid: CID, kind: type[EvidenceError]
) -> None:
    refused(vault, car_of(ROOT, (cid, b"a lie")) + CAR[len(HEADER) :], kind)


@pytest.mark.parametrize(
    "binary",
    [
        b"\x01", b"\x01\x55", b"\x01\x55\x12", b"\x01\x55\x12\x20" + bytes(31), b"\x12\x20\x00",
        b"\x02\x55\x12\x20" + bytes(32), b"\x01\x55\x00\x81\x01" + bytes(129),
        b"\x01\x55\x00" + encode_varint(2**62), b"\x01\x55\x12\x1f" + bytes(31),
        b"\x81\x00\x55\x12\x20" + bytes(32), b"\xff" * 40,
    ],
)  # fmt: skip
def test_sections_that_begin_with_no_cid(vault: Vault, binary: bytes) -> None:
    refused(vault, HEADER + encode_varint(len(binary)) + binary, CidInvalid)


def test_names_that_hold_names_that_hold_their_bytes(vault: Vault) -> None:
    cid, depth = CID(1, RAW, IDENTITY, b""), 0
    while len(inner := encode_node(Node((Link(cid),)))) <= 128:
        cid, depth = CID(1, DAG_PB, IDENTITY, inner), depth + 1
    assert depth > 8
    root, block = node(*[cid] * 1000)
    assert vault.put_car(BytesIO(car_of(root, (root, block)))) == root
    vault.pin(root, "me")
    vault.collect()
    assert len(list(walk(root, vault.get))) == depth + 2
    too_long = node(CID(1, DAG_PB, IDENTITY, inner))
    with pytest.raises(CidInvalid):
        vault.put_car(BytesIO(car_of(too_long[0], too_long)))


def test_a_chain_however_deep_is_walked_without_recursion() -> None:
    blocks: dict[CID, bytes] = {}
    root = cid_of(RAW, b"end")
    for _ in range(20_000):
        root, block = node(root)
        blocks[root] = block
    assert sum(1 for _ in reach(root, blocks.__getitem__, set())) == 20_001


def test_a_chain_is_stored_and_swept_but_not_read_as_a_file(vault: Vault) -> None:
    root, blocks = cid_of(RAW, b"end"), [(cid_of(RAW, b"end"), b"end")]
    for _ in range(MAX_DEPTH + 2):
        block = encode_node(Node((Link(root),), encode_file_data([3])))
        root = cid_of(DAG_PB, block)
        blocks.append((root, block))
    assert vault.put_car(BytesIO(car_of(root, *blocks))) == root
    vault.pin(root, "me")
    assert vault.collect().blocks == 0
    with pytest.raises(DagTooLarge):
        list(vault.open_file(root))
    assert vault.remove("me").blocks == len(blocks)


def test_links_that_wait_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dag, "MAX_PENDING_LINKS", 1000)
    blocks: dict[CID, bytes] = {}
    root = cid_of(RAW, b"end")
    for _ in range(11):
        root, block = node(root, *[cid_of(RAW, b"later")] * 100)
        blocks[root] = block
    with pytest.raises(DagTooLarge):
        list(reach(root, blocks.__getitem__, set()))


def test_a_dag_that_doubles_at_each_level_is_walked_once() -> None:
    blocks: dict[CID, bytes] = {}
    root = cid_of(RAW, b"end")
    for _ in range(200):
        root, block = node(root, root)
        blocks[root] = block
    assert sum(1 for _ in reach(root, blocks.__getitem__, set())) == 202


def test_a_part_that_is_missing_is_named(vault: Vault) -> None:
    root, block = node(cid_of(RAW, b"gone"))
    error = refused(vault, car_of(root, (root, block)), BlockMissing)
    assert error.fields["cid"] == str(cid_of(RAW, b"gone"))
