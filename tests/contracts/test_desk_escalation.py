"""ComplaintDesk: escalation, who pays for it, and settlement while the court has the case."""

import clock
import model
import pytest
from case import DIGEST, Case, Claim
from house import BOUNTY, ETH, FEE, OrderState, Outcome, Phase, RoundPhase, price
from refusing import refuse_money
from signing import Signer
from verdict import lower, verdict


@pytest.fixture
def offered(case) -> Case:
    case.file()
    case.offer(4000)
    return case


def _escalate(case, demand=8000, offer_number=1, by=None, value=None):
    arguments = (case.number, case.order, offer_number, demand, DIGEST)
    value = price(3) if value is None else value
    return verdict(case.house.desk.escalate, *arguments, by=by or case.customer, value=value)


def test_escalate_reverts(house, case):
    assert _escalate(case) == ("ComplaintUnknown", 0)
    case.file()
    assert _escalate(case) == ("WrongPhase", 1, Phase.FILED)
    case.offer(3000)
    case.offer(4000)
    assert _escalate(case, offer_number=1) == ("OfferChanged", 1, 1, 2)
    assert _escalate(case, 4000, 2) == ("ShareInvalid", 4000, 4001, 10_000)
    assert _escalate(case, 10_001, 2) == ("ShareInvalid", 10_001, 4001, 10_000)
    stranger = ("NotCustomer", 1, lower(house.keeper), lower(house.customer))
    assert _escalate(case, 8000, 2, by=house.keeper) == stranger
    for value in (0, price(3) - 1, price(3) + 1):
        assert _escalate(case, 8000, 2, value=value) == ("ValueInvalid", price(3), value)
    assert _escalate(case, 4001, 2) is None
    assert _escalate(case, 10_000, 2) is None


def test_the_price_is_asked_for_the_order_of_the_complaint(house, offered):
    assert list(map(int, house.desk.escalationCost(1, offered.order))) == [3, price(3)]
    other = Case(house)
    found = verdict(house.desk.escalationCost, 1, other.order, by=house.keeper)
    assert found == ("OrderOfAnotherComplaint", bytes(other.key), 1, 0)
    found = verdict(house.desk.escalationCost, 2, other.order, by=house.keeper)
    assert found == ("ComplaintUnknown", 2)


def test_escalated_says_all(house, offered):
    done = offered.escalate(8000)
    said = done.events["Escalated"]
    assert (said["demand"], said["offer"], said["cost"]) == (8000, 4000, price(3))
    assert (said["payer"], said["actor"]) == (house.customer, house.customer)
    assert not said["isOutside"]
    assert said["terms"] == house.court.rounds(1)
    assert "RoundArmed" not in done.events
    assert house.court.balance() - house.desk.balance() > price(3)
    assert offered.phase == Phase.ESCALATED
    for method, arguments, by in (
        ("offer", (1, 9000, DIGEST), house.operator),
        ("accept", (1, offered.order, 1), house.customer),
        ("withdraw", (1, offered.order, 1), house.customer),
        ("escalate", (1, offered.order, 1, 9000, DIGEST), house.customer),
    ):
        found = verdict(getattr(house.desk, method), *arguments, by=by)
        assert found == ("WrongPhase", 1, Phase.ESCALATED)


# A claim that nobody answered: anyone may take it to the court.


@pytest.fixture
def overdue(house) -> Claim:
    claim = Claim(house)
    claim.file(demand=6000)
    clock.to(claim.events("Filed")[0]["answerDeadline"])
    return claim


def test_silence_about_a_claim_proves_nothing(house):
    claim = Claim(house)
    answer = claim.file(demand=6000).events["Filed"]["answerDeadline"]
    found = []
    for _ in clock.around(answer):
        execute = verdict(house.desk.execute, 1, claim.order, by=house.keeper)
        found.append((execute, _escalate(claim, 6000, 0, by=house.keeper)))
    early = ("WrongPhase", 1, Phase.FILED)
    stranger = ("NotCustomer", 1, lower(house.keeper), lower(house.customer))
    late = (("WrongPhase", 1, Phase.OVERDUE), None)
    assert found == [(early, stranger), late, late]


