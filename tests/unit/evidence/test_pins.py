"""What is pinned stays, what is not goes, and nobody loses what another still holds."""

import random
from collections.abc import Callable, Iterable
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

import pytest

from evidence import Collected, Removed, Vault, delivery, digest_to_cid
from evidence.cid import CID, DAG_PB, IDENTITY, RAW, SHA2_256, cid_of
from evidence.dagpb import Link, Node, encode_node
from evidence.errors import (
    BlockMismatch,
    BlockMissing,
    CodecUnsupported,
    OwnerInvalid,
    VaultDamaged,
    VaultFull,
)
from evidence.manifest import Item, Kind, Manifest, Visibility, encode
from evidence.pins import Pins
from evidence.unixfs import Profile, import_file

MIB = 1 << 20
BIG = random.Random(11).randbytes(2 * MIB + 17)
"""Four blocks."""


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path, quota_bytes=50 * MIB)


def put(vault: Vault, data: bytes) -> CID:
    return vault.put_file(BytesIO(data)).cid


def read(vault: Vault, cid: CID) -> bytes:
    return b"".join(vault.open_file(cid))


def block_files(root: Path) -> list[Path]:
    return list((root / "blocks").glob("*/*"))


def block_file(root: Path, cid: CID) -> Path:
    (path,) = (root / "blocks").glob(f"*/{cid.multihash.hex()}")
    return path


def manifest(*items: tuple[CID, int]) -> bytes:
    listed = tuple(
        Item(f"{at}", "text/plain", size, cid, Kind.FILE, Visibility.PUBLIC)
        for at, (cid, size) in enumerate(items)
    )
    return encode(Manifest(bytes(32), "eip155:1", "0x" + "11" * 20, "0x" + "22" * 20, listed))


def submit(vault: Vault, *contents: bytes) -> str:
    """As the service does; gives the owner."""
    with vault.delivery() as delivery:
        stored = [delivery.put_file(BytesIO(content)) for content in contents]
        digest = delivery.put_manifest(manifest(*stored))
        delivery.pin(digest.hex())
    return digest.hex()


def test_what_no_pin_reaches_is_collected(vault: Vault, tmp_path: Path) -> None:
    kept, gone = put(vault, BIG), put(vault, b"nobody wants it")
    vault.pin(kept, "me")
    assert vault.collect() == Collected(1, len(b"nobody wants it"))
    assert read(vault, kept) == BIG
    assert not vault.has(gone)
    assert vault.collect() == Collected(0, 0)
    vault.unpin(kept, "me")
    collected = vault.collect()
    assert (collected.blocks, block_files(tmp_path), vault.used_bytes()) == (4, [], 0)
    assert collected.bytes > len(BIG)


def test_a_root_stays_while_one_owner_is_left(vault: Vault) -> None:
    root = put(vault, b"ours")
    for owner in ("a", "b", "b"):
        vault.pin(root, owner)
    assert vault.pins() == {"a": (root,), "b": (root,)}
    vault.unpin(root, "a")
    vault.collect()
    assert read(vault, root) == b"ours"
    vault.unpin(root, "b")
    vault.unpin(root, "nobody")
    assert vault.pins() == {}
    vault.collect()
    assert not vault.has(root)


def test_unpinning_one_root_leaves_the_owner_its_others(vault: Vault) -> None:
    first, second = put(vault, b"first"), put(vault, b"second")
    vault.pin(first, "me")
    vault.pin(second, "me")
    vault.unpin(first, "me")
    assert vault.pins() == {"me": (second,)}
    vault.collect()
    assert (vault.has(first), vault.has(second)) == (False, True)


def test_a_block_that_several_share_goes_with_the_last(vault: Vault) -> None:
    """The second file begins as the first does, so they have leaves in common."""
    first, second = put(vault, BIG), put(vault, BIG[: 2 * MIB] + b"another end")
    vault.pin(first, "a")
    vault.pin(second, "b")
    assert vault.remove("a") == Removed((first,), 2, 17 + len(vault.get(second)))
    assert read(vault, second) == BIG[: 2 * MIB] + b"another end"
    vault.remove("b")
    assert vault.used_bytes() == 0


