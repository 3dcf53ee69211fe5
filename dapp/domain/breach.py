"""What an organisation promised and did not keep, and from when on that is so."""

from enum import StrEnum

from dapp.domain.case import Case
from dapp.domain.types import UnixTime


class Breach(StrEnum):
    """A promise of the policy that was not kept."""

    ACKNOWLEDGEMENT = "acknowledgement"
    """No first reply in time; one that the customer contested as automatic is none."""
    ANSWER = "answer"
    """No offer in time, not even a rejection with reasons."""


def acknowledgement_missed_at(case: Case) -> UnixTime | None:
    """From when on the first reply is, or will be, late; None where it came in time.

    Whoever asks or offers has replied as well.
    """
    said = case.acknowledgement
    if said is not None:
        return said.contested_at if said.on_time else case.acknowledge_deadline
    words = [*(one.at for one in case.asks[:1]), *(one.at for one in case.offers[:1])]
    return _unless_before(case.acknowledge_deadline, words, case.withdrawn_at)


def answer_missed_at(case: Case) -> UnixTime | None:
    """From when on the answer is, or will be, late; None where it came in time.

    While information is asked for, as if the customer never replied.
    """
    words = [one.at for one in case.offers[:1]]
    return _unless_before(case.answer_deadline, words, case.withdrawn_at)


def breaches(case: Case, now: UnixTime) -> frozenset[Breach]:
    """Which promises are broken at a time."""
    missed = {
        Breach.ACKNOWLEDGEMENT: acknowledgement_missed_at(case),
        Breach.ANSWER: answer_missed_at(case),
    }
    return frozenset(one for one, at in missed.items() if at is not None and at <= now)


def _unless_before(
    deadline: UnixTime, words: list[UnixTime], withdrawn_at: UnixTime | None
) -> UnixTime | None:
    """The deadline, unless something was said or the complaint taken back before it."""
    ends = [*words, *([] if withdrawn_at is None else [withdrawn_at])]
    return None if any(at < deadline for at in ends) else deadline
