"""What each part may do to a case, by its phase and that of its hearing."""

from dapp.domain import appeals
from dapp.domain.actions import (
    MAX_ASKS,
    MAX_COMMITS,
    MAX_EVIDENCE,
    MAX_OFFERS,
    OFFER_STEP,
    Action,
    Role,
)
from dapp.domain.case import Case
from dapp.domain.phases import (
    OPEN,
    SETTLEABLE,
    Phase,
    RoundPhase,
    evidence_open,
    round_phase,
)
from dapp.domain.rounds import Round
from dapp.domain.types import ALL, Address, BlockNumber, UnixTime


def of_customer(case: Case, stage: Phase) -> list[Action]:
    """What the customer may do about the complaint itself, the main thing first."""
    actions: list[Action] = []
    if stage is Phase.ASKED:
        actions.append(Action.INFORM)
    if stage is Phase.OFFERED and case.offer is not None:
        actions += [Action.ACCEPT] if case.offer.stands else []
        actions += [Action.ESCALATE] if case.offer.share < ALL else []
    if stage is Phase.DELIVERED:
        actions += [Action.CONFIRM_DELIVERY, Action.REOPEN]
    if stage in OPEN:
        actions.append(Action.WITHDRAW)
        said = case.acknowledgement
        actions += [Action.CONTEST] if said is not None and said.contested_at is None else []
        if case.accusation is None:
            actions.append(Action.ACCUSE)
        elif case.accusation.account is None:
            actions.append(Action.NAME_ACCUSED)
    if stage is Phase.PAID:
        actions.append(Action.CONFIRM)
    return actions


def of_organisation(case: Case, stage: Phase) -> list[Action]:
    """What whoever answers for the organisation may do."""
    actions: list[Action] = []
    if stage is Phase.FILED and case.acknowledgement is None:
        actions.append(Action.ACKNOWLEDGE)
    if stage in OPEN and len(case.offers) < MAX_OFFERS:
        raised = case.offer.share + OFFER_STEP if case.offer else 0
        actions += [Action.OFFER] if raised <= ALL else []
        # One a case, and first: after an offer of money it would take that offer back.
        actions += [] if case.offers else [Action.PLEDGE]
    if stage is Phase.FILED and len(case.asks) < MAX_ASKS:
        actions.append(Action.ASK)
    if stage is Phase.PLEDGED:
        actions.append(Action.DELIVER)
    return actions


def of_arbitrator(
    current: Round | None, hearing: RoundPhase, now: UnixTime, actor: Address | None
) -> list[Action]:
    """What an arbitrator may do; `actor` None asks whether any of the panel may."""
    if current is None:
        return []
    if hearing is RoundPhase.DRAWABLE:
        # Who is on the panel is known from the seed alone; the first to vote draws.
        return [Action.COMMIT_DRAWING] if now >= current.commit_opens else []
    seats = [seat for seat in current.seats if actor is None or seat.owner == actor]
    free = [
        seat
        for seat in seats
        if seat.leaked_at is None
        and sum(one.seat == seat.number for one in current.commitments) < MAX_COMMITS
    ]
    if hearing is RoundPhase.COMMIT and free:
        return [Action.COMMIT]
    hidden = [seat for seat in seats if seat.number in current.committed - current.revealed]
    return [Action.REVEAL] if hearing is RoundPhase.REVEAL and hidden else []


def of_both_sides(
    case: Case, role: Role, stage: Phase, moment: tuple[UnixTime, BlockNumber]
) -> list[Action]:
    """Evidence, settlement and rating: what customer and organisation may do alike."""
    by_customer = role is Role.CUSTOMER
    if stage in (Phase.CONFIRMED, Phase.CLOSED):
        rated = any(rating.by_customer == by_customer for rating in case.ratings)
        return [] if rated else [Action.RATE]
    settle = [Action.SETTLE] if _can_settle(case, stage, moment) else []
    sent = [
        item
        for item in case.evidence
        if item.event == "EvidenceSubmitted" and item.by_customer == by_customer
    ]
    is_open = len(sent) < MAX_EVIDENCE and _hears_evidence(case, stage, moment)
    return [*settle, Action.EVIDENCE] if is_open else settle


def _can_settle(case: Case, stage: Phase, moment: tuple[UnixTime, BlockNumber]) -> bool:
    if stage is not Phase.ESCALATED:
        return False
    if case.outside is not None:
        # Past its time-out as well, as long as nobody has concluded.
        return case.outside.choice is None and case.outside.ended_at is None
    return round_phase(case.round, *moment) in SETTLEABLE


def _hears_evidence(case: Case, stage: Phase, moment: tuple[UnixTime, BlockNumber]) -> bool:
    if stage is not Phase.ESCALATED:
        return stage in OPEN or stage in (Phase.PLEDGED, Phase.DELIVERED)
    if case.outside is not None:
        return case.outside.is_waiting(moment[0])
    return case.round is not None and evidence_open(case.round, *moment)


def of_anyone(
    case: Case, stage: Phase, hearing: RoundPhase, now: UnixTime, actor: Address | None
) -> list[Action]:
    """What keeps a case moving, and what whoever sends money may do."""
    return [*_due(case, stage, hearing, now), *_of_payers(case, stage, hearing, actor)]


def _due(case: Case, stage: Phase, hearing: RoundPhase, now: UnixTime) -> list[Action]:
    if stage is Phase.OVERDUE and case.is_claim:
        return [Action.ESCALATE]
    if stage in (Phase.OVERDUE, Phase.LAPSED, Phase.BROKEN, Phase.KEPT):
        return [Action.EXECUTE]
    if stage is Phase.ESCALATED and case.outside is not None:
        return [Action.EXECUTE] if case.outside.is_decidable(now) else []
    current = case.round
    if hearing is RoundPhase.COMMIT and current is not None and current.committed:
        return [Action.REPORT_LEAK]
    return [_DUE[hearing]] if hearing in _DUE else []


_DUE = {
    RoundPhase.DRAWABLE: Action.DRAW,
    RoundPhase.MISSED: Action.REARM,
    RoundPhase.INSUFFICIENT: Action.VOID,
    RoundPhase.APPEALABLE: Action.CONTRIBUTE,
    RoundPhase.DECIDABLE: Action.EXECUTE,
}
_ENDED = (Phase.PAID, Phase.CONFIRMED, Phase.CLOSED, Phase.WITHDRAWN)


def _of_payers(
    case: Case, stage: Phase, hearing: RoundPhase, actor: Address | None
) -> list[Action]:
    actions: list[Action] = []
    is_over = case.round is not None and hearing is RoundPhase.NONE
    if appeals.refundable(case.appeals, hearing is RoundPhase.APPEALABLE):
        actions.append(Action.REFUND_CONTRIBUTION)
    if appeals.resolvable(case.appeals, is_over):
        actions.append(Action.RESOLVE_APPEAL)
    if actor is not None and appeals.shares(case.appeals, actor):
        actions.append(Action.WITHDRAW_SHARE)
    if case.is_claim and stage not in _ENDED:
        actions.append(Action.FUND)
    # What an offer stands on stays.
    free = stage is Phase.ESCALATED or stage in _ENDED or not case.offers
    if actor is not None and free and case.funding.sent_by(actor):
        actions.append(Action.WITHDRAW_FUNDING)
    return actions
