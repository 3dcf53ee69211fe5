"""What the desk's events from the escalation on, and those that end a case, make of it."""

from collections.abc import Callable

from dapp.domain.case import Case
from dapp.domain.changing import replace
from dapp.domain.events import Event
from dapp.domain.parts import (
    ComplaintState,
    Escalation,
    Outcome,
    Payment,
    Rating,
    Ruling,
    Settlement,
)
from dapp.domain.rounds import armed
from dapp.domain.types import Address, BasisPoints, Digest, Hash32, UnixTime, Wei


def _withdrawn(case: Case, event: Event) -> Case:
    return replace(case, state=ComplaintState.WITHDRAWN, withdrawn_at=event.timestamp)


def _escalated(case: Case, event: Event) -> Case:
    terms = event.integer("terms")
    escalation = Escalation(
        demand=BasisPoints(event.integer("demand")),
        offer=BasisPoints(event.integer("offer")),
        terms=Hash32(f"0x{terms:064x}"),
        cost=Wei(event.integer("cost")),
        payer=Address(event.text("payer")),
        is_outside=event.flag("isOutside"),
        # Without an offer only a claim that nobody answered gets there.
        all_costs=case.state is not ComplaintState.OFFERED,
        at=event.timestamp,
        actor=Address(event.text("actor")),
    )
    return replace(
        case,
        state=ComplaintState.ESCALATED,
        demand=escalation.demand,
        escalation=escalation,
        # The court opens no first round by an event of its own.
        rounds=() if escalation.is_outside else (armed(terms),),
    )


def _proposed(case: Case, event: Event) -> Case:
    settlement = Settlement(
        by_customer=event.flag("byCustomer"),
        round=event.integer("round"),
        share=BasisPoints(event.integer("share")),
        at=event.timestamp,
        actor=Address(event.text("actor")),
    )
    return replace(case, settlements=(*case.settlements, settlement))


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
        record=Hash32(event.text("record")),
        cost=Wei(event.integer("cost")),
        actor=Address(event.text("actor")),
    )
    return replace(
        case,
        state=ComplaintState.PAID,
        deadline=payment.confirm_deadline,
        payment=payment,
        ruling=_ruling(payment),
    )


def _ruling(paid: Payment) -> Ruling | None:
    if paid.outcome not in (Outcome.RULED, Outcome.REFUSED):
        return None
    refused = paid.outcome is Outcome.REFUSED
    return Ruling(paid.share, refused, paid.record, paid.cost, paid.at)


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


STEPS: dict[str, Callable[[Case, Event], Case]] = {
    "Withdrawn": _withdrawn,
    "Escalated": _escalated,
    "SettlementProposed": _proposed,
    "Executed": _executed,
    "Confirmed": _confirmed,
    "Rated": _rated,
}
