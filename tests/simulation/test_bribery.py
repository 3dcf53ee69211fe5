"""What a bribed majority costs whoever buys it, beside what the panel decides about."""

import pytest

from dapp.domain.fees import panel_pays, panel_size
from dapp.domain.median import ruling
from dapp.domain.types import ALL
from tests.simulation.terms import PANELS, small_claims

HONEST_VOTE = 3000


def _at_stake(seats: int) -> int:
    """A majority's locks and all fees, in wei: what the size of a panel goes by."""
    terms = small_claims()
    return (seats // 2 + 1) * terms.lock_wei + seats * terms.fee_wei


def _largest_base(seats: int) -> int:
    """The most that is still decided by so few."""
    return 5 * _at_stake(seats)


def _bribed(seats: int, count: int) -> list[int | None]:
    """Votes of a panel in which the first `count` were bribed to vote for everything."""
    return [ALL] * count + [HONEST_VOTE] * (seats - count)


@pytest.mark.parametrize(("seats", "larger"), [(3, 5), (5, 7), (7, 15), (15, 31)])
def test_a_panel_has_a_fifth_of_the_base_at_stake(seats: int, larger: int) -> None:
    terms, base = small_claims(), _largest_base(seats)
    assert panel_size(terms, base) == seats
    assert panel_size(terms, base + 5) == larger
    assert 5 * _at_stake(larger) > base


def test_above_the_largest_panel_the_part_at_stake_falls() -> None:
    """The limit: 31 seats answer for 9.55 ETH; more is decided by the same 31."""
    base = _largest_base(31)
    assert base == 9_550 * 10**15
    assert panel_size(small_claims(), 10 * base) == 31
    assert _at_stake(31) / (10 * base) == pytest.approx(0.02)


@pytest.mark.parametrize("seats", PANELS)
def test_a_minority_moves_nothing_and_loses(seats: int) -> None:
    terms, few = small_claims(), seats // 2
    votes = _bribed(seats, few)
    pays = panel_pays(votes, terms)
    assert ruling([vote for vote in votes if vote is not None]) == HONEST_VOTE
    assert all(pay == -(terms.lock_wei // 2) for pay in pays[:few])
    assert all(pay > terms.fee_wei for pay in pays[few:])


@pytest.mark.parametrize("seats", PANELS)
def test_a_majority_paid_in_advance_costs_a_tenth_of_the_base(seats: int) -> None:
    """Not a fifth: a wrong vote costs half of the lock, and the honest seats' fees are not lost.

    Each is paid what a bribed vote costs among honest ones.
    """
    terms, majority = small_claims(), seats // 2 + 1
    honest = panel_pays(_bribed(seats, 0), terms)[0]
    alone = panel_pays(_bribed(seats, 1), terms)[0]
    price = majority * (honest - alone)
    assert price == majority * (terms.fee_wei + terms.lock_wei // 2)
    assert 0.1 <= price / _largest_base(seats) < 0.11


@pytest.mark.parametrize("seats", PANELS)
def test_a_majority_that_believes_in_itself_costs_nothing(seats: int) -> None:
    """The limit: a bribe that is owed only if it fails is never owed, since the bribed are near."""
    terms, majority = small_claims(), seats // 2 + 1
    votes = _bribed(seats, majority)
    pays = panel_pays(votes, terms)
    assert ruling([vote for vote in votes if vote is not None]) == ALL
    assert all(pay > terms.fee_wei for pay in pays[:majority])
    assert all(pay == -(terms.lock_wei // 2) for pay in pays[majority:])


@pytest.mark.parametrize(("filled", "part"), [(1, 0.011), (3, 0.024), (7, 0.05)])
def test_a_panel_that_could_not_be_filled_has_less_at_stake(filled: int, part: float) -> None:
    """The limit: of 31 seats paid for, those who were found decide, however few."""
    assert _at_stake(filled) / _largest_base(31) == pytest.approx(part, rel=0.06)
