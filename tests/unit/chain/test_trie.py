"""Proofs in the trie of receipts, beside the package `trie`, as the verifier follows them."""

import rlp
from hypothesis import given
from hypothesis import strategies as st
from trie.hexary import HexaryTrie

from dapp.audit import mpt
from dapp.chain import trie
from dapp.chain.keccak import keccak

_VALUES = st.lists(st.binary(min_size=32, max_size=40), max_size=300)


@given(_VALUES, st.data())
def test_the_nodes_kept_prove_these_places_and_no_others(
    values: list[bytes], data: st.DataObject
) -> None:
    every = range(len(values))
    places = data.draw(st.sets(st.sampled_from(every)) if values else st.just(set[int]()))
    peer = HexaryTrie({})
    for place, value in enumerate(values):
        peer[rlp.encode(place)] = value

    root, kept = trie.prove(values, places)
    assert root == peer.root_hash == trie.root(values)
    nodes = {keccak(node): node for node in kept}
    assert len(nodes) == len(kept)
    used = set()
    for place in places:
        found = mpt.prove(nodes, root, rlp.encode(place))
        assert found.value == values[place]
        used |= set(found.nodes)
    assert used == set(nodes)


def test_nothing_is_proven_of_a_block_without_receipts() -> None:
    assert trie.prove([], []) == (mpt.EMPTY_ROOT, [])