def test_a_submission_is_one_pin_and_goes_as_one(vault: Vault, tmp_path: Path) -> None:
    alone = submit(vault, b"one", b"two", BIG)
    shared = submit(vault, b"two", b"three")
    roots = vault.pins()[alone]
    assert [read(vault, root) for root in roots[:3]] == [b"one", b"two", BIG]
    assert roots[3] == digest_to_cid(bytes.fromhex(alone))
    vault.collect()
    removed = vault.remove(alone)
    assert removed.roots == (roots[0], roots[2], roots[3])
    assert (removed.blocks, len(block_files(tmp_path))) == (6, 3)
    assert list(vault.pins()) == [shared]
    assert vault.remove(alone) == Removed((), 0, 0)
    vault.remove(shared)
    assert (block_files(tmp_path), vault.used_bytes(), vault.pins()) == ([], 0, {})


def test_removing_touches_nothing_that_is_not_pinned_by_the_owner(vault: Vault) -> None:
    owner, loose = submit(vault, b"mine"), put(vault, b"loose")
    vault.remove(owner)
    assert vault.has(loose)


def test_the_quota_counts_what_is_freed(tmp_path: Path) -> None:
    vault = Vault(tmp_path, quota_bytes=4096)
    root = put(vault, b"x" * 90)
    vault.pin(root, "me")
    with pytest.raises(VaultFull):
        put(vault, b"y" * 90)
    vault.remove("me")
    assert int((tmp_path / "usage").read_text()) == 0
    put(vault, b"y" * 90)
    vault.collect()
    assert int((tmp_path / "usage").read_text()) == 0


def _tree(vault: Vault) -> tuple[CID, CID, CID]:
    """Root, inner node, leaf."""
    blocks: dict[CID, bytes] = {}
    root = import_file(BytesIO(b"abcdefghi"), blocks.__setitem__, Profile(1, 3)).cid
    for cid, block in blocks.items():
        vault.put(cid, block)
    inner = next(cid for cid in blocks if cid.codec == DAG_PB and cid != root)
    return root, inner, cid_of(RAW, b"a")


@pytest.mark.parametrize("which", [0, 1, 2], ids=["root", "node", "leaf"])
def test_only_what_is_whole_can_be_pinned(vault: Vault, tmp_path: Path, which: int) -> None:
    part = _tree(vault)[which]
    root = _tree(vault)[0]
    block = vault.get(part)
    path = block_file(tmp_path, part)
    path.write_bytes(block[:-1] + b"?")
    with pytest.raises(BlockMismatch):
        vault.pin(root, "me")
    path.unlink()
    with pytest.raises(BlockMissing):
        vault.pin(root, "me")
    assert vault.pins() == {}
    vault.put(part, block)
    vault.pin(root, "me")
    assert vault.pins() == {"me": (root,)}


def test_what_cannot_be_walked_cannot_be_pinned(vault: Vault) -> None:
    cid = cid_of(0x71, b"\xa0")
    vault.put(cid, b"\xa0")
    with pytest.raises(CodecUnsupported):
        vault.pin(cid, "me")


def test_roots_that_hold_their_own_bytes(vault: Vault) -> None:
    leaf = put(vault, b"leaf")
    node = encode_node(Node((Link(leaf), Link(CID(1, RAW, IDENTITY, b"inline")))))
    root = CID(1, DAG_PB, IDENTITY, node)
    vault.pin(root, "me")
    put(vault, b"loose")
    assert vault.collect().blocks == 1
    assert vault.remove("me") == Removed((root,), 1, 4)


def test_versions_0_and_1_are_one_block_but_two_pins(vault: Vault) -> None:
    root, _, _ = _tree(vault)
    old = CID(0, DAG_PB, SHA2_256, root.digest)
    vault.pin(root, "me")
    vault.pin(old, "me")
    assert vault.pins() == {"me": (root, old)}
    vault.unpin(root, "me")
    assert vault.collect().blocks == 0
    assert vault.remove("me").blocks == 9 + 3 + 1


