"""OutsideArbitrators: our cases before strangers' arbitrators, by doors.tree.

Here the public door is the arbitrator that the policy names: a case of the desk goes out by the one
and comes back to the same court by the other. Hostile arbitrators are met in forge.
"""

import clock
import pytest
from case import DIGEST, Case, PublicCase
from clock import DAY
from house import AGREEMENT, ETH, NOBODY, POLICY, Outcome, Phase, RoundPhase, price
from test_public_door import FIRST, extra
from verdict import lower, verdict


@pytest.fixture
def outside(house) -> Case:
    """An offer of 4000 in a case whose policy names arbitrator 0."""
    return _case(house)


def _case(house) -> Case:
    if house.registry.currentVersion(1) == 1:
        policy = (*POLICY[:6], 4, POLICY[7])
        house.registry.publishPolicy(1, policy, AGREEMENT, {"from": house.admin})
        clock.to(clock.now() + 7 * DAY)
    case = Case(house, version=2)
    case.file()
    case.offer(4000)
    return case


def _list(house, cap: int = ETH, days: int = 30) -> None:
    house.decide(house.outside.list, 0, house.public, extra(0, 3), cap, days)


@pytest.fixture
def listed(house) -> Case:
    _list(house)
    return _case(house)


def _heard(case: Case) -> PublicCase:
    """The dispute that the desk's case became at the public door."""
    heard = PublicCase.__new__(PublicCase)
    heard._begin(case.house, 0, case.house.outside, NOBODY)
    heard.number = FIRST
    return heard


def test_who_is_listed(house):
    timelock, contract = house.timelock.address, house.public

    def list_(number=0, arbitrator=contract, days=30):
        return verdict(house.outside.list, number, arbitrator, b"", 1, days, by=timelock)

    assert list_(number=4) == ("NumberInvalid", 4, 3)
    assert verdict(house.outside.listed, 4, by=timelock) == ("NumberInvalid", 4, 3)
    assert list_(days=29) == ("TimeOutInvalid", 29, 30, 365)
    assert list_(days=366) == ("TimeOutInvalid", 366, 30, 365)
    assert list_(arbitrator=house.keeper) == ("NoContract", lower(house.keeper))
    assert list_(arbitrator=NOBODY, days=365) is None
    _list(house)
    assert tuple(house.outside.listed(0))[:3] == (contract, ETH, 30)


def test_where_nobody_is_listed_the_house_hears_the_case(house, outside):
    assert outside.cost == price(3)
    said = outside.escalate(8000).events["Escalated"]
    assert not said["isOutside"]
    assert said["terms"] == house.court.rounds(1)


def test_above_the_cap_the_house_hears_the_case(house):
    _list(house, cap=price(3) - 1)
    case = _case(house)
    said = case.escalate(8000).events["Escalated"]
    assert not said["isOutside"]
    assert case.round_phase == RoundPhase.AWAITING_SEED


def test_whoever_pays_too_little_does_not_choose_the_court(house, listed):
    arguments = (1, listed.order, 1, 8000, DIGEST)
    found = verdict(house.desk.escalate, *arguments, by=house.customer, value=price(3) - 1)
    assert found == ("ValueTooSmall", price(3), price(3) - 1)
    before = house.customer.balance()
    house.desk.escalate(*arguments, {"from": house.customer, "value": ETH})
    assert before - house.customer.balance() == price(3)
    assert house.desk.balance() == house.outside.balance() == 0


