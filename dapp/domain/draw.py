"""The panel of a round, computed from the seed and the stakes (contracts/Panels.sol)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dapp.domain.position import MAX_SEATS, MAX_TICKETS
from dapp.domain.rounds import Round
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
MAX_LOTS = 31 * ATTEMPTS
"""Tries for all seats together."""
MAX_ASKED = 8 * 31
"""Seats that are shown to whoever knows the excluded, all of a panel each time."""

StakeOf = Callable[[PositionId], "Stake | None"]


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
    """What a draw is made from; `armed_at_block` and `high_water` were fixed as it was armed.

    Attributes:
        round: the round's number.
    """

    seed: Hash32
    dispute: DisputeId
    round: int
    seats: int
    armed_at_block: BlockNumber
    high_water: int


def panel(
    keccak: Keccak,
    drawn_from: Lottery,
    stake_of: StakeOf,
    excluded: Callable[[Address], bool],
    earlier: Sequence[Address] = (),
) -> tuple[PositionId, ...]:
    """The positions that take the seats, in order; fewer than wanted if too few can be found.

    None at all if half of the seats or more would stay empty. The panel is the same as if each
    lot were asked about in turn; who is excluded is asked for all seats at once, as the court
    does, whose bounds on tries and on questions count here too.

    Args:
        keccak: keccak-256.
        drawn_from: the seed, and what was fixed before it was known.
        stake_of: the stake in a position; None where nobody holds it.
        excluded: whether somebody must not judge this dispute.
        earlier: who sat in all rounds before, void or appealed from.
    """
    search = _Search(
        keccak,
        drawn_from,
        stake_of,
        places=[_Place() for _ in range(drawn_from.seats)],
        marks=dict.fromkeys(earlier, _SAT_BEFORE),
    )
    asks = 1
    while _select(search):
        if not _bar(search, excluded, asks * drawn_from.seats >= MAX_ASKED):
            found = [place.position for place in search.places if place.owner is not None]
            return tuple(found) if 2 * len(found) > drawn_from.seats else ()
        asks += 1
    return ()


def sat_before(rounds: Sequence[Round]) -> tuple[Address, ...]:
    """Who sat in a dispute's rounds so far, void or appealed from: `earlier` for the next."""
    seats = (seat for one in rounds for seat in one.seats)
    return tuple(seat.owner for seat in seats if seat.owner is not None)


def lottery(dispute: DisputeId, current: Round, seed: Hash32) -> Lottery:
    """What a round that is not drawn yet is drawn from."""
    return Lottery(
        seed=seed,
        dispute=dispute,
        round=current.number,
        seats=current.seats_paid,
        armed_at_block=current.armed_at_block,
        high_water=current.high_water,
    )


def lot(keccak: Keccak, drawn_from: Lottery, seat: int, attempt: int) -> tuple[PositionId, int]:
    """Where one attempt falls: a position, and a number that must be below its tickets."""
    which = drawn_from.dispute << 24 | drawn_from.round << 16 | seat << 8 | attempt
    random = int.from_bytes(keccak(raw(drawn_from.seed) + word(which)), "big")
    position = (random & (1 << 128) - 1) * drawn_from.high_water >> 128
    return PositionId(position), random >> 128 & MAX_TICKETS - 1


# What is known of an owner during a draw: this, the first seat it was given, or that it may have
# none at all.
_SAT_BEFORE = -1
_BARRED = -2


@dataclass(slots=True)
class _Place:
    """A seat while the panel is looked for; `tried` counts its lots so far."""

    owner: Address | None = None
    position: PositionId = PositionId(0)  # noqa: RUF009
    tried: int = 0
    asked: bool = False


@dataclass(slots=True)
class _Search:
    keccak: Keccak
    lottery: Lottery
    stake_of: StakeOf
    places: list[_Place]
    marks: dict[Address, int]
    left: int = field(default=MAX_LOTS)


def _select(search: _Search) -> bool:
    """Fill the seats that are empty or whose owner may not sit there.

    False as soon as too many stay empty.
    """
    wanted, empty = len(search.places), 0
    for seat, place in enumerate(search.places):
        if place.owner is not None and not _is_barred(search, place.owner, seat, place.tried):
            continue
        search.places[seat] = found = _find(search, seat, place.tried)
        if found.owner is None:
            empty += 1
            if 2 * (wanted - empty) <= wanted:
                return False
    return True


def _find(search: _Search, seat: int, tried: int) -> _Place:
    while tried < 2 * ATTEMPTS and search.left:
        position, ticket = lot(search.keccak, search.lottery, seat, tried)
        search.left -= 1
        tried += 1
        stake = search.stake_of(position)
        if stake is None or ticket >= stake.tickets:
            continue
        if not _is_eligible(stake, search.lottery.armed_at_block):
            continue
        if _is_barred(search, stake.owner, seat, tried):
            continue
        first = search.marks.get(stake.owner)
        if first is None or first > seat:
            search.marks[stake.owner] = seat
        return _Place(stake.owner, position, tried)
    return _Place(tried=2 * ATTEMPTS)


def _is_barred(search: _Search, owner: Address, seat: int, tried: int) -> bool:
    """Whether an owner whom lot number `tried` gave the seat may not have it."""
    mark = search.marks.get(owner)
    if mark is None:
        return False
    return mark == _BARRED or (tried <= ATTEMPTS and mark < seat)


def _bar(search: _Search, excluded: Callable[[Address], bool], last: bool) -> bool:
    """Bar the excluded among owners not asked about before; whether there were any.

    The last time their seats stay empty.
    """
    found = False
    for seat, place in enumerate(search.places):
        if place.owner is None or place.asked:
            continue
        place.asked = True
        if not excluded(place.owner):
            continue
        found = True
        search.marks[place.owner] = _BARRED
        if last:
            search.places[seat] = _Place(tried=2 * ATTEMPTS)
    return found and not last


def _is_eligible(stake: Stake, armed_at: BlockNumber) -> bool:
    if stake.since_block >= armed_at or stake.seats > MAX_SEATS:
        return False
    return stake.exit_block is None or stake.exit_block >= armed_at
