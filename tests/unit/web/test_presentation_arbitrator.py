"""What an arbitrator is told: what comes next, both sides, what a stake means, a practice vote."""

import re
from dataclasses import replace

import pytest

from dapp.domain import fees
from dapp.domain.position import EXIT_BLOCKS, Position
from dapp.domain.rounds import Terms
from dapp.domain.types import (
    BasisPoints,
    BlockNumber,
    ChainId,
    PositionId,
    UnixTime,
    Wei,
)
from dapp.errors import InvalidInput
from dapp.service import practice
from dapp.store.views import PositionRow, SeatRow
from dapp.web.i18n import load
from dapp.web.presentation.practice import made_up, result
from dapp.web.presentation.seats import Seats, seats
from dapp.web.presentation.stakes import stake_line
from dapp.web.presentation.view import Look
from tests.unit.web.looks import ARBITRATORS, ARMED, ARMED_AT, ETHER, HOUR, PAID, hearing, look

EN = load("en")
TERMS = Terms(Wei(ETHER // 100), Wei(ETHER // 10), 0, 0, 0)


def sat(found: Look, number: int = 0) -> tuple[Look, SeatRow]:
    case = found.case
    return found, SeatRow(case, case.rounds[-1].number, number, PositionId(number))


def after(hours: int, committed: int = 0, votes: tuple[int, ...] = ()) -> Look:
    return look(hearing(committed, votes), ARMED_AT - 1_795_305_600 + hours * HOUR)


def told(found: Seats) -> tuple[str, str, bool]:
    assert found.next_ is not None
    sentence = re.sub("<[^>]+>", "", str(found.next_.sentence))
    return sentence, found.next_.href, found.next_.is_due


@pytest.mark.parametrize(
    ("at", "said", "href", "is_due"),
    [
        (after(1), "Read case 7: you vote from", "/c/7/brief", False),
        (after(25), "Vote in case 7 by", "/c/7/brief#vote", True),
        (after(25, 1), "You have voted in case 7. Open the vote from", "/c/7/brief#vote", False),
        (after(73, 1), "Open your vote in case 7 by", "/c/7/brief#vote", True),
    ],
)
def test_the_next_step_has_its_deadline(at: Look, said: str, href: str, is_due: bool) -> None:
    sentence, where, due = told(seats(EN, [sat(at)], []))
    assert sentence.startswith(said)
    assert (where, due) == (href, is_due)


def test_what_is_due_comes_first_and_what_is_over_last() -> None:
    waits, votes = after(25, 1), after(25)
    votes = replace(votes, case=replace(votes.case, id=type(votes.case.id)(9)))
    ended = look(PAID, 10 * 24 * HOUR)
    found = seats(EN, [sat(ended), sat(waits), sat(votes)], [])
    assert [one.id for one in found.open_] == [9, 7]
    assert [one.todo for one in found.ended] == ["You said 55%"]
    assert told(found)[1] == "/c/9/brief#vote"


def test_nothing_to_do_is_said_so() -> None:
    found = seats(EN, [sat(after(73, 1, (5000,)))], [])
    assert found.next_ is None
    assert [one.todo for one in found.open_] == ["Nothing to do now"]


def position(exit_block: int | None, open_seats: int, balance: int) -> PositionRow:
    held = Position(
        id=PositionId(3),
        chain_id=ChainId(31337),
        owner=ARBITRATORS[0],
        tickets=2,
        since_block=BlockNumber(1),
        staked_at=UnixTime(0),
        updated_block=BlockNumber(1),
        exit_block=None if exit_block is None else BlockNumber(exit_block),
    )
    return PositionRow(held, Wei(balance), open_seats)


def test_a_stake_says_what_can_be_taken_out_and_when() -> None:
    ticket = 4 * ETHER // 10
    staked = stake_line(position(None, 1, 9 * ETHER // 10), ticket, BlockNumber(50), EN)
    assert (staked.rewards, staked.may_exit, staked.waiting) == ("0.1\u00a0ETH", True, "")
    leaving = stake_line(position(50, 0, ETHER // 10), ticket, BlockNumber(EXIT_BLOCKS), EN)
    assert leaving.waiting.startswith("It can be taken out after 50 more blocks, in about 10 min")
    assert (leaving.rewards, leaving.may_unstake) == ("", False)
    rested = stake_line(position(50, 1, ETHER), ticket, BlockNumber(EXIT_BLOCKS + 50), EN)
    assert (rested.may_unstake, rested.waiting) == (
        False,
        "It can be taken out once no seat is open.",
    )


def test_a_practice_vote_is_hidden_and_paid_as_real_ones_are() -> None:
    hidden = practice.cast("50")
    assert practice.opened(hidden.receipt, hidden.commitment) == hidden
    end = practice.ended(hidden.vote, TERMS)
    assert (end.ruling, end.votes) == (5000, (4000, 5500, 5000))
    assert list(end.pays) == fees.panel_pays(list(end.votes), TERMS)
    assert result(end, EN).mine == "Your vote would have earned 0.01\u00a0ETH."


@pytest.mark.parametrize("share", ["", "x", "nan", "inf", "-1", "100.01", "1e99"])
def test_only_percentages_are_practice_votes(share: str) -> None:
    with pytest.raises(InvalidInput):
        practice.cast(share)


def test_a_changed_receipt_opens_nothing() -> None:
    hidden, other = practice.cast("50"), practice.cast("50")
    for receipt in (
        other.receipt,
        hidden.receipt.replace("5000", "5001"),
        "",
        "[]",
        "{}",
        "[" * 1999,
        '{"schema": "redress-receipt/1"}',
        hidden.receipt + " " * 2000,
    ):
        with pytest.raises(InvalidInput) as refused:
            practice.opened(receipt, hidden.commitment)
        assert refused.value.code == "receipt-invalid"


def test_forgetting_costs_more_than_the_worst_vote() -> None:
    worst, none = practice.ended(BasisPoints(0), TERMS), practice.ended(None, TERMS)
    assert none.pays[-1] == -TERMS.lock_wei < worst.pays[-1] < 0
    assert none.ruling == 4750


def test_the_made_up_case_names_the_amounts_of_real_panels() -> None:
    shown = made_up(EN, ARMED.terms)
    assert EN.amount(ARMED.terms.lock_wei) in shown.rules[-1]
    assert shown.question.startswith("Which share of 0.08")
