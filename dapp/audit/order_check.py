"""What the order's own events must say beside the complaint's, which the desk's word binds."""

from collections.abc import Sequence

from dapp.audit.verdict import refuse
from dapp.domain import trail
from dapp.domain.events import CLAIMS, ESCROW, Event
from dapp.domain.parts import Payment
from dapp.domain.types import ZERO_HASH, Address, Hash32, Keccak, UnixTime


def check_order(
    events: Sequence[Event],
    filed: Event,
    payment: Payment | None,
    withdrawn_at: UnixTime | None,
    desk: Address,
    keccak: Keccak,
) -> None:
    """Whether nothing is missing, added or changed.

    Args:
        events: of the escrow or the claims, bound by words before those with receipts.
        filed: the complaint's filing.
        payment: what `Executed` says.
        desk: where the desk is.

    Raises:
        Unproven: `order-differs`.
    """
    folded = [one for one in events if trail.is_folded(one) and one.block_number == 0]
    trails = _trails(folded, keccak)
    began = [one.name in ("Paid", "Claimed") for one in folded]
    is_one = began.count(True) == 1 and began[0] and len({one.contract for one in events}) == 1
    if not is_one or filed.text("orderTrail") not in trails:
        raise refuse("order-differs", "the order's events do not give its trail in Filed")
    known = trails.index(Hash32(filed.text("orderTrail")))
    later = folded[known + 1 :]
    if any(one.timestamp > filed.timestamp for one in folded[: known + 1]):
        raise refuse("order-differs", "the order's trail in Filed has events of a later time")
    ended_at = payment.at if payment is not None else withdrawn_at
    frozen = [one for one in events if one.name == "OrderFrozen"]
    for one in (*later, *(one for one in frozen if one not in folded)):
        if one.timestamp < filed.timestamp or (ended_at is not None and one.timestamp > ended_at):
            raise refuse("order-differs", f"{one.name} has a time at which it cannot have been")
    splits = [one for one in events if one.name == "Split"]
    if payment is None:
        if later or splits:
            raise refuse("order-differs", "the order has events that no word binds")
        return
    # Of an order that nobody froze nothing is said: its trail is that of the filing (ADR 0013).
    told = events[0].contract == CLAIMS or bool(frozen)
    if payment.order_trail != (trails[-1] if told else ZERO_HASH):
        raise refuse("order-differs", "the order's events do not give its trail in Executed")
    if len(splits) != 1 or not _is_same(splits[0], filed, payment, desk):
        raise refuse("order-differs", "the order was divided otherwise than Executed says")


def _is_same(split: Event, filed: Event, payment: Payment, desk: Address) -> bool:
    money = (split.integer("toCustomer"), split.integer("toOrganisation"), split.timestamp)
    same = split.args["organisation"] == filed.args["organisation"]
    paid = (payment.to_customer, payment.to_organisation, payment.at)
    return money == paid and same and split.args["actor"] == desk


def _trails(events: Sequence[Event], keccak: Keccak) -> list[Hash32]:
    """The order's trail after each of its events."""
    found: list[Hash32] = []
    for event in events:
        found.append(trail.fold_event(keccak, found[-1] if found else None, event))
    return found


def is_of_fund(event: Event) -> bool:
    """Whether it is of the order's escrow or of the claims."""
    return event.contract in (ESCROW, CLAIMS)
