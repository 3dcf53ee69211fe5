"""The record of a dispute's rounds, beside eth_abi and words packed by hand."""

from dataclasses import replace

from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from dapp.chain.keccak import keccak
from dapp.domain import record
from dapp.domain.rounds import Commitment, Round, Seat
from dapp.domain.types import BasisPoints, Hash32, PositionId, UnixTime
from tests.unit.domain import cases

# Position, then: None not committed, -1 committed, -2 leaked, else the vote.
SEATS = st.lists(
    st.tuples(st.integers(0, (1 << 24) - 1), st.none() | st.integers(-2, 10_000)),
    max_size=31,
)
COMMITMENT = Hash32("0x" + "5a" * 32)


def _round(plan: list[tuple[int, int | None]], **changes: int) -> Round:
    seats = tuple(
        Seat(
            number,
            PositionId(position),
            None,
            commitment=None if vote is None else COMMITMENT,
            leaked_at=UnixTime(1) if vote == -2 else None,
            vote=BasisPoints(vote) if vote is not None and vote >= 0 else None,
        )
        for number, (position, vote) in enumerate(plan)
    )
    commitments = tuple(
        Commitment(seat.number, COMMITMENT, UnixTime(1)) for seat in seats if seat.commitment
    )
    one = cases.round_(**changes)
    return replace(one, drawn_at=UnixTime(5), seats=seats, commitments=commitments)


def _encoded(plan: list[tuple[int, int | None]], prior: bytes, seats_paid: int) -> bytes:
    bits = [
        position | (0x3FFF if vote in (None, -1) else 0x3FFE if vote == -2 else vote or 0) << 26
        for position, vote in plan
    ]
    reveals = sum(vote is not None and vote >= 0 for _, vote in plan)
    word = cases.TRACK | len(plan) << 85 | seats_paid // 2 << 90 | 1 << 98 | reveals << 99
    word |= cases.ARMED_AT << 104
    word |= sum(one << 136 + 40 * place for place, one in enumerate(bits[:3]))
    more = [
        sum(one << 40 * place for place, one in enumerate(bits[first : first + 6]))
        for first in range(3, len(bits), 6)
    ]
    chain, bitmap = 0, 0
    for number, (_, vote) in enumerate(plan):
        if vote is None:
            continue
        linked = encode(["uint256", "bytes32"], [chain << 8 | number, b"\x5a" * 32])
        chain = int.from_bytes(keccak(linked), "big") & (1 << 224) - 1
        bitmap |= 0 if vote == -2 else 1 << number
    kinds = ["bytes32", "uint256", "uint256[]", "uint256"]
    return keccak(encode(kinds, [prior, word, more, chain << 32 | bitmap]))


@given(SEATS, st.binary(min_size=32, max_size=32))
def test_the_record_binds_every_seat_vote_and_commitment(
    plan: list[tuple[int, int | None]], prior: bytes
) -> None:
    found = record.record(keccak, _round(plan, seats=31), Hash32("0x" + prior.hex()))
    assert found == "0x" + _encoded(plan, prior, 31).hex()


def test_each_round_is_chained_to_the_one_before() -> None:
    plans: list[list[tuple[int, int | None]]] = [[(1, None)] * 3, [(2, 5000)] * 3]
    first, second = (_round(plan) for plan in plans)
    one = _encoded(plans[0], bytes(32), 3)
    assert record.chain(keccak, [first]) == "0x" + one.hex()
    assert record.chain(keccak, [first, second]) == "0x" + _encoded(plans[1], one, 3).hex()


def test_a_round_without_a_panel_is_bound_as_it_was_armed() -> None:
    one = cases.round_(voids=2)
    kinds = ["bytes32", "uint256", "uint256[]", "uint256"]
    encoded = encode(kinds, [bytes(32), cases.round_word(voids=2), [], 0])
    assert record.record(keccak, one) == "0x" + keccak(encoded).hex()
