"""On which terms a service anchors what customers sign."""

from dataclasses import dataclass

from dapp.domain.types import Address, UnixTime
from dapp.store.anchored import Limits

MOST_SECONDS = 7 * 86_400
"""From now to the time by which something is to be anchored: a promise is not kept for ever."""


@dataclass(frozen=True, slots=True)
class AnchorTerms:
    """Times in seconds.

    Attributes:
        address: whose batches they are in; None where none are taken.
        opener: who opens what would lapse, beside its customer; None where nobody does.
        interval: how long the first of a batch waits for others.
        margin: before the first promise of a batch ends, so that it can be mined.
        promise: from now to what is proposed to be signed.
        limits: how many may wait.
    """

    address: Address | None
    opener: Address | None
    interval: float
    margin: int
    promise: int
    limits: Limits

    def least(self, now: UnixTime) -> UnixTime:
        """The earliest time by which we can promise to anchor."""
        return UnixTime(now + int(self.interval) + self.margin)

    def proposed(self, now: UnixTime, protected_until: UnixTime) -> UnixTime | None:
        """By when something that is signed now is to be anchored; None if the order's protection
        ends too soon."""
        found = UnixTime(min(now + self.promise, protected_until - 1))
        return found if found >= self.least(now) else None
