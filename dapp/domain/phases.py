"""Where a complaint and a round stand, computed from their facts and the clock.

The same as contracts/libraries/Phases.sol and RoundPhases.sol. Windows are half-open: an action
counts while `now < deadline`, its consequence from `now >= deadline`.
"""

from enum import IntEnum

from dapp.domain.case import Case
from dapp.domain.parts import ComplaintState
from dapp.domain.rounds import MAX_PANEL, Round
from dapp.domain.types import BlockNumber, UnixTime

MIN_ANSWER_LEFT_SECONDS = 24 * 3600
"""What is left to answer after an information request is never less."""
SEED_DELAY_BLOCKS = 4
"""The seed is the RANDAO value of the block this many after the one the round was armed in."""
SEED_WINDOW_BLOCKS = 8191
"""How long the chain can vouch for that block (EIP-2935)."""
MAX_VOIDS = 2
"""After so many void rounds the court refuses, or the ruling that was appealed from stands."""
MAX_APPEALS = 3


class Phase(IntEnum):
    """Where a complaint stands."""

    NONE = 0
    FILED = 1
    """The organisation must answer."""
    ASKED = 2
    """The customer must reply; the answer clock stands still."""
    OVERDUE = 3
    """No answer in time: anyone may execute what was filed; a claim, take to arbitrators."""
    OFFERED = 4
    """The customer may accept, escalate or withdraw."""
    LAPSED = 5
    """Silent on money or a pledge (accepted) or on a rejection (the complaint is withdrawn)."""
    ESCALATED = 6
    PAID = 7
    """The money moved; the customer may confirm."""
    CONFIRMED = 8
    CLOSED = 9
    """Closed by itself after the window to confirm."""
    WITHDRAWN = 10
    PLEDGED = 11
    """A pledge in kind was accepted: the organisation must deliver."""
    BROKEN = 12
    """It did not: anyone may execute the refund that the pledge named."""
    DELIVERED = 13
    """It did: the customer may confirm or reopen."""
    KEPT = 14
    """The customer is silent about it: anyone may execute."""


class RoundPhase(IntEnum):
    """Where a round of voting stands."""

    NONE = 0
    """There is no such dispute, or it is over."""
    AWAITING_SEED = 1
    DRAWABLE = 2
    """Anyone may draw."""
    MISSED = 3
    """Nobody drew in time: anyone may arm the round again."""
    HAND_OVER = 4
    """The panel gets its keys to sealed evidence."""
    COMMIT = 5
    REVEAL = 6
    INSUFFICIENT = 7
    """Fewer than a majority revealed: anyone may void the round."""
    APPEALABLE = 8
    """The votes are counted; a larger panel can be asked."""
    DECIDABLE = 9


OPEN = frozenset({Phase.FILED, Phase.ASKED, Phase.OFFERED})
"""Between the filing and the escalation, while no window has run out."""
SETTLEABLE = frozenset(
    {
        RoundPhase.AWAITING_SEED,
        RoundPhase.DRAWABLE,
        RoundPhase.MISSED,
        RoundPhase.HAND_OVER,
        RoundPhase.COMMIT,
    }
)
"""The votes of the round are not being opened: the sides can still agree."""
_FIXED = {
    ComplaintState.NONE: Phase.NONE,
    ComplaintState.ESCALATED: Phase.ESCALATED,
    ComplaintState.CONFIRMED: Phase.CONFIRMED,
    ComplaintState.WITHDRAWN: Phase.WITHDRAWN,
}
# What the phase is before the deadline of a state and from it on.
_TIMED = {
    ComplaintState.FILED: (Phase.FILED, Phase.OVERDUE),
    ComplaintState.OFFERED: (Phase.OFFERED, Phase.LAPSED),
    ComplaintState.PAID: (Phase.PAID, Phase.CLOSED),
    ComplaintState.PLEDGED: (Phase.PLEDGED, Phase.BROKEN),
    ComplaintState.DELIVERED: (Phase.DELIVERED, Phase.KEPT),
}


def answer_deadline(case: Case) -> UnixTime:
    """When silence loses; while information is asked for, when it will if no reply ever comes."""
    if case.state is not ComplaintState.ASKED:
        return case.deadline
    return resumed(case, case.deadline)


def resumed(case: Case, at: UnixTime) -> UnixTime:
    """The end of the answer window when the clock starts again at `at`."""
    return UnixTime(at + max(case.answer_left_seconds, MIN_ANSWER_LEFT_SECONDS))


def phase(case: Case, now: UnixTime) -> Phase:
    """Where the complaint stands at `now`."""
    if case.state in _FIXED:
        return _FIXED[case.state]
    over = now >= case.deadline
    if case.state is ComplaintState.ASKED:
        if not over:
            return Phase.ASKED
        return Phase.OVERDUE if now >= answer_deadline(case) else Phase.FILED
    return _TIMED[case.state][over]


def seed_block(current: Round) -> BlockNumber:
    """The block whose RANDAO value draws the round's panel."""
    return BlockNumber(current.armed_at_block + SEED_DELAY_BLOCKS)


def is_voteless(current: Round) -> bool:
    """Whether no ruling can come from votes: nobody could be drawn, or two rounds were void."""
    return current.voids == MAX_VOIDS or (current.drawn_at is not None and not current.seats)


def is_final(current: Round) -> bool:
    """Whether no larger panel can be asked."""
    return current.seats_paid == MAX_PANEL or current.appeals == MAX_APPEALS


def round_phase(current: Round | None, now: UnixTime, block: BlockNumber) -> RoundPhase:
    """Where the dispute stands, whose open round this is, at `now` in block number `block`.

    For what can be done next, that is the block after the head.
    """
    if current is None or current.ended_at is not None:
        return RoundPhase.NONE
    if is_voteless(current):
        return RoundPhase.DECIDABLE
    if current.drawn_at is not None:
        return _voting(current, now)
    seed = seed_block(current)
    if now >= current.commit_ends:
        return RoundPhase.MISSED
    if block <= seed:
        return RoundPhase.AWAITING_SEED
    missed = block > seed + SEED_WINDOW_BLOCKS
    return RoundPhase.MISSED if missed else RoundPhase.DRAWABLE


def evidence_open(current: Round, now: UnixTime, block: BlockNumber) -> bool:
    """Whether the vote has not begun; a panel that is drawn late may vote at once."""
    stands = round_phase(current, now, block)
    if stands is RoundPhase.MISSED:
        return True
    before = (RoundPhase.AWAITING_SEED, RoundPhase.DRAWABLE, RoundPhase.HAND_OVER)
    return stands in before and now < current.commit_opens


def _voting(current: Round, now: UnixTime) -> RoundPhase:
    if now < current.commit_opens:
        return RoundPhase.HAND_OVER
    committed, revealed = current.committed, current.revealed
    if now < current.commit_ends and len(committed) < len(current.seats):
        return RoundPhase.COMMIT
    if now < current.reveal_ends and len(revealed) != len(committed):
        return RoundPhase.REVEAL
    if len(revealed) <= len(current.seats) // 2:
        return RoundPhase.INSUFFICIENT
    if is_final(current) or now >= current.appeal_ends:
        return RoundPhase.DECIDABLE
    return RoundPhase.APPEALABLE
