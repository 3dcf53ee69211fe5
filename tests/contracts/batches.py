"""Complaints that are signed and anchored, as IComplaintAnchor documents them."""

from typing import Any

from brownie import chain
from case import DIGEST, Case
from eth_abi import encode
from eth_utils import keccak
from house import NOBODY
from signing import key_of, sign

FILE = b"\xf1" * 32
_FIELDS = (
    ("organisation", "uint24"),
    ("version", "uint16"),
    ("customer", "address"),
    ("token", "address"),
    ("ref", "bytes32"),
    ("demand", "uint16"),
    ("category", "uint8"),
    ("digest", "bytes32"),
    ("opener", "address"),
    ("anchorBy", "uint256"),
    ("anchor", "address"),
)


def complaint(
    case: Case, anchor_by: int = (1 << 256) - 1, demand: int = 5000, opener: str = NOBODY
) -> tuple:
    """What the customer of an order signs, as `open` takes it."""
    return (case.order, demand, 2, DIGEST, opener, anchor_by)


def leaf(house, one: tuple) -> bytes:
    """keccak256(keccak256(abi.encode(chainid, anchor, structHash)))."""
    name = f"AnchoredComplaint({','.join(f'{kind} {field}' for field, kind in _FIELDS)})"
    values = [keccak(text=name), *_values(house, one)]
    struct = keccak(encode(["bytes32", *(kind for _, kind in _FIELDS)], values))
    place = [chain.id, house.anchor.address, struct]
    return keccak(keccak(encode(["uint256", "address", "bytes32"], place)))


def signature(house, one: tuple, account) -> bytes:
    """The complaint, signed by `account`, whoever is its customer."""
    fields = [{"name": field, "type": kind} for field, kind in _FIELDS]
    message = {field: value for (field, _), value in zip(_FIELDS, _values(house, one), strict=True)}
    return sign(house.forwarder, key_of(account), {"AnchoredComplaint": fields}, message)


def above(one: bytes, other: bytes) -> bytes:
    """The node over two: the lower child first."""
    return keccak(min(one, other) + max(one, other))


def anchor(house, sender, *leaves: bytes) -> tuple[Any, bytes]:
    """Anchor one leaf, or two; the transaction and the root."""
    root = leaves[0] if len(leaves) == 1 else above(*leaves)
    return house.anchor.anchor(root, len(leaves), FILE, {"from": sender}), root


def _values(house, one: tuple) -> list:
    order, *rest = one
    return [*order, *rest, house.anchor.address]
