"""Median, costs, pay, panel sizes and policies, for any numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dapp.domain import fees, median, policy, sla
from dapp.domain.policy import Policy
from dapp.domain.rounds import GWEI, LEAKED, Terms, armed, pack_terms
from dapp.domain.types import UnixTime, Wei

SHARES = st.integers(0, 10_000)
TERMS = st.builds(
    lambda fee, lock: Terms(Wei(fee * GWEI), Wei(lock * GWEI), 86_400, 86_400, 86_400),
    st.integers(0, (1 << 30) - 1),
    st.integers(0, (1 << 34) - 1),
)
POLICIES = st.builds(
    Policy,
    st.integers(0, (1 << 168) - 1),
    st.integers(60, 48 * 3600),
    st.integers(60, 48 * 3600),
    st.integers(48, 240),
    st.integers(24, 4095),
    st.integers(24, 4095),
    st.integers(0, 7),
    st.sampled_from([0, *range(10, 100)]),
)
VOTES = st.lists(st.none() | SHARES | st.just(LEAKED), min_size=1, max_size=31)


@given(st.lists(SHARES, min_size=1, max_size=31))
def test_as_many_votes_on_either_side_of_the_median(votes: list[int]) -> None:
    low, high = median.middle(votes)
    assert low in votes and high in votes
    assert sum(vote <= high for vote in votes) * 2 >= len(votes)
    assert sum(vote >= low for vote in votes) * 2 >= len(votes)
    assert median.ruling(votes) == (low + high) // 2
    assert (low == high) or len(votes) % 2 == 0


@given(st.lists(SHARES, min_size=3, max_size=31).filter(lambda votes: len(votes) % 2 == 1), SHARES)
def test_one_vote_cannot_leave_the_others_behind(votes: list[int], vote: int) -> None:
    others = sorted(votes[1:])
    assert others[0] <= median.ruling([vote, *votes[1:]]) <= others[-1]


@given(st.integers(0, 1 << 96), SHARES, SHARES, SHARES)
def test_costs_are_split_and_nobody_pays_more_than_all(
    cost: int, one: int, other: int, ruling: int
) -> None:
    offer, demand = sorted((one, other))
    if offer == demand:
        demand += 1
    organisation = fees.organisation_cost_down(cost, demand, offer, ruling)
    assert 0 <= organisation <= cost
    if ruling == offer:
        assert organisation == 0
    if ruling == demand:
        assert organisation == cost


@given(SHARES, SHARES, st.integers(0, 1 << 30), st.integers(0, 1 << 34))
def test_who_votes_nearer_is_paid_no_less(near: int, far: int, fee: int, lock: int) -> None:
    near, far = sorted((near, far))
    assert fees.seat_pay(near, fee, lock) >= fees.seat_pay(far, fee, lock)
    assert -(lock // 2) <= fees.seat_pay(far, fee, lock) <= fee


@given(TERMS, st.lists(st.none() | SHARES, min_size=1, max_size=31))
def test_pay_of_a_panel_adds_up_to_its_fees(terms: Terms, votes: list[int | None]) -> None:
    if all(vote is None for vote in votes):
        votes = [*votes, 5000]
    pays = fees.panel_pays(votes, terms)
    assert sum(pays) == len(votes) * terms.fee_wei
    assert all(pay >= -terms.lock_wei for pay in pays)
    assert all(
        pay == -terms.lock_wei for pay, vote in zip(pays, votes, strict=True) if vote is None
    )


@given(TERMS, st.lists(VOTES, min_size=1, max_size=4))
def test_pay_of_all_panels_adds_up_to_their_fees(
    terms: Terms, panels: list[list[int | None]]
) -> None:
    panels[-1] = [*panels[-1], 5000]
    pays = fees.final_pays(panels, terms)
    votes = [vote for panel in panels for vote in panel]
    assert sum(pays) == len(votes) * terms.fee_wei
    low, high = median.middle([v for v in panels[-1] if v is not None and v != LEAKED])
    for pay, vote in zip(pays, votes, strict=True):
        if vote is None:
            assert pay == -terms.lock_wei
        elif vote == LEAKED:
            assert pay == 0
        elif low - 1000 <= vote <= high + 1000:
            # Whoever was near the last ruling shares what the others left, in any panel.
            assert pay >= terms.fee_wei


def test_appealed_panels_are_paid_against_the_last_ruling_out_of_one_pot() -> None:
    terms = Terms(Wei(100 * GWEI), Wei(1000 * GWEI), 86_400, 86_400, 86_400)
    # The first panel said 8 000; the second says 2 000.
    first: list[int | None] = [8000, 8000, 2500]
    second: list[int | None] = [2000, 2000, 2000, 2000, 2000, None, LEAKED]
    pays = [pay // GWEI for pay in fees.final_pays([first, second], terms)]
    # Ten fees, two worst votes and a no-show: (1000 + 500 + 500 + 1000) / 6.
    assert pays == [-500, -500, 500, 500, 500, 500, 500, 500, -1000, 0]


def test_the_odd_gwei_goes_to_the_first_who_was_near() -> None:
    terms = Terms(Wei(100 * GWEI), Wei(1001 * GWEI), 86_400, 86_400, 86_400)
    pays = fees.final_pays([[None, 5000, 5000], [5000, 5000]], terms)
    assert [pay // GWEI for pay in pays] == [-1001, 376, 375, 375, 375]


def test_who_settles_pays_the_open_panel_its_fee() -> None:
    terms = Terms(Wei(100 * GWEI), Wei(1000 * GWEI), 86_400, 86_400, 86_400)
    assert fees.settled_pays([[None, 1000, LEAKED]], terms) == [100 * GWEI, 100 * GWEI, 0]
    pays = fees.settled_pays([[5000, 5000, 0], [None, None]], terms)
    assert [pay // GWEI for pay in pays] == [400, 400, -500, 100, 100]


@given(TERMS, VOTES)
def test_a_void_round_is_paid_by_its_no_shows(terms: Terms, votes: list[int | None]) -> None:
    pays = fees.void_pays(votes, terms)
    assert sum(pays) <= 0
    revealed = [p for p, v in zip(pays, votes, strict=True) if v is not None and v != LEAKED]
    # Nothing burns before each has the fee; an odd gwei is the first one's.
    assert all(0 <= pay <= terms.fee_wei for pay in revealed[1:])
    assert revealed == sorted(revealed, reverse=True) and len(set(revealed[1:])) <= 1
    if sum(pays) < 0 and revealed:
        assert set(revealed) == {terms.fee_wei}
    hidden = [p for p, v in zip(pays, votes, strict=True) if v is None]
    assert hidden == [-terms.lock_wei] * len(hidden)


@given(TERMS, st.integers(0, 1 << 40), st.sampled_from([3, 5, 7, 15, 31]))
def test_an_appeal_costs_twice_the_seats_and_one(terms: Terms, bounty: int, seats: int) -> None:
    word = pack_terms(terms) & (1 << 85) - 1 | seats // 2 << 90
    cost = fees.appeal_cost(armed(word), Wei(bounty))
    assert cost == min(2 * seats + 1, 31) * terms.fee_wei + bounty
    assert fees.appeal_target(cost) == cost + cost // 2


@given(TERMS, st.integers(0, 1 << 96), st.integers(0, 1 << 40))
def test_a_panel_is_the_smallest_that_is_dear_enough_to_bribe(
    terms: Terms, base: int, bounty: int
) -> None:
    seats, cost = fees.quote(terms, base, Wei(bounty))
    assert seats in (3, 5, 7, 15, 31) and cost == seats * terms.fee_wei + bounty

    def bribe(size: int) -> int:
        return (size // 2 + 1) * terms.lock_wei + size * terms.fee_wei

    assert bribe(seats) >= base // 5 or seats == 31
    smaller = [size for size in (3, 5, 7, 15) if size < seats]
    assert all(bribe(size) < base // 5 for size in smaller)


@given(POLICIES)
def test_a_policy_survives_its_word(terms: Policy) -> None:
    assert policy.unpack(policy.pack(terms)) == terms
    assert policy.pack(terms) < 1 << 254


@pytest.mark.parametrize(
    ("digits", "wei"), [(0, 0), (10, 10**12), (13, 10**15), (16, 10**18), (59, 5000 * 10**18)]
)
def test_a_cap_on_claims_is_two_digits(digits: int, wei: int) -> None:
    assert Policy(0, 60, 60, 48, 24, 24, 0, digits).claim_cap_wei == wei


@given(POLICIES, st.integers(0, 1 << 32))
def test_an_acknowledgement_is_due_within_a_minute_of_the_promise(terms: Policy, at: int) -> None:
    filed = UnixTime(at)
    promised = sla.acknowledge_seconds(terms, filed)
    assert 0 <= sla.acknowledge_deadline(terms, filed) - filed - promised < 60


def test_the_week_starts_on_monday() -> None:
    monday = UnixTime(4 * 24 * 3600)  # 5 January 1970
    assert policy.hour_of_week(monday) == 0
    assert policy.hour_of_week(UnixTime(monday - 1)) == 167
    only_first = Policy(1, 60, 60, 48, 24, 24, 0)
    assert policy.is_peak(only_first, UnixTime(monday + 3599))
    assert not policy.is_peak(only_first, UnixTime(monday + 3600))
