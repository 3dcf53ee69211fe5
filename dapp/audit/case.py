"""Folds a case from its events and tells what does not match."""

from collections.abc import Sequence
from dataclasses import dataclass

from dapp.domain import fees, fold, payment
from dapp.domain.case import Case, Context
from dapp.domain.events import ESCROW, Event
from dapp.domain.median import ruling
from dapp.domain.parts import Order
from dapp.domain.payment import PaidOrder
from dapp.domain.phases import is_refused
from dapp.domain.record import record
from dapp.domain.rounds import Round
from dapp.domain.types import ZERO_HASH, Hash32, Keccak
from dapp.errors import NotFound


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not what it must be.

    Attributes:
        what: in kebab-case, such as `trail`.
        expected: what follows from the events.
        found: what the chain, or another event, says.
    """

    what: str
    expected: object
    found: object


def fold_case(events: Sequence[Event], keccak: Keccak) -> Case:
    """The case that the events tell; who owned the drawn positions stays unknown.

    Args:
        events: all of the complaint's, its dispute's and its order's, in the chain's order.
        keccak: keccak-256.

    Raises:
        NotFound: no complaint is filed in them.
    """
    orders: dict[Hash32, PaidOrder] = {}

    def order_of(key: Hash32) -> Order | None:
        return orders[key].order if key in orders else None

    context = Context(keccak, order_of, lambda _position, _block: None)
    case: Case | None = None
    for event in events:
        if event.contract == ESCROW:
            key = Hash32(event.text("key"))
            paid = payment.apply(orders.get(key), event, keccak)
            orders |= {} if paid is None else {key: paid}
        case = fold.apply(case, event, context)
    if case is None:
        raise NotFound("the events hold no filing of a complaint")
    return case


def record_of(rounds: Sequence[Round], keccak: Keccak) -> Hash32:
    """The court's record of a dispute's rounds, each bound to the void one before it."""
    prior = ZERO_HASH
    for one in rounds:
        prior = record(keccak, one, prior)
    return prior


def differences(events: Sequence[Event], on_chain: Hash32, keccak: Keccak) -> list[Difference]:
    """What does not match in a case; empty when the record is genuine and complete.

    Args:
        events: as for `fold_case`.
        on_chain: the desk's trail of the complaint, from a block that the reader trusts.
        keccak: keccak-256.

    Raises:
        NotFound: no complaint is filed in them.
    """
    case = fold_case(events, keccak)
    pairs = [("trail", case.trail, on_chain), *_ruling(case, keccak), *_money(case, events, keccak)]
    return [Difference(*pair) for pair in pairs if pair[1] != pair[2]]


def _ruling(case: Case, keccak: Keccak) -> list[tuple[str, object, object]]:
    if case.ruling is None or case.escalation is None or case.round is None:
        return []
    refused = is_refused(case.round)
    middle = (case.escalation.demand + case.escalation.offer) // 2
    share = middle if refused else ruling(case.round.votes)
    return [
        ("court-record", record_of(case.rounds, keccak), case.ruling.record),
        ("ruling-refused", refused, case.ruling.refused),
        ("ruling-share", share, case.ruling.share),
    ]


def _money(case: Case, events: Sequence[Event], keccak: Keccak) -> list[tuple[str, object, object]]:
    """The order's trail where the complaint took it up and put it down, and the division."""
    found: list[tuple[str, object, object]] = []
    paid: PaidOrder | None = None
    for event in events:
        if event.name == "Filed":
            found.append(("order-trail", paid and paid.trail, case.order_trail))
        paid = payment.apply(paid, event, keccak)
    if case.payment is None:
        return found
    found.append(("order-trail-paid", paid and paid.trail, case.payment.order_trail))
    award = fees.share_down(case.amount, case.payment.share)
    from_order = case.payment.cost_to_customer - case.payment.from_bond
    found.append(("to-customer", award + from_order, case.payment.to_customer))
    both = case.payment.to_customer + case.payment.to_organisation
    found.append(("amount", case.amount, both))
    if case.ruling is not None and case.escalation is not None:
        owed = _owed(case)
        room = case.amount - award
        held = case.escalation.reserved
        found.append(("cost", owed if held else min(owed, room), case.payment.cost_to_customer))
    return found


def _owed(case: Case) -> int:
    ruled, taken = case.ruling, case.escalation
    if ruled is None or taken is None:
        return 0
    if ruled.refused:
        return ruled.cost // 2
    return fees.organisation_cost_down(ruled.cost, taken.demand, taken.offer, ruled.share)
