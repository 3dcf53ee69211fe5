import random
import resource
import tracemalloc
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from evidence.car import write_car
from evidence.cid import CID, DAG_PB, IDENTITY, RAW, SHA2_256, cid_of, parse_cid
from evidence.dag import MAX_BLOCK_BYTES
from evidence.dagpb import Link, Node, encode_node
from evidence.errors import (
    BlockMismatch,
    BlockMissing,
    BlockTooLarge,
    CarInvalid,
    EvidenceError,
    FileTooLarge,
    HashUnsupported,
    ManifestError,
    NotAFile,
    VaultFull,
    VaultIo,
)
from evidence.manifest import Item, Kind, Manifest, Visibility, digest, encode
from evidence.unixfs import import_file
from evidence.unixfs_data import encode_file_data
from evidence.vault import Vault

MIB = 1 << 20
DATA = random.Random(3).randbytes(2 * MIB + 17)


PAGE = 4096


def files_under(root: Path) -> list[Path]:
    own = ("usage", "lock")
    return [path for path in root.rglob("*") if path.is_file() and path.name not in own]


def block_file(root: Path, cid: CID) -> Path:
    (path,) = (root / "blocks").glob(f"*/{cid.multihash.hex()}")
    return path


def test_a_block_goes_in_and_comes_out(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    cid = cid_of(RAW, b"abc")
    assert not vault.has(cid)
    with pytest.raises(BlockMissing):
        vault.get(cid)
    vault.put(cid, b"abc")
    vault.put(cid, b"abc")
    assert vault.has(cid)
    assert Vault(tmp_path).get(cid) == b"abc"
    assert len(files_under(tmp_path)) == 1


def test_versions_0_and_1_name_the_same_block(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    block = encode_node(Node((), encode_file_data([])))
    cid = cid_of(DAG_PB, block)
    vault.put(cid, block)
    assert vault.get(CID(0, DAG_PB, SHA2_256, cid.digest)) == block


def test_blocks_that_lie_or_cannot_be_checked_stay_out(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    unknown = CID(1, RAW, 0xB220, bytes(128))
    with pytest.raises(BlockMismatch):
        vault.put(cid_of(RAW, b"abc"), b"abd")
    with pytest.raises(HashUnsupported):
        vault.put(unknown, b"abc")
    with pytest.raises(BlockTooLarge):
        vault.put(cid_of(RAW, bytes(MAX_BLOCK_BYTES + 1)), bytes(MAX_BLOCK_BYTES + 1))
    with pytest.raises(HashUnsupported):
        vault.get(unknown)
    assert not vault.has(unknown)
    assert files_under(tmp_path) == []


def test_names_that_hold_their_bytes_need_no_room(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    cid = CID(1, RAW, IDENTITY, b"abc")
    vault.put(cid, b"abc")
    assert vault.has(cid)
    assert vault.get(cid) == b"abc"
    assert b"".join(vault.open_file(cid)) == b"abc"
    assert files_under(tmp_path) == []


def test_a_file_goes_in_and_comes_out(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    for data in (b"", b"x", DATA):
        cid, size = vault.put_file(BytesIO(data))
        assert size == vault.file_size(cid) == len(data)
        assert b"".join(vault.open_file(cid)) == data
    assert list((tmp_path / "staging").iterdir()) == []


def test_a_rotten_block_is_not_given_out_and_is_healed_by_the_next_put(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    cid, _ = vault.put_file(BytesIO(b"abc"))
    block_file(tmp_path, cid).write_bytes(b"abd")
    with pytest.raises(BlockMismatch):
        vault.open_file(cid)
    vault.put_file(BytesIO(b"abc"))
    assert vault.get(cid) == b"abc"


def test_a_file_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    class Breaks:
        left = 2

        def read(self, size: int) -> bytes:
            self.left -= 1
            if self.left < 0:
                raise ConnectionResetError("the sender went away")
            return random.Random(self.left).randbytes(size)

    vault = Vault(tmp_path, quota_bytes=10 * MIB)
    with pytest.raises(ConnectionResetError):
        vault.put_file(cast(BinaryIO, Breaks()))
    with pytest.raises(FileTooLarge):
        vault.put_file(BytesIO(DATA), max_bytes=len(DATA) - 1)
    assert files_under(tmp_path) == []
    assert vault.used_bytes() == 0


def test_quota(tmp_path: Path) -> None:
    vault = Vault(tmp_path, quota_bytes=3 * MIB)
    kept, _ = vault.put_file(BytesIO(DATA))
    before = files_under(tmp_path)
    with pytest.raises(VaultFull) as caught:
        vault.put_file(BytesIO(DATA[::-1]))
    assert caught.value.code == "vault_full"
    assert caught.value.fields["limit"] == 3 * MIB
    assert files_under(tmp_path) == before
    assert vault.put_file(BytesIO(DATA)).cid == kept  # what is here needs no room
    small = vault.put_file(BytesIO(b"room for this"))
    assert b"".join(vault.open_file(small.cid)) == b"room for this"


@pytest.mark.parametrize("usage", ["", "9" * 20, "garbage, longer than the number"])
def test_a_quota_that_lost_count_counts_again(tmp_path: Path, usage: str) -> None:
    vault = Vault(tmp_path, quota_bytes=5 * PAGE)
    vault.put_file(BytesIO(b"x" * 3 * PAGE))
    (tmp_path / "usage").write_text(usage)
    vault.put_file(BytesIO(b"y" * 2 * PAGE))
    with pytest.raises(VaultFull):
        vault.put_file(BytesIO(b"z"))
    assert vault.used_bytes() == 5 * PAGE


def test_a_quota_counts_what_small_files_take_of_the_disk(tmp_path: Path) -> None:
    vault = Vault(tmp_path, quota_bytes=10 * PAGE)
    with pytest.raises(VaultFull):
        for number in range(11):
            vault.put_file(BytesIO(b"%d" % number))
    assert len(files_under(tmp_path)) == 10
    assert vault.used_bytes() == int((tmp_path / "usage").read_text()) == 10 * PAGE
    assert vault.collect().blocks == 10
    assert int((tmp_path / "usage").read_text()) == 0


def test_manifests(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    cid, size = vault.put_file(BytesIO(b"abc"))
    item = Item("a.txt", "text/plain", size, cid, Kind.FILE, Visibility.PUBLIC)
    manifest = Manifest(bytes(32), "eip155:1", "0x" + "11" * 20, "0x" + "22" * 20, (item,))
    key = vault.put_manifest(encode(manifest))
    assert key == digest(encode(manifest))
    assert vault.get_manifest(key) == manifest
    with pytest.raises(ManifestError):
        vault.put_manifest(encode(manifest) + b" ")
    with pytest.raises(ManifestError):
        vault.get_manifest(cid.digest)  # a block, but no manifest
    with pytest.raises(BlockMissing):
        vault.get_manifest(bytes(32))


def test_a_car_comes_in_whole_or_not_at_all(tmp_path: Path) -> None:
    blocks: dict[CID, bytes] = {}
    root = import_file(BytesIO(DATA), blocks.__setitem__).cid
    car = b"".join(write_car(root, blocks.__getitem__))
    vault = Vault(tmp_path / "a", quota_bytes=20 * MIB)
    for end in (0, 10, 100, MIB, len(car) - 1):
        with pytest.raises(CarInvalid):
            vault.put_car(BytesIO(car[:end]))
    with pytest.raises(BlockMissing):
        vault.put_car(BytesIO(car[: -(1 + 36 + 17)]))  # ends between two blocks
    assert vault.used_bytes() == 0
    assert vault.put_car(BytesIO(car)) == root
    assert b"".join(vault.open_file(root)) == DATA
    assert b"".join(vault.car(root)) == car
    assert vault.put_car(BytesIO(car[: car.index(blocks[root]) + len(blocks[root])])) == root


def test_blocks_that_hang_on_nothing_are_dropped(tmp_path: Path) -> None:
    stray = cid_of(RAW, b"stray")
    root = cid_of(RAW, b"root")
    car = b"".join(write_car(root, lambda cid: b"root")) + b"\x29" + bytes(stray) + b"stray"
    vault = Vault(tmp_path)
    assert vault.put_car(BytesIO(car)) == root
    assert vault.has(root)
    assert not vault.has(stray)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    block = encode_node(Node((), b"\x08\x01"))
    vault.put(cid_of(DAG_PB, block), block)
    with pytest.raises(NotAFile):
        vault.open_file(cid_of(DAG_PB, block))


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    part = cid_of(RAW, b"abc")
    block = encode_node(Node((Link(part, tsize=3),), encode_file_data([3])))
    vault.put(cid_of(DAG_PB, block), block)
    with pytest.raises(BlockMissing) as caught:
        list(vault.open_file(cid_of(DAG_PB, block)))
    assert caught.value.fields["cid"] == str(part)


def _deliver(root: Path, seed: int, quota_bytes: int) -> list[str]:
    """Ten files, five of them the same in every process; what was refused is left out."""
    vault = Vault(root, quota_bytes)
    stored = []
    for number in range(10):
        generator = random.Random(number if number < 5 else seed * 100 + number)
        try:
            stored.append(str(vault.put_file(BytesIO(generator.randbytes(2000))).cid))
        except VaultFull:
            continue
    return stored


@pytest.mark.parametrize(("quota_bytes", "files"), [(10 * MIB, 25), (20 * PAGE + 500, None)])
def test_several_processes_share_a_vault(
    tmp_path: Path, quota_bytes: int, files: int | None
) -> None:
    with get_context("spawn").Pool(4) as pool:
        runs = pool.starmap(_deliver, [(tmp_path, seed, quota_bytes) for seed in range(1, 5)])
    vault = Vault(tmp_path, quota_bytes)
    stored = {parse_cid(text) for run in runs for text in run}
    assert {len(vault.get(cid)) for cid in stored} == {2000}
    assert vault.used_bytes() == PAGE * len(stored) <= quota_bytes
    assert files is None or len(stored) == files
    assert list((tmp_path / "staging").iterdir()) == []


def test_a_delivery_that_was_left_behind_is_cleared_away(tmp_path: Path) -> None:
    """A process that dies drops the lock of its folder; tests/faults really kills some."""
    Vault(tmp_path, quota_bytes=100)
    left = tmp_path / "staging" / "0123456789abcdef"
    left.mkdir()
    (left / "1220").write_bytes(bytes(90))
    assert Vault(tmp_path, quota_bytes=100).used_bytes() == 0
    assert not left.exists()


def test_a_delivery_under_way_is_not_swept_away(tmp_path: Path) -> None:
    vault = Vault(tmp_path)

    class OpensAnother:
        left = 2

        def read(self, size: int) -> bytes:
            self.left -= 1
            Vault(tmp_path)
            return bytes([self.left]) * size if self.left >= 0 else b""

    cid, size = vault.put_file(cast(BinaryIO, OpensAnother()))
    assert sum(map(len, vault.open_file(cid))) == size == 2 * MIB


def _limited(root: Path) -> str:
    """A disk that takes no file beyond 64 KiB."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
    try:
        Vault(root, quota_bytes=10 * MIB).put_file(BytesIO(b"x" * 100_000))
    except EvidenceError as error:
        return error.code
    return "stored"


def test_a_disk_that_refuses_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    with get_context("spawn").Pool(1) as pool:
        assert pool.apply(_limited, [tmp_path]) == VaultIo.code
    assert files_under(tmp_path) == []
    assert Vault(tmp_path, quota_bytes=MIB).used_bytes() == 0


def test_a_place_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(VaultIo):
        Vault(tmp_path / "file")


@pytest.mark.parametrize("size", [-1, 1, 5000])
def test_rot_of_any_length_is_healed(tmp_path: Path, size: int) -> None:
    vault = Vault(tmp_path, quota_bytes=10_000)
    data = bytes(range(200))
    cid, _ = vault.put_file(BytesIO(data))
    path = block_file(tmp_path, cid)
    path.write_bytes(data[:-1] if size < 0 else data + bytes(size))
    assert vault.put_file(BytesIO(data)).cid == cid
    assert vault.get(cid) == data
    assert vault.used_bytes() == PAGE


def test_an_error_takes_the_whole_delivery_back(tmp_path: Path) -> None:
    vault = Vault(tmp_path, quota_bytes=10 * MIB)
    with pytest.raises(FileTooLarge), vault.delivery() as delivery:
        delivery.put_file(BytesIO(b"first"))
        delivery.pin("me")
        delivery.put_file(BytesIO(DATA), max_bytes=MIB)
    assert files_under(tmp_path) == []
    assert vault.used_bytes() == int((tmp_path / "usage").read_text()) == 0


def test_a_stream_without_end_is_read_no_further_than_allowed(tmp_path: Path) -> None:
    class Zeros:
        given = 0

        def read(self, size: int) -> bytes:
            self.given += size
            return bytes(size)

    zeros = Zeros()
    vault = Vault(tmp_path, quota_bytes=10 * MIB)
    tracemalloc.start()
    try:
        with pytest.raises(FileTooLarge):
            vault.put_file(cast(BinaryIO, zeros), max_bytes=100 * MIB)
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()
    assert zeros.given == 101 * MIB
    assert files_under(tmp_path) == []


def test_a_lie_in_a_car_takes_back_all_of_it(tmp_path: Path) -> None:
    blocks: dict[CID, bytes] = {}
    root = import_file(BytesIO(DATA), blocks.__setitem__).cid
    car = bytearray(b"".join(write_car(root, blocks.__getitem__)))
    car[-1] ^= 1
    vault = Vault(tmp_path, quota_bytes=20 * MIB)
    with pytest.raises(BlockMismatch):
        vault.put_car(BytesIO(car))
    assert files_under(tmp_path) == []
    assert int((tmp_path / "usage").read_text()) == 0
