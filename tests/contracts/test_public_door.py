"""PublicArbitrator: the door of ERC-792 for strangers, by doors.tree.

The arbitrables here are accounts without code; contracts, hostile ones too, are met in forge.
"""

import clock
import pytest
from case import PublicCase
from house import BOUNTY, ETH, FEE, FEE_GWEI, LOCK_GWEI, RoundPhase, price
from verdict import lower, verdict

FIRST = (1 << 64) + 1
MEDIAN = 1 << 255


def extra(*words: int) -> bytes:
    """`extraData` of up to two words: the track, and how many seats."""
    return b"".join(word.to_bytes(32, "big") for word in words)


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
