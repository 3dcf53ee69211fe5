from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.cid import CID, DAG_PB, IDENTITY, RAW, cid_of
from evidence.dagpb import Link
from evidence.directory import MAX_SEGMENTS, check_name, entries, lookup, resolve
from evidence.errors import (
    BlockMismatch,
    BlockMissing,
    CodecUnsupported,
    DagInvalid,
    EvidenceError,
    NameMissing,
    NotADirectory,
    PathInvalid,
    SymlinkNotFollowed,
)
from evidence.murmur3 import murmur3_x64_64
from evidence.wire import encode_bytes_field, encode_varint_field
from tests.unit.evidence.shards import LEAF, Store, shard_message

NAMES = [f"{number}.txt" for number in range(1000)]
LINKS = [Link(LEAF, name, tsize=4) for name in NAMES]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", 0),
        (b"hello", 0xCBD8A7B341BD9B02),
        (b"hello, world", 0x342FAC623A5EBC8E),
        (b"The quick brown fox jumps over the lazy dog.", 0xCD99481F9EE902C9),
    ],
)
def test_the_hash_is_the_one_that_others_have(data: bytes, expected: int) -> None:
    assert murmur3_x64_64(data) == expected


def test_the_specs_example_lies_in_its_slots() -> None:
    assert murmur3_x64_64(b"470.txt") >> 48 == 0x006E
    assert murmur3_x64_64(b"742.txt") >> 48 == 0x00FF


@pytest.mark.parametrize("fanout", [8, 16, 64, 256, 1024])
def test_shards_give_every_entry_and_find_each(fanout: int) -> None:
    store = Store()
    root = store.sharded(LINKS, fanout)
    assert set(entries(root, store.get_block)) == set(LINKS)
    for name in NAMES[:50]:
        found = lookup(root, name, store.get_block)
        assert found.cid == LEAF
        assert found.visited[0] == root
        assert set(found.visited) <= set(store)
    with pytest.raises(NameMissing):
        lookup(root, "1000.txt", store.get_block)


def test_the_way_to_a_name_is_all_that_is_read() -> None:
    store = Store()
    root = store.sharded(LINKS, 16)
    found = lookup(root, "7.txt", store.get_block)
    only = Store({cid: store[cid] for cid in found.visited})
    assert len(only) < len(store)
    assert lookup(root, "7.txt", only.get_block) == found
    with pytest.raises(BlockMissing):
        list(entries(root, only.get_block))


def test_entries_come_while_shards_are_still_missing() -> None:
    store = Store()
    below = store.sharded(LINKS[:2], 256, 8)
    root = store.shard([(murmur3_x64_64(b"0.txt") >> 56, LINKS[0]), (0xFF, Link(below))])
    del store[below]
    assert list(islice(entries(root, store.get_block), 1)) == [LINKS[0]]


def test_basic_directories_keep_their_order() -> None:
    store = Store()
    links = [Link(LEAF, "b", 1), Link(LEAF, "a"), Link(LEAF, "B")]
    root = store.basic(links)
    assert list(entries(root, store.get_block)) == links
    assert lookup(root, "a", store.get_block) == (LEAF, (root,))
    with pytest.raises(NameMissing):
        lookup(root, "c", store.get_block)


def test_a_name_twice_is_refused() -> None:
    store = Store()
    root = store.basic([Link(LEAF, "a"), Link(cid_of(RAW, b"other"), "a")])
    with pytest.raises(DagInvalid):
        entries(root, store.get_block)


def test_paths_lead_through_directories_of_every_kind() -> None:
    store = Store()
    shards = store.sharded([*LINKS, Link(store.basic([Link(LEAF, "ü")]), "inner")])
    root = store.basic([Link(shards, "many")])
    found = resolve(root, ["many", "inner", "ü"], store.get_block)
    assert found.cid == LEAF
    assert found.visited[:2] == (root, shards)
    assert resolve(root, [], store.get_block) == (root, ())
    with pytest.raises(NotADirectory):
        resolve(root, ["many", "7.txt", "more"], store.get_block)
    with pytest.raises(NameMissing):
        resolve(root, ["many", "inner", "u"], store.get_block)


@pytest.mark.parametrize(
    "segments", [[""], ["."], [".."], ["a/b"], ["a\0"], ["\ud800"], ["a"] * (MAX_SEGMENTS + 1)]
)
def test_paths_that_are_none_are_refused_before_anything_is_read(segments: list[str]) -> None:
    with pytest.raises(PathInvalid):
        resolve(cid_of(DAG_PB, b""), segments, Store().get_block)
    if len(segments) == 1:
        with pytest.raises(PathInvalid):
            lookup(cid_of(DAG_PB, b""), segments[0], Store().get_block)


def test_what_is_no_directory_is_named() -> None:
    store = Store()
    file = store.put([], encode_varint_field(1, 2))
    symlink = store.put([], encode_varint_field(1, 4) + encode_bytes_field(2, b"../../etc"))
    kinds: list[tuple[CID, type[EvidenceError]]] = [
        (file, NotADirectory),
        (LEAF, NotADirectory),
        (symlink, SymlinkNotFollowed),
        (cid_of(0x0129, b"{}"), CodecUnsupported),
        (cid_of(DAG_PB, b"gone"), BlockMissing),
        (store.put([], b""), DagInvalid),
    ]
    for cid, kind in kinds:
        with pytest.raises(kind):
            entries(cid, store.get_block)
        root = store.basic([Link(cid, "it")])
        with pytest.raises(kind):
            resolve(root, ["it", "more"], store.get_block)
        assert resolve(root, ["it"], store.get_block).cid == cid


