"""The doors of ERC-792, by doors.tree: ours for strangers, and strangers' for our cases.

Here the public door is also the arbitrator outside that a policy names: a case of the desk goes out
by the one and comes back to the same court by the other. Hostile contracts are met in forge.
"""

import clock
import pytest
from case import DIGEST, Case, PublicCase
from clock import DAY
from house import (
    AGREEMENT,
    BOUNTY,
    ETH,
    FEE,
    FEE_GWEI,
    LOCK_GWEI,
    NOBODY,
    POLICY,
    Outcome,
    Phase,
    RoundPhase,
    price,
)
from verdict import lower, verdict

FIRST = (1 << 64) + 1
MEDIAN = 1 << 255


def extra(*words: int) -> bytes:
    """`extraData` of up to two words: the track, and how many seats."""
    return b"".join(word.to_bytes(32, "big") for word in words)


# The public door


def test_create_dispute_reverts(house):
    create, by = house.public.createDispute, house.keeper
    for choices in (0, (1 << 256) - 1):
        assert verdict(create, choices, b"", by=by) == ("ChoicesInvalid", choices)
    median = extra(MEDIAN)
    assert verdict(create, 9999, median, by=by) == ("ChoicesInvalid", 9999)
    found = verdict(create, 2, b"", by=by, value=price(3) - 1)
    assert found == ("ValueTooLow", price(3), price(3) - 1)
    assert verdict(create, (1 << 256) - 2, b"", by=by, value=price(3)) is None
    assert verdict(create, 10_000, median, by=by, value=price(3)) is None


@pytest.mark.parametrize(
    ("data", "seats"),
    [
        (b"", 3),
        (b"\xff" * 31, 3),
        (extra(0), 3),
        (extra(7), 3),
        (extra(0, 0), 3),
        (extra(0, 4), 5),
        (extra(0, 7), 7),
        (extra(0, 8), 15),
        (extra(0, 31), 31),
        (extra(0, 32), 3),
        (extra(1 << 17, 15), 15),
        (extra(0, 15) + b"more", 15),
    ],
)
def test_what_extra_data_says(house, data, seats):
    assert house.public.arbitrationCost(data) == price(seats)
    case = PublicCase(house, house.keeper, extra=data)
    assert case.number == FIRST
    assert case.round.paid == seats
    assert case.events("Opened")[0]["terms"] == house.court.rounds(FIRST)
    assert case.events("RoundArmed")[0]["round"] == house.court.rounds(FIRST)


def test_whoever_pays_too_much_gets_it_back(house):
    before = house.keeper.balance()
    house.public.createDispute(2, b"", {"from": house.keeper, "value": ETH})
    assert before - house.keeper.balance() == price(3)
    assert house.public.disputeCount() == 1


def test_the_court_opens_for_the_door_alone(house):
    court, door = house.court, house.public.address
    stranger = ("OnlyClient", lower(house.keeper), lower(door))
    assert verdict(court.openPublic, FIRST, 0, 3, 2, by=house.keeper) == stranger
    found = verdict(court.concludePublic, FIRST, house.keeper, by=house.keeper)
    assert found == stranger
    for dispute, seats in ((1, 3), (1 << 92, 3), (FIRST, 1), (FIRST, 4), (FIRST, 33)):
        found = verdict(court.openPublic, dispute, 0, seats, 2, by=door)
        assert found == ("DisputeInvalid", dispute, seats)
    PublicCase(house, house.keeper)
    assert verdict(court.openPublic, FIRST, 0, 3, 2, by=door) == ("DisputeExists", FIRST)
    found = verdict(court.openPublic, FIRST + 1, 0, 3, 2, by=door)
    assert found == ("ValueInvalid", price(3), 0)
    found = verdict(court.appeal, FIRST, house.keeper, by=house.appeals.address)
    assert found == ("OnlyClient", lower(house.appeals), lower(door))


@pytest.mark.parametrize(
    ("votes", "ruling", "near"),
    [
        ([2, 2, 1], 2, (0, 1)),
        ([0, 0, 2], 0, (0, 1)),
        ([1, 2, 0], 0, (0, 1, 2)),
        ([1, 2, None], 0, (0, 1)),
        ([2, 2, 2], 2, (0, 1, 2)),
    ],
)
def test_most_votes_rule_and_a_tie_is_nobodys_fault(house, votes, ruling, near):
    case = PublicCase(house, house.keeper).decided(votes)
    assert house.public.disputeStatus(FIRST) == 2
    assert house.public.currentRuling(FIRST) == ruling

    done = case.execute()

    assert done.events["Ruled"]["ruling"] == ruling
    concluded = done.events["Concluded"]
    assert (concluded["ruling"], concluded["refused"]) == (ruling, False)
    pays = list(concluded["pays"])
    assert sum(pays) == 3 * FEE_GWEI
    for seat, vote in enumerate(votes):
        if vote is None:
            assert pays[seat] == -LOCK_GWEI
        elif seat not in near:
            assert pays[seat] == -LOCK_GWEI // 2
        else:
            assert pays[seat] >= FEE_GWEI
    assert tuple(house.public.disputes(FIRST))[1:3] == (True, True)
    assert house.court.rounds(FIRST) == 0


