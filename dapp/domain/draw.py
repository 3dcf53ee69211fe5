"""The panel of a round, computed from the seed and the stakes (contracts/libraries/Draw.sol)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dapp.domain.position import MAX_SEATS, MAX_TICKETS
from dapp.domain.types import (
    Address,
    BlockNumber,
    DisputeId,
    Hash32,
    Keccak,
    PositionId,
    raw,
    word,
)

ATTEMPTS = 64
"""Tries for a seat among arbitrators who neither sit nor sat before, then as many among all."""


@dataclass(frozen=True, slots=True)
class Stake:
    """A position as the draw sees it.

    Attributes:
        exit_block: None unless it is leaving.
        seats: how many it holds already, in all rounds.
    """

    owner: Address
    tickets: int
    since_block: BlockNumber
    exit_block: BlockNumber | None
    seats: int


@dataclass(frozen=True, slots=True)
class Lottery:
    """What a draw is made from; `armed_at_block` and `high_water` were fixed as it was armed."""

    seed: Hash32
    dispute: DisputeId
    voids: int
    seats: int
    armed_at_block: BlockNumber
    high_water: int


def panel(
    keccak: Keccak,
    lottery: Lottery,
    stake_of: Callable[[PositionId], Stake | None],
    excluded: Callable[[Address], bool],
    earlier: Sequence[Address] = (),
) -> tuple[PositionId, ...]:
    """The positions that take the seats, in order; fewer than wanted if too few can be found.

    None at all if half of the seats or more would stay empty.

    Args:
        keccak: keccak-256.
        lottery: what it is drawn from.
        stake_of: the stake in a position; None where nobody holds it.
        excluded: whether somebody must not judge this dispute.
        earlier: who sat in the void rounds before.
    """
    found: list[PositionId] = []
    owners = list(earlier)
    for number in range(lottery.seats):
        drawn = _seat(keccak, lottery, number, stake_of, excluded, (found, owners))
        if drawn is None:
            continue
        position, owner = drawn
        found.append(position)
        owners.append(owner)
    return tuple(found) if 2 * len(found) > lottery.seats else ()


def lot(keccak: Keccak, lottery: Lottery, seat: int, attempt: int) -> tuple[PositionId, int]:
    """Where one attempt falls: a position, and a number that must be below its tickets."""
    random = int.from_bytes(
        keccak(
            raw(lottery.seed)
            + word(lottery.dispute)
            + word(lottery.voids)
            + word(seat)
            + word(attempt)
        ),
        "big",
    )
    position = (random & (1 << 128) - 1) * lottery.high_water >> 128
    return PositionId(position), random >> 128 & MAX_TICKETS - 1


def _seat(
    keccak: Keccak,
    lottery: Lottery,
    seat: int,
    stake_of: Callable[[PositionId], Stake | None],
    excluded: Callable[[Address], bool],
    taken: tuple[Sequence[PositionId], Sequence[Address]],
) -> tuple[PositionId, Address] | None:
    positions, owners = taken
    for attempt in range(2 * ATTEMPTS):
        position, ticket = lot(keccak, lottery, seat, attempt)
        stake = stake_of(position)
        if stake is None or ticket >= stake.tickets:
            continue
        if not _is_eligible(stake, lottery.armed_at_block, positions.count(position)):
            continue
        if attempt < ATTEMPTS and stake.owner in owners:
            continue
        if not excluded(stake.owner):
            return position, stake.owner
    return None


def _is_eligible(stake: Stake, armed_at: BlockNumber, seats_in_this_panel: int) -> bool:
    if stake.since_block >= armed_at or stake.seats + seats_in_this_panel == MAX_SEATS:
        return False
    return stake.exit_block is None or stake.exit_block >= armed_at
