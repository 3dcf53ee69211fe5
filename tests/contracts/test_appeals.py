"""Appeals through the fund, by court.tree: the pots, the larger panels, where the stake goes."""

import clock
import model
import pytest
from case import Case
from house import BOUNTY, ETH, FEE, FEE_GWEI, LOCK_GWEI, Outcome, RoundPhase, price
from verdict import lower, verdict

COST = price(7)
STAKE = COST // 2


@pytest.fixture
def counted(case) -> Case:
    """Ruled 6000, and the window to appeal is open."""
    return case.escalated().vote([5000, 6000, 7000])


def _contribute(case, value, higher=True, by=None):
    house = case.house
    contribute = house.appeals.contribute
    return verdict(contribute, case.number, higher, by=by or house.keeper, value=value)


def test_contribute_reverts(house, case):
    case.escalated()
    assert _contribute(case, 0) == ("NothingGiven",)
    assert _contribute(case, 1) == ("WrongPhase", 1, RoundPhase.AWAITING_SEED)
    found = verdict(house.appeals.missing, 1, True, by=house.keeper)
    assert found == ("WrongPhase", 1, RoundPhase.AWAITING_SEED)


def test_the_window_to_appeal(house, counted):
    """All have revealed early, so it begins early; it ends when it would have."""
    round_ = counted.round
    assert clock.now() < round_.commit_ends
    assert counted.round_phase == RoundPhase.APPEALABLE
    assert house.court.currentRuling(1) == 6000
    assert house.court.appealWindow(1)[1] == round_.appeal_ends
    execute = house.desk.execute
    found = []
    for _ in clock.around(round_.appeal_ends):
        executing = verdict(execute, 1, counted.order, by=house.keeper)
        found.append((_contribute(counted, 1), executing))
    open_ = (None, ("WrongPhase", 1, RoundPhase.APPEALABLE))
    over = (("WrongPhase", 1, RoundPhase.DECIDABLE), None)
    assert found == [open_, over, over]
    assert [int(when) for when in house.court.appealWindow(1)] == [0, 0]


def test_only_the_fund_appeals_a_case(house, counted):
    fund = house.appeals.address
    found = verdict(house.court.appeal, 1, house.customer, by=house.customer)
    assert found == ("OnlyClient", lower(house.customer), lower(fund))
    assert house.court.appealCost(1) == COST
    assert verdict(house.court.appeal, 1, fund, by=fund) == ("ValueInvalid", COST, 0)


def test_a_pot_fills_and_opens_the_appeal(house, counted):
    fund, first, second = house.appeals, house.keeper, house.arbitrators[0]
    assert fund.missing(1, True) == COST + STAKE
    fund.contribute(1, True, {"from": first, "value": COST})
    assert fund.missing(1, True) == STAKE
    assert counted.round_phase == RoundPhase.APPEALABLE
    before = second.balance()

    done = fund.contribute(1, True, {"from": second, "value": ETH})

    # What was too much came back at once.
    assert before - second.balance() == STAKE
    assert done.events["Contributed"]["amount"] == STAKE
    court, ours = done.events["Appealed"]
    assert (court["appeals"], court["ruling"]) == (1, 6000)
    assert (ours["cost"], ours["stake"], ours["rulingBefore"]) == (COST, STAKE, 6000)
    armed = counted.round
    assert (armed.appeals, armed.voids, armed.number) == (1, 0, 3)
    assert (armed.paid, armed.seats, armed.drawn) == (7, 7, False)
    assert (armed.armed_block, armed.armed_at) == (done.block_number, done.timestamp)
    assert court["round"] == house.court.rounds(1)
    assert house.court.commits(1) == 0
    assert fund.levels(1) == 1
    assert fund.balance() == STAKE


@pytest.mark.parametrize("second", [6499, 6500, 10_000, 5501, 5500, 0])
@pytest.mark.parametrize("higher", [True, False])
def test_where_the_stake_goes(house, counted, second, higher):
    """Back if the ruling moved 500 that way; else to the party that it was brought against."""
    fund, mine, other = house.appeals, house.arbitrators[14], house.arbitrators[15]
    put = STAKE // 3
    fund.contribute(1, not higher, {"from": other, "value": put})
    counted.appeal(higher=higher, by=mine)
    found = verdict(fund.resolve, 1, 0, by=house.keeper)
    assert found == ("NotEnded", 1, 0)
    counted.decided([second] * 7)
    counted.execute()
    assert tuple(house.court.finalRuling(1)) == (True, False, second)
    moved = second >= 6500 if higher else second <= 5500
    bond, customer = house.bond[0], house.customer.balance()

    done = fund.resolve(1, 0, {"from": house.keeper})

    said = done.events["Resolved"]
    assert (said["back"], said["toParty"]) == ((STAKE, 0) if moved else (0, STAKE))
    assert not said["refused"]
    rest = 0 if moved else STAKE
    assert house.bond[0] - bond == (rest if higher else 0)
    assert house.customer.balance() - customer == (0 if higher else rest)
    assert verdict(fund.resolve, 1, 0, by=house.keeper) == ("AlreadyResolved", 1, 0)
    assert verdict(fund.resolve, 1, 1, by=house.keeper) == ("AppealUnknown", 1, 1)
    # The other side has its own money back in any case.
    before = other.balance()
    fund.refund(1, 0, not higher, other, {"from": house.keeper})
    assert other.balance() - before == put
    nothing = verdict(fund.withdrawShare, 1, 0, not higher, by=other)
    assert nothing == ("NothingToShare", lower(other))
    if moved:
        before = mine.balance()
        fund.withdrawShare(1, 0, higher, {"from": mine})
        assert mine.balance() - before == STAKE
    nothing = verdict(fund.withdrawShare, 1, 0, higher, by=mine)
    assert nothing == ("NothingToShare", lower(mine))
    assert fund.balance() == 0


