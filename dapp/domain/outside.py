"""A case at arbitrators outside (ERC-792), as the door's events tell it."""

from dataclasses import dataclass

from dapp.domain.changing import replace
from dapp.domain.events import OUTSIDE, Event
from dapp.domain.types import Address, Hash32, UnixTime, Wei

CHOICES = 5
"""0, 25, 50, 75 and 100 %; 0 or anything else is no ruling."""
CHOICE_STEP = 2_500


@dataclass(frozen=True, slots=True)
class OutsideCase:
    """A dispute at an arbitrator outside.

    Attributes:
        dispute: the dispute's number at the arbitrator, as 32 bytes.
        listing: which entry of the list it was opened under.
        cost: what the arbitrator was paid.
        deadline: a ruling counts before it.
        choice: 1 to 5; 0 for no ruling; None until the arbitrator has ruled.
        appeals: how often somebody paid for an appeal at the arbitrator.
        ended_at: when the desk had it concluded or settled.
    """

    arbitrator: Address
    dispute: Hash32
    listing: int
    cost: Wei
    deadline: UnixTime
    choice: int | None = None
    ruled_at: UnixTime | None = None
    appeals: int = 0
    ended_at: UnixTime | None = None

    def is_waiting(self, now: UnixTime) -> bool:
        """Whether a ruling can still come, and evidence with it."""
        return self.ended_at is None and self.choice is None and now < self.deadline

    def is_decidable(self, now: UnixTime) -> bool:
        """Whether the desk can conclude."""
        return self.ended_at is None and not self.is_waiting(now)


def apply(before: OutsideCase | None, event: Event) -> OutsideCase | None:
    """The dispute after an event of the door about it; others leave it as it is."""
    if event.contract != OUTSIDE:
        return before
    if event.name == "Opened":
        return OutsideCase(
            arbitrator=Address(event.text("arbitrator")),
            dispute=_number(event.integer("id")),
            listing=event.integer("listing"),
            cost=Wei(event.integer("cost")),
            deadline=UnixTime(event.integer("deadline")),
        )
    if before is None:
        return None
    if event.name == "Ruling" and is_about(before, event):
        ruling = event.integer("_ruling")
        choice = ruling if ruling <= CHOICES else 0
        return replace(before, choice=choice, ruled_at=event.timestamp)
    if event.name == "Appealed":
        return replace(before, appeals=before.appeals + 1)
    if event.name in ("Concluded", "Settled"):
        return replace(before, ended_at=event.timestamp)
    return before


def is_about(case: OutsideCase, event: Event) -> bool:
    """Whether an arbitrator's `Ruling`, which does not name our dispute, is about it."""
    number = _number(event.integer("_disputeID"))
    return (case.arbitrator, case.dispute) == (event.text("_arbitrator"), number)


def _number(value: int) -> Hash32:
    return Hash32(f"0x{value:064x}")
