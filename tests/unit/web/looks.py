"""Cases in each of their states, for tests of what the pages make of them."""

from dataclasses import replace

from dapp.domain.case import Case
from dapp.domain.organisation import ALL_ROLES, Operator, Organisation
from dapp.domain.outside import OutsideCase
from dapp.domain.parts import (
    Acknowledgement,
    Category,
    ComplaintState,
    Escalation,
    InfoRequest,
    Offer,
    Order,
    Outcome,
    Payment,
    Pledge,
    PledgeKind,
    Ruling,
)
from dapp.domain.policy import Policy
from dapp.domain.rounds import Commitment, Round, Seat, Terms
from dapp.domain.types import (
    NATIVE_COIN,
    NO_DIGEST,
    ZERO_HASH,
    Address,
    BasisPoints,
    BlockNumber,
    ChainId,
    ComplaintId,
    Hash32,
    OrganisationId,
    PositionId,
    UnixTime,
    Wei,
)
from dapp.web.i18n import load
from dapp.web.presentation.view import Look

HOUR = 3600
DAY = 24 * HOUR
FILED_AT = 1_795_305_600  # 2026-11-22 00:00 UTC
CUSTOMER = Address("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC")
OPERATOR = Address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
ARBITRATORS = tuple(Address(f"0x{number:040x}") for number in (11, 12, 13))
COURT = Address("0x5FbDB2315678afecb367f032d93F642f64180aa3")
DESK = Address("0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512")
ETHER = 10**18

ORGANISATION = Organisation(
    id=OrganisationId(1),
    chain_id=ChainId(31337),
    registered_by=OPERATOR,
    registered_at=UnixTime(FILED_AT - DAY),
    trail=ZERO_HASH,
    updated_block=BlockNumber(1),
    operators=(Operator(OPERATOR, ALL_ROLES, 0, since=BlockNumber(1)),),
)

FILED = Case(
    id=ComplaintId(7),
    chain_id=ChainId(31337),
    customer=CUSTOMER,
    organisation=OrganisationId(1),
    order=Order(OrganisationId(1), 1, CUSTOMER, NATIVE_COIN, ZERO_HASH, ZERO_HASH),
    order_trail=ZERO_HASH,
    policy=Policy(0, 1800, 600, 48, 72, 336, 0),
    amount=Wei(ETHER),
    demand=BasisPoints(8000),
    filed_demand=BasisPoints(8000),
    category=Category.ORDER,
    filed_at=UnixTime(FILED_AT),
    acknowledge_deadline=UnixTime(FILED_AT + 30 * 60),
    answer_deadline=UnixTime(FILED_AT + 48 * HOUR),
    state=ComplaintState.FILED,
    deadline=UnixTime(FILED_AT + 48 * HOUR),
    trail=ZERO_HASH,
    updated_block=BlockNumber(10),
)
ACKNOWLEDGED = replace(
    FILED,
    acknowledgement=Acknowledgement(UnixTime(FILED_AT + 60), OPERATOR, True, NO_DIGEST),
)
ASKED = replace(
    ACKNOWLEDGED,
    state=ComplaintState.ASKED,
    deadline=UnixTime(FILED_AT + 73 * HOUR),
    answer_left_seconds=47 * HOUR,
    asks=(
        InfoRequest(UnixTime(FILED_AT + HOUR), OPERATOR, UnixTime(FILED_AT + 73 * HOUR), NO_DIGEST),
    ),
)


def offered(share: int) -> Case:
    at, deadline = UnixTime(FILED_AT + 2 * HOUR), UnixTime(FILED_AT + 7 * DAY)
    offer = Offer(1, BasisPoints(share), at, deadline, OPERATOR, NO_DIGEST)
    return replace(ACKNOWLEDGED, state=ComplaintState.OFFERED, deadline=deadline, offers=(offer,))


OFFERED = offered(4000)
REJECTED = offered(0)


def promised(pledge: Pledge, state: ComplaintState, deadline: int) -> Case:
    """After a promise in kind, which the customer may have accepted."""
    made = replace(OFFERED.offers[0], share=BasisPoints(0), pledge=pledge)
    return replace(OFFERED, state=state, deadline=UnixTime(deadline), offers=(made,))