@pytest.mark.parametrize(
    "owner", ["", ".", "..", "a/b", "/etc/x", ".new", "A", "a b", "a\n", "x" * 129, "é", "-a"]
)
def test_an_owner_is_a_plain_label(vault: Vault, tmp_path: Path, owner: str) -> None:
    root = put(vault, b"abc")
    acts: list[Callable[[], object]] = [
        lambda: vault.pin(root, owner),
        lambda: vault.unpin(root, owner),
        lambda: vault.remove(owner),
    ]
    for act in acts:
        with pytest.raises(OwnerInvalid):
            act()
    assert [*(tmp_path / "pins").iterdir(), *(tmp_path / "removing").iterdir()] == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data[data.index(b"\n") + 1 :],
        lambda data: data.replace(b"b", b"c", 1),
        lambda data: data + b"\n",
        lambda data: b"\xff" + data,
    ],
)
def test_a_damaged_pin_stops_every_removal(
    vault: Vault, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    """What it said is not known, so everything may be meant."""
    first, second = put(vault, b"first"), put(vault, b"second")
    vault.pin(first, "a")
    vault.pin(second, "a")
    vault.pin(second, "b")
    put(vault, b"loose")
    pin = tmp_path / "pins" / "a"
    pin.write_bytes(damage(pin.read_bytes()))
    before = block_files(tmp_path)
    acts: list[Callable[[], object]] = [
        vault.collect, vault.pins, lambda: vault.remove("b"),
        lambda: vault.unpin(first, "a"), lambda: vault.pin(first, "a"),
    ]  # fmt: skip
    for act in acts:
        with pytest.raises(VaultDamaged) as caught:
            act()
        assert caught.value.fields["owner"] == "a"
        assert not caught.value.retryable
    assert block_files(tmp_path) == before
    vault.remove("a")
    assert vault.pins() == {"b": (second,)}
    assert block_files(tmp_path) == [block_file(tmp_path, second)]


def test_a_pinned_node_that_rots_stops_every_removal_until_it_is_healed(
    vault: Vault, tmp_path: Path
) -> None:
    root, inner, leaf = _tree(vault)
    vault.pin(root, "a")
    other = put(vault, b"other")
    vault.pin(other, "b")
    good = vault.get(inner)
    block_file(tmp_path, inner).write_bytes(b"rot")
    for act in (vault.collect, lambda: vault.remove("b")):
        with pytest.raises(VaultDamaged) as caught:
            act()
        assert caught.value.fields["root"] == str(root)
    assert vault.has(leaf)
    assert vault.pins() == {"a": (root,), "b": (other,)}
    vault.put(inner, good)
    assert vault.collect().blocks == 0
    assert vault.remove("b").blocks == 1


def test_what_is_not_whole_can_be_removed_all_the_same(vault: Vault, tmp_path: Path) -> None:
    """Of its own rotten node the names below are lost; they are found as what nobody pins."""
    root, inner, _ = _tree(vault)
    vault.pin(root, "a")
    kept = put(vault, b"kept")
    vault.pin(kept, "b")
    block_file(tmp_path, inner).write_bytes(b"rot")
    vault.remove("a")
    assert block_files(tmp_path) == [block_file(tmp_path, kept)]


def test_a_block_found_there_is_not_lost_to_one_who_collects_meanwhile(
    vault: Vault, tmp_path: Path
) -> None:
    put(vault, BIG)

    class CollectsBetween(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            other = Vault(tmp_path, quota_bytes=50 * MIB)
            other.collect()
            return super().read(size)

    with vault.delivery() as delivery:
        root = delivery.put_file(CollectsBetween(BIG)).cid
        assert vault.collect().bytes == 0  # the delivery keeps the bytes
        assert block_files(tmp_path) == []
        assert vault.used_bytes() > len(BIG)
        delivery.pin("me")
    assert vault.collect().blocks == 0
    assert read(vault, root) == BIG
    assert vault.used_bytes() == int((tmp_path / "usage").read_text())


def test_a_delivery_given_up_frees_what_was_collected_under_it(
    vault: Vault, tmp_path: Path
) -> None:
    put(vault, BIG)
    with pytest.raises(ZeroDivisionError), vault.delivery() as delivery:
        delivery.put_file(BytesIO(BIG))
        vault.collect()
        raise ZeroDivisionError
    assert vault.used_bytes() == int((tmp_path / "usage").read_text()) == 0


def test_an_interrupt_takes_nothing_from_a_pin(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Pins.write

    def interrupted(pins: Pins, owner: str, roots: Iterable[CID]) -> None:
        write(pins, owner, roots)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Pins, "write", interrupted)
        with vault.delivery() as coming:
            cid = coming.put_file(BytesIO(BIG)).cid
            coming.pin("owner")
    vault.collect()
    assert vault.pins() == {"owner": (cid,)}
    assert b"".join(vault.open_file(cid)) == BIG


def test_folders_are_on_the_disk_before_their_blocks_are_pinned(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that another process made, and died before it said so to the disk."""
    (tmp_path / "blocks" / cid_of(RAW, b"a").multihash.hex()[-2:]).mkdir()
    synced: list[Path] = []
    monkeypatch.setattr(delivery, "sync_folder", synced.append)
    with vault.delivery() as coming:
        coming.put_file(BytesIO(b"a"))
        coming.pin("owner")
    assert tmp_path / "blocks" in synced


def test_what_cannot_be_pinned_is_not_stored(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "pins" / "me").write_bytes(b"damaged")
    before = put(vault, b"was here")
    with pytest.raises(VaultDamaged), vault.delivery() as delivery:
        delivery.put_file(BytesIO(BIG))
        delivery.put_file(BytesIO(b"was here"))
        delivery.pin("me")
    assert block_files(tmp_path) == [block_file(tmp_path, before)]
    assert vault.used_bytes() == int((tmp_path / "usage").read_text()) == 4096


def test_files_that_are_no_blocks_are_left_alone(vault: Vault, tmp_path: Path) -> None:
    put(vault, b"abc")
    (folder,) = (tmp_path / "blocks").iterdir()
    (folder / "notes.txt").write_text("mine")
    (tmp_path / "blocks" / "README").write_text("mine")
    (tmp_path / "staging" / "README").write_text("mine")
    (tmp_path / "pins" / ".DS_Store").write_text("junk")
    assert Vault(tmp_path, quota_bytes=100).collect().blocks == 1
    assert (folder / "notes.txt").exists()


def _submit_many(root: Path, seed: int) -> list[str]:
    vault = Vault(root, quota_bytes=10 * MIB)
    return [submit(vault, b"shared", b"%d" % (at % 3), b"%d of %d" % (at, seed)) for at in range(8)]


def _collect_many(root: Path, _: int) -> list[str]:
    vault = Vault(root, quota_bytes=10 * MIB)
    for at in range(12):
        put(vault, b"loose %d" % at)
        put(vault, b"%d" % (at % 3))
        vault.collect()
    return []


def _erase_many(root: Path, _: int) -> list[str]:
    vault = Vault(root, quota_bytes=10 * MIB)
    for at in range(8):
        vault.remove(submit(vault, b"shared", b"%d" % (at % 3), b"to be erased %d" % at))
    return []


def test_processes_submit_erase_and_collect_at_once(tmp_path: Path) -> None:
    work = [_submit_many, _submit_many, _collect_many, _erase_many]
    with get_context("spawn").Pool(4) as pool:
        runs = [pool.apply_async(act, (tmp_path, seed)) for seed, act in enumerate(work)]
        owners = {owner for run in runs for owner in run.get(timeout=60)}
    vault = Vault(tmp_path, quota_bytes=10 * MIB)
    vault.collect()
    assert set(vault.pins()) == owners
    assert len(owners) == 16
    for roots in vault.pins().values():
        assert all(read(vault, root) for root in roots)
    assert len(block_files(tmp_path)) == 16 + 16 + 1 + 3
    assert not list((tmp_path / "staging").iterdir())
    assert vault.used_bytes() == int((tmp_path / "usage").read_text())