@pytest.mark.parametrize("choice", [0, 1, 2, 3, 4, 5])
def test_an_outside_ruling_is_a_quarter_of_what_is_at_stake(house, listed, choice):
    said = listed.escalate(8000).events["Escalated"]
    assert (said["isOutside"], said["cost"]) == (True, price(3))
    assert listed.events("Opened")[-1]["terms"] == said["terms"]
    assert listed.round_phase == RoundPhase.NONE
    assert verdict(house.desk.submitEvidence, 1, DIGEST, by=house.customer) is None
    case = house.outside.cases(1)
    found = verdict(house.desk.execute, 1, listed.order, by=house.keeper)
    assert found == ("NotDecided", 1, case[1], clock.now())
    assert house.outside.disputeOf(house.public, FIRST) == 1
    _heard(listed).decided([choice] * 3).execute()
    assert verdict(house.desk.submitEvidence, 1, DIGEST, by=house.customer) == (
        "EvidenceClosed", 1,
    )  # fmt: skip

    said = listed.execute().events["Executed"]

    if choice:
        assert (said["outcome"], said["share"]) == (Outcome.RULED, 2500 * (choice - 1))
    else:
        assert (said["outcome"], said["share"]) == (Outcome.REFUSED, 6000)
        assert said["costToCustomer"] == price(3) // 2
    assert said["cost"] == price(3)
    assert listed.phase == Phase.PAID


def test_an_arbitrator_that_is_silent_is_not_waited_for(house, listed):
    listed.escalate(8000)
    deadline = int(house.outside.cases(1)[1])
    assert deadline == listed.transactions[-1].timestamp + 30 * DAY
    found = [
        verdict(house.desk.execute, 1, listed.order, by=house.keeper)
        for _ in clock.around(deadline)
    ]
    assert found == [("NotDecided", 1, deadline, deadline - 1), None, None]
    # What it says later is heard by nobody, and closes its own books.
    house.court.rearm(FIRST, {"from": house.keeper})
    done = _heard(listed).decided([5, 5, 5]).execute()
    assert done.events["RulingIgnored"]["dispute"] == 1
    assert listed.execute().events["Executed"]["outcome"] == Outcome.REFUSED


def test_settling_before_an_arbitrator_outside(house, listed):
    listed.escalate(8000)
    listed.settle(5000, house.operator, number=1)
    found = verdict(house.desk.settle, 1, listed.order, 1, 5000, by=house.customer)
    assert found == ("RoundInvalid", 1)
    listed.settle(5000, house.operator)
    said = listed.settle(5000, house.customer).events["Executed"]
    # It was paid when the dispute began, and gives nothing back.
    assert (said["outcome"], said["cost"], said["costToCustomer"]) == (
        Outcome.SETTLED, price(3), 0,
    )  # fmt: skip


def test_a_ruling_outside_ends_settling(house, listed):
    listed.escalate(8000)
    _heard(listed).decided([3, 3, 3]).execute()
    listed.settle(5000, house.operator)
    found = verdict(house.desk.settle, 1, listed.order, 0, 5000, by=house.customer)
    assert found == ("NotWaiting", 1, 2)


def test_appeals_outside_are_between_payer_and_arbitrator(house, listed):
    outside = house.outside
    assert verdict(outside.appeal, 1, by=house.keeper) == ("NotWaiting", 1, 0)
    listed.escalate(8000)
    heard = _heard(listed).vote([3, 3, 3])
    assert outside.appealPeriod(1)[1] == heard.round.appeal_ends
    assert outside.appealCost(1) == price(7)
    assert verdict(outside.appeal, 1, by=house.keeper) == ("ValueInvalid", price(7), 0)
    outside.appeal(1, {"from": house.keeper, "value": price(7)})
    heard.entries = []
    heard.decided([5] * 7).execute()
    assert listed.execute().events["Executed"]["share"] == 10_000


def test_strangers_do_not_rule(house, listed):
    listed.escalate(8000)
    found = verdict(house.outside.rule, FIRST, 5, by=house.keeper)
    assert found == ("IdUnknown", lower(house.keeper), FIRST)
    for method, arguments in (
        ("acceptCase", (9, 4, 0, 1)),
        ("concludeCase", (1, NOBODY)),
        ("settleCase", (1, 0, NOBODY)),
        ("showEvidence", (1, NOBODY, DIGEST)),
    ):
        found = verdict(getattr(house.outside, method), *arguments, by=house.keeper)
        assert found == ("OnlyDesk", lower(house.keeper))
    found = verdict(house.outside.acceptCase, 1, 4, 0, 1, by=house.desk.address)
    assert found == ("DisputeExists", 1)
