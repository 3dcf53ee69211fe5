"""Complaints that are signed and put on chain with others, and what the anchor's events tell.

A customer signs a complaint; whoever collects them anchors one root for a batch; any leaf of it is
opened at the desk later (contracts/interfaces/IComplaintAnchor.sol).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dapp.domain import trail
from dapp.domain.events import ANCHOR, Event, Value
from dapp.domain.parts import Category, Order
from dapp.domain.signing import Place, TypedData, struct_hash
from dapp.domain.types import (
    NO_ACCOUNT,
    Address,
    BasisPoints,
    BlockNumber,
    ChainId,
    Digest,
    Hash32,
    Keccak,
    OrganisationId,
    UnixTime,
    hash32,
    raw,
    word,
)

MAX_LEAVES = 65_536
ANCHOR_GRACE_SECONDS = 3 * 86_400
"""So long after an order's protection an anchored complaint may be opened (types/Order.sol)."""
LAST_ANCHOR_BY = 253_402_300_799
"""The end of the year 9999: what is later has no date, and nobody promises it."""

_COMPLAINT = (
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
_RECEIPT = (
    ("leaf", "bytes32"),
    ("anchor", "address"),
    ("sender", "address"),
    ("anchorBy", "uint256"),
)


class AnchorStatus(StrEnum):
    """How a signed complaint stands."""

    WAITING = "waiting"
    """Its time to be anchored has not come; without a receipt nobody has promised that it will."""
    ANCHORED = "anchored"
    """In time; it can be opened until the order is released."""
    OPENED = "opened"
    REVOKED = "revoked"
    CLOSED = "closed"
    """Its order has ended, or can be released: it cannot be opened any more."""
    OVERDUE = "overdue"
    """Not anchored in time, and there is a receipt: the promise is broken."""
    LAPSED = "lapsed"
    """Not anchored in time, and nobody had promised it."""


UNOPENED = (AnchorStatus.WAITING, AnchorStatus.ANCHORED)
"""Nothing came of it, and something still can."""


@dataclass(frozen=True, slots=True)
class AnchoredComplaint:
    """What a customer signs in place of a filing.

    Attributes:
        anchor_by: what is anchored later cannot be opened.
        opener: who may open it beside the customer; `NO_ACCOUNT` for anyone who has the signature.
    """

    order: Order
    demand: BasisPoints
    category: Category
    digest: Digest
    anchor_by: UnixTime
    opener: Address = NO_ACCOUNT


@dataclass(frozen=True, slots=True)
class Receipt:
    """A sender's word that a leaf will be anchored in time; broken, anyone can show it.

    Attributes:
        leaf: the complaint's.
        anchor: the contract.
        sender: whose batches it will be in; signs this.
        anchor_by: until when.
    """

    leaf: Hash32
    anchor: Address
    sender: Address
    anchor_by: UnixTime


@dataclass(frozen=True, slots=True)
class Batch:
    """A root on chain.

    Attributes:
        number: of the sender's batches, from 1.
        leaves: how many complaints its sender says that it has.
        digest: SHA-256 of the manifest of its file.
    """

    sender: Address
    chain_id: ChainId
    root: Hash32
    number: int
    leaves: int
    digest: Digest
    anchored_at: UnixTime
    block: BlockNumber
    transaction: Hash32


@dataclass(frozen=True, slots=True)
class BatchList:
    """All batches of a sender in one word.

    Attributes:
        trail: folded from `Anchored`; must equal the anchor's word.
    """

    sender: Address
    chain_id: ChainId
    trail: Hash32
    batches: int
    leaves: int
    updated_block: BlockNumber


@dataclass(frozen=True, slots=True)
class Revocation:
    """A leaf that its customer took back, so that nobody can open it."""

    leaf: Hash32
    chain_id: ChainId
    customer: Address
    at: UnixTime
    updated_block: BlockNumber


def order_key(
    keccak: Keccak,
    organisation: OrganisationId,
    version: int,
    customer: Address,
    token: Address,
    ref: Hash32,
) -> Hash32:
    """The hash that names an order (contracts/types/Order.sol)."""
    accounts = raw(customer).rjust(32, b"\0") + raw(token).rjust(32, b"\0")
    return hash32(keccak(word(organisation) + word(version) + accounts + raw(ref)))


def complaint_data(place: Place, anchor: Address, complaint: AnchoredComplaint) -> TypedData:
    """What the customer's wallet is asked to sign."""
    order = complaint.order
    terms = (order.organisation, order.version, order.customer, order.token, order.ref)
    said = (complaint.demand, int(complaint.category), complaint.digest)
    return _data(place, anchor, (*terms, *said, complaint.opener, complaint.anchor_by))


def _data(place: Place, anchor: Address, facts: Sequence[Value]) -> TypedData:
    values = (*facts, anchor)
    named = {name: value for (name, _), value in zip(_COMPLAINT, values, strict=True)}
    return TypedData(place, "AnchoredComplaint", _COMPLAINT, named)


def receipt_data(place: Place, receipt: Receipt) -> TypedData:
    """What the sender signs."""
    values: tuple[Value, ...] = (receipt.leaf, receipt.anchor, receipt.sender, receipt.anchor_by)
    named = {name: value for (name, _), value in zip(_RECEIPT, values, strict=True)}
    return TypedData(place, "AnchorReceipt", _RECEIPT, named)


def leaf_of(keccak: Keccak, place: Place, anchor: Address, complaint: AnchoredComplaint) -> Hash32:
    """Its leaf: of this chain and this contract, hashed twice."""
    return _leaf(keccak, complaint_data(place, anchor, complaint), anchor)


def leaf_of_call(keccak: Keccak, place: Place, anchor: Address, facts: Sequence[Value]) -> Hash32:
    """As `leaf_of`, of the facts that a call of the contract names, in its order.

    Raises ValueError for facts of another form.
    """
    return _leaf(keccak, _data(place, anchor, facts), anchor)


def _leaf(keccak: Keccak, data: TypedData, anchor: Address) -> Hash32:
    content = raw(struct_hash(keccak, data))
    place = data.place
    where = word(place.chain_id) + raw(anchor).rjust(32, b"\0")
    return hash32(keccak(keccak(where + content)))


def listed(before: BatchList | None, event: Event, keccak: Keccak) -> BatchList | None:
    """A sender's list after an event of the anchor; others leave it as it is."""
    if event.contract != ANCHOR or event.name != "Anchored":
        return before
    sender = Address(event.text("sender"))
    word_before = (
        trail.genesis(keccak, event.chain_id, event.address, int(sender, 16))
        if before is None
        else before.trail
    )
    return BatchList(
        sender=sender,
        chain_id=event.chain_id,
        trail=trail.fold(keccak, word_before, event.topic0, event.words, sender, event.timestamp),
        batches=1 + (before.batches if before else 0),
        leaves=event.integer("leaves") + (before.leaves if before else 0),
        updated_block=event.block_number,
    )


def batch_of(event: Event, number: int) -> Batch:
    """The batch that `Anchored` tells of, the sender's `number`th."""
    return Batch(
        sender=Address(event.text("sender")),
        chain_id=event.chain_id,
        root=Hash32(event.text("root")),
        number=number,
        leaves=event.integer("leaves"),
        digest=Digest(event.text("digest")),
        anchored_at=event.timestamp,
        block=event.block_number,
        transaction=event.transaction,
    )


def revoked(before: Revocation | None, event: Event) -> Revocation | None:
    """A leaf after an event of the anchor; others leave it as it is."""
    if event.contract != ANCHOR or event.name != "Revoked":
        return before
    return Revocation(
        leaf=Hash32(event.text("leaf")),
        chain_id=event.chain_id,
        customer=Address(event.text("customer")),
        at=event.timestamp,
        updated_block=event.block_number,
    )
