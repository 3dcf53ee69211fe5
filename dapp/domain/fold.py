"""Folds a complaint's events, in the chain's order, into a case."""

from collections.abc import Callable

from dapp.domain import answers, appeals, endings, funding, outside, policy, trail
from dapp.domain.case import Case, Context
from dapp.domain.changing import replace
from dapp.domain.events import APPEALS, CLAIMS, COURT, DESK, OUTSIDE, Event
from dapp.domain.hearing import hear
from dapp.domain.parts import Anchored, Category, ComplaintState, EvidenceItem, Order
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
    """The case after an event of any of the contracts.

    Events of one complaint come in the chain's order. An event that concerns no complaint, or one
    before `Filed`, leaves it as it is.
    """
    if event.contract == DESK and event.name == "Filed":
        return _filed(event, context)
    if case is None:
        return None
    if event.contract != DESK:
        after = _elsewhere(case, event, context)
        return case if after == case else replace(after, updated_block=event.block_number)
    step = _STEPS.get(event.name)
    if step is None:
        return case
    return replace(
        step(case, event),
        trail=trail.fold_event(context.keccak, case.trail, event),
        events=case.events + 1,
        updated_block=event.block_number,
        evidence=_evidence(case, event),
    )


def _elsewhere(case: Case, event: Event, context: Context) -> Case:
    """The case after an event of another contract than the desk."""
    if event.contract == COURT:
        return replace(case, rounds=hear(case.rounds, event, context.owner_of))
    if event.contract == CLAIMS:
        return replace(case, funding=funding.apply(case.funding, event))
    if event.contract == OUTSIDE:
        return replace(case, outside=outside.apply(case.outside, event))
    if event.contract == APPEALS:
        return replace(case, appeals=appeals.apply(case.appeals, event))
    if event.name == "OrderFrozen" and event.args["key"] == case.order.key:
        return replace(case, frozen_until=UnixTime(event.integer("until")))
    return case


def _filed(event: Event, context: Context) -> Case:
    key = Hash32(event.text("orderKey"))
    customer = Address(event.text("actor"))
    organisation = OrganisationId(event.integer("organisation"))
    paid = context.order_of(key)
    # Without the payment's event the order's reference is unknown; its key still names it.
    unknown = Order(organisation, event.integer("version"), customer, NATIVE_COIN, ZERO_HASH, key)
    deadline = UnixTime(event.integer("answerDeadline"))
    demand = BasisPoints(event.integer("demand"))
    case = Case(
        id=ComplaintId(event.integer("complaint")),
        chain_id=event.chain_id,
        customer=customer,
        organisation=organisation,
        order=paid.order if paid else unknown,
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
        frozen_until=paid.frozen_until if paid else None,
        trail=trail.fold_event(context.keccak, None, event),
        updated_block=event.block_number,
    )
    return replace(case, evidence=_evidence(case, event))


def _evidence(case: Case, event: Event) -> tuple[EvidenceItem, ...]:
    """The case's evidence after an event, which may bring some along."""
    digest = event.args.get("digest", NO_DIGEST)
    if digest == NO_DIGEST:
        return case.evidence
    actor = Address(event.text("actor"))
    item = EvidenceItem(
        digest=Digest(event.text("digest")),
        actor=actor,
        by_customer=actor == case.customer,
        at=event.timestamp,
        event=event.name,
    )
    return (*case.evidence, item)


def _anchored(case: Case, event: Event) -> Case:
    anchored = Anchored(
        at=UnixTime(event.integer("anchoredAt")),
        sender=Address(event.text("sender")),
        root=Hash32(event.text("root")),
        leaf=Hash32(event.text("leaf")),
    )
    return replace(case, anchored=anchored)


def _unchanged(case: Case, _: Event) -> Case:
    return case


_STEPS: dict[str, Callable[[Case, Event], Case]] = {
    **answers.STEPS,
    **endings.STEPS,
    "EvidenceSubmitted": _unchanged,
    "FiledAnchored": _anchored,
}
