"""Valid inputs of each decoder, damaged by Hypothesis."""

from io import BytesIO

from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import CID, Item, Kind, Manifest, Visibility, cid_of, encode, import_file, write_car
from evidence.cid import DAG_PB, IDENTITY, RAW, SHA2_256
from evidence.dagpb import Link, Node, encode_node
from evidence.unixfs import Profile
from evidence.unixfs_data import encode_file_data
from tests.fuzz.decoders import (
    Check,
    check_car,
    check_cid,
    check_cid_text,
    check_dag,
    check_manifest,
    check_node,
    check_unixfs,
    holds,
)

_LEAF = cid_of(RAW, b"leaf")
_NAMES = (_LEAF, CID(0, DAG_PB, SHA2_256, _LEAF.digest), CID(1, RAW, IDENTITY, b"inline"))
_ITEM = Item("a.png", "image/png", 4, _LEAF, Kind.FILE, Visibility.PUBLIC)
_NODE = Node((Link(_LEAF, "é", 4), Link(_NAMES[2])), encode_file_data([4, 6]))


def _car(data: bytes) -> bytes:
    blocks: dict[CID, bytes] = {}
    root = import_file(BytesIO(data), blocks.__setitem__, Profile(4, 3)).cid
    return b"".join(write_car(root, blocks.__getitem__))


VALID: dict[Check, tuple[bytes, ...]] = {
    check_cid: tuple(bytes(cid) for cid in _NAMES),
    check_cid_text: tuple(str(cid).encode() for cid in _NAMES),
    check_node: (encode_node(_NODE), encode_node(Node((), encode_file_data([])))),
    check_unixfs: (encode_file_data([1, 300, 2**40]), encode_file_data([])),
    check_manifest: (
        encode(Manifest(bytes(32), "eip155:1", "0x" + "11" * 20, "0x" + "22" * 20, (_ITEM,), 7)),
        encode(Manifest(bytes(32), "eip155:1", "0x" + "11" * 20, "0x" + "22" * 20, text="né")),
    ),
    check_car: (_car(b""), _car(b"how it arrived, and when")),
    check_dag: (b"\x00\x04leaf\x02\x02\x00\x00\x02\x01\x01",),
}

_TELLING = (
    b"\0",
    b"\x80",
    b"\x80\0",
    b"\x81\0",
    b"\xff",
    b"\x7f" * 9,
    b" ",
    b'"',
    b"\\u0061",
    b"0",
)
_PATCH = st.one_of(st.sampled_from(_TELLING), st.binary(max_size=8), st.none())
_EDIT = st.tuples(st.integers(0, 1 << 12), st.integers(0, 8), _PATCH)


def _damage(data: bytes, edits: list[tuple[int, int, bytes | None]]) -> bytes:
    """At each place some bytes give way to others, or, for None, stand there twice."""
    for place, cut, patch in edits:
        at = place % (len(data) + 1)
        part = data[at : at + cut] * 2 if patch is None else patch
        data = data[:at] + part + data[at + cut :]
    return data


def inputs(check: Check) -> st.SearchStrategy[bytes]:
    damaged = st.builds(_damage, st.sampled_from(VALID[check]), st.lists(_EDIT, max_size=3))
    return st.one_of(st.binary(max_size=300), damaged, damaged)


def try_many(check: Check, examples: int) -> tuple[int, int]:
    """Tries and how many were taken. Raises what is found, made as small as can be."""
    tried = taken = 0

    @settings(max_examples=examples, deadline=None)
    @given(inputs(check))
    def each(data: bytes) -> None:
        nonlocal tried, taken
        tried += 1
        taken += holds(check, data)

    each()
    return tried, taken
