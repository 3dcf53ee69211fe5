"""Whose turn it is, until when, and what follows if nothing happens."""

from dataclasses import dataclass
from enum import StrEnum

from dapp.domain.case import Case
from dapp.domain.phases import Phase, RoundPhase, phase, round_phase, seed_block
from dapp.domain.rounds import Round
from dapp.domain.rules import MAX_ASKS, Action, Role, customer_actions
from dapp.domain.types import BlockNumber, UnixTime


class Consequence(StrEnum):
    """What follows when a window ends with nothing done, or when somebody does what is due."""

    NONE = "none"
    CLAIM_PAID = "claim-paid"
    """Anyone may have the claim paid as it was filed."""
    ANSWER_CLOCK_RESUMES = "answer-clock-resumes"
    OFFER_ACCEPTED = "offer-accepted"
    COMPLAINT_WITHDRAWN = "complaint-withdrawn"
    DRAW_OPENS = "draw-opens"
    PANEL_DRAWN = "panel-drawn"
    ROUND_REARMED = "round-rearmed"
    COMMIT_OPENS = "commit-opens"
    REVEAL_OPENS = "reveal-opens"
    VOTES_COUNTED = "votes-counted"
    NEW_PANEL = "new-panel"
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
    if stage is Phase.ESCALATED and case.round is not None:
        return _hearing_turn(case.round, round_phase(case.round, now, block))
    if stage is Phase.FILED:
        return _answer_turn(case)
    none = RoundPhase.NONE
    if stage not in _TURNS:
        return Turn(stage, none)
    who, awaits, then, timed = _TURNS[stage]
    if stage in (Phase.OFFERED, Phase.LAPSED) and case.offer is not None and case.offer.share > 0:
        then = Consequence.OFFER_ACCEPTED
    if stage is Phase.OFFERED:
        awaits = tuple(customer_actions(case, stage))
    return Turn(stage, none, who, awaits, case.deadline if timed else None, then=then)


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
        then=Consequence.CLAIM_PAID,
    )


def _hearing_turn(current: Round, hearing: RoundPhase) -> Turn:
    ends = {
        RoundPhase.HAND_OVER: current.commit_opens,
        RoundPhase.COMMIT: current.commit_ends,
        RoundPhase.REVEAL: current.reveal_ends,
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


# Who, what, what follows, and whether by the deadline of the case. Without a cash offer.
_TURNS = {
    Phase.ASKED: (Role.CUSTOMER, (Action.INFORM,), Consequence.ANSWER_CLOCK_RESUMES, True),
    Phase.OVERDUE: (Role.ANYONE, (Action.EXECUTE,), Consequence.CLAIM_PAID, False),
    Phase.OFFERED: (Role.CUSTOMER, (), Consequence.COMPLAINT_WITHDRAWN, True),
    Phase.LAPSED: (Role.ANYONE, (Action.EXECUTE,), Consequence.COMPLAINT_WITHDRAWN, False),
    Phase.PAID: (Role.CUSTOMER, (Action.CONFIRM,), Consequence.CASE_CLOSED, True),
}
_HEARING_TURNS: dict[RoundPhase, tuple[Role | None, tuple[Action, ...], Consequence]] = {
    RoundPhase.AWAITING_SEED: (None, (), Consequence.DRAW_OPENS),
    RoundPhase.DRAWABLE: (Role.ANYONE, (Action.DRAW,), Consequence.PANEL_DRAWN),
    RoundPhase.MISSED: (Role.ANYONE, (Action.REARM,), Consequence.ROUND_REARMED),
    RoundPhase.HAND_OVER: (None, (Action.EVIDENCE,), Consequence.COMMIT_OPENS),
    RoundPhase.COMMIT: (Role.ARBITRATOR, (Action.COMMIT,), Consequence.REVEAL_OPENS),
    RoundPhase.REVEAL: (Role.ARBITRATOR, (Action.REVEAL,), Consequence.VOTES_COUNTED),
    RoundPhase.INSUFFICIENT: (Role.ANYONE, (Action.VOID,), Consequence.NEW_PANEL),
    RoundPhase.DECIDABLE: (Role.ANYONE, (Action.EXECUTE,), Consequence.RULING_PAID),
}
