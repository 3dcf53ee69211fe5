"""The round's word, its windows and its phases, for any numbers."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dapp.domain import rounds
from dapp.domain.phases import MAX_APPEALS, RoundPhase, evidence_open, round_phase
from dapp.domain.rounds import Round, Seat, armed
from dapp.domain.types import BasisPoints, BlockNumber, PositionId, UnixTime
from tests.unit.domain import cases

FIELDS = st.fixed_dictionaries(
    {
        "fee": st.integers(0, (1 << 30) - 1),
        "lock": st.integers(0, (1 << 34) - 1),
        "hand_over": st.integers(24, 127),
        "commit": st.integers(24, 127),
        "reveal": st.integers(24, 127),
        "seats": st.sampled_from([3, 5, 7, 15, 31]),
        "voids": st.integers(0, 2),
        "appeals": st.integers(0, 3),
        "block": st.integers(0, (1 << 32) - 1),
        "high_water": st.integers(0, (1 << 24) - 1),
        "at": st.integers(0, (1 << 32) - 1),
        "parties": st.integers(0, (1 << 64) - 1),
    }
)


def _word(f: dict[str, int]) -> int:
    """As contracts/types/Round.sol packs it."""
    return (
        f["fee"]
        | f["lock"] << 30
        | f["hand_over"] << 64
        | f["commit"] << 71
        | f["reveal"] << 78
        | f["seats"] << 85
        | f["seats"] >> 1 << 90
        | f["voids"] << 94
        | f["appeals"] << 96
        | f["block"] << 104
        | f["high_water"] << 136
        | f["at"] << 160
        | f["parties"] << 192
    )


@given(FIELDS)
def test_every_field_of_the_word_is_read(f: dict[str, int]) -> None:
    one = armed(_word(f))
    assert (one.terms.fee_wei, one.terms.lock_wei) == (f["fee"] * 10**9, f["lock"] * 10**9)
    assert (one.seats_paid, one.voids, one.appeals) == (f["seats"], f["voids"], f["appeals"])
    assert (one.armed_at_block, one.high_water) == (f["block"], f["high_water"])
    assert one.number == f["appeals"] * 3 + f["voids"]
    assert int(one.armed_word, 16) == _word(f)
    hours = [f["hand_over"], f["commit"], f["reveal"], f["commit"]]
    ends = [one.commit_opens, one.commit_ends, one.reveal_ends, one.appeal_ends]
    assert ends == [f["at"] + 3600 * sum(hours[: place + 1]) for place in range(4)]
    assert rounds.pack_terms(one.terms) == _word(f) & (1 << 85) - 1
    assert one.appeal_seats == min(31, 2 * f["seats"] + 1)


@given(st.integers(0, 3), st.integers(0, 2), st.integers(0, 3), st.integers(0, 2))
def test_no_two_rounds_of_a_dispute_have_the_same_number(a: int, b: int, c: int, d: int) -> None:
    one, other = cases.round_(appeals=a, voids=b), cases.round_(appeals=c, voids=d)
    assert (one.number == other.number) == ((a, b) == (c, d))


def _seats(plan: list[tuple[bool, bool, bool]]) -> tuple[Seat, ...]:
    """Seats by whether they committed, leaked and revealed."""
    return tuple(
        Seat(
            number,
            PositionId(number),
            None,
            commitment=cases.round_().armed_word if committed else None,
            leaked_at=UnixTime(1) if committed and leaked else None,
            vote=BasisPoints(1) if committed and revealed and not leaked else None,
        )
        for number, (committed, leaked, revealed) in enumerate(plan)
    )


PLANS = st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=2, max_size=31)


def _reference(one: Round, now: int) -> RoundPhase:
    """contracts/libraries/RoundPhases.sol, line by line."""
    committed = sum(1 << s.number for s in one.seats if s.commitment and not s.leaked_at)
    reveals = sum(s.vote is not None for s in one.seats)
    if now < one.commit_opens:
        return RoundPhase.HAND_OVER
    if now < one.commit_ends and committed != (1 << len(one.seats)) - 1:
        return RoundPhase.COMMIT
    if now < one.reveal_ends and reveals != committed.bit_count():
        return RoundPhase.REVEAL
    if reveals <= len(one.seats) // 2:
        return RoundPhase.INSUFFICIENT
    last = one.seats_paid == 31 or one.appeals == MAX_APPEALS
    decided = last or now >= one.appeal_ends
    return RoundPhase.DECIDABLE if decided else RoundPhase.APPEALABLE


@given(PLANS, st.integers(0, 200 * 3600), st.integers(0, 3), st.sampled_from([3, 7, 31]))
def test_phases_of_a_drawn_round(
    plan: list[tuple[bool, bool, bool]], after: int, appeals: int, paid: int
) -> None:
    one = cases.round_(appeals=appeals, seats=paid)
    one = replace(one, drawn_at=one.armed_at, seats=_seats(plan))
    now = UnixTime(one.armed_at + after)
    assert round_phase(one, now, BlockNumber(10**9)) is _reference(one, now)
    assert evidence_open(one, now, BlockNumber(10**9)) == (now < one.commit_opens)


@given(st.integers(0, 200 * 3600), st.integers(100, 9000))
def test_phases_of_a_round_that_waits_for_its_panel(after: int, block: int) -> None:
    one = cases.round_()
    now = UnixTime(one.armed_at + after)
    stands = round_phase(one, now, BlockNumber(block))
    if now >= one.commit_ends or block > 104 + 8191:
        assert stands is RoundPhase.MISSED
    else:
        assert stands is (RoundPhase.AWAITING_SEED if block <= 104 else RoundPhase.DRAWABLE)
    heard = stands is RoundPhase.MISSED or now < one.commit_opens
    assert evidence_open(one, now, BlockNumber(block)) == heard


def test_a_dispute_that_is_over_has_no_phase() -> None:
    one = replace(cases.round_(voids=2), ended_at=UnixTime(1))
    assert round_phase(one, UnixTime(1), BlockNumber(1)) is RoundPhase.NONE
    assert round_phase(None, UnixTime(1), BlockNumber(1)) is RoundPhase.NONE
    assert not evidence_open(one, UnixTime(1), BlockNumber(1))
