"""An arbitrator's stake as the court's events tell it, and the fold that makes it."""

from dataclasses import dataclass

from dapp.domain.changing import replace
from dapp.domain.events import COURT, Event
from dapp.domain.types import (
    NO_ACCOUNT,
    NOTHING,
    Address,
    BlockNumber,
    ChainId,
    PositionId,
    UnixTime,
    Wei,
)

MAX_TICKETS = 8
EXIT_BLOCKS = 8200
"""An exit must be so many blocks old before the stake is paid out."""
SEATS_PER_TICKET = 4
"""A position backs this many seats a ticket at once."""
MAX_SEATS = 255 - 31
"""Who holds more takes no part in draws."""


@dataclass(frozen=True, slots=True)
class Position:
    """A stake. A freed number goes to a newer stake, so number and block name it together.

    Attributes:
        since_block: the block of the stake; it takes seats of rounds armed in later ones.
        exit_block: the block of the request to leave.
        withdrawn: rewards paid out so far.
        left_at: when the stake was paid out.
        voting_key: who may commit for it besides its owner; forgotten as the stake leaves.
        voting_key_version: what a new key's version must exceed.
    """

    id: PositionId
    chain_id: ChainId
    owner: Address
    tickets: int
    since_block: BlockNumber
    staked_at: UnixTime
    updated_block: BlockNumber
    exit_block: BlockNumber | None = None
    withdrawn: Wei = NOTHING
    left_at: UnixTime | None = None
    voting_key: Address | None = None
    voting_key_version: int = 0


def apply(before: Position | None, event: Event) -> Position | None:
    """The latest stake under a number after an event of the court; others leave it as it is."""
    if event.contract != COURT:
        return before
    if event.name == "Staked":
        return Position(
            id=PositionId(event.integer("position")),
            chain_id=event.chain_id,
            owner=Address(event.text("owner")),
            tickets=event.integer("tickets"),
            since_block=event.block_number,
            staked_at=event.timestamp,
            updated_block=event.block_number,
            # What was signed for an earlier stake's key counts for none after it.
            voting_key_version=before.voting_key_version if before else 0,
        )
    if before is None:
        return None
    after = replace(before, updated_block=event.block_number)
    if event.name == "ExitRequested":
        return replace(after, exit_block=event.block_number)
    if event.name == "RewardsWithdrawn":
        return replace(after, withdrawn=Wei(before.withdrawn + event.integer("amount")))
    if event.name == "VotingKeySet":
        return _with_key(after, event)
    if event.name == "Unstaked":
        return replace(after, left_at=event.timestamp, voting_key=None)
    return before


def _with_key(after: Position, event: Event) -> Position:
    key = Address(event.text("key"))
    return replace(
        after,
        voting_key=None if key == NO_ACCOUNT else key,
        voting_key_version=event.integer("version"),
    )
