"""An arbitrator's stakes, and what a stake means before one is made."""

from collections.abc import Sequence
from dataclasses import dataclass

from dapp.domain.deployment import Deployment
from dapp.domain.position import EXIT_BLOCKS, MAX_TICKETS, SEATS_PER_TICKET
from dapp.domain.types import BlockNumber
from dapp.store.views import PositionRow
from dapp.web.i18n import Language

_BLOCK_SECONDS = 12
"""On the chain that these contracts were made for; only to say about how long."""


@dataclass(frozen=True, slots=True)
class StakeLine:
    id: int
    tickets: int
    stake: str
    balance: str
    rewards: str
    """What is above the stake, and can be taken out; empty for nothing."""
    open_seats: int
    exiting: bool
    waiting: str
    """Why it cannot be taken out yet; empty where it can, or where nobody asked to leave."""
    may_exit: bool
    may_unstake: bool


def stake_line(row: PositionRow, ticket_wei: int, block: BlockNumber, t: Language) -> StakeLine:
    """`block` is the one that a transaction sent now would be in."""
    position = row.position
    exiting = position.exit_block is not None
    ends = (position.exit_block or 0) + EXIT_BLOCKS
    rested = exiting and block >= ends
    stake = position.tickets * ticket_wei
    held = position.left_at is None
    return StakeLine(
        id=position.id,
        tickets=position.tickets,
        stake=t.amount(stake),
        balance=t.amount(row.balance),
        rewards=t.amount(row.balance - stake) if held and row.balance > stake else "",
        open_seats=row.open_seats,
        exiting=exiting,
        waiting=_waiting(row, ends - block, t) if held and exiting else "",
        may_exit=not exiting and held,
        may_unstake=rested and row.open_seats == 0 and held,
    )


def _waiting(row: PositionRow, blocks: int, t: Language) -> str:
    if blocks > 0:
        return t.say(
            "It can be taken out after {blocks} more blocks, in about {time}, once no seat is "
            "open.",
            blocks=t.number(blocks),
            time=t.duration(blocks * _BLOCK_SECONDS),
        )
    return t.say("It can be taken out once no seat is open.") if row.open_seats else ""


@dataclass(frozen=True, slots=True)
class TrackLine:
    """What one seat brings and may cost, on a court track."""

    number: int
    fee: str
    half_lock: str
    lock: str


@dataclass(frozen=True, slots=True)
class StakeTerms:
    ticket: str
    most_tickets: int
    seats_per_ticket: int
    rest: str
    """How long a stake that leaves must rest."""
    tracks: tuple[TrackLine, ...]


def stake_terms(deployment: Deployment, t: Language) -> StakeTerms:
    return StakeTerms(
        ticket=t.amount(deployment.ticket_wei),
        most_tickets=MAX_TICKETS,
        seats_per_ticket=SEATS_PER_TICKET,
        rest=t.duration(EXIT_BLOCKS * _BLOCK_SECONDS),
        tracks=tuple(_tracks(deployment, t)),
    )


def _tracks(deployment: Deployment, t: Language) -> Sequence[TrackLine]:
    """One where all are the same."""
    found = deployment.tracks
    shown = found[:1] if len(set(found)) == 1 else found
    return [
        TrackLine(
            number, t.amount(one.fee_wei), t.amount(one.lock_wei // 2), t.amount(one.lock_wei)
        )
        for number, one in enumerate(shown)
    ]