_PLEDGE = Pledge(PledgeKind.SEND_AGAIN, 48, BasisPoints(5000))
_ACCEPTED = replace(
    _PLEDGE,
    accepted_at=UnixTime(FILED_AT + 3 * HOUR),
    accepted_by=CUSTOMER,
    due_at=UnixTime(FILED_AT + 51 * HOUR),
)
_KEPT = replace(_ACCEPTED, delivered_at=UnixTime(FILED_AT + DAY), delivery=NO_DIGEST)
PLEDGE_OFFERED = promised(_PLEDGE, ComplaintState.OFFERED, FILED_AT + 7 * DAY)
REPAIR_OFFERED = promised(
    replace(_PLEDGE, kind=PledgeKind.PUT_RIGHT), ComplaintState.OFFERED, FILED_AT + 7 * DAY
)
PLEDGED = promised(_ACCEPTED, ComplaintState.PLEDGED, FILED_AT + 51 * HOUR)
DELIVERED = promised(_KEPT, ComplaintState.DELIVERED, FILED_AT + 8 * DAY)
REOPENED = promised(
    replace(_KEPT, reopened_at=UnixTime(FILED_AT + 2 * DAY)),
    ComplaintState.OFFERED,
    FILED_AT + 9 * DAY,
)

ARMED_AT = FILED_AT + 3 * HOUR
ARMED = Round(
    appeals=0,
    voids=0,
    armed_word=ZERO_HASH,
    terms=Terms(Wei(ETHER // 100), Wei(ETHER // 10), DAY, 2 * DAY, 2 * DAY),
    seats_paid=3,
    armed_at_block=BlockNumber(20),
    armed_at=UnixTime(ARMED_AT),
    high_water=16,
)


def hearing(committed: int = 0, votes: tuple[int, ...] = (), drawn: bool = True) -> Case:
    """Escalated; so many seats have committed, and the first of them opened these votes."""
    seats = tuple(
        Seat(
            number=number,
            position=PositionId(number),
            owner=owner,
            commitment=Hash32(f"0x{number + 1:064x}") if number < committed else None,
            committed_at=UnixTime(ARMED_AT + DAY + number) if number < committed else None,
            vote=BasisPoints(votes[number]) if number < len(votes) else None,
            revealed_at=UnixTime(ARMED_AT + DAY + 60) if number < len(votes) else None,
        )
        for number, owner in enumerate(ARBITRATORS)
    )
    commitments = tuple(
        Commitment(seat.number, seat.commitment, seat.committed_at)
        for seat in seats
        if seat.commitment is not None and seat.committed_at is not None
    )
    current = ARMED
    if drawn:
        drawn_at = UnixTime(ARMED_AT + 60)
        current = replace(ARMED, drawn_at=drawn_at, seats=seats, commitments=commitments)
    return replace(
        OFFERED, state=ComplaintState.ESCALATED, escalation=ESCALATION, rounds=(current,)
    )


ESCALATION = Escalation(
    demand=BasisPoints(8000),
    offer=BasisPoints(4000),
    terms=ZERO_HASH,
    cost=Wei(3 * ETHER // 100),
    payer=CUSTOMER,
    is_outside=False,
    all_costs=False,
    at=UnixTime(ARMED_AT),
    actor=CUSTOMER,
)
DECIDED = hearing(3, (5500, 6000, 4800))
APPEALED = replace(
    DECIDED,
    rounds=(
        replace(
            DECIDED.rounds[0],
            appealed_at=UnixTime(ARMED_AT + 2 * DAY),
            ruling=BasisPoints(5500),
        ),
        replace(
            ARMED,
            appeals=1,
            voids=2,
            seats_paid=7,
            armed_at=UnixTime(ARMED_AT + 12 * DAY),
            armed_at_block=BlockNumber(60),
        ),
    ),
)
_OUTSIDE = OutsideCase(
    arbitrator=COURT,
    dispute=ZERO_HASH,
    listing=1,
    cost=Wei(ETHER // 10),
    deadline=UnixTime(FILED_AT + 90 * DAY),
)
OUTSIDE = replace(
    hearing(drawn=False),
    rounds=(),
    escalation=replace(ESCALATION, is_outside=True),
    outside=_OUTSIDE,
)
OUTSIDE_RULED = replace(OUTSIDE, outside=replace(_OUTSIDE, choice=3, ruled_at=UnixTime(FILED_AT)))
CLAIM = replace(FILED, order=replace(FILED.order, is_claim=True))
FROZEN = replace(OFFERED, frozen_until=UnixTime(FILED_AT + 2 * DAY))
PAID_AT = ARMED_AT + 2 * DAY
PAID = replace(
    DECIDED,
    state=ComplaintState.PAID,
    deadline=UnixTime(PAID_AT + 3 * DAY),
    ruling=Ruling(BasisPoints(5500), False, ZERO_HASH, Wei(3 * ETHER // 100), UnixTime(PAID_AT)),
    payment=Payment(
        outcome=Outcome.RULED,
        share=BasisPoints(5500),
        to_customer=Wei(55 * ETHER // 100),
        to_organisation=Wei(45 * ETHER // 100),
        cost_to_customer=Wei(0),
        from_bond=Wei(0),
        at=UnixTime(PAID_AT),
        confirm_deadline=UnixTime(PAID_AT + 3 * DAY),
        order_trail=ZERO_HASH,
        record=ZERO_HASH,
        cost=Wei(3 * ETHER // 100),
        actor=CUSTOMER,
    ),
)
CONFIRMED = replace(PAID, state=ComplaintState.CONFIRMED, confirmed_at=UnixTime(PAID_AT + HOUR))
WITHDRAWN = replace(
    ACKNOWLEDGED, state=ComplaintState.WITHDRAWN, withdrawn_at=UnixTime(FILED_AT + HOUR)
)


def look(case: Case, after: int, language: str = "en", block: int = 40) -> Look:
    """`after` is in seconds from the filing."""
    return Look(case, UnixTime(FILED_AT + after), BlockNumber(block), load(language))


ALL_LOOKS: dict[str, tuple[Case, int, int]] = {
    "filed": (FILED, 18 * 60, 40),
    "late": (FILED, HOUR, 40),
    "acknowledged": (ACKNOWLEDGED, HOUR, 40),
    "asked": (ASKED, 2 * HOUR, 40),
    "overdue": (FILED, 48 * HOUR, 40),
    "offered": (OFFERED, 3 * HOUR, 40),
    "rejected": (REJECTED, 3 * HOUR, 40),
    "offer lapsed": (OFFERED, 7 * DAY, 40),
    "rejection lapsed": (REJECTED, 7 * DAY, 40),
    "claim overdue": (CLAIM, 48 * HOUR, 40),
    "frozen": (FROZEN, 3 * HOUR, 40),
    "promise": (PLEDGE_OFFERED, 3 * HOUR, 40),
    "repair": (REPAIR_OFFERED, 3 * HOUR, 40),
    "promise lapsed": (PLEDGE_OFFERED, 7 * DAY, 40),
    "promised": (PLEDGED, 4 * HOUR, 40),
    "promise broken": (PLEDGED, 51 * HOUR, 40),
    "delivered": (DELIVERED, 30 * HOUR, 40),
    "promise kept": (DELIVERED, 8 * DAY, 40),
    "reopened": (REOPENED, 3 * DAY, 40),
    "reopened lapsed": (REOPENED, 9 * DAY, 40),
    "awaiting seed": (hearing(drawn=False), 3 * HOUR, 24),
    "drawable": (hearing(drawn=False), 3 * HOUR, 25),
    "drawable late": (hearing(drawn=False), 28 * HOUR, 25),
    "missed": (hearing(drawn=False), 3 * HOUR, 20 + 4 + 8192),
    "hand-over": (hearing(), 4 * HOUR, 40),
    "commit": (hearing(1), 28 * HOUR, 40),
    "reveal": (hearing(3, (5500,)), 28 * HOUR, 40),
    "insufficient": (hearing(1), 10 * DAY, 40),
    "appealable": (DECIDED, 28 * HOUR, 40),
    "decidable": (DECIDED, 8 * DAY, 40),
    "appeal failed": (APPEALED, 13 * DAY, 80),
    "outside": (OUTSIDE, 4 * HOUR, 40),
    "outside ruled": (OUTSIDE_RULED, 4 * HOUR, 40),
    "outside late": (OUTSIDE, 90 * DAY, 40),
    "paid": (PAID, 52 * HOUR, 40),
    "confirmed": (CONFIRMED, 60 * HOUR, 40),
    "closed": (PAID, 30 * DAY, 40),
    "withdrawn": (WITHDRAWN, 2 * HOUR, 40),
}
"""Case, seconds since the filing, next block: every phase, and what else changes the sentence."""
