"""What a listed coin counts as, as the escrow's events tell it."""

from dataclasses import dataclass

from dapp.domain.events import ESCROW, Event
from dapp.domain.types import Address, ChainId

RATED = "TokenRateSet"


@dataclass(frozen=True, slots=True)
class Coin:
    """A coin that orders may be paid in.

    Attributes:
        rate: wei that 10^18 of its units count as: the latest under which it was listed, since what
            was paid in it is still worth something once it is taken off the list.
    """

    token: Address
    chain_id: ChainId
    rate: int


def apply(before: Coin | None, event: Event) -> Coin | None:
    """The coin after an event of the escrow about it; others leave it as it is."""
    if event.contract != ESCROW or event.name != RATED:
        return before
    rate = event.integer("weiPer1e18")
    return Coin(Address(event.text("token")), event.chain_id, rate) if rate else before
