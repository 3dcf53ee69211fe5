"""Folds a case from its events and tells what does not match."""

from collections.abc import Sequence
from dataclasses import dataclass

from dapp.domain import fees, fold, payment, record
from dapp.domain.case import Case, Context
from dapp.domain.events import CLAIMS, ESCROW, OUTSIDE, Event
from dapp.domain.median import ruling
from dapp.domain.outside import CHOICE_STEP
from dapp.domain.parts import Escalation
from dapp.domain.payment import PaidOrder
from dapp.domain.phases import is_voteless
from dapp.domain.types import NATIVE_COIN, BasisPoints, Hash32, Keccak, Wei
from dapp.errors import NotFound

_Pair = tuple[str, object, object]


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
    context = Context(keccak, orders.get, lambda _position, _block: None)
    case: Case | None = None
    for event in events:
        if event.contract in (ESCROW, CLAIMS) and "key" in event.args:
            key = Hash32(event.text("key"))
            paid = payment.apply(orders.get(key), event, keccak)
            orders |= {} if paid is None else {key: paid}
        case = fold.apply(case, event, context)
    if case is None:
        raise NotFound("the events hold no filing of a complaint")
    return case


def differences(events: Sequence[Event], on_chain: Hash32, keccak: Keccak) -> list[Difference]:
    """What does not match in a case; empty when the record is genuine and complete.

    What a bond paid is checked to be no more than was owed: how much was free in it is another
    subject's story.

    Args:
        events: as for `fold_case`.
        on_chain: the desk's trail of the complaint, from a block that the reader trusts.
        keccak: keccak-256.

    Raises:
        NotFound: no complaint is filed in them.
    """
    return differences_in(fold_case(events, keccak), events, on_chain, keccak)


def differences_in(
    case: Case, events: Sequence[Event], on_chain: Hash32, keccak: Keccak
) -> list[Difference]:
    """As `differences`, of what `fold_case` has made of the events."""
    pairs: list[_Pair] = [("trail", case.trail, on_chain), *_trails(case, events, keccak)]
    if case.escalation is not None and case.escalation.is_outside:
        pairs += _outside(case, events)
    elif case.escalation is not None:
        pairs += _house(case, case.escalation, keccak)
    pairs += _division(case)
    return [Difference(*pair) for pair in pairs if pair[1] != pair[2]]


def _trails(case: Case, events: Sequence[Event], keccak: Keccak) -> list[_Pair]:
    """The order's trail where the complaint took it up and put it down.

    Events of the order may all come first: which of its trails the complaint found, `Filed` says.
    """
    trails: list[Hash32] = []
    paid: PaidOrder | None = None
    for event in events:
        after = payment.apply(paid, event, keccak)
        if after is not None and after is not paid:
            trails.append(after.trail)
        paid = after
    known = next(iter(trails), None)
    if case.order_trail in trails:
        known = case.order_trail
    found: list[_Pair] = [("order-trail", known, case.order_trail)]
    if case.payment is not None:
        found.append(("order-trail-paid", paid and paid.last_trail, case.payment.order_trail))
        # How it was divided the escrow says too, where no trail takes it up.
        divided = (case.payment.to_customer, case.payment.to_organisation)
        found.append(("order-split", paid and (paid.to_customer, paid.to_organisation), divided))
    return found


def _house(case: Case, escalation: Escalation, keccak: Keccak) -> list[_Pair]:
    """What the house court did, by its rounds."""
    paid = case.payment
    if paid is None:
        return []
    first = case.rounds[0]
    bounty = Wei(escalation.cost - first.seats_paid * first.terms.fee_wei)
    found: list[_Pair] = [
        ("court-record", record.chain(keccak, case.rounds), paid.record),
        ("court-cost", fees.spent(case.rounds, bounty), paid.cost),
    ]
    if case.ruling is None:
        return found
    # Where nothing came of an appeal, what was ruled before it stands.
    ruled = [one for one in case.rounds if one.appealed_at is not None]
    ruled += [] if is_voteless(case.rounds[-1]) else [case.rounds[-1]]
    share = ruling(ruled[-1].votes) if ruled else _middle(escalation)
    return [
        *found,
        ("ruling-refused", not ruled, case.ruling.refused),
        ("ruling-share", share, case.ruling.share),
    ]


def _outside(case: Case, events: Sequence[Event]) -> list[_Pair]:
    """What arbitrators outside ruled, by the door's word."""
    if case.payment is None or case.outside is None or case.escalation is None:
        return []
    ends = [
        event
        for event in events
        if event.contract == OUTSIDE and event.name in ("Concluded", "Settled")
    ]
    said = ends[-1].text("record") if ends else None
    found: list[_Pair] = [("court-record", said, case.payment.record)]
    if case.ruling is None:
        return found
    choice = case.outside.choice or 0
    share = (choice - 1) * CHOICE_STEP if choice else _middle(case.escalation)
    return [
        *found,
        ("ruling-refused", choice == 0, case.ruling.refused),
        ("ruling-share", share, case.ruling.share),
    ]


def _division(case: Case) -> list[_Pair]:
    """How the money was divided: the shares, and who bears the costs."""
    paid = case.payment
    if paid is None:
        return []
    award = fees.share_down(case.amount, paid.share)
    inside = paid.cost_to_customer - paid.from_bond
    owed = _owed(case)
    if case.is_claim:
        # All of it comes out of the bond, which keeps what is not awarded.
        costs, rest = min(inside, owed), case.amount - award
    else:
        is_sponsored = case.escalation is not None and case.escalation.payer != case.customer
        pays = case.order.token == NATIVE_COIN and not is_sponsored
        costs = min(owed, case.amount - award) if pays else 0
        rest = case.amount - award - costs
    return [
        ("to-customer", award + costs, paid.to_customer),
        ("to-organisation", rest, paid.to_organisation),
        ("cost", min(paid.from_bond, owed - costs), paid.from_bond),
    ]


def _owed(case: Case) -> int:
    """Wei that the organisation owes of the costs."""
    ruled, taken = case.ruling, case.escalation
    if ruled is None or taken is None:
        return 0
    if taken.all_costs and ruled.share:
        return ruled.cost
    if ruled.refused:
        return ruled.cost // 2
    return fees.organisation_cost_down(ruled.cost, taken.demand, taken.offer, ruled.share)


def _middle(escalation: Escalation) -> BasisPoints:
    return BasisPoints((escalation.demand + escalation.offer) // 2)
