"""The panel, beside the plain rule: each lot in turn, each asked about at once."""

import itertools
from collections.abc import Callable, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from dapp.chain.keccak import keccak
from dapp.domain import draw
from dapp.domain.draw import Lottery, Stake
from dapp.domain.position import MAX_SEATS
from dapp.domain.types import Address, BlockNumber, DisputeId, Hash32, PositionId, hash32
from tests.unit.domain import cases
from tests.unit.domain.cases import OWNERS

ARMED = 100
STAKES = st.dictionaries(
    st.integers(0, 30),
    st.builds(
        Stake,
        st.sampled_from(OWNERS[:12]),
        st.integers(1, 8),
        st.sampled_from([BlockNumber(50), BlockNumber(ARMED - 1), BlockNumber(ARMED)]),
        st.sampled_from([None, None, BlockNumber(ARMED - 1), BlockNumber(ARMED)]),
        st.sampled_from([0, 0, 0, MAX_SEATS, MAX_SEATS + 1]),
    ),
    max_size=31,
)
OWNER_SETS = st.frozensets(st.sampled_from(OWNERS[:12]), max_size=6)


def _lottery(seats: int, number: int, seed: bytes) -> Lottery:
    return Lottery(
        Hash32(hash32(seed)), DisputeId(1), number, seats, BlockNumber(ARMED), high_water=31
    )


def _plain(
    drawn_from: Lottery,
    stake_of: Callable[[PositionId], Stake | None],
    excluded: Callable[[Address], bool],
    earlier: Sequence[Address],
) -> tuple[PositionId, ...]:
    found: list[PositionId] = []
    sitting = set(earlier)
    for seat in range(drawn_from.seats):
        for attempt in range(128):
            position, ticket = draw.lot(keccak, drawn_from, seat, attempt)
            stake = stake_of(position)
            if stake is None or ticket >= stake.tickets or stake.seats > MAX_SEATS:
                continue
            leaves = stake.exit_block is not None and stake.exit_block < ARMED
            if stake.since_block >= ARMED or leaves or excluded(stake.owner):
                continue
            if attempt < 64 and stake.owner in sitting:
                continue
            found.append(position)
            sitting.add(stake.owner)
            break
    return tuple(found) if 2 * len(found) > drawn_from.seats else ()


@given(
    STAKES,
    OWNER_SETS,
    OWNER_SETS,
    st.sampled_from([3, 5, 7, 15]),
    st.integers(0, 11),
    st.binary(min_size=32, max_size=32),
)
@settings(max_examples=150, deadline=None)
def test_asking_for_all_seats_at_once_changes_nothing(
    stakes: dict[int, Stake],
    parties: frozenset[Address],
    earlier: frozenset[Address],
    seats: int,
    number: int,
    seed: bytes,
) -> None:
    drawn_from = _lottery(seats, number, seed)

    def stake_of(position: PositionId) -> Stake | None:
        return stakes.get(position)

    sat = sorted(earlier)
    panel = draw.panel(keccak, drawn_from, stake_of, parties.__contains__, sat)
    assert panel == _plain(drawn_from, stake_of, parties.__contains__, sat)
    assert not {stakes[position].owner for position in panel} & parties


def _everybody(position: PositionId) -> Stake:
    return Stake(OWNERS[position], 8, BlockNumber(1), None, 0)


def test_who_sat_before_sits_again_only_if_nobody_else_is_left() -> None:
    drawn_from = _lottery(15, 3, b"\5" * 32)
    panel = draw.panel(keccak, drawn_from, _everybody, lambda _: False, OWNERS[:15])
    assert len(panel) == 15
    assert not {OWNERS[position] for position in panel} & set(OWNERS[:15])
    again = draw.panel(keccak, drawn_from, _everybody, lambda _: False, OWNERS)
    assert len(again) == 15


def test_a_panel_of_half_the_seats_is_none() -> None:
    drawn_from = _lottery(31, 0, b"\6" * 32)
    assert draw.panel(keccak, drawn_from, lambda _: None, lambda _: False) == ()
    assert draw.panel(keccak, drawn_from, _everybody, lambda _: True) == ()
    assert len(draw.panel(keccak, drawn_from, _everybody, lambda _: False)) == 31


def test_an_endless_row_of_parties_leaves_seats_empty() -> None:
    """After eight questions nobody is looked for any more."""
    drawn_from = _lottery(31, 0, b"\7" * 32)
    asked: list[Address] = []

    numbers = itertools.count(1)

    def stake_of(_: PositionId) -> Stake:
        # Another owner at every look, so that there is always somebody new to ask about.
        return Stake(Address(f"0x{next(numbers):040x}"), 8, BlockNumber(1), None, 0)

    def excluded(owner: Address) -> bool:
        asked.append(owner)
        return len(asked) > 20

    assert len(draw.panel(keccak, drawn_from, stake_of, excluded)) == 20
    assert len(asked) == 31 + 7 * 11


def test_the_round_number_is_in_the_lots() -> None:
    lots = {draw.lot(keccak, _lottery(3, number, b"\1" * 32), 0, 0) for number in range(12)}
    assert len(lots) > 6


def test_a_lot_by_hand() -> None:
    drawn_from = Lottery(
        Hash32("0x" + "5e" * 32), DisputeId(0xD1), 4, 3, BlockNumber(ARMED), high_water=1000
    )
    random = int.from_bytes(keccak(b"\x5e" * 32 + 0xD1040263.to_bytes(32, "big")), "big")
    place = (random & (1 << 128) - 1) * 1000 >> 128
    assert draw.lot(keccak, drawn_from, 2, 0x63) == (place, random >> 128 & 7)


def test_a_round_is_drawn_from_what_its_word_pinned() -> None:
    one = cases.round_(seats=7, appeals=2, voids=1)
    drawn_from = draw.lottery(DisputeId(5), one, Hash32("0x" + "01" * 32))
    assert (drawn_from.dispute, drawn_from.round, drawn_from.seats) == (5, 7, 7)
    assert (drawn_from.armed_at_block, drawn_from.high_water) == (100, 31)
    case = cases.appealed()
    assert draw.sat_before(case.rounds) == tuple(OWNERS[4:7])
