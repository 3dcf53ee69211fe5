"""Folds a complaint's events, in the chain's order, into a case."""

from collections.abc import Callable
from dataclasses import replace

from dapp.domain import policy, trail
from dapp.domain.case import Case, Context
from dapp.domain.events import COURT, DESK, Event
from dapp.domain.hearing import hear
from dapp.domain.parts import (
    Acknowledgement,
    Category,
    ComplaintState,
    Escalation,
    EvidenceItem,
    InfoRequest,
    Offer,
    Order,
    Outcome,
    Payment,
    Rating,
    Ruling,
)
from dapp.domain.phases import answer_deadline
from dapp.domain.types import (
    NATIVE_COIN,
    NO_DIGEST,
    ZERO_HASH,
    Address,
    BasisPoints,
    ComplaintId,
    Digest,
    Hash32,
    OrganisationId,
    UnixTime,
    Wei,
)


def apply(case: Case | None, event: Event, context: Context) -> Case | None:
    """The case after an event of the desk, the court or the escrow.

    Events of one complaint come in the chain's order. An event that concerns no complaint, or one
    before `Filed`, leaves it as it is.
    """
    if event.contract == DESK and event.name == "Filed":
        return _filed(event, context)
    if case is None:
        return None
    if event.contract == COURT:
        rounds = hear(case.rounds, event, context.owner_of)
        return replace(case, rounds=rounds, updated_block=event.block_number)
    step = _STEPS.get(event.name) if event.contract == DESK else None
    if step is None:
        return case
    after = replace(
        step(case, event),
        trail=trail.fold_event(context.keccak, case.trail, event),
        events=case.events + 1,
        updated_block=event.block_number,
    )
    return _with_evidence(after, event)


def _filed(event: Event, context: Context) -> Case:
    key = Hash32(event.text("orderKey"))
    customer = Address(event.text("actor"))
    organisation = OrganisationId(event.integer("organisation"))
    # Without the payment's event the order's reference is unknown; its key still names it.
    order = context.order_of(key) or Order(
        organisation, event.integer("version"), customer, NATIVE_COIN, ZERO_HASH, key
    )
    deadline = UnixTime(event.integer("answerDeadline"))
    demand = BasisPoints(event.integer("demand"))
    case = Case(
        id=ComplaintId(event.integer("complaint")),
        chain_id=event.chain_id,
        customer=customer,
        organisation=organisation,
        order=order,
        order_trail=Hash32(event.text("orderTrail")),
        policy=policy.unpack(event.integer("policy")),
        amount=Wei(event.integer("amount")),
        demand=demand,
        filed_demand=demand,
        category=Category(event.integer("category")),
        filed_at=event.timestamp,
        acknowledge_deadline=UnixTime(event.integer("acknowledgeDeadline")),
        answer_deadline=deadline,
        state=ComplaintState.FILED,
        deadline=deadline,
        trail=trail.fold_event(context.keccak, None, event),
        updated_block=event.block_number,
    )
    return _with_evidence(case, event)


def _with_evidence(case: Case, event: Event) -> Case:
    digest = event.args.get("digest", NO_DIGEST)
    if digest == NO_DIGEST:
        return case
    actor = Address(event.text("actor"))
    item = EvidenceItem(
        digest=Digest(event.text("digest")),
        actor=actor,
        by_customer=actor == case.customer,
        at=event.timestamp,
        event=event.name,
    )
    return replace(case, evidence=(*case.evidence, item))


def _acknowledged(case: Case, event: Event) -> Case:
    said = Acknowledgement(
        event.timestamp,
        Address(event.text("actor")),
        event.flag("onTime"),
        Digest(event.text("digest")),
    )
    return replace(case, acknowledgement=said)


