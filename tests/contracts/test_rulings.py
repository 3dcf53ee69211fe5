"""Whole disputes to the wei: rulings, costs by distance, seats' pay, the money equations."""

import clock
import model
import pytest
from case import Case
from clock import HOUR
from house import BOND, ETH, FEE, FEE_GWEI, LOCK_GWEI, Outcome, Phase, RoundPhase
from model import GWEI
from refusing import refuse_money


def held(house, cases: list[Case]) -> None:
    """What each contract holds is what it owes."""
    live = sum(c.facts["amount"] for c in cases if c.facts["state"] in (1, 2))
    people = [house.customer, house.admin, *house.arbitrators]
    waiting = [
        sum(c.credits(p) for p in people) for c in (house.escrow, house.court, house.registry)
    ]
    waits = house.escrow.organisationBalance(1)
    assert house.escrow.balance() == live + waits + waiting[0]
    stakes = sum(house.position(i)["balance"] for i in range(16)) * GWEI
    fees = sum(c.events("Escalated")[0]["cost"] for c in cases if _is_open(house, c))
    assert house.court.balance() == stakes + fees + waiting[1]
    assert house.registry.balance() == house.bond[0] + waiting[2]
    assert house.desk.balance() == 0


def _is_open(house, case: Case) -> bool:
    return case.round_phase not in (RoundPhase.NONE, RoundPhase.CONCLUDED)


