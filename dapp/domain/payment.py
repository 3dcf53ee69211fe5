"""A paid order as the escrow's events tell it, and the fold that makes it."""

from dataclasses import dataclass, replace
from enum import IntEnum

from dapp.domain import trail
from dapp.domain.events import ESCROW, Event
from dapp.domain.parts import Order
from dapp.domain.types import (
    NOTHING,
    Address,
    BlockNumber,
    ChainId,
    ComplaintId,
    Hash32,
    Keccak,
    OrganisationId,
    UnixTime,
    Wei,
)


class OrderState(IntEnum):
    """What the escrow stores (contracts/types/Order.sol)."""

    NONE = 0
    HELD = 1
    DISPUTED = 2
    """A complaint about it is open; only the index of complaints knows."""
    RELEASED = 3
    REFUNDED = 4
    SPLIT = 5


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """A paid order, by the escrow's events alone: `state` is never `DISPUTED` here.

    Attributes:
        to_organisation: what went to the organisation's balance in the escrow, in wei.
        complaint: the complaint that split it.
    """

    order: Order
    chain_id: ChainId
    amount: Wei
    paid_at: UnixTime
    state: OrderState
    trail: Hash32
    updated_block: BlockNumber
    ended_at: UnixTime | None = None
    to_customer: Wei = NOTHING
    to_organisation: Wei = NOTHING
    complaint: ComplaintId | None = None


def apply(before: PaidOrder | None, event: Event, keccak: Keccak) -> PaidOrder | None:
    """The order after an event of the escrow; others leave it as it is."""
    if event.contract != ESCROW:
        return before
    if event.name == "Paid":
        return _paid(event, keccak)
    if before is None or event.name not in ("Released", "Refunded", "Split"):
        return before
    after = replace(
        before,
        trail=trail.fold_event(keccak, before.trail, event),
        ended_at=event.timestamp,
        updated_block=event.block_number,
    )
    if event.name == "Released":
        return replace(after, state=OrderState.RELEASED, to_organisation=before.amount)
    if event.name == "Refunded":
        return replace(after, state=OrderState.REFUNDED, to_customer=before.amount)
    return replace(
        after,
        state=OrderState.SPLIT,
        to_customer=Wei(event.integer("toCustomer")),
        to_organisation=Wei(event.integer("toOrganisation")),
        complaint=ComplaintId(event.integer("complaint")),
    )


def _paid(event: Event, keccak: Keccak) -> PaidOrder:
    order = Order(
        organisation=OrganisationId(event.integer("organisation")),
        version=event.integer("version"),
        customer=Address(event.text("actor")),
        token=Address(event.text("token")),
        ref=Hash32(event.text("ref")),
        key=Hash32(event.text("key")),
    )
    return PaidOrder(
        order=order,
        chain_id=event.chain_id,
        amount=Wei(event.integer("amount")),
        paid_at=event.timestamp,
        state=OrderState.HELD,
        trail=trail.fold_event(keccak, None, event),
        updated_block=event.block_number,
    )
