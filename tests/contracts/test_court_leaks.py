"""ArbitrationCourt: votes that are told before their time, by court.tree."""

import clock
import model
import pytest
from brownie import web3
from case import REASON, SALT, Case
from house import ETH, FEE_GWEI, LOCK_GWEI, Outcome, RoundPhase, price
from model import GWEI, LEAKED
from test_court_ballots import signed_commit
from verdict import verdict

BURN = "0x000000000000000000000000000000000000dEaD"


@pytest.fixture
def voting(case) -> Case:
    """A case whose commit window just opened."""
    case.escalated().draw()
    clock.to(case.round.commit_opens)
    return case


def _balance(address: str) -> int:
    return int(web3.eth.get_balance(address))


def test_a_leaked_vote_costs_its_seat_the_lock(house, voting):
    voting.commit(0, 5000)
    voting.commit(1, 6000)
    position = voting.panel[1]
    before, held = house.position(position)["balance"], house.court.balance()
    paid, burnt = house.customer.balance(), _balance(BURN)

    done = house.court.reportLeak(1, voting.opening(1, 6000), {"from": house.customer})

    said = done.events["Leaked"]
    assert (said["seat"], said["reporter"], said["taken"]) == (1, house.customer, LOCK_GWEI)
    found = house.position(position)
    assert (before - found["balance"], found["seats"]) == (LOCK_GWEI, 1)
    quarter = LOCK_GWEI * GWEI // 4
    assert house.customer.balance() - paid == quarter
    assert _balance(BURN) - burnt == 3 * quarter
    assert held - house.court.balance() == 4 * quarter
    assert house.court.seat(1, 1)[2] == LEAKED
    assert house.court.commits(1) == model.commits_word(voting.entries, leaked=(1,))
    # It neither votes again nor leaks again.
    owner = voting.owner(1)
    found = verdict(house.court.commit, 1, 1, REASON, by=owner)
    assert found == ("SeatLeaked", 1, 1)
    again = verdict(house.court.reportLeak, 1, voting.opening(1, 6000), by=house.customer)
    assert again == ("CommitmentMismatch", 1, 1)
    item = signed_commit(voting, 1, 6000, owner)
    house.court.commitBatch(1, b"", [item], {"from": house.keeper})
    assert house.court.commits(1) == model.commits_word(voting.entries, leaked=(1,))


def test_only_what_was_committed_leaks_and_only_while_others_commit(house, voting):
    report, by = house.court.reportLeak, house.keeper
    never = (0, SALT, REASON, 5000, 0, [])
    assert verdict(report, 1, never, by=by) == ("CommitmentMismatch", 1, 0)
    voting.commit(0, 5000)
    assert verdict(report, 1, voting.opening(0, 5001), by=by) == ("CommitmentMismatch", 1, 0)
    # A commitment that was replaced is no vote any more.
    voting.commit(0, 6000)
    old = voting.opening(0, 5000, at=0)
    assert verdict(report, 1, old, by=by) == ("CommitmentMismatch", 1, 0)
    found = [
        verdict(report, 1, voting.opening(0, 6000), by=by)
        for _ in clock.around(voting.round.commit_ends)
    ]
    late = ("WrongPhase", 1, RoundPhase.REVEAL)
    assert found == [None, late, late]


def test_the_others_decide_without_a_leaked_vote(house, voting):
    for seat, vote in enumerate((5000, 6000)):
        voting.commit(seat, vote)
    house.court.reportLeak(1, voting.opening(1, 6000), {"from": house.keeper})
    voting.commit(2, 7000)
    clock.to(voting.round.commit_ends)
    voting.reveal(0, 5000)
    found = verdict(house.court.reveal, 1, voting.opening(1, 6000), by=house.keeper)
    assert found == ("AlreadyRevealed", 1, 1)
    voting.reveal(2, 7000)
    # All that can be revealed is: nobody waits for the leaked one.
    assert voting.round_phase == RoundPhase.APPEALABLE
    clock.to(voting.round.appeal_ends)
    done = voting.execute()
    said = done.events["Executed"]
    assert (said["outcome"], said["share"], said["cost"]) == (Outcome.RULED, 6000, price(3))
    pays = model.seat_pays([5000, LEAKED, 7000], FEE_GWEI, LOCK_GWEI)
    assert list(done.events["Concluded"]["pays"]) == pays
    assert pays[1] == 0


def test_telling_oneself_costs_more_than_the_worst_vote(house, voting):
    """The reporter is the voter: a quarter comes back, and half a lock is the worst there is."""
    voting.commit(0, 5000)
    done = house.court.reportLeak(1, voting.opening(0, 5000), {"from": voting.owner(0)})
    taken = done.events["Leaked"]["taken"]
    assert taken - taken // 4 > LOCK_GWEI // 2


def test_leaks_can_void_a_round(house, voting):
    for seat in range(2):
        voting.commit(seat, 5000)
    for seat in range(2):
        opening = voting.opening(seat, 5000)
        house.court.reportLeak(1, opening, {"from": house.keeper})
    clock.to(voting.round.commit_ends)
    assert voting.round_phase == RoundPhase.INSUFFICIENT
    # The leaked ones have paid; the one that never voted pays now, and nobody is there to be paid.
    burnt = _balance(BURN)
    done = voting.void()
    assert list(done.events["RoundVoided"]["pays"]) == [0, 0, -LOCK_GWEI]
    assert _balance(BURN) - burnt == LOCK_GWEI * GWEI


def test_a_further_seat_leaks_too(house):
    """Seats 3 and up are in words of their own."""
    case = Case(house, amount=2 * ETH).escalated()
    case.draw()
    clock.to(case.round.commit_opens)
    for seat in (5, 6, 3):
        case.commit(seat, 1000 * seat)
    house.court.reportLeak(1, case.opening(6, 6000), {"from": house.keeper})
    assert [house.court.seat(1, seat)[2] for seat in (5, 6, 3)] == [
        model.NO_VOTE, LEAKED, model.NO_VOTE,
    ]  # fmt: skip
