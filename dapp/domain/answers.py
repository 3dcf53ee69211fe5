"""What the desk's events until the escalation make of a case."""

from collections.abc import Callable

from dapp.domain.case import Case
from dapp.domain.changing import replace
from dapp.domain.events import Event
from dapp.domain.parts import (
    Accusation,
    Acknowledgement,
    ComplaintState,
    InfoRequest,
    Offer,
    Pledge,
    PledgeKind,
)
from dapp.domain.phases import answer_deadline
from dapp.domain.types import Address, BasisPoints, Digest, Hash32, UnixTime


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
    return _with_offer(case, event, BasisPoints(event.integer("share")), None)


def _pledge_offered(case: Case, event: Event) -> Case:
    pledge = Pledge(
        kind=PledgeKind(event.integer("kind")),
        due_hours=event.integer("dueHours"),
        refund=BasisPoints(event.integer("refund")),
    )
    return _with_offer(case, event, BasisPoints(0), pledge)


def _pledge_accepted(case: Case, event: Event) -> Case:
    deadline = UnixTime(event.integer("deadline"))
    accepted = replace(
        _pledge(case),
        due_at=deadline,
        accepted_at=event.timestamp,
        accepted_by=Address(event.text("actor")),
    )
    return replace(_with_pledge(case, accepted), state=ComplaintState.PLEDGED, deadline=deadline)


def _delivered(case: Case, event: Event) -> Case:
    digest = Digest(event.text("digest"))
    delivered = replace(_pledge(case), delivered_at=event.timestamp, delivery=digest)
    deadline = UnixTime(event.integer("deadline"))
    return replace(_with_pledge(case, delivered), state=ComplaintState.DELIVERED, deadline=deadline)


def _reopened(case: Case, event: Event) -> Case:
    reopened = replace(_pledge(case), reopened_at=event.timestamp)
    deadline = UnixTime(event.integer("deadline"))
    return replace(_with_pledge(case, reopened), state=ComplaintState.OFFERED, deadline=deadline)


def _contested(case: Case, event: Event) -> Case:
    said = case.acknowledgement
    # There is one: the desk refuses to contest none.
    assert said is not None
    return replace(case, acknowledgement=replace(said, contested_at=event.timestamp))


def _accused(case: Case, event: Event) -> Case:
    accusation = Accusation(Hash32(event.text("accusation")), event.timestamp)
    return replace(case, accusation=accusation)


def _accused_named(case: Case, event: Event) -> Case:
    assert case.accusation is not None
    named = replace(
        case.accusation,
        account=Address(event.text("account")),
        salt=Hash32(event.text("salt")),
        named_at=event.timestamp,
    )
    return replace(case, accusation=named)


def _with_offer(case: Case, event: Event, share: BasisPoints, pledge: Pledge | None) -> Case:
    deadline = UnixTime(event.integer("deadline"))
    offer = Offer(
        number=event.integer("number"),
        share=share,
        at=event.timestamp,
        deadline=deadline,
        actor=Address(event.text("actor")),
        digest=Digest(event.text("digest")),
        pledge=pledge,
    )
    return replace(
        case, state=ComplaintState.OFFERED, deadline=deadline, offers=(*case.offers, offer)
    )


def _pledge(case: Case) -> Pledge:
    """What the latest offer is, where the desk says that something became of a pledge."""
    assert case.pledge is not None
    return case.pledge


def _with_pledge(case: Case, pledge: Pledge) -> Case:
    changed = replace(case.offers[-1], pledge=pledge)
    return replace(case, offers=(*case.offers[:-1], changed))


STEPS: dict[str, Callable[[Case, Event], Case]] = {
    "Acknowledged": _acknowledged,
    "Contested": _contested,
    "InformationRequested": _asked,
    "Informed": _informed,
    "Offered": _offered,
    "PledgeOffered": _pledge_offered,
    "PledgeAccepted": _pledge_accepted,
    "Delivered": _delivered,
    "Reopened": _reopened,
    "Accused": _accused,
    "AccusedNamed": _accused_named,
}
