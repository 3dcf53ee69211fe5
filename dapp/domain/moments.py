"""When the clock alone changes where a case stands."""

from dapp.domain.breach import acknowledgement_missed_at
from dapp.domain.case import Case
from dapp.domain.phases import answer_deadline
from dapp.domain.types import UnixTime


def next_change(case: Case, now: UnixTime) -> UnixTime | None:
    """The first time after `now` at which phase, turn, actions or breaches may be others.

    Until then they are what they are, if nobody does anything; None where no window is left.
    """
    times = [case.deadline, case.acknowledge_deadline, case.answer_deadline, answer_deadline(case)]
    missed = acknowledgement_missed_at(case)  # or when it was contested
    times += [] if missed is None else [missed]
    times += [] if case.frozen_until is None else [case.frozen_until]
    times += [] if case.outside is None else [case.outside.deadline]
    if (current := case.round) is not None:
        times += [current.commit_opens, current.commit_ends]
        times += [current.reveal_ends, current.appeal_ends]
    return min((at for at in times if at > now), default=None)


def waits_for_blocks(case: Case) -> bool:
    """Whether each new block may change where the case stands: a panel is to be drawn."""
    current = case.round
    return current is not None and current.drawn_at is None and current.ended_at is None
