"""Complaints that are signed and anchored, on a chain that a test plays."""

import json
from collections.abc import Sequence
from typing import Any

from dapp.chain.keccak import keccak
from dapp.domain.anchor_file import Signed
from dapp.domain.anchoring import AnchoredComplaint, complaint_data, leaf_of
from dapp.domain.events import ANCHOR, DESK, FORWARDER
from dapp.domain.merkle import Tree
from dapp.domain.parts import Category, Order
from dapp.domain.signing import Place, wallet_json
from dapp.domain.types import Address, BasisPoints, Digest, Hash32, UnixTime
from tests.local_chain import Receipt
from tests.world import World, digest


def complaint(world: World, order: Order, demand: int = 5000) -> AnchoredComplaint:
    """What the customer of an order would sign, to be anchored within an hour."""
    by = UnixTime(world.now() + 3600)
    return AnchoredComplaint(order, BasisPoints(demand), Category.ORDER, digest("anchored"), by)


def place(world: World) -> Place:
    """Where signatures count."""
    return Place(world.chain_id, world.contracts[FORWARDER])


def leaf(world: World, one: AnchoredComplaint) -> Hash32:
    """Its leaf."""
    return leaf_of(keccak, place(world), world.contracts[ANCHOR], one)


def anchor(
    world: World, sender: Address, complaints: Sequence[AnchoredComplaint], file: str = "batch"
) -> Tree:
    """Put a batch on chain; its tree."""
    tree = Tree(keccak, [leaf(world, one) for one in complaints])
    args = (tree.root, len(complaints), Digest(digest(file)))
    world.send(sender, ANCHOR, "anchor", args)
    return tree


def opened(
    world: World, one: AnchoredComplaint, sender: Address, tree: Tree, signature: str = "0x"
) -> int:
    """The customer opens it; the complaint's number."""
    args = (facts(one), sender, tree.proof(leaf(world, one)), signature)
    world.send(one.order.customer, ANCHOR, "open", args)
    number: int = world.call(DESK, "complaintCount")
    world.knows(number, one.order)
    return number


def revoke(world: World, one: AnchoredComplaint) -> Receipt:
    """The customer takes it back."""
    return world.send(one.order.customer, ANCHOR, "revoke", (facts(one),))


def facts(one: AnchoredComplaint) -> tuple[Any, ...]:
    """The complaint as the contract takes it."""
    order = one.order
    terms = (order.organisation, order.version, order.customer, order.token, order.ref)
    return (terms, one.demand, int(one.category), one.digest, one.opener, one.anchor_by)


def signature(world: World, one: AnchoredComplaint) -> str:
    """Its customer's, whose key the local node has."""
    data = wallet_json(complaint_data(place(world), world.contracts[ANCHOR], one))
    found = world.rpc("eth_signTypedData_v4", one.order.customer, json.dumps(data))
    return str(found)


def signed(world: World, one: AnchoredComplaint) -> Signed:
    """As it stands in a batch's file."""
    return Signed(leaf(world, one), one, signature(world, one))
