"""Paths through dag-cbor documents: links are found, and no bytes do harm."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.cid import CID, DAG_CBOR, cid_of, parse_cid
from evidence.dagcbor import find
from evidence.directory import resolve
from evidence.errors import DagInvalid, EvidenceError, NameMissing, NotADirectory

LEAF = parse_cid("bafkqaaa")
LINK = b"\xd8\x2a" + bytes([0x40 | 1 + len(bytes(LEAF))]) + b"\0" + bytes(LEAF)


def text(name: str) -> bytes:
    return bytes([0x60 | len(name)]) + name.encode()


DOCUMENT = (
    b"\xa5"
    + (text("a") + b"\x01")
    + (text("b") + b"\x83" + b"\x20" + b"\xfb" + bytes(8) + LINK)
    + (text("c") + b"\xa1" + text("d") + LINK)
    + (text("e") + b"\x42hi")
    + (text("f") + LINK)
)


@pytest.mark.parametrize(
    ("names", "used"),
    [(["f"], 1), (["c", "d"], 2), (["c", "d", "more"], 2), (["b", "2", "x", "y"], 2)],
)
def test_links_are_found_at_any_depth(names: list[str], used: int) -> None:
    assert find(DOCUMENT, names) == (LEAF, used)


@pytest.mark.parametrize(
    "names", [["g"], ["a", "b"], ["b", "3"], ["b", "02"], ["b", "-1"], ["e", "0"]]
)
def test_what_is_not_there(names: list[str]) -> None:
    with pytest.raises(NameMissing):
        find(DOCUMENT, names)


@pytest.mark.parametrize("names", [["a"], ["b"], ["c"], ["b", "0"]])
def test_what_is_inside_of_the_document_is_no_block(names: list[str]) -> None:
    with pytest.raises(NotADirectory):
        find(DOCUMENT, names)


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"\xbf\xff",  # a map whose length is not said
        b"\xb8\x01" + text("x") + LINK,  # a longer length than needed
        b"\xa1\x01\x01",  # a key that is no text
        b"\xbb" + b"\xff" * 8,  # as many pairs as a number can say
        b"\xa1" + text("y") + b"\x9b\x00\x00\x00\xff\xff\xff\xff\xff",
        b"\xa1" + text("x") + b"\xd8\x2b\x41\x00",  # another tag
        b"\xa1" + text("x") + b"\xd8\x2a\x41\x01",  # no identity prefix
        b"\xa1" + text("y") + b"\xf7" + LINK,  # undefined
    ],
)
def test_what_is_no_dag_cbor(block: bytes) -> None:
    with pytest.raises((DagInvalid, NameMissing)):
        find(block, ["x"])


def test_nesting_costs_nothing() -> None:
    deep = b"\xa2" + text("a") + b"\x81" * 1_000_000 + b"\x00" + text("x") + LINK
    assert find(deep, ["x"]) == (LEAF, 1)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.lists(st.text(max_size=3), min_size=1, max_size=3))
def test_any_bytes(block: bytes, names: list[str]) -> None:
    try:
        cid, used = find(block, names)
    except EvidenceError:
        return
    assert isinstance(cid, CID)
    assert 0 <= used <= len(names)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(DOCUMENT) - 1), st.integers(1, 255))
def test_any_change(at: int, by: int) -> None:
    changed = bytearray(DOCUMENT)
    changed[at] ^= by
    try:
        find(bytes(changed), ["c", "d"])
    except EvidenceError:
        return


def test_a_path_goes_on_behind_the_link() -> None:
    blocks: dict[CID, bytes] = {}
    root = cid_of(DAG_CBOR, DOCUMENT)
    blocks[root] = DOCUMENT
    assert resolve(root, ["c", "d"], blocks.__getitem__) == (LEAF, (root,))
    with pytest.raises(NotADirectory):  # a file has no names
        resolve(root, ["f", "g"], blocks.__getitem__)
    alone = cid_of(DAG_CBOR, LINK)
    blocks[alone] = LINK
    with pytest.raises(DagInvalid):
        resolve(alone, ["x"], blocks.__getitem__)