def test_blocks_that_are_not_their_cids_are_refused() -> None:
    store = Store()
    root = store.sharded(LINKS, 16)
    found = lookup(root, "7.txt", store.get_block)
    for cid in found.visited:
        lying = Store({**store, cid: store[cid] + b"\0"})
        with pytest.raises(BlockMismatch):
            lookup(root, "7.txt", lying.get_block)
        with pytest.raises(BlockMismatch):
            list(entries(root, lying.get_block))


def test_a_directory_may_lie_in_its_own_name() -> None:
    empty = CID(1, DAG_PB, IDENTITY, bytes.fromhex("0a020801"))
    assert str(empty) == "bafyaabakaieac"
    assert list(entries(empty, Store().get_block)) == []


SLOT = murmur3_x64_64(b"7.txt") >> 56


def one(slot: int) -> bytes:
    return (1 << slot).to_bytes(32, "big")


def dishonest(store: Store) -> dict[str, CID]:
    leaf = Link(LEAF, f"{SLOT:02X}7.txt")
    wrong = (SLOT + 1) % 256
    basic = store.basic([Link(LEAF, "7.txt")])
    other = store.sharded(LINKS[:3], 16, 8)
    return {
        "a name in another's slot": store.put(
            [Link(LEAF, f"{wrong:02X}7.txt")], shard_message(one(wrong))
        ),
        "a name below another's slot": store.shard([(wrong, Link(store.sharded(LINKS, 256, 8)))]),
        "a bit field of nothing": store.put([leaf], shard_message(bytes(32))),
        "a bit field too long": store.put([leaf], shard_message(b"\0" + one(SLOT))),
        "no bit field": store.put([leaf], shard_message(b"")),
        "a slot twice": store.put([leaf, leaf], shard_message(one(SLOT))),
        "slots out of order": store.put(
            [Link(LEAF, "FFx"), leaf], shard_message(bytes([0x80, *one(SLOT)[1:]]))
        ),
        "small letters": store.put([Link(LEAF, "0a7.txt")], shard_message(one(10))),
        "no slot": store.put([Link(LEAF, "7")], shard_message(one(7))),
        "digits of another script": store.put([Link(LEAF, "\u0660\u0667x")], shard_message(one(7))),
        "another hash function": store.put([leaf], shard_message(one(SLOT), hash_type=0x12)),
        "a fanout that is no power of two": store.put([leaf], shard_message(one(SLOT), 257)),
        "a fanout of nothing": store.put([leaf], shard_message(one(SLOT), 0)),
        "a fanout too large": store.put([leaf], shard_message(one(SLOT), 2048)),
        "a basic directory below": store.shard([(SLOT, Link(basic))]),
        "a raw block below": store.shard([(SLOT, Link(LEAF))]),
        "a shard of another fanout below": store.shard([(SLOT, Link(other))]),
        "an empty shard below": store.shard([(SLOT, Link(store.shard([])))]),
    }


@pytest.mark.parametrize("lie", dishonest(Store()))
def test_shards_that_lie_are_refused(lie: str) -> None:
    store = Store()
    root = dishonest(store)[lie]
    with pytest.raises(DagInvalid):
        list(entries(root, store.get_block))
    for slot in range(256):
        try:
            found = lookup(root, named_into(slot), store.get_block)
        except (DagInvalid, NameMissing):
            continue
        assert found.cid == LEAF


def named_into(slot: int) -> str:
    return next(
        name for name in map(str, range(10**6)) if murmur3_x64_64(name.encode()) >> 56 == slot
    )


def test_a_tower_of_shards_is_no_bomb() -> None:
    """256 links to one shard, which has 256 links to one, and so on: seventeen million paths."""
    reads = 0
    for bottom in (Store.shard, lambda store, links: store.sharded(LINKS, 256, 24)):
        store = Store()
        cid = bottom(store, [])
        for _ in range(9):
            cid = store.shard([(slot, Link(cid)) for slot in range(256)])

        def source(wanted: CID, store: Store = store) -> bytes:
            nonlocal reads
            reads += 1
            return store[wanted]

        with pytest.raises(DagInvalid):
            list(entries(cid, source))
        with pytest.raises(DagInvalid):
            lookup(cid, "7.txt", source)
    assert reads < 100


NAME = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1)


@given(st.lists(NAME.filter(lambda name: name not in (".", "..")), unique=True))
def test_any_names_are_found_again(names: list[str]) -> None:
    for build in (Store.basic, lambda store, links: store.sharded(links, 8)):
        store = Store()
        root = build(store, [Link(LEAF, name) for name in names])
        assert sorted(link.name for link in entries(root, store.get_block)) == sorted(names)
        for name in names:
            assert lookup(root, name, store.get_block).cid == LEAF


CODES = {
    "block_missing",
    "cid_invalid",
    "codec_unsupported",
    "dag_invalid",
    "hash_unsupported",
    "not_a_directory",
    "path_invalid",
    "symlink_not_followed",
}


@given(st.data())
def test_any_shard_is_read_or_refused(data: st.DataObject) -> None:
    """Valid shards with some bytes changed, and their CIDs true to that."""
    store = Store()
    honest = store[store.sharded(LINKS[:40], data.draw(st.sampled_from([8, 256])))]
    at = data.draw(st.integers(0, len(honest)))
    patch = data.draw(st.binary(max_size=4))
    block = honest[:at] + patch + honest[at + len(patch) :]
    root = cid_of(DAG_PB, block)
    store[root] = block
    try:
        for link in entries(root, store.get_block):
            check_name(link.name)
            assert lookup(root, link.name, store.get_block).cid == link.cid
    except EvidenceError as error:
        assert error.code in CODES