def test_a_vote_above_the_choices_is_refused(house):
    most = (1 << 256) - 2
    case = PublicCase(house, house.keeper, choices=3)
    case.draw()
    clock.to(case.round.commit_opens)
    for seat, vote in enumerate((3, 4, most)):
        case.commit(seat, vote)
    for seat, vote in ((1, 4), (2, most)):
        found = verdict(house.court.reveal, FIRST, case.opening(seat, vote), by=house.keeper)
        assert found == ("VoteInvalid", vote, 3)
    case.reveal(0, 3)


def test_a_question_as_wide_as_a_word(house):
    """2^256 - 2 choices: what was revealed is kept whole."""
    most = (1 << 256) - 2
    case = PublicCase(house, house.keeper, choices=most).decided([most, most, 7])
    assert case.execute().events["Ruled"]["ruling"] == most


def test_a_median_of_numbers(house):
    case = PublicCase(house, house.keeper, choices=10_000, extra=extra(MEDIAN))
    case.decided([4000, 5000, 9000])
    assert case.execute().events["Ruled"]["ruling"] == 5000


def test_the_life_of_a_public_dispute(house):
    public, by, other = house.public, house.keeper, house.customer
    for method, arguments in (
        ("appeal", (FIRST, b"")),
        ("appealCost", (FIRST, b"")),
        ("disputeStatus", (FIRST,)),
        ("currentRuling", (FIRST,)),
        ("announce", (FIRST,)),
        ("executeRuling", (FIRST,)),
        ("deliver", (FIRST,)),
    ):
        found = verdict(getattr(public, method), *arguments, by=by)
        assert found == ("DisputeUnknown", FIRST)
    case = PublicCase(house, by)
    assert (public.disputeStatus(FIRST), public.currentRuling(FIRST)) == (0, 0)
    assert [int(when) for when in public.appealPeriod(FIRST)] == [0, 0]
    assert verdict(public.announce, FIRST, by=by) == ("NotAppealable", FIRST)
    assert verdict(public.appeal, FIRST, b"", by=by) == ("NotAppealable", FIRST)
    found = verdict(public.executeRuling, FIRST, by=by)
    assert found == ("WrongPhase", FIRST, RoundPhase.AWAITING_SEED)
    assert verdict(public.deliver, FIRST, by=by) == ("NotRuled", FIRST)
    case.vote([1, 1, 2])
    assert (public.disputeStatus(FIRST), public.currentRuling(FIRST)) == (1, 1)
    assert public.appealPeriod(FIRST)[1] == case.round.appeal_ends
    said = public.announce(FIRST, {"from": other}).events["AppealPossible"]
    assert (said["_disputeID"], said["_arbitrable"]) == (FIRST, by)
    assert verdict(public.announce, FIRST, by=by) == ("AlreadyAnnounced", FIRST)
    stranger = ("NotArbitrable", FIRST, lower(other), lower(by))
    assert verdict(public.appeal, FIRST, b"", by=other, value=price(7)) == stranger
    found = verdict(public.appeal, FIRST, b"", by=by, value=price(7) - 1)
    assert found == ("ValueTooLow", price(7), price(7) - 1)
    assert public.appealCost(FIRST, b"") == price(7)
    done = public.appeal(FIRST, b"", {"from": by, "value": price(7) + 1})
    assert "AppealPossible" not in done.events
    assert done.events["AppealDecision"]["_disputeID"] == FIRST
    case.entries = []
    case.decided([2] * 7)
    case.execute()
    assert verdict(public.executeRuling, FIRST, by=by) == ("AlreadyRuled", FIRST)
    assert verdict(public.deliver, FIRST, by=by) == ("AlreadyDelivered", FIRST)
    assert (public.disputeStatus(FIRST), public.currentRuling(FIRST)) == (2, 2)


def test_a_panel_that_never_came_costs_its_arbitrable_only_the_bounty(house):
    before = house.keeper.balance()
    case = PublicCase(house, house.customer)
    payer = house.customer.balance()
    for _ in range(2):
        case.vote([None] * 3)
        case.void()
    case.execute()
    assert house.customer.balance() - payer == 3 * FEE
    assert house.keeper.balance() - before == BOUNTY


# A case of ours before an arbitrator outside


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
        ("openCase", (9, 4, 1, 0)),
        ("concludeCase", (1, NOBODY)),
        ("settleCase", (1, 0, NOBODY)),
        ("showEvidence", (1, NOBODY, DIGEST)),
    ):
        found = verdict(getattr(house.outside, method), *arguments, by=house.keeper)
        assert found == ("OnlyDesk", lower(house.keeper))
    found = verdict(house.outside.openCase, 1, 4, 1, 0, by=house.desk.address)
    assert found == ("DisputeExists", 1)
