"""Whole disputes to the wei: rulings, costs by distance, seats' pay, the money equations."""

import clock
import model
import pytest
from case import Case
from house import (
    BOND,
    BOUNTY,
    ETH,
    FEE,
    FEE_GWEI,
    LOCK_GWEI,
    NOBODY,
    Outcome,
    Phase,
    RoundPhase,
    price,
)
from model import GWEI
from refusing import refuse_money
from verdict import verdict


def held(house, cases: list[Case]) -> None:
    """What each contract holds is what it owes."""
    live = sum(c.facts["amount"] for c in cases if c.facts["state"] in (1, 2))
    people = [house.customer, house.admin, *house.arbitrators]
    waiting = [
        sum(c.credits(p) for p in people) for c in (house.escrow, house.court, house.registry)
    ]
    waits = house.escrow.organisationBalance(1, NOBODY)
    assert house.escrow.balance() == live + waits + waiting[0]
    stakes = sum(house.position(i)["balance"] for i in range(16)) * GWEI
    open_ = [c for c in cases if c.round_phase != RoundPhase.NONE]
    fees = sum(c.events("Escalated")[0]["cost"] - _spent(c) for c in open_)
    assert house.court.balance() == stakes + fees + waiting[1]
    assert house.registry.balance() == house.bond[0] + waiting[2]
    assert house.desk.balance() == 0


def _spent(case: Case) -> int:
    """The bounty, once somebody has drawn."""
    return BOUNTY if case.events("Drawn") else 0


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
    case = Case(house, amount=amount).escalated(offer=offer, demand=demand).decided(votes)
    before = [house.position(p)["balance"] for p in case.panel]
    panel, customer = case.panel, house.customer.balance()
    held(house, [case])

    done = case.execute()

    revealed = [vote for vote in votes if vote is not None]
    ruling = model.ruling_of(revealed)[0]
    cost = price(len(votes))
    owed = model.costs_of_organisation(cost, demand, offer, ruling)
    award = amount * ruling // 10_000
    from_order = min(owed, amount - award)
    said = done.events["Executed"]
    assert (said["outcome"], said["share"], said["cost"]) == (Outcome.RULED, ruling, cost)
    assert said["toCustomer"] == award + from_order
    assert said["toOrganisation"] == amount - award - from_order
    assert (said["costToCustomer"], said["fromBond"]) == (owed, owed - from_order)
    assert house.customer.balance() - customer == award + owed
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
    case = Case(house).escalated(offer=0, demand=10_000).decided([10_000] * 3)
    before = house.customer.balance()
    done = case.execute()
    assert done.events["Executed"]["fromBond"] == price(3)
    assert done.events["BondCharged"] == {
        "organisation": 1, "actor": house.desk, "to": house.customer, "amount": price(3),
    }  # fmt: skip
    assert house.customer.balance() - before == ETH + price(3)


def test_without_a_bond_the_customer_bears_the_rest(house):
    _empty_bond(house)
    case = Case(house)
    case.file()
    case.offer(0)
    case.escalate(10_000)
    assert house.bond == (0, 0)
    case.decided([9900, 9900, 9900])
    before = house.customer.balance()

    said = case.execute().events["Executed"]

    owed = model.costs_of_organisation(price(3), 10_000, 0, 9900)
    assert said["costToCustomer"] == ETH // 100 < owed
    assert (said["fromBond"], said["toOrganisation"]) == (0, 0)
    assert house.customer.balance() - before == ETH
    held(house, [case])


def _empty_bond(house) -> None:
    house.registry.requestBondWithdrawal(1, BOND, {"from": house.cashier})
    clock.to(clock.now() + house.registry.bondNotice(1))
    house.registry.withdrawBond(1, house.keeper, {"from": house.cashier})


def test_two_void_rounds_end_in_the_middle_and_halve_what_was_spent(house):
    case = Case(house).escalated(offer=3000, demand=8001)
    for _ in range(2):
        case.vote([5000, None, None])
        case.void()
        held(house, [case])
    assert case.round_phase == RoundPhase.DECIDABLE
    before = house.customer.balance()

    done = case.execute()

    said = done.events["Executed"]
    assert (said["outcome"], said["share"], said["cost"]) == (Outcome.REFUSED, 5500, BOUNTY)
    assert (said["costToCustomer"], said["fromBond"]) == (BOUNTY // 2, 0)
    award = ETH * 5500 // 10_000
    assert house.customer.balance() - before == award + 3 * FEE + BOUNTY // 2
    assert house.bond == (BOND, 0)
    concluded = done.events["Concluded"]
    assert (concluded["ruling"], concluded["refused"], concluded["pays"]) == (0, True, ())
    held(house, [case])


def test_a_customer_that_refuses_money_is_credited_everywhere(house):
    """An order's part, the fees of a refused dispute and the bond: nothing blocks the case."""
    refused, ruled = Case(house), Case(house)
    refused.escalated(offer=0, demand=10_000)
    for _ in range(2):
        refused.vote([None] * 3)
        refused.void()
    ruled.escalated(offer=0, demand=10_000).decided([10_000] * 3)
    with refuse_money(house.customer):
        refused.execute()
        ruled.execute()
    assert house.escrow.credits(house.customer) == ETH // 2 + BOUNTY // 2 + ETH
    assert house.court.credits(house.customer) == 3 * FEE
    assert house.registry.credits(house.customer) == price(3)
    held(house, [refused, ruled])
    before = house.keeper.balance()
    for contract in (house.escrow, house.court, house.registry):
        contract.withdrawTo(house.keeper, {"from": house.customer})
    assert house.keeper.balance() - before == ETH * 3 // 2 + 6 * FEE + BOUNTY * 3 // 2
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
    clock.to(case.round.commit_opens)
    for seat in range(seats):
        case.commit(seat, 0)
    for seat in range(seats):
        case.reveal(seat, 0)
    clock.to(case.round.appeal_ends)
    before = house.customer.balance()

    done = case.execute()

    assert done.events["Executed"]["cost"] == price(seats)
    assert house.customer.balance() - before == (3 - seats) * FEE


# Many calls in one transaction


def test_a_keeper_pays_out_many_cases_at_once(house):
    cases = [Case(house) for _ in range(3)]
    for case in cases:
        case.file()
        case.offer(4000)
    clock.to(clock.now() + 7 * 24 * 3600)
    execute, by = house.desk.execute, {"from": house.keeper}
    calls = [execute.encode_input(n, case.order) for n, case in enumerate(cases, 1)]
    done = house.desk.multicall(calls, by)
    assert [event["actor"] for event in done.events["Executed"]] == [house.keeper] * 3
    held(house, cases)
    # One that is refused takes the others with it, and says why.
    assert verdict(house.desk.multicall, calls, by=house.keeper)[:2] == ("WrongPhase", 1)


def test_no_call_among_many_brings_money(house, case):
    case.file()
    case.offer(4000)
    escalate = house.desk.escalate.encode_input(1, case.order, 1, 8000, bytes(32))
    found = verdict(house.desk.multicall, [escalate, escalate], by=house.customer)
    assert found == ("ValueInvalid", case.cost, 0)
