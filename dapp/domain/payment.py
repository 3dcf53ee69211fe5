"""An order, or a claim without one, as its fund's events tell it, and the fold that makes it."""

from dataclasses import dataclass
from enum import IntEnum

from dapp.domain import trail
from dapp.domain.changing import replace
from dapp.domain.events import CLAIMS, ESCROW, Event
from dapp.domain.parts import Order
from dapp.domain.types import (
    ALL,
    NOTHING,
    ZERO_HASH,
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

_DEPOSIT_SHARE = 200


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
class Claimed:
    """What a claim has that an order in escrow has not.

    Attributes:
        payer: who left the deposit, and gets it back.
        deposit: 2 % of the amount, rounded up.
        deposit_back: of it, once the claim was split.
        from_funding: what of `to_customer` was money sent along.
        cost_paid: the part of the costs contained in `to_customer`.
    """

    payer: Address
    deposit: Wei
    deposit_back: Wei | None = None
    from_funding: Wei = NOTHING
    cost_paid: Wei = NOTHING


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """A paid order or a claim, by its fund's events alone: `state` is never `DISPUTED` here.

    Of a claim only a split is told: one that was withdrawn stays `HELD` here, and the desk's
    event says the rest.

    Attributes:
        amount: in units of the order's coin; of a claim in wei.
        to_organisation: what went to the organisation's balance in the escrow; of a claim what is
            free again in the bond.
        complaint: the complaint that split it.
        frozen_until: the guardian holds its payouts until then.
        claim: None for an order in escrow.
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
    frozen_until: UnixTime | None = None
    claim: Claimed | None = None

    @property
    def last_trail(self) -> Hash32:
        """What `Executed` says of it: nothing of an order that nobody froze (docs/adr/0013)."""
        told = self.claim is not None or self.frozen_until is not None
        return self.trail if told else ZERO_HASH


def deposit_for(amount: Wei) -> Wei:
    """What a claim of `amount` must send along: 2 %, rounded up."""
    return Wei((amount * _DEPOSIT_SHARE + ALL - 1) // ALL)


def apply(before: PaidOrder | None, event: Event, keccak: Keccak) -> PaidOrder | None:
    """The order after an event of the escrow or the claims; others leave it as it is."""
    if event.contract not in (ESCROW, CLAIMS):
        return before
    if event.name == "Paid":
        return _begun(event, keccak, Address(event.text("token")), None)
    if event.name == "Claimed":
        deposit = deposit_for(Wei(event.integer("amount")))
        claim = Claimed(Address(event.text("payer")), deposit)
        return _begun(event, keccak, event.address, claim)
    if before is None or event.name not in ("OrderFrozen", "Released", "Refunded", "Split"):
        return before
    folded = before.trail
    if trail.is_folded(event):
        folded = trail.fold_event(keccak, folded, event)
    after = replace(before, trail=folded, updated_block=event.block_number)
    if event.name == "OrderFrozen":
        return replace(after, frozen_until=UnixTime(event.integer("until")))
    return _ended(replace(after, ended_at=event.timestamp), event)


def _ended(after: PaidOrder, event: Event) -> PaidOrder:
    if event.name == "Released":
        return replace(after, state=OrderState.RELEASED, to_organisation=after.amount)
    if event.name == "Refunded":
        return replace(after, state=OrderState.REFUNDED, to_customer=after.amount)
    claim = after.claim
    if claim is not None:
        claim = replace(
            claim,
            deposit_back=Wei(event.integer("depositBack")),
            from_funding=Wei(event.integer("fromFunding")),
            cost_paid=Wei(event.integer("costPaid")),
        )
    return replace(
        after,
        state=OrderState.SPLIT,
        to_customer=Wei(event.integer("toCustomer")),
        to_organisation=Wei(event.integer("toOrganisation")),
        complaint=ComplaintId(event.integer("complaint")),
        claim=claim,
    )


def _begun(event: Event, keccak: Keccak, token: Address, claim: Claimed | None) -> PaidOrder:
    order = Order(
        organisation=OrganisationId(event.integer("organisation")),
        version=event.integer("version"),
        customer=Address(event.text("actor")),
        token=token,
        ref=Hash32(event.text("ref")),
        key=Hash32(event.text("key")),
        is_claim=claim is not None,
    )
    return PaidOrder(
        order=order,
        chain_id=event.chain_id,
        amount=Wei(event.integer("amount")),
        paid_at=event.timestamp,
        state=OrderState.HELD,
        trail=trail.fold_event(keccak, None, event),
        updated_block=event.block_number,
        claim=claim,
    )