def _asked(case: Case, event: Event) -> Case:
    deadline = UnixTime(event.integer("deadline"))
    # Whole minutes, rounded up, as the desk keeps them.
    minutes = (answer_deadline(case) - event.timestamp + 59) // 60
    ask = InfoRequest(
        event.timestamp, Address(event.text("actor")), deadline, Digest(event.text("digest"))
    )
    asked = replace(
        case,
        state=ComplaintState.ASKED,
        deadline=deadline,
        answer_left_seconds=minutes * 60,
        asks=(*case.asks, ask),
    )
    return replace(asked, answer_deadline=answer_deadline(asked))


def _informed(case: Case, event: Event) -> Case:
    deadline = UnixTime(event.integer("answerDeadline"))
    replied = replace(
        case.asks[-1], replied_at=event.timestamp, reply_digest=Digest(event.text("digest"))
    )
    return replace(
        case,
        state=ComplaintState.FILED,
        deadline=deadline,
        answer_deadline=deadline,
        asks=(*case.asks[:-1], replied),
    )


def _offered(case: Case, event: Event) -> Case:
    deadline = UnixTime(event.integer("deadline"))
    offer = Offer(
        number=event.integer("number"),
        share=BasisPoints(event.integer("share")),
        at=event.timestamp,
        deadline=deadline,
        actor=Address(event.text("actor")),
        digest=Digest(event.text("digest")),
    )
    return replace(
        case, state=ComplaintState.OFFERED, deadline=deadline, offers=(*case.offers, offer)
    )


def _withdrawn(case: Case, event: Event) -> Case:
    return replace(case, state=ComplaintState.WITHDRAWN, withdrawn_at=event.timestamp)


def _escalated(case: Case, event: Event) -> Case:
    escalation = Escalation(
        demand=BasisPoints(event.integer("demand")),
        offer=BasisPoints(event.integer("offer")),
        cost=Wei(event.integer("cost")),
        reserved=event.flag("reserved"),
        at=event.timestamp,
        actor=Address(event.text("actor")),
    )
    return replace(
        case, state=ComplaintState.ESCALATED, demand=escalation.demand, escalation=escalation
    )


def _ruled(case: Case, event: Event) -> Case:
    ruling = Ruling(
        share=BasisPoints(event.integer("ruling")),
        refused=event.flag("refused"),
        record=Hash32(event.text("record")),
        cost=Wei(event.integer("cost")),
        at=event.timestamp,
    )
    return replace(case, ruling=ruling)


def _executed(case: Case, event: Event) -> Case:
    payment = Payment(
        outcome=Outcome(event.integer("outcome")),
        share=BasisPoints(event.integer("share")),
        to_customer=Wei(event.integer("toCustomer")),
        to_organisation=Wei(event.integer("toOrganisation")),
        cost_to_customer=Wei(event.integer("costToCustomer")),
        from_bond=Wei(event.integer("fromBond")),
        at=event.timestamp,
        confirm_deadline=UnixTime(event.integer("confirmDeadline")),
        order_trail=Hash32(event.text("orderTrail")),
    )
    return replace(
        case, state=ComplaintState.PAID, deadline=payment.confirm_deadline, payment=payment
    )


def _confirmed(case: Case, event: Event) -> Case:
    return replace(case, state=ComplaintState.CONFIRMED, confirmed_at=event.timestamp)


def _rated(case: Case, event: Event) -> Case:
    rating = Rating(
        by_customer=event.flag("byCustomer"),
        stars=event.integer("stars"),
        digest=Digest(event.text("digest")),
        at=event.timestamp,
        actor=Address(event.text("actor")),
    )
    return replace(case, ratings=(*case.ratings, rating))


def _unchanged(case: Case, _: Event) -> Case:
    return case


_STEPS: dict[str, Callable[[Case, Event], Case]] = {
    "Acknowledged": _acknowledged,
    "InformationRequested": _asked,
    "Informed": _informed,
    "Offered": _offered,
    "Withdrawn": _withdrawn,
    "Escalated": _escalated,
    "Ruled": _ruled,
    "Executed": _executed,
    "Confirmed": _confirmed,
    "Rated": _rated,
    "EvidenceSubmitted": _unchanged,
}