VOTES = [
    # offer, demand, votes (None: never revealed)
    (4000, 8000, [5000, 6000, 7000]),
    (4000, 8000, [0, 6000, 10_000]),
    (0, 10_000, [0, 0, 0]),
    (0, 10_000, [10_000, 10_000, 10_000]),
    (4000, 8000, [4000, 4000, 4000]),
    (4000, 8000, [8000, 8000, 8000]),
    (4000, 8000, [3000, None, 6001]),
    (4000, 4001, [5000, 6001, 8500]),
    (1, 9999, [5000, 6777, 3333]),
    (3000, 9000, [5000, 5000, None]),
    # Five seats, where a gwei is left over.
    (3000, 9000, [5000, None, 5200, None, 5700]),
    (3000, 9000, [5000, 5000, 5000, 6777, None]),
]
AMOUNTS = {3: ETH + 12_345_678_901, 5: 3 * ETH // 2 + 1}


@pytest.mark.parametrize(("offer", "demand", "votes"), VOTES)
def test_a_ruling_to_the_wei(house, offer, demand, votes):
    amount = AMOUNTS[len(votes)]
    case = Case(house, amount=amount).escalated(offer=offer, demand=demand).vote(votes)
    before = [house.position(p)["balance"] for p in case.panel]
    panel, customer, held_before = case.panel, house.customer.balance(), house.bond
    held(house, [case])

    done = case.execute()

    revealed = [vote for vote in votes if vote is not None]
    ruling = model.ruling_of(revealed)[0]
    cost = len(votes) * FEE
    owed = model.costs_of_organisation(cost, demand, offer, ruling)
    award = amount * ruling // 10_000
    from_order = min(owed, amount - award)
    said = done.events["Executed"]
    assert (said["outcome"], said["share"]) == (Outcome.RULED, ruling)
    assert said["toCustomer"] == award + from_order
    assert said["toOrganisation"] == amount - award - from_order
    assert (said["costToCustomer"], said["fromBond"]) == (owed, owed - from_order)
    assert house.customer.balance() - customer == award + owed
    assert held_before == (BOND, cost)
    assert house.bond == (BOND - (owed - from_order), 0)
    pays = model.seat_pays(votes, FEE_GWEI, LOCK_GWEI)
    assert list(done.events["Concluded"]["pays"]) == pays
    assert [house.position(p)["balance"] for p in panel] == [
        was + pay for was, pay in zip(before, pays, strict=True)
    ]
    assert sum(pays) == len(votes) * FEE_GWEI
    assert case.phase == Phase.PAID
    held(house, [case])


def test_the_bond_pays_what_the_order_cannot(house):
    """All is awarded: the organisation's part of the order is empty."""
    case = Case(house).escalated(offer=0, demand=10_000).vote([10_000] * 3)
    before = house.customer.balance()
    done = case.execute()
    assert done.events["Executed"]["fromBond"] == 3 * FEE
    assert done.events["BondCharged"] == {
        "organisation": 1, "actor": house.desk, "to": house.customer, "amount": 3 * FEE,
    }  # fmt: skip
    assert house.customer.balance() - before == ETH + 3 * FEE


def test_without_a_bond_the_customer_bears_the_rest(house):
    _empty_bond(house)
    case = Case(house)
    case.file()
    case.offer(0)
    escalated = case.escalate(10_000)
    assert not escalated.events["Escalated"]["reserved"]
    assert house.bond == (0, 0)
    case.vote([9900, 9900, 9900])
    before = house.customer.balance()

    said = case.execute().events["Executed"]

    owed = model.costs_of_organisation(3 * FEE, 10_000, 0, 9900)
    assert said["costToCustomer"] == ETH // 100 < owed
    assert (said["fromBond"], said["toOrganisation"]) == (0, 0)
    assert house.customer.balance() - before == ETH
    held(house, [case])


def _empty_bond(house) -> None:
    house.registry.requestBondWithdrawal(1, BOND, {"from": house.cashier})
    clock.to(clock.now() + 120 * 24 * HOUR)
    house.registry.withdrawBond(1, house.keeper, {"from": house.cashier})


def test_the_bond_is_held_while_it_lasts(house):
    """Three cases of 31 seats take the bond of 1 ETH; the next goes on without."""
    cases = [Case(house, amount=10 * ETH) for _ in range(4)]
    flags = []
    for case in cases:
        case.file()
        case.offer(0)
        flags.append(case.escalate(10_000).events["Escalated"]["reserved"])
    assert flags == [True] * 3 + [False]
    assert house.bond == (BOND, 3 * 31 * FEE)
    held(house, cases)


def test_two_void_rounds_end_in_the_middle_without_costs(house):
    case = Case(house).escalated(offer=3000, demand=8001)
    cost = case.events("Escalated")[0]["cost"]
    case.vote([5000, None, None])
    case.void()
    held(house, [case])
    case.vote([5000, None, None])
    case.void()
    held(house, [case])
    assert case.round_phase == RoundPhase.DECIDABLE
    before = house.customer.balance()

    done = case.execute()

    ruled, said = done.events["Ruled"], done.events["Executed"]
    assert (ruled["ruling"], ruled["refused"], ruled["cost"]) == (5500, True, 0)
    assert (said["share"], said["costToCustomer"], said["fromBond"]) == (5500, 0, 0)
    assert house.customer.balance() - before == ETH * 5500 // 10_000 + cost
    assert house.bond == (BOND, 0)
    assert done.events["Concluded"]["pays"] == ()
    held(house, [case])


def test_a_customer_that_refuses_money_is_credited_everywhere(house):
    """An order's part, the fees of a refused dispute and the bond: nothing blocks the case."""
    refused, ruled = Case(house), Case(house)
    refused.escalated(offer=0, demand=10_000)
    ruled.escalated(offer=0, demand=10_000)
    for _ in range(2):
        refused.vote([None] * 3)
        refused.void()
    ruled.vote([10_000] * 3)
    with refuse_money(house.customer):
        refused.execute()
        ruled.execute()
    assert house.escrow.credits(house.customer) == ETH // 2 + ETH
    assert house.court.credits(house.customer) == 3 * FEE
    assert house.registry.credits(house.customer) == 3 * FEE
    held(house, [refused, ruled])
    before = house.keeper.balance()
    for contract in (house.escrow, house.court, house.registry):
        contract.withdrawTo(house.keeper, {"from": house.customer})
    assert house.keeper.balance() - before == ETH * 3 // 2 + 6 * FEE
    held(house, [refused, ruled])


def test_a_short_panel_costs_less(house):
    """Too few arbitrators: fewer seats, and the fees of the empty ones go back."""
    for position in range(1, 16):
        house.court.requestExit(position, {"from": house.arbitrators[position]})
    for _ in range(20):
        case = Case(house).escalated(offer=0, demand=10_000)
        case.draw()
        if 0 < len(case.panel) < 3:
            break
    else:
        pytest.fail("no short panel in twenty draws")
    seats = len(case.panel)
    clock.to(case.drawn_at + 24 * HOUR)
    for seat in range(seats):
        case.commit(seat, 0)
    for seat in range(seats):
        case.reveal(seat, 0)
    before = house.customer.balance()

    done = case.execute()

    assert done.events["Ruled"]["cost"] == seats * FEE
    assert house.customer.balance() - before == (3 - seats) * FEE