def test_an_unfunded_appeal_costs_nobody_anything(house, counted):
    fund, by = house.appeals, house.keeper
    fund.contribute(1, True, {"from": by, "value": COST})
    found = verdict(fund.refund, 1, 0, True, by, by=by)
    assert found == ("NotRefundable", 1, 0, True)
    clock.to(counted.round.appeal_ends)
    nobody = house.customer
    assert verdict(fund.refund, 1, 0, True, nobody, by=by) == ("NothingToRefund", lower(nobody))
    before = by.balance()
    fund.refund(1, 0, True, by, {"from": house.customer})
    assert by.balance() - before == COST
    assert verdict(fund.refund, 1, 0, True, by, by=by) == ("NothingToRefund", lower(by))
    assert counted.execute().events["Executed"]["share"] == 6000


def test_the_pot_that_opened_the_appeal_is_not_refunded(house, counted):
    counted.appeal(higher=True)
    found = verdict(house.appeals.refund, 1, 0, True, house.keeper, by=house.keeper)
    assert found == ("NotRefundable", 1, 0, True)


@pytest.mark.parametrize("seated", [False, True])
def test_an_appealed_case_can_be_settled(house, counted, seated):
    """Before the draw all that the appeal cost comes back; after it, the panel has its fee."""
    counted.appeal(higher=True)
    if seated:
        counted.draw()
    counted.settle(7777, house.operator, number=3)
    found = verdict(house.desk.settle, 1, counted.order, 0, 7777, by=house.customer)
    assert found is None  # recorded, and not the same round: nothing ends
    done = counted.settle(7777, house.customer, number=3)

    said = done.events["Executed"]
    assert (said["outcome"], said["share"], said["cost"]) == (Outcome.SETTLED, 7777, price(3))
    pays = model.seat_pays([5000, 6000, 7000], FEE_GWEI, LOCK_GWEI)
    last = [FEE_GWEI] * 7 if seated else []
    assert list(done.events["Concluded"]["pays"]) == pays + last
    assert tuple(house.court.finalRuling(1)) == (True, True, 0)
    spent = 7 * FEE + BOUNTY if seated else 0
    assert house.appeals.pot(1, 0, True)[1] == COST - spent
    before = house.keeper.balance()
    done = house.appeals.withdrawShare(1, 0, True, {"from": house.keeper})
    assert done.events["Resolved"]["refused"]
    assert house.keeper.balance() - before == COST - spent + STAKE
    assert house.appeals.balance() == 0


def test_only_the_court_gives_fees_back(house, counted):
    counted.appeal(higher=True)
    back = house.appeals.takeBack
    found = verdict(back, 1, 1, by=house.keeper, value=1)
    assert found == ("OnlyCourt", lower(house.keeper))
    court = house.court.address
    for payment in (0, 2):
        assert verdict(back, 1, payment, by=court) == ("PaymentUnknown", 1, payment)
    assert verdict(back, 1, 1, by=court) is None


def test_the_bond_that_takes_no_money_gets_it_later(house, counted):
    """While the registry is paused nobody pays into a bond: the money waits in the fund."""
    counted.appeal(higher=True)
    counted.decided([6000] * 7).execute()
    assert verdict(house.appeals.payBond, 1, by=house.keeper) == ("NothingOwed", 1)
    house.registry.setPaused(True, {"from": house.guardian})
    house.appeals.resolve(1, 0, {"from": house.keeper})
    assert house.appeals.owedToBond(1) == STAKE
    house.registry.setPaused(False, {"from": house.guardian})
    bond = house.bond[0]
    house.appeals.payBond(1, {"from": house.keeper})
    assert house.bond[0] - bond == STAKE
    assert house.appeals.owedToBond(1) == house.appeals.balance() == 0
