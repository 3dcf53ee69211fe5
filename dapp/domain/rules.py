"""Who may do what now."""

from enum import StrEnum

from dapp.domain.case import Case
from dapp.domain.parts import Category
from dapp.domain.phases import Phase, RoundPhase, phase, round_phase
from dapp.domain.rounds import Round
from dapp.domain.types import ALL, Address, BlockNumber, UnixTime
from dapp.errors import Refused

MAX_ASKS = 2
MAX_OFFERS = 4
OFFER_STEP = 500
"""Each offer is at least so many basis points above the last."""
MAX_EVIDENCE = 32
"""Items of evidence a side, sent by themselves."""
MAX_COMMITS = 4
"""The first commitment of a seat and three that replace it."""
MAX_CATEGORY = max(Category)


class Role(StrEnum):
    """What part somebody plays in a case."""

    CUSTOMER = "customer"
    ORGANISATION = "organisation"
    ARBITRATOR = "arbitrator"
    ANYONE = "anyone"


class Action(StrEnum):
    """What can be done to a case; the names are those of the interfaces."""

    ACKNOWLEDGE = "acknowledge"
    ASK = "ask"
    INFORM = "inform"
    OFFER = "offer"
    ACCEPT = "accept"
    WITHDRAW = "withdraw"
    ESCALATE = "escalate"
    DRAW = "draw"
    REARM = "rearm"
    VOID = "void"
    COMMIT = "commit"
    REVEAL = "reveal"
    EXECUTE = "execute"
    CONFIRM = "confirm"
    RATE = "rate"
    EVIDENCE = "evidence"


def available(
    case: Case, role: Role, now: UnixTime, block: BlockNumber, actor: Address | None = None
) -> tuple[Action, ...]:
    """What somebody in `role` may do at `now`, in block number `block` (the one after the head).

    Args:
        case: as of now.
        role: the part they play; what anyone may do is always among it.
        now: the chain's time.
        block: the block it would be in.
        actor: which arbitrator; None asks whether any of the panel may. Revealing is listed for
            arbitrators, though anyone who knows the salt may do it for them.
    """
    stage = phase(case, now)
    hearing = _hearing(case, stage, now, block)
    own: dict[Role, list[Action]] = {
        Role.CUSTOMER: customer_actions(case, stage),
        Role.ORGANISATION: _organisation(case, stage),
        Role.ARBITRATOR: _arbitrator(case.round, hearing, actor),
        Role.ANYONE: [],
    }
    shared = _evidence_and_rating(case, role, stage, hearing)
    return (*own[role], *shared, *_anyone(stage, hearing))


def require(
    case: Case,
    action: Action,
    role: Role,
    now: UnixTime,
    block: BlockNumber,
    actor: Address | None = None,
) -> None:
    """Refuse an action that does not fit where the case stands. Raises Refused."""
    if action in available(case, role, now, block, actor):
        return
    stage = phase(case, now)
    hearing = _hearing(case, stage, now, block)
    where = f"{stage.name.lower()}, {hearing.name.lower()}" if hearing else stage.name.lower()
    raise Refused(
        f"{role} cannot {action} complaint {case.id} as it stands now ({where})",
        code="action-not-available",
        fields={
            "action": str(action),
            "role": str(role),
            "phase": stage.name.lower(),
            "round_phase": hearing.name.lower(),
        },
    )


def _hearing(case: Case, stage: Phase, now: UnixTime, block: BlockNumber) -> RoundPhase:
    if stage is not Phase.ESCALATED:
        return RoundPhase.NONE
    return round_phase(case.round, now, block)


def customer_actions(case: Case, stage: Phase) -> list[Action]:
    """What the customer may do about the complaint itself, the main thing first."""
    actions: list[Action] = []
    offered = case.offer.share if case.offer else 0
    if stage is Phase.ASKED:
        actions.append(Action.INFORM)
    if stage is Phase.OFFERED and offered > 0:
        actions.append(Action.ACCEPT)
    if stage is Phase.OFFERED and offered < ALL:
        actions.append(Action.ESCALATE)
    if stage in (Phase.FILED, Phase.ASKED, Phase.OFFERED):
        actions.append(Action.WITHDRAW)
    if stage is Phase.PAID:
        actions.append(Action.CONFIRM)
    return actions


def _organisation(case: Case, stage: Phase) -> list[Action]:
    actions: list[Action] = []
    if stage is Phase.FILED and case.acknowledgement is None:
        actions.append(Action.ACKNOWLEDGE)
    raised = case.offer.share + OFFER_STEP if case.offer else 0
    if stage in (Phase.FILED, Phase.ASKED, Phase.OFFERED) and len(case.offers) < MAX_OFFERS:
        actions += [Action.OFFER] if raised <= ALL else []
    if stage is Phase.FILED and len(case.asks) < MAX_ASKS:
        actions.append(Action.ASK)
    return actions


def _arbitrator(current: Round | None, hearing: RoundPhase, actor: Address | None) -> list[Action]:
    if current is None:
        return []
    seats = [seat for seat in current.seats if actor is None or seat.owner == actor]
    tries = [sum(one.seat == seat.number for one in current.commitments) for seat in seats]
    if hearing is RoundPhase.COMMIT and any(count < MAX_COMMITS for count in tries):
        return [Action.COMMIT]
    hidden = any(seat.commitment is not None and seat.vote is None for seat in seats)
    return [Action.REVEAL] if hearing is RoundPhase.REVEAL and hidden else []


def _evidence_and_rating(case: Case, role: Role, stage: Phase, hearing: RoundPhase) -> list[Action]:
    if role not in (Role.CUSTOMER, Role.ORGANISATION):
        return []
    by_customer = role is Role.CUSTOMER
    if stage in (Phase.CONFIRMED, Phase.CLOSED):
        rated = any(rating.by_customer == by_customer for rating in case.ratings)
        return [] if rated else [Action.RATE]
    sent = [
        item
        for item in case.evidence
        if item.event == "EvidenceSubmitted" and item.by_customer == by_customer
    ]
    before_vote = hearing in (
        RoundPhase.AWAITING_SEED,
        RoundPhase.DRAWABLE,
        RoundPhase.MISSED,
        RoundPhase.HAND_OVER,
    )
    is_open = before_vote or stage in (Phase.FILED, Phase.ASKED, Phase.OFFERED)
    return [Action.EVIDENCE] if is_open and len(sent) < MAX_EVIDENCE else []


def _anyone(stage: Phase, hearing: RoundPhase) -> list[Action]:
    due = {
        RoundPhase.DRAWABLE: Action.DRAW,
        RoundPhase.MISSED: Action.REARM,
        RoundPhase.INSUFFICIENT: Action.VOID,
        RoundPhase.DECIDABLE: Action.EXECUTE,
    }
    if stage in (Phase.OVERDUE, Phase.LAPSED):
        return [Action.EXECUTE]
    return [due[hearing]] if hearing in due else []
