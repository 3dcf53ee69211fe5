import random
from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.cid import CID, parse_cid
from evidence.dag import walk
from evidence.directory import MAX_SEGMENTS, entries, lookup, resolve
from evidence.directory_import import MAX_NAME_BYTES, import_directory
from evidence.errors import FileTooLarge, NameMissing, PathInvalid
from evidence.murmur3 import murmur3_x64_64
from evidence.unixfs import Profile, read_file
from tests.unit.evidence.kubo_vectors import VECTORS, names
from tests.unit.evidence.shards import Store

SAME_HASH = ["dzbyzlrgaynmmkyzkK9dA|`N7UrV&kn#", "zukfemzydhgorcpb>Wi.+*F#F1:vnh2c"]
SMALL = Profile(chunk_bytes=4, max_links=3, max_directory_bytes=600, fanout=16)


def stored(files: dict[str, bytes], profile: Profile | None = None) -> tuple[CID, Store]:
    store = Store()
    streams = [(path, BytesIO(data)) for path, data in files.items()]
    if profile is None:
        directory = import_directory(streams, store.__setitem__)
    else:
        directory = import_directory(streams, store.__setitem__, profile)
    assert directory.size == sum(map(len, files.values()))
    assert next(reversed(store)) == directory.cid
    assert len(list(walk(directory.cid, store.get_block))) == len(store)
    return directory.cid, store


def content(root: CID, path: str, store: Store) -> bytes:
    found = resolve(root, path.split("/"), store.get_block)
    return b"".join(read_file(found.cid, store.get_block))


@pytest.mark.parametrize("vector", VECTORS["directories"], ids=lambda vector: vector["cid"][-8:])
def test_kubos_published_vectors(vector: dict[str, Any]) -> None:
    root, store = stored(dict.fromkeys(names(vector), b"x"))
    assert root == parse_cid(vector["cid"])
    if vector["block_bytes"] is not None:
        assert len(store[root]) == vector["block_bytes"]
    assert {link.name for link in entries(root, store.get_block)} == set(names(vector))


def test_nothing_is_the_empty_directory() -> None:
    root, _ = stored({})
    assert str(root) == "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354"


def test_the_order_of_the_list_does_not_matter() -> None:
    files = {f"{number}/{number % 7}": b"x" * number for number in range(200)}
    shuffled = list(files.items())
    random.Random(1).shuffle(shuffled)
    assert stored(files, SMALL)[0] == stored(dict(shuffled), SMALL)[0]


def test_links_are_in_the_order_of_their_bytes_not_of_utf_16() -> None:
    root, store = stored(dict.fromkeys(["\U0001f642", "\uffee", "a", "B", "a b"], b""))
    order = [link.name for link in entries(root, store.get_block)]
    assert order == ["B", "a", "a b", "\uffee", "\U0001f642"]


def test_tsizes_count_every_block_below() -> None:
    root, store = stored({"a/b/c": b"0123456789", "a/d": b"x"}, SMALL)
    (link,) = entries(root, store.get_block)
    below = sum(len(block) for _, block in walk(link.cid, store.get_block))
    assert link.tsize == below == sum(map(len, store.values())) - len(store[root])


def test_directories_may_be_empty() -> None:
    store = Store()
    listed: list[tuple[str, BinaryIO | None]] = [("a/b", None), ("a", None), ("c", BytesIO(b"x"))]
    root = import_directory(listed, store.__setitem__).cid
    assert [link.name for link in entries(root, store.get_block)] == ["a", "c"]
    below = resolve(root, ["a", "b"], store.get_block).cid
    assert list(entries(below, store.get_block)) == []


@pytest.mark.parametrize(
    "paths",
    [
        [""], ["/a"], ["a/"], ["a//b"], ["."], ["a/../b"], ["a\0"], ["\udcff"],
        ["a", "a"], ["a", "a/b"], ["a/b", "a"], ["a" * (MAX_NAME_BYTES + 1)],
        ["ü" * (MAX_NAME_BYTES // 2 + 1)], ["/".join("a" * (MAX_SEGMENTS + 1))],
    ],
)  # fmt: skip
def test_paths_that_no_directory_can_hold_are_refused(paths: list[str]) -> None:
    with pytest.raises(PathInvalid):
        import_directory([(path, BytesIO(b"")) for path in paths], lambda cid, block: None)


def test_the_longest_paths_are_taken() -> None:
    path = "/".join(["ü" * (MAX_NAME_BYTES // 2)] * MAX_SEGMENTS)
    root, store = stored({path: b"deep"})
    assert content(root, path, store) == b"deep"


def test_a_file_is_no_directory_twice_over() -> None:
    listed: list[tuple[str, BinaryIO | None]] = [("a", BytesIO(b"")), ("a", None)]
    with pytest.raises(PathInvalid):
        import_directory(listed, lambda cid, block: None)


def test_too_many_bytes_together_are_refused_once_they_are_seen() -> None:
    def files() -> Iterator[tuple[str, BinaryIO | None]]:
        yield "a", BytesIO(bytes(6))
        yield "b", BytesIO(bytes(5))
        raise AssertionError("read on")

    with pytest.raises(FileTooLarge):
        import_directory(files(), lambda cid, block: None, max_bytes=10)
    listed: list[tuple[str, BinaryIO | None]] = [("a", BytesIO(bytes(6))), ("b", BytesIO(bytes(4)))]
    assert import_directory(listed, lambda cid, block: None, max_bytes=10).size == 10


def test_each_stream_is_read_to_its_end_before_the_next_is_asked_for() -> None:
    streams = [BytesIO(b"x" * 9) for _ in range(3)]

    def files() -> Iterator[tuple[str, BinaryIO | None]]:
        for number, stream in enumerate(streams):
            assert all(earlier.tell() == 9 for earlier in streams[:number])
            yield str(number), stream

    assert import_directory(files(), lambda cid, block: None).size == 27


def test_names_of_one_hash_fit_one_block_but_no_shards() -> None:
    first, second = (murmur3_x64_64(name.encode()) for name in SAME_HASH)
    assert first == second
    both = dict.fromkeys(SAME_HASH, b"x")
    root, store = stored(both)
    assert content(root, SAME_HASH[1], store) == b"x"
    many = {str(number): b"x" for number in range(30)}
    with pytest.raises(PathInvalid):
        stored({**many, **both}, SMALL)
    root, store = stored({**many, SAME_HASH[0]: b"x"}, SMALL)
    assert content(root, SAME_HASH[0], store) == b"x"
    with pytest.raises(NameMissing):
        lookup(root, SAME_HASH[1], store.get_block)


CHARS = st.characters(exclude_categories=["Cs"], exclude_characters="/\0")
NAMES = st.text(CHARS, min_size=1, max_size=MAX_NAME_BYTES // 4).filter(
    lambda name: name not in (".", "..")
)


@given(st.dictionaries(NAMES, st.binary(max_size=20)), st.sampled_from([8, 64, 1024]))
def test_any_directory_is_read_back(files: dict[str, bytes], fanout: int) -> None:
    for limit in (0, 1 << 20):
        root, store = stored(files, Profile(4, 2, max_directory_bytes=limit, fanout=fanout))
        found = {link.name: link.cid for link in entries(root, store.get_block)}
        assert set(found) == set(files)
        for name, data in files.items():
            assert lookup(root, name, store.get_block).cid == found[name]
            assert content(root, name, store) == data


def test_the_sink_may_refuse() -> None:
    class Full(Exception): ...

    def sink(cid: CID, block: bytes) -> None:
        raise Full

    with pytest.raises(Full):
        import_directory([("a", BytesIO(b"x"))], sink)
