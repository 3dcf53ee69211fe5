"""ArbitrationCourt: the larger panels of appeals, and what all of them are paid; by court.tree."""

import clock
import model
import pytest
from case import Case
from house import ETH, FEE, FEE_GWEI, LOCK_GWEI, Outcome, RoundPhase, price
from model import GWEI
from panels import drawn, expected
from verdict import verdict


@pytest.fixture
def counted(case) -> Case:
    """Ruled 6000, and the window to appeal is open."""
    return case.escalated().vote([5000, 6000, 7000])


def test_the_next_panel_has_not_sat_before(house, counted):
    first = [counted.owner(seat) for seat in range(3)]
    counted.appeal(higher=False)
    clock.to_block(counted.seed_block + 1)
    want = expected(counted, earlier=first)
    assert drawn(counted.draw()) == want
    assert not {counted.owner(seat) for seat in range(7)} & set(first)


@pytest.mark.parametrize(
    "second",
    [
        [5500, 5600, 5700, 5800, 5900, 6000, 6100],
        [9000, 9000, 9000, 9000, 9000, 5000, None],
        [0, 0, 0, 0, 3000, 10_000, 9999],
    ],
)
def test_every_panel_is_paid_against_the_last_ruling(house, counted, second):
    first = [5000, 6000, 7000]
    panel = list(counted.panel)
    counted.appeal(higher=True)
    counted.decided(second)
    panel += counted.panel
    before = {p: house.position(p)["balance"] for p in panel}
    customer = house.customer.balance()

    done = counted.execute()

    pays = model.seat_pays([*first, *second], FEE_GWEI, LOCK_GWEI, decisive=second)
    assert list(done.events["Concluded"]["pays"]) == pays
    assert sum(pays) == 10 * FEE_GWEI
    gains = dict.fromkeys(panel, 0)
    for position, pay in zip(panel, pays, strict=True):
        gains[position] += pay
    for position, gain in gains.items():
        found = house.position(position)
        assert (found["balance"], found["seats"]) == (before[position] + gain, 0)
    said = done.events["Executed"]
    ruling = model.ruling_of([v for v in second if v is not None])[0]
    # What the first panel cost is shared by the two sides; the appeal was its funders'.
    assert (said["share"], said["cost"]) == (ruling, price(3))
    owed = model.costs_of_organisation(price(3), 8000, 4000, ruling)
    assert said["costToCustomer"] == owed
    assert house.customer.balance() - customer == ETH * ruling // 10_000 + owed


def test_what_follows_an_appeal_without_a_ruling_leaves_the_earlier_one(house, counted):
    """Two void panels of the appeal: the first panel is paid by its own ruling."""
    counted.appeal(higher=True)
    for _ in range(2):
        counted.vote([None] * 7)
        counted.void()
    assert counted.round_phase == RoundPhase.DECIDABLE

    done = counted.execute()

    said = done.events["Executed"]
    assert (said["outcome"], said["share"], said["cost"]) == (Outcome.RULED, 6000, price(3))
    pays = model.seat_pays([5000, 6000, 7000], FEE_GWEI, LOCK_GWEI)
    assert list(done.events["Concluded"]["pays"]) == pays
    # For the fund there was no ruling: whoever appealed was not heard, and has the stake back.
    assert tuple(house.court.finalRuling(1)) == (True, True, 0)
    # The fees of the panel that never ruled are its funders'; the bounty is spent.
    returned = done.events["FeesReturned"]
    assert (returned["level"], returned["amount"]) == (0, 7 * FEE)
    resolved = house.appeals.resolve(1, 0, {"from": house.keeper}).events["Resolved"]
    assert (resolved["refused"], resolved["back"]) == (True, price(7) // 2)


def test_three_appeals_at_most(house, counted):
    """3, 7, 15, 31 seats: the last panel's ruling is final as soon as it is counted."""
    for appeals, seats in enumerate((7, 15, 31), start=1):
        counted.appeal(higher=appeals % 2 == 1)
        assert counted.round.paid == seats
        assert counted.round.number == 3 * appeals
        counted.draw()
        clock.to(counted.round.commit_opens)
        panel = counted.panel
        for seat in range(len(panel)):
            counted.commit(seat, 6000)
        for seat in range(len(panel)):
            counted.reveal(seat, 6000)
    assert counted.round_phase == RoundPhase.DECIDABLE
    found = verdict(house.appeals.contribute, 1, True, by=house.keeper, value=1)
    assert found == ("WrongPhase", 1, RoundPhase.DECIDABLE)
    done = counted.execute()
    assert done.events["Executed"]["cost"] == price(3)
    pays = done.events["Concluded"]["pays"]
    assert len(pays) == 3 + 7 + 15 + len(panel)
    assert sum(pays) == len(pays) * FEE_GWEI
    for level in range(3):
        house.appeals.resolve(1, level, {"from": house.keeper})


def test_a_case_that_a_panel_of_31_heard_is_final(house):
    case = Case(house, amount=100 * ETH).escalated()
    case.draw()
    clock.to(case.round.commit_opens)
    seats = range(case.round.seats)
    for seat in seats:
        case.commit(seat, 5000)
    for seat in seats:
        case.reveal(seat, 5000)
    assert case.round_phase == RoundPhase.DECIDABLE
    assert verdict(house.desk.execute, 1, case.order, by=house.keeper) is None


def test_money_is_gwei_exact(house, counted):
    """The court holds the stakes and nothing else once all is over."""
    counted.appeal(higher=True)
    counted.decided([6000, 8000, 1000, 6000, 6000, None, 6001]).execute()
    balances = sum(house.position(i)["balance"] for i in range(16)) * GWEI
    assert house.court.balance() == balances
