"""Whose turn it is, until when, and what follows if nothing happens."""

from dataclasses import dataclass
from enum import StrEnum

from dapp.domain.actions import MAX_ASKS, Action, Role
from dapp.domain.case import Case
from dapp.domain.moves import of_customer
from dapp.domain.outside import OutsideCase
from dapp.domain.phases import Phase, RoundPhase, phase, round_phase, seed_block
from dapp.domain.rounds import Round
from dapp.domain.types import BlockNumber, UnixTime


class Consequence(StrEnum):
    """What follows when a window ends with nothing done, or when somebody does what is due."""

    NONE = "none"
    CLAIM_PAID = "claim-paid"
    """Anyone may have what was asked for paid as it was filed."""
    ARBITRATION_OPENS = "arbitration-opens"
    """Anyone may take the claim to arbitrators, at the organisation's cost."""
    ANSWER_CLOCK_RESUMES = "answer-clock-resumes"
    OFFER_ACCEPTED = "offer-accepted"
    COMPLAINT_WITHDRAWN = "complaint-withdrawn"
    PLEDGE_ACCEPTED = "pledge-accepted"
    REFUND_PAID = "refund-paid"
    """A pledge was broken: anyone may have the refund paid that it named."""
    PLEDGE_KEPT = "pledge-kept"
    """The money is the organisation's."""
    DRAW_OPENS = "draw-opens"
    DRAW_MISSED = "draw-missed"
    ROUND_REARMED = "round-rearmed"
    COMMIT_OPENS = "commit-opens"
    REVEAL_OPENS = "reveal-opens"
    VOTES_COUNTED = "votes-counted"
    NEW_PANEL = "new-panel"
    RULING_FINAL = "ruling-final"
    NO_RULING = "no-ruling"
    """The arbitrator outside is late: the middle between demand and offer, at half the costs."""
    RULING_PAID = "ruling-paid"
    CASE_CLOSED = "case-closed"


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is.

    Attributes:
        who: None where nobody need do anything.
        awaits: what they can do, the main thing first.
        until: the end of the window; None where there is none.
        until_block: the block that is waited for, instead of a time.
        acknowledge_until: the earlier deadline of a first reply that is still owed.
        then: what follows if nothing is done until then; without a window, what `awaits` brings.
    """

    phase: Phase
    round_phase: RoundPhase
    who: Role | None = None
    awaits: tuple[Action, ...] = ()
    until: UnixTime | None = None
    until_block: BlockNumber | None = None
    acknowledge_until: UnixTime | None = None
    then: Consequence = Consequence.NONE


def turn(case: Case, now: UnixTime, block: BlockNumber) -> Turn:
    """Whose turn it is at `now`, in block number `block` (the one after the head)."""
    stage = phase(case, now)
    if stage is Phase.ESCALATED and case.outside is not None:
        return _outside_turn(case.outside, now)
    if stage is Phase.ESCALATED and case.round is not None:
        return _hearing_turn(case.round, round_phase(case.round, now, block))
    if stage is Phase.FILED:
        return _answer_turn(case)
    if stage is Phase.OVERDUE and case.is_claim:
        return _turn(stage, (Role.ANYONE, (Action.ESCALATE,), Consequence.ARBITRATION_OPENS))
    if stage not in _TURNS:
        return Turn(stage, RoundPhase.NONE)
    who, awaits, then, timed = _TURNS[stage]
    if stage in (Phase.OFFERED, Phase.LAPSED):
        then = _silence(case)
    if stage is Phase.OFFERED:
        awaits = tuple(of_customer(case, stage))
    return _turn(stage, (who, awaits, then), case.deadline if timed else None)


def _turn(
    stage: Phase,
    what: tuple[Role | None, tuple[Action, ...], Consequence],
    until: UnixTime | None = None,
) -> Turn:
    who, awaits, then = what
    return Turn(stage, RoundPhase.NONE, who, awaits, until, then=then)


def _silence(case: Case) -> Consequence:
    """What the customer's silence on the latest offer means."""
    if case.offer is None or not case.offer.stands:
        return Consequence.COMPLAINT_WITHDRAWN
    return Consequence.OFFER_ACCEPTED if case.offer.share else Consequence.PLEDGE_ACCEPTED