def test_an_overdue_claim_goes_with_the_demand_as_filed(house, overdue):
    for demand in (5999, 6001):
        found = _escalate(overdue, demand, 0, by=house.keeper)
        assert found == ("ShareInvalid", demand, 6000, 6000)


@pytest.mark.parametrize("ruling", [10_000, 2000, 0])
def test_who_is_silent_about_a_claim_pays_all_costs(house, overdue, ruling):
    """Unless the claim was worth nothing. The sponsor gets them, out of the bond alone."""
    customer, sponsor = house.customer.balance(), house.keeper.balance()
    overdue.escalate(6000, offer_number=0, by=house.keeper)
    said = overdue.events("Escalated")[0]
    assert (said["offer"], said["demand"], said["payer"]) == (0, 6000, house.keeper)
    assert said["actor"] == house.keeper
    overdue.decided([ruling] * 3)
    bond = house.bond[0]

    said = overdue.execute().events["Executed"]

    award, owed = overdue.amount * ruling // 10_000, price(3) if ruling else 0
    back = min(2 * ruling, 10_000) * overdue.deposit // 10_000
    assert (said["costToCustomer"], said["fromBond"]) == (owed, owed)
    assert (said["toCustomer"], said["cost"]) == (award, price(3))
    assert house.customer.balance() - customer == award + back
    assert house.keeper.balance() - sponsor == owed - price(3) + BOUNTY
    assert bond - house.bond[0] == award + owed - (overdue.deposit - back)
    assert house.bond[1] == 0


# Sponsors


