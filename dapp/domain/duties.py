"""What a seat asks of its arbitrator, and by when."""

from dataclasses import dataclass
from enum import StrEnum

from dapp.domain.deadlines import reveal_opens
from dapp.domain.phases import RoundPhase
from dapp.domain.rounds import Round
from dapp.domain.types import UnixTime


class Task(StrEnum):
    READ = "read"
    """The vote has not begun."""
    VOTE = "vote"
    WAIT = "wait"
    """The vote is sealed, and cannot be opened yet."""
    OPEN = "open"
    """The sealed vote must be opened."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One step of a seat.

    Attributes:
        opens: from when on the vote can be given (READ, VOTE) or opened (WAIT, OPEN).
        until: when that ends.
    """

    task: Task
    opens: UnixTime
    until: UnixTime

    @property
    def is_due(self) -> bool:
        """Whether it can be done now."""
        return self.task in (Task.VOTE, Task.OPEN)

    @property
    def rank(self) -> tuple[bool, UnixTime]:
        """What is due comes first, then what comes next."""
        return not self.is_due, self.until if self.is_due else self.opens


def duty(current: Round, stands: RoundPhase, number: int, now: UnixTime) -> Duty | None:
    """What a seat's arbitrator has to do; None for nothing any more.

    Args:
        current: the dispute's open round.
        stands: where it stands.
        number: of the seat; while the round is drawable, of the panel that is foreseen.
        now: the chain's time.
    """
    voting = (current.commit_opens, current.commit_ends)
    if stands is RoundPhase.HAND_OVER:
        return Duty(Task.READ, *voting)
    if stands is RoundPhase.DRAWABLE:
        return Duty(Task.VOTE if now >= current.commit_opens else Task.READ, *voting)
    if stands not in (RoundPhase.COMMIT, RoundPhase.REVEAL):
        return None
    seat = current.seats[number]
    if seat.leaked_at is not None or seat.vote is not None:
        return None
    if seat.commitment is None:
        return Duty(Task.VOTE, *voting) if stands is RoundPhase.COMMIT else None
    task = Task.OPEN if stands is RoundPhase.REVEAL else Task.WAIT
    return Duty(task, reveal_opens(current), current.reveal_ends)
