"""What an organisation's open case waits for next, and until when."""

from dapp.domain.case import Case
from dapp.domain.deadlines import Deadline, deadlines
from dapp.domain.parts import ComplaintState
from dapp.domain.types import BlockNumber, UnixTime

OURS = (ComplaintState.FILED, ComplaintState.PLEDGED)
"""In these the organisation must act, while its window is open."""
QUEUED = (*OURS, ComplaintState.ASKED, ComplaintState.OFFERED, ComplaintState.DELIVERED)
"""The states of cases that are between the two sides."""


def next_due(case: Case, now: UnixTime, block: BlockNumber) -> Deadline | None:
    """The window that ends next; `is_promise` where it is the organisation's.

    A first reply that is late already is no longer a deadline. None where every window is over:
    then anyone may have done what follows.
    """
    # Whoever answers for the organisation: a window is one whoever is in it.
    found = deadlines(case, (case.customer,), now, block)
    return min(found, key=lambda one: one.until, default=None)


def owes_first_reply(case: Case, now: UnixTime) -> bool:
    """Whether somebody may still acknowledge it, in time or late."""
    is_open = case.state is ComplaintState.FILED and now < case.answer_deadline
    return is_open and case.acknowledgement is None


def is_late(case: Case, now: UnixTime) -> bool:
    """Whether a first reply is owed, and its time over."""
    return owes_first_reply(case, now) and now >= case.acknowledge_deadline
