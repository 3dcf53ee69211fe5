"""Organisations in the order of one of their numbers."""

from dataclasses import dataclass
from enum import StrEnum


class By(StrEnum):
    """What organisations are ordered by."""

    ORGANISATION = "organisation"
    """By their registration, the oldest first."""
    CASES = "cases"
    FIRST_REPLY = "first-reply"
    """The median."""
    ON_TIME = "on-time"
    """First replies."""
    ANSWERED = "answered"
    KEPT = "kept"
    """The headline: promises kept, by value and payer."""
    LOST = "lost"
    """Rulings."""
    CONTESTED = "contested"


@dataclass(frozen=True, slots=True)
class Sorting:
    by: By = By.ORGANISATION
    is_descending: bool = False

    def __str__(self) -> str:
        return f"-{self.by}" if self.is_descending else str(self.by)
