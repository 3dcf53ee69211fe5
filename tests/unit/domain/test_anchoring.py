"""What is signed, its leaf, and the tree over leaves."""

import pytest

from dapp.chain.keccak import keccak
from dapp.domain.anchoring import AnchoredComplaint, complaint_data, leaf_of
from dapp.domain.merkle import Tree, root_of
from dapp.domain.parts import Category, Order
from dapp.domain.signing import Place
from dapp.domain.types import (
    NATIVE_COIN,
    Address,
    BasisPoints,
    ChainId,
    Digest,
    Hash32,
    OrganisationId,
    UnixTime,
    hash32,
    raw,
)

CUSTOMER = Address("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf")
ANCHOR = Address("0x" + "aa" * 20)
PLACE = Place(ChainId(1), Address("0x" + "bb" * 20))
COMPLAINT = AnchoredComplaint(
    order=Order(
        OrganisationId(1),
        1,
        CUSTOMER,
        NATIVE_COIN,
        Hash32("0x" + "11" * 32),
        Hash32("0x" + "22" * 32),
    ),
    demand=BasisPoints(5000),
    category=Category.ORDER,
    digest=Digest("0x" + "33" * 32),
    anchor_by=UnixTime(1_900_000_000),
)


def leaves(count: int) -> list[Hash32]:
    return [hash32(keccak(number.to_bytes(4, "big"))) for number in range(count)]


@pytest.mark.parametrize("count", [*range(1, 18), 100, 1000])
def test_each_leaf_has_its_way_to_the_root(count: int) -> None:
    tree = Tree(keccak, leaves(count))
    for leaf in leaves(count):
        proof = tree.proof(leaf)
        assert root_of(keccak, leaf, proof) == tree.root
        assert len(proof) <= (count - 1).bit_length()


def test_the_order_in_which_leaves_come_is_nothing_to_the_root() -> None:
    assert Tree(keccak, leaves(9)).root == Tree(keccak, reversed(leaves(9))).root
    assert Tree(keccak, leaves(9)).root != Tree(keccak, leaves(8)).root


@pytest.mark.parametrize("none", [[], leaves(2) * 2])
def test_no_leaf_or_one_twice_is_no_tree(none: list[Hash32]) -> None:
    with pytest.raises(ValueError, match="distinct"):
        Tree(keccak, none)


def test_a_tree_of_three_by_hand() -> None:
    low, middle, high = sorted(raw(leaf) for leaf in leaves(3))
    # As nodes 4, 3 and 2: the two lowest are siblings.
    below = keccak(low + middle)
    top = keccak(min(below, high) + max(below, high))
    assert Tree(keccak, leaves(3)).root == hash32(top)


def test_what_is_not_in_the_tree_has_no_proof() -> None:
    with pytest.raises(KeyError):
        Tree(keccak, leaves(3)).proof(leaves(4)[3])


def test_a_leaf_is_of_its_chain_and_its_contract() -> None:
    other = Place(ChainId(2), PLACE.forwarder)
    found = {
        leaf_of(keccak, PLACE, ANCHOR, COMPLAINT),
        leaf_of(keccak, other, ANCHOR, COMPLAINT),
        leaf_of(keccak, PLACE, Address("0x" + "ab" * 20), COMPLAINT),
    }
    assert len(found) == 3


def test_the_type_is_the_contracts() -> None:
    assert complaint_data(PLACE, ANCHOR, COMPLAINT).type_string == (
        "AnchoredComplaint(uint24 organisation,uint16 version,address customer,address token,"
        "bytes32 ref,uint16 demand,uint8 category,bytes32 digest,address opener,uint256 anchorBy,"
        "address anchor)"
    )
