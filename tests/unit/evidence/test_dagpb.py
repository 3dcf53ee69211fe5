import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.cid import RAW, cid_of, parse_cid
from evidence.dagpb import Link, Node, decode_node, encode_node
from evidence.errors import DagInvalid, EvidenceError
from evidence.unixfs_data import Kind, UnixfsData, decode_data, encode_file_data
from evidence.wire import encode_bytes_field, encode_varint_field

LEAF = cid_of(RAW, b"leaf")
LINK = encode_bytes_field(1, bytes(LEAF))


def test_links_are_written_before_data() -> None:
    block = encode_node(Node((Link(LEAF, "", 4),), b"data"))
    assert block.startswith(b"\x12")
    assert block.endswith(b"\x0a\x04data")
    assert decode_node(block) == Node((Link(LEAF, "", 4),), b"data")


def test_old_writers_put_data_first() -> None:
    block = encode_bytes_field(1, b"data") + encode_bytes_field(2, LINK)
    assert decode_node(block) == Node((Link(LEAF, "", 0),), b"data")


@pytest.mark.parametrize(
    "block",
    [
        b"\x0a",
        b"\x0a\x05abc",
        b"\x0a\x81\x00a",  # a length that is not minimal
        encode_bytes_field(1, b"a") * 2,
        encode_bytes_field(3, b"a"),
        encode_varint_field(1, 1),
        b"\x02\x00",  # field number 0
        encode_bytes_field(2, b""),  # a link without a CID
        encode_bytes_field(2, LINK * 2),
        encode_bytes_field(2, encode_varint_field(3, 1) + LINK),
        encode_bytes_field(2, LINK + encode_bytes_field(2, b"\xff")),
        encode_bytes_field(2, LINK) + encode_bytes_field(1, b"a") + encode_bytes_field(2, LINK),
    ],
)
def test_refuses(block: bytes) -> None:
    with pytest.raises(DagInvalid):
        decode_node(block)


def test_unixfs_sizes_may_be_packed_when_read_but_are_not_written_so() -> None:
    written = encode_file_data([300, 1])
    assert written == b"\x08\x02\x18\xad\x02\x20\xac\x02\x20\x01"
    packed = b"\x08\x02\x18\xad\x02" + encode_bytes_field(4, b"\xac\x02\x01")
    assert decode_data(written) == decode_data(packed) == UnixfsData(Kind.FILE, b"", (300, 1))


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x08\x06",  # no such kind
        b"\x08\x02\x08\x02",
        b"\x08\x02\x18\x01",  # one byte promised, none there
        b"\x08\x02\x12",
        b"\x08\x02\x25\x00\x00\x00\x00",  # a block size of wire type 5
        encode_bytes_field(1, b"x"),
        b"\x08\x02\x10\x01",  # data that is a number
    ],
)
def test_refuses_unixfs(message: bytes) -> None:
    with pytest.raises(DagInvalid):
        decode_data(message)


NODES = st.builds(
    Node,
    st.lists(
        st.builds(
            Link,
            st.sampled_from([LEAF, parse_cid("QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o")]),
            st.text(st.characters(exclude_categories=["Cs"])),
            st.integers(0, 2**64 - 1),
        ),
        max_size=4,
    ).map(tuple),
    st.binary(),
)


@given(NODES)
def test_what_is_written_is_read_back(node: Node) -> None:
    assert decode_node(encode_node(node)) == node


@given(st.one_of(st.binary(), NODES.map(encode_node)), st.integers(0, 300), st.binary(max_size=3))
def test_any_bytes_are_read_or_refused(block: bytes, at: int, patch: bytes) -> None:
    damaged = block[:at] + patch + block[at + len(patch) :]
    for decode in (decode_node, decode_data):
        try:
            decode(damaged)
        except EvidenceError as error:
            assert error.code in {"dag_invalid", "cid_invalid"}