def test_a_sponsor_gets_its_own_money_back(house, offered):
    """By the customer's signature somebody else pays; here: refused, so all fees come back."""
    arguments = (1, offered.order, 1, 8000, DIGEST)
    signed = Signer(house, house.customer).sign(house.desk.escalate, *arguments)
    before = house.keeper.balance(), house.customer.balance()
    house.forwarder.actWithSig(signed, {"from": house.keeper, "value": price(3)})
    for _ in range(2):
        offered.vote([None] * 3)
        offered.void()

    done = offered.execute()

    said = done.events["Executed"]
    # Half of what was spent is the organisation's; not out of the order, whose money is not theirs.
    assert (said["outcome"], said["cost"]) == (Outcome.REFUSED, BOUNTY)
    assert (said["costToCustomer"], said["fromBond"]) == (BOUNTY // 2, BOUNTY // 2)
    assert house.customer.balance() - before[1] == ETH * 6000 // 10_000
    assert house.keeper.balance() - before[0] == BOUNTY + BOUNTY // 2 - BOUNTY
    assert done.events["BondCharged"]["to"] == house.keeper


# Settlement


def _settle(case, share, by, number=0):
    return verdict(case.house.desk.settle, case.number, case.order, number, share, by=by)


@pytest.fixture
def escalated(offered) -> Case:
    offered.escalate(8000)
    return offered


def test_settle_reverts(house, offered):
    assert _settle(offered, 5000, house.customer) == ("WrongPhase", 1, Phase.OFFERED)
    offered.escalate(8000)
    assert _settle(offered, 10_001, house.customer) == ("ShareInvalid", 10_001, 0, 10_000)
    assert _settle(offered, 5000, house.keeper) == ("NotParty", 1, lower(house.keeper))
    assert _settle(offered, 5000, house.cashier) == ("NotParty", 1, lower(house.cashier))


def test_one_side_alone_settles_nothing(house, escalated):
    done = escalated.settle(5000, house.customer)
    said = done.events["SettlementProposed"]
    assert (said["byCustomer"], said["round"], said["share"]) == (True, 0, 5000)
    escalated.settle(5000, house.customer)
    assert escalated.phase == Phase.ESCALATED
    # The last word of a side counts.
    escalated.settle(4500, house.customer)
    escalated.settle(5000, house.operator)
    assert escalated.phase == Phase.ESCALATED
    escalated.settle(5000, house.customer)
    assert escalated.phase == Phase.PAID


@pytest.mark.parametrize("first", ["customer", "operator"])
def test_settling_before_the_draw_gives_all_fees_back(house, escalated, first):
    sides = ["customer", "operator"]
    sides = sides if first == "customer" else sides[::-1]
    before, bond = house.customer.balance(), house.bond
    for side in sides:
        done = escalated.settle(5500, getattr(house, side))
    said = done.events["Executed"]
    assert (said["outcome"], said["share"], said["cost"]) == (Outcome.SETTLED, 5500, 0)
    assert (said["costToCustomer"], said["fromBond"]) == (0, 0)
    assert said["actor"] == getattr(house, sides[1])
    concluded = done.events["Concluded"]
    assert (concluded["ruling"], concluded["refused"], concluded["pays"]) == (0, True, ())
    assert house.customer.balance() - before == ETH * 5500 // 10_000 + price(3)
    assert house.bond == bond
    assert house.court.rounds(1) == 0
    assert escalated.round_phase == RoundPhase.NONE
    assert escalated.facts["state"] == OrderState.SPLIT


@pytest.mark.parametrize("committed", [None, 0, 1, 2])
def test_settling_after_the_draw_pays_the_panel(house, escalated, committed):
    """In hand-over (None), and while the vote is open, whoever has committed or not."""
    escalated.draw()
    panel = escalated.panel
    if committed is not None:
        clock.to(escalated.round.commit_opens)
        for seat in range(committed):
            escalated.commit(seat, 5000)
    before = [house.position(p)["balance"] for p in panel]
    customer = house.customer.balance()
    escalated.settle(2500, house.operator)

    done = escalated.settle(2500, house.customer)

    assert done.events["Executed"]["cost"] == price(3)
    assert list(done.events["Concluded"]["pays"]) == [FEE // model.GWEI] * 3
    after = [house.position(p) for p in panel]
    assert [p["balance"] for p in after] == [b + FEE // model.GWEI for b in before]
    assert [p["seats"] for p in after] == [0] * 3
    assert house.customer.balance() - customer == ETH // 4


def test_settling_ends_when_votes_can_be_opened(house, escalated):
    escalated.draw()
    clock.to(escalated.round.commit_opens)
    for seat in range(3):
        escalated.commit(seat, 5000)
        if seat < 2:
            escalated.settle(2500, house.operator)
            assert _settle(escalated, 2500, house.customer) is None
    assert escalated.round_phase == RoundPhase.REVEAL
    assert _settle(escalated, 2500, house.customer) == ("WrongPhase", 1, RoundPhase.REVEAL)


def test_settling_ends_with_the_commit_window(house, escalated):
    escalated.draw()
    clock.to(escalated.round.commit_opens)
    escalated.commit(0, 5000)
    escalated.settle(2500, house.operator)
    found = [
        _settle(escalated, 2500, house.customer) for _ in clock.around(escalated.round.commit_ends)
    ]
    over = ("WrongPhase", 1, RoundPhase.REVEAL)
    assert found == [None, over, over]


def test_a_settlement_is_about_one_round(house, escalated):
    """What was said while the first panel sat binds nobody while the second one does."""
    escalated.settle(2500, house.operator)
    escalated.vote([None] * 3)
    escalated.void()
    assert _settle(escalated, 2500, house.customer) == ("WrongRound", 1, 1, 0)
    escalated.settle(2500, house.customer, number=1)
    assert escalated.phase == Phase.ESCALATED
    assert _settle(escalated, 2500, house.operator, number=1) is None


def test_a_settled_claim_is_paid_with_money_sent_along(house):
    claim = Claim(house)
    claim.file()
    claim.offer(0)
    claim.escalate(9000)
    claim.settle(3000, house.customer)
    needed = claim.amount * 3000 // 10_000
    assert _settle(claim, 3000, house.operator) == ("FundingTooSmall", 1, 0, needed)
    claim.fund(needed)
    bond, before = house.bond, house.customer.balance()
    done = claim.settle(3000, house.operator)
    assert done.events["Executed"]["outcome"] == Outcome.SETTLED
    assert house.bond == (bond[0], 0)
    assert house.customer.balance() - before == needed + price(3) + claim.deposit


def test_whoever_refuses_its_fees_back_stops_no_settlement(house, escalated):
    escalated.settle(5000, house.operator)
    with refuse_money(house.customer):
        escalated.settle(5000, house.customer)
    assert house.court.credits(house.customer) == price(3)
    assert house.escrow.credits(house.customer) == ETH // 2
