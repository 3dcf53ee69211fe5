"""What the timelock and the guardian may do: terms for new cases, a pause of what is new."""

import clock
import pytest
from case import DIGEST, Case
from clock import DAY
from house import (
    AGREEMENT,
    FEE_GWEI,
    LOCK_GWEI,
    NOBODY,
    POLICY,
    TICKET_WEI,
    OrderState,
    RoundPhase,
    price,
)
from verdict import lower, verdict

from scripts.release import SMALL_CLAIMS, Track

FAST = Track(FEE_GWEI // 2, LOCK_GWEI // 2, 24, 48, 72)
# OpenZeppelin's states of an operation, as bits: 1 << 2 is ready.
READY = (1 << 2).to_bytes(32, "big")


def test_a_change_waits_a_week(house):
    call = house.announce(house.court.setTrack, 1, FAST.word)
    due = clock.now() + 7 * DAY
    execute = house.timelock.execute
    found = [verdict(execute, *call, by=house.customer) for _ in clock.around(due)]
    number = bytes(house.timelock.hashOperation(*call))
    assert found == [("TimelockUnexpectedOperationState", number, READY), None, None]
    execute(*call, {"from": house.customer})
    assert house.court.tracks(1) == FAST.word


def test_nobody_proposes_but_the_proposers_and_nothing_sooner(house):
    schedule, court = house.timelock.schedule, house.court
    data = court.setTrack.encode_input(1, FAST.word)
    call = (court.address, 0, data, bytes(32), bytes(32))
    found = verdict(schedule, *call, 7 * DAY, by=house.guardian)
    assert found[:2] == ("AccessControlUnauthorizedAccount", lower(house.guardian))
    found = verdict(schedule, *call, 7 * DAY - 1, by=house.keeper)
    assert found == ("TimelockInsufficientDelay", 7 * DAY - 1, 7 * DAY)


def test_only_the_timelock_changes_parameters(house):
    for account in (house.guardian, house.keeper, house.admin):
        refused = ("OnlyTimelock", lower(account))
        assert verdict(house.court.setTrack, 1, FAST.word, by=account) == refused
        assert verdict(house.escrow.setTokenRate, house.seeds, 1, by=account) == refused
        listing = (0, house.seeds, b"", 1, 30)
        assert verdict(house.outside.list, *listing, by=account) == refused


def _terms(**changes: int) -> int:
    known = {
        "fee_gwei": FEE_GWEI,
        "lock_gwei": LOCK_GWEI,
        "hand_over_hours": 24,
        "commit_hours": 24,
        "reveal_hours": 24,
    }
    return Track(**(known | changes)).word


@pytest.mark.parametrize(
    "word",
    [
        _terms(hand_over_hours=23),
        _terms(commit_hours=23),
        _terms(reveal_hours=23),
        # No bond may leave before the longest case is over.
        _terms(commit_hours=73),
        # A ticket must back four seats.
        _terms(lock_gwei=LOCK_GWEI + 1),
        _terms() | 1 << 85,
        0,
    ],
)
def test_terms_out_of_range_are_refused(house, word):
    timelock = house.timelock.address
    assert verdict(house.court.setTrack, 1, word, by=timelock) == ("TermsInvalid", 1)
    assert verdict(house.court.setTrack, 1, _terms(), by=timelock) is None


def test_new_terms_are_for_new_disputes(house):
    """Fee, lock and windows of a dispute are those under which it began, appeals too."""
    old = Case(house).escalated()
    done = house.decide(house.court.setTrack, 0, FAST.word)
    assert done.events["TrackSet"]["terms"] == FAST.word
    new = Case(house).escalated()
    assert (old.round.fee, old.round.windows) == (SMALL_CLAIMS.fee_gwei, (24, 24, 24))
    assert (new.round.fee, new.round.windows) == (FAST.fee_gwei, (24, 48, 72))
    assert (old.events("Escalated")[0]["cost"], old.number) == (price(3), 1)
    # The first was missed meanwhile; it is armed again on its own terms.
    assert old.round_phase == RoundPhase.MISSED
    house.court.rearm(1, {"from": house.keeper})
    assert (old.round.fee, old.round.windows) == (SMALL_CLAIMS.fee_gwei, (24, 24, 24))
    old.vote([5000] * 3)
    assert house.court.appealCost(1) == price(7)
    old.appeal(higher=True)
    assert (old.round.fee, old.round.windows) == (SMALL_CLAIMS.fee_gwei, (24, 24, 24))


def test_a_policys_track_is_pinned_with_the_order(house):
    house.decide(house.court.setTrack, 2, FAST.word)
    before = Case(house)
    house.registry.publishPolicy(1, (*POLICY[:6], 2, POLICY[7]), AGREEMENT, {"from": house.admin})
    clock.to(clock.now() + 7 * DAY)
    before.escalated()
    assert before.round.fee == SMALL_CLAIMS.fee_gwei
    after = Case(house, version=2)
    after.file()
    after.offer(0)
    assert after.cost == house.court.quote(2, after.amount)[1]
    after.escalate(9000)
    assert house.court.rounds(after.number) & (1 << 85) - 1 == FAST.word


def test_a_track_that_is_not_there_is_the_first(house):
    assert house.court.tracks(3) == 0
    assert house.court.costOf(3, 7) == house.court.costOf(0, 7) == price(7)


def test_only_the_guardian_pauses_and_it_can_do_nothing_else(house):
    for contract in (house.court, house.escrow, house.registry):
        for account in (house.keeper, house.admin, house.timelock.address):
            found = verdict(contract.setPaused, True, by=account)
            assert found == ("OnlyGuardian", lower(account))
        said = contract.setPaused(True, {"from": house.guardian}).events["PauseSet"]
        assert (said["guardian"], said["paused"]) == (house.guardian, True)
        assert contract.paused()
        contract.setPaused(False, {"from": house.guardian})
        assert not contract.paused()


def test_a_pause_stops_what_is_new_and_nothing_that_began(house, case):
    other = Case(house)
    for contract in (house.court, house.escrow, house.registry):
        contract.setPaused(True, {"from": house.guardian})
    me, refused = house.customer, ("Paused",)
    stake = verdict(house.court.stake, 1, by=me, value=TICKET_WEI)
    pay = verdict(house.escrow.pay, 1, 1, DIGEST, by=me, value=1)
    token = verdict(house.escrow.payToken, 1, 1, NOBODY, 1, DIGEST, by=me)
    bond = verdict(house.registry.depositBond, 1, by=me, value=1)
    assert [stake, pay, token, bond] == [refused] * 4
    # A whole case, a withdrawal and an exit.
    case.escalated().decided([5000] * 3)
    case.execute()
    position = case.panel or [0]
    assert case.facts["state"] == OrderState.SPLIT
    house.escrow.release(other.order, {"from": me})
    house.escrow.withdrawOrganisation(1, NOBODY, house.admin, {"from": house.cashier})
    house.court.requestExit(position[0], {"from": house.arbitrators[position[0]]})


def test_tokens_are_listed_by_the_timelock(house):
    timelock = house.timelock.address
    found = verdict(house.escrow.setTokenRate, house.customer, 1, by=timelock)
    assert found == ("TokenInvalid", lower(house.customer))
    found = verdict(house.escrow.payToken, 1, 1, house.seeds, 1, DIGEST, by=house.customer)
    assert found == ("TokenNotListed", lower(house.seeds))
    done = house.decide(house.escrow.setTokenRate, house.seeds, 10**18)
    assert done.events["TokenRateSet"]["weiPer1e18"] == 10**18
    assert house.escrow.tokenRate(house.seeds) == 10**18