def _answer_turn(case: Case) -> Turn:
    owed = case.acknowledgement is None
    reply = (Action.ACKNOWLEDGE,) if owed else ()
    ask = (Action.ASK,) if len(case.asks) < MAX_ASKS else ()
    return Turn(
        Phase.FILED,
        RoundPhase.NONE,
        Role.ORGANISATION,
        (*reply, Action.OFFER, *ask),
        until=case.answer_deadline,
        acknowledge_until=case.acknowledge_deadline if owed else None,
        then=Consequence.ARBITRATION_OPENS if case.is_claim else Consequence.CLAIM_PAID,
    )


def _outside_turn(case: OutsideCase, now: UnixTime) -> Turn:
    if case.is_waiting(now):
        waiting = (None, (Action.EVIDENCE,), Consequence.NO_RULING)
        return _turn(Phase.ESCALATED, waiting, case.deadline)
    return _turn(Phase.ESCALATED, (Role.ANYONE, (Action.EXECUTE,), Consequence.RULING_PAID))


def _hearing_turn(current: Round, hearing: RoundPhase) -> Turn:
    ends = {
        RoundPhase.DRAWABLE: current.commit_ends,
        RoundPhase.HAND_OVER: current.commit_opens,
        RoundPhase.COMMIT: current.commit_ends,
        RoundPhase.REVEAL: current.reveal_ends,
        RoundPhase.APPEALABLE: current.appeal_ends,
    }
    who, awaits, then = _HEARING_TURNS.get(hearing, (None, (), Consequence.NONE))
    waits = hearing is RoundPhase.AWAITING_SEED
    return Turn(
        Phase.ESCALATED,
        hearing,
        who,
        awaits,
        until=ends.get(hearing),
        until_block=BlockNumber(seed_block(current) + 1) if waits else None,
        then=then,
    )


# Who, what, what follows, and whether by the deadline of the case.
_TURNS = {
    Phase.ASKED: (Role.CUSTOMER, (Action.INFORM,), Consequence.ANSWER_CLOCK_RESUMES, True),
    Phase.OVERDUE: (Role.ANYONE, (Action.EXECUTE,), Consequence.CLAIM_PAID, False),
    Phase.OFFERED: (Role.CUSTOMER, (), Consequence.COMPLAINT_WITHDRAWN, True),
    Phase.LAPSED: (Role.ANYONE, (Action.EXECUTE,), Consequence.COMPLAINT_WITHDRAWN, False),
    Phase.PLEDGED: (Role.ORGANISATION, (Action.DELIVER,), Consequence.REFUND_PAID, True),
    Phase.BROKEN: (Role.ANYONE, (Action.EXECUTE,), Consequence.REFUND_PAID, False),
    Phase.DELIVERED: (
        Role.CUSTOMER,
        (Action.CONFIRM_DELIVERY, Action.REOPEN),
        Consequence.PLEDGE_KEPT,
        True,
    ),
    Phase.KEPT: (Role.ANYONE, (Action.EXECUTE,), Consequence.PLEDGE_KEPT, False),
    Phase.PAID: (Role.CUSTOMER, (Action.CONFIRM,), Consequence.CASE_CLOSED, True),
}
_HEARING_TURNS: dict[RoundPhase, tuple[Role | None, tuple[Action, ...], Consequence]] = {
    RoundPhase.AWAITING_SEED: (None, (), Consequence.DRAW_OPENS),
    RoundPhase.DRAWABLE: (Role.ANYONE, (Action.DRAW,), Consequence.DRAW_MISSED),
    RoundPhase.MISSED: (Role.ANYONE, (Action.REARM,), Consequence.ROUND_REARMED),
    RoundPhase.HAND_OVER: (None, (Action.EVIDENCE,), Consequence.COMMIT_OPENS),
    RoundPhase.COMMIT: (Role.ARBITRATOR, (Action.COMMIT,), Consequence.REVEAL_OPENS),
    RoundPhase.REVEAL: (Role.ARBITRATOR, (Action.REVEAL,), Consequence.VOTES_COUNTED),
    RoundPhase.INSUFFICIENT: (Role.ANYONE, (Action.VOID,), Consequence.NEW_PANEL),
    RoundPhase.APPEALABLE: (Role.ANYONE, (Action.CONTRIBUTE,), Consequence.RULING_FINAL),
    RoundPhase.DECIDABLE: (Role.ANYONE, (Action.EXECUTE,), Consequence.RULING_PAID),
}
