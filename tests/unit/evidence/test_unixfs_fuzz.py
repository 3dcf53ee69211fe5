"""Whatever blocks hold: they are read, or refused by an error of ours, in bounded work."""

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from evidence.cid import CID, DAG_PB, IDENTITY, RAW, cid_of
from evidence.dag import walk
from evidence.dagpb import Link, decode_node
from evidence.directory import entries, lookup
from evidence.errors import BlockMissing, EvidenceError
from evidence.unixfs import read_file
from evidence.unixfs_data import (
    Kind,
    UnixfsData,
    decode_data,
    encode_directory_data,
    encode_file_data,
    encode_shard_data,
)
from evidence.wire import encode_bytes_field, encode_varint_field
from tests.unit.evidence.shards import Store

UINT64 = st.integers(0, 2**64 - 1)
SMALL = st.integers(0, 6)


@given(st.lists(UINT64, max_size=5))
def test_file_data_is_read_back(sizes: list[int]) -> None:
    if sum(sizes) < 2**64:
        expected = UnixfsData(Kind.FILE, b"", tuple(sizes))
        assert decode_data(encode_file_data(sizes)) == expected


@given(st.integers(0, 2**1024 - 1), UINT64, UINT64)
def test_shard_data_is_read_back(taken: int, hash_type: int, fanout: int) -> None:
    found = decode_data(encode_shard_data(taken, hash_type, fanout))
    assert int.from_bytes(found.data, "big") == taken
    assert not found.data.startswith(b"\0")
    assert (found.kind, found.hash_type, found.fanout) == (Kind.HAMT_SHARD, hash_type, fanout)


def test_directory_data_is_read_back() -> None:
    assert decode_data(encode_directory_data()) == UnixfsData(Kind.DIRECTORY, b"", ())


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """UnixFS that is well-formed as protobuf, and about anything otherwise."""
    fields = [
        encode_varint_field(1, draw(SMALL)),
        *draw(
            st.lists(
                st.one_of(
                    st.builds(encode_varint_field, st.integers(1, 9), st.one_of(SMALL, UINT64)),
                    st.builds(encode_bytes_field, st.integers(1, 9), st.binary(max_size=8)),
                    st.just(encode_varint_field(5, 0x22) + encode_varint_field(6, 8)),
                ),
                max_size=4,
            )
        ),
    ]
    return b"".join(fields)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Store, CID]:
    """Nodes that link to those before them, to a leaf, and to what is missing."""
    store = Store()
    leaf = cid_of(RAW, b"leaf")
    store[leaf] = b"leaf"
    known = [leaf, CID(1, RAW, IDENTITY, b"inline"), cid_of(DAG_PB, b"missing")]
    name = st.one_of(st.just(""), st.from_regex(r"[0-9A-F]{1,2}[a-z]?", fullmatch=True), st.text())
    encodable = name.filter(lambda text: not any("\ud800" <= char <= "\udfff" for char in text))
    for message in draw(st.lists(messages(), min_size=1, max_size=5)):
        links = st.builds(Link, st.sampled_from(known), encodable, UINT64)
        known.append(store.put(draw(st.lists(links, max_size=4)), message))
    return store, known[-1]


@given(graphs())
def test_any_graph_is_read_or_refused(graph: tuple[Store, CID]) -> None:
    store, root = graph
    reads = 0

    def source(cid: CID) -> bytes:
        nonlocal reads
        reads += 1
        if cid not in store:
            raise BlockMissing("missing", cid=str(cid))
        return store[cid]

    for work in (
        lambda: list(islice(read_file(root, source), 10_000)),
        lambda: list(islice(entries(root, source), 10_000)),
        lambda: lookup(root, "name", source),
        lambda: list(walk(root, source)),
    ):
        reads = 0
        try:
            work()
        except EvidenceError as error:
            assert error.code != "evidence"
        assert reads < 10_000


@given(st.binary(max_size=200))
def test_any_bytes_are_a_block_or_refused(block: bytes) -> None:
    root = cid_of(DAG_PB, block)
    store = Store({root: block})
    for work in (
        lambda: decode_node(block),
        lambda: decode_data(block),
        lambda: list(read_file(root, store.get_block)),
        lambda: list(entries(root, store.get_block)),
        lambda: lookup(root, "name", store.get_block),
    ):
        try:
            work()
        except EvidenceError as error:
            assert error.code != "evidence"
