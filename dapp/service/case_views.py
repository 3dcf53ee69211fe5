"""Cases where they stand, as JSON-ready dictionaries: whole, in a list, and a part by itself."""

from collections.abc import Mapping
from typing import Any

from dapp.audit import slots
from dapp.domain.breach import acknowledgement_missed_at, answer_missed_at
from dapp.domain.case import Case
from dapp.domain.events import APPEALS, CLAIMS, ESCROW, Event
from dapp.domain.phases import Phase, RoundPhase
from dapp.domain.types import Address, UnixTime, Wei
from dapp.service import hearings, views
from dapp.service.standing import Standing
from dapp.store.views import Verification

View = dict[str, Any]

PARTS: Mapping[str, tuple[str, ...]] = {
    "offers": ("demand", "filed_demand", "offers", "asks", "settlements", "escalation"),
    "votes": ("round_phase", "rounds", "outside", "appeals", "ruling"),
    "ratings": ("confirmed_at", "ratings"),
    "sla": ("sla",),
}
"""Of a case that can be read by themselves, and which of its fields are theirs."""
_MONEY = (ESCROW, CLAIMS, APPEALS)


def whole(found: Standing, bounty: Wei) -> View:
    """Everything folded into a case, and where it stands."""
    current = found.case.round
    rounds = [
        hearings.round_(one, found.round_phase if one is current else RoundPhase.NONE, bounty)
        for one in found.case.rounds
    ]
    return {
        **views.case(found.case),
        "phase": views.name(found.phase),
        "round_phase": _hearing(found),
        "rounds": rounds,
        "outside": hearings.outside(found.case.outside),
        "appeals": [hearings.level(one) for one in found.case.appeals],
        "turn": views.turn(found.turn),
        "actions": found.by_role,
        "sla": sla(found.case, found.moment.now),
        "finality": found.moment.head.finality_of(found.case.updated_block),
        "verification": verification(found.row.verification),
        "links": _links(found.case),
    }


def short(found: Standing) -> View:
    """A case in a list."""
    case = found.case
    return {
        "id": case.id,
        "customer": case.customer,
        "organisation": case.organisation,
        "order": case.order.key,
        "amount": views.wei(case.amount),
        "category": views.name(case.category),
        "demand": case.demand,
        "offer": case.offer.share if case.offer else None,
        "share": case.payment.share if case.payment else None,
        "state": views.name(case.state),
        "phase": views.name(found.phase),
        "round_phase": _hearing(found),
        "filed_at": views.time(case.filed_at),
        "deadline": views.time(case.deadline),
        "turn": views.turn(found.turn),
        "updated_block": case.updated_block,
    }


def sla(case: Case, now: UnixTime) -> View:
    """What was promised, and whether it was kept; `missed_at` only once it is missed."""
    said, offered = case.acknowledgement, case.offers[0].at if case.offers else None
    replies = [one.at for one in (*case.asks[:1],)] + ([] if offered is None else [offered])
    return {
        "acknowledgement": {
            "due_at": views.time(case.acknowledge_deadline),
            "replied_at": views.maybe_time(said.at if said else min(replies, default=None)),
            "contested_at": views.maybe_time(said.contested_at if said else None),
            "missed_at": _missed(acknowledgement_missed_at(case), now),
        },
        "answer": {
            "due_at": views.time(case.answer_deadline),
            "replied_at": views.maybe_time(offered),
            "missed_at": _missed(answer_missed_at(case), now),
        },
    }


def proof(found: Standing, desk: Address) -> View:
    """What an auditor holds the case against: the desk's word of it, and where that is stored."""
    case = found.case
    return {
        "trail": case.trail,
        "events": case.events,
        "contract": desk,
        "storage_slot": "0x" + slots.complaint_trail(case.id).hex(),
        "updated_block": case.updated_block,
        "finality": found.moment.head.finality_of(case.updated_block),
        "verification": verification(found.row.verification),
        "links": _links(case),
    }


def moves_money(event: Event) -> bool:
    """Whether the event tells of money that came, went or was divided."""
    return event.contract in _MONEY or event.name == "Executed"


def verification(found: Verification | None) -> View | None:
    """The latest comparison with the chain."""
    if found is None:
        return None
    return {
        "block": found.block_number,
        "matches": found.matches,
        "folded": found.folded,
        "on_chain": found.on_chain,
    }


def _hearing(found: Standing) -> str | None:
    """Where the round stands, while the court has the case."""
    return views.name(found.round_phase) if found.phase is Phase.ESCALATED else None


def _missed(at: UnixTime | None, now: UnixTime) -> View | None:
    return views.time(at) if at is not None and at <= now else None


def _links(case: Case) -> View:
    own = f"/v1/cases/{case.id}"
    parts = ("timeline", "evidence", *PARTS, "payments", "panel", "proof", "bundle")
    return {
        **{name: f"{own}/{name}" for name in parts},
        "organisation": f"/v1/organisations/{case.organisation}",
        "order": f"/v1/orders/{case.order.key}",
        "page": f"/c/{case.id}",
    }
