"""Proofs beside the package `trie`, and nodes that are none."""

import pytest
import rlp
from hypothesis import given, settings
from hypothesis import strategies as st
from trie.hexary import HexaryTrie

from dapp.audit.mpt import EMPTY_ROOT, NodeMissing, prove
from dapp.chain.keccak import keccak

KEYS = st.binary(min_size=1, max_size=4)
# Short values make nodes that stand within others; long ones do not.
TABLES = st.dictionaries(KEYS, st.binary(min_size=1, max_size=60), max_size=30)


def built(table: dict[bytes, bytes]) -> tuple[bytes, dict[bytes, bytes]]:
    trie = HexaryTrie({})
    for key, value in table.items():
        trie[key] = value
    return trie.root_hash, dict(trie.db)


@settings(max_examples=200, deadline=None)
@given(TABLES, KEYS)
def test_what_is_there_and_what_is_not(table: dict[bytes, bytes], other: bytes) -> None:
    root, nodes = built(table)
    for key in {*table, other}:
        assert prove(nodes, root, key).value == table.get(key)


@settings(max_examples=50, deadline=None)
@given(TABLES, KEYS)
def test_every_node_named_is_needed_and_enough(table: dict[bytes, bytes], key: bytes) -> None:
    root, nodes = built(table)
    found = prove(nodes, root, key)
    alone = {name: nodes[name] for name in found.nodes}
    assert prove(alone, root, key) == found
    for name in found.nodes:
        with pytest.raises(NodeMissing):
            prove({other: node for other, node in alone.items() if other != name}, root, key)


def test_an_empty_trie_needs_no_node() -> None:
    assert prove({}, EMPTY_ROOT, b"any").value is None


def hashed(node: object) -> tuple[bytes, dict[bytes, bytes]]:
    encoded = rlp.encode(node)
    return keccak(encoded), {keccak(encoded): encoded}


NOTHING = [b""] * 17
WRONG = {
    "flag": [b"\x40", b"value"],
    "odd-padding": [b"\x21\x11", b"other", b"third"],
    "padding": [b"\x2f\xab", b"value"],
    "no path": [b"", b"value"],
    "no value": [b"\x20\xab", b""],
    "value is a list": [b"\x20\xab", [b"x"]],
    "extension without nibbles": [b"\x00", b"h" * 32],
    "extension to nothing": [b"\x00\xab", b""],
    "extension to a short hash": [b"\x00\xab", b"h" * 31],
    "extension to a value": [b"\x00\xab", b"h" * 33],
    "sixteen children": [b""] * 16,
    "eighteen children": [b""] * 18,
    "child of 31 bytes": [*NOTHING[:10], b"h" * 31, *NOTHING[11:]],
    "child within, too long": [*NOTHING[:10], [b"\x3b", b"v" * 32], *NOTHING[11:]],
    "child within, no node": [*NOTHING[:10], [b"\x3b", b"v", b"w"], *NOTHING[11:]],
    "value of a branch is a list": [*NOTHING[:16], [b"x"]],
    "not a list": b"x" * 40,
}


@pytest.mark.parametrize("name", WRONG)
def test_refuses_what_is_no_node(name: str) -> None:
    root, nodes = hashed(WRONG[name])
    with pytest.raises(ValueError):
        prove(nodes, root, b"\xab")


def test_refuses_bytes_after_a_node() -> None:
    encoded = rlp.encode([b"\x20\xab", b"value"]) + b"\0"
    with pytest.raises(ValueError):
        prove({keccak(encoded): encoded}, keccak(encoded), b"\xab")


def test_takes_a_short_node_within_its_parent() -> None:
    root, nodes = hashed([*NOTHING[:10], [b"\x3b", b"v"], *NOTHING[11:]])
    assert prove(nodes, root, b"\xab").value == b"v"
    assert prove(nodes, root, b"\xaa").value is None
    assert prove(nodes, root, b"\x1b").value is None
