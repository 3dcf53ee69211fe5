"""Who may do what while arbitrators have the case, and whose turn it is."""

from collections.abc import Iterator

import pytest

from dapp.domain.actions import Action, Role
from dapp.domain.case import Case
from dapp.domain.events import APPEALS, OUTSIDE
from dapp.domain.turns import Consequence, turn
from dapp.domain.types import BlockNumber, UnixTime
from tests.unit.domain import cases
from tests.unit.domain.cases import ARMED_AT, HOUR, OPERATOR, OWNERS, START
from tests.unit.domain.test_rules import may

A, C, R = Action, Consequence, Role
OPENS = ARMED_AT + 24 * HOUR
ENDS = OPENS + 48 * HOUR
REVEALED = ENDS + 48 * HOUR
FINAL = REVEALED + 48 * HOUR


def test_the_draw_waits_for_its_block() -> None:
    case, at = cases.escalated(), ARMED_AT
    assert may(case, R.ANYONE, at, block=104) == set()
    waiting = turn(case, UnixTime(at), BlockNumber(104))
    assert (waiting.who, waiting.until_block, waiting.then) == (None, 105, C.DRAW_OPENS)
    assert may(case, R.ANYONE, at, block=105) == {A.DRAW}
    drawable = turn(case, UnixTime(at), BlockNumber(105))
    assert (drawable.until, drawable.then) == (ENDS, C.DRAW_MISSED)
    assert may(case, R.ANYONE, at, block=104 + 8192) == {A.REARM}
    assert A.EVIDENCE in may(case, R.CUSTOMER, at)


def test_who_votes_first_may_draw_and_nobody_after_the_window() -> None:
    case = cases.escalated()
    assert may(case, R.ARBITRATOR, OPENS - 1) == {A.DRAW}
    assert may(case, R.ARBITRATOR, OPENS) == {A.COMMIT_DRAWING, A.DRAW}
    assert may(case, R.ARBITRATOR, ENDS - 1) == {A.COMMIT_DRAWING, A.DRAW}
    assert may(case, R.ARBITRATOR, ENDS) == {A.REARM}
    assert may(case, R.ARBITRATOR, ENDS, block=1) == {A.REARM}
    # The panel may vote at once, so evidence ends with the hand-over, drawn or not.
    assert A.EVIDENCE in may(case, R.CUSTOMER, OPENS - 1)
    assert A.EVIDENCE not in may(case, R.CUSTOMER, OPENS)
    assert A.EVIDENCE in may(case, R.CUSTOMER, ENDS)


def test_only_the_panel_votes_and_only_in_its_windows() -> None:
    case = cases.drawn()
    assert may(case, R.ARBITRATOR, OPENS - 1, actor=OWNERS[4]) == set()
    assert may(case, R.ARBITRATOR, OPENS, actor=OWNERS[4]) == {A.COMMIT}
    assert may(case, R.ARBITRATOR, OPENS, actor=OWNERS[0]) == set()
    assert A.EVIDENCE in may(case, R.CUSTOMER, OPENS - 1)
    assert A.EVIDENCE not in may(case, R.CUSTOMER, OPENS)
    assert turn(case, UnixTime(OPENS), BlockNumber(1)).until == ENDS
    for _ in range(4):
        case = cases.court(case, "Committed", OPENS, seat=0, commitment="0x" + "01" * 32)
    assert A.COMMIT not in may(case, R.ARBITRATOR, OPENS, actor=OWNERS[4])
    assert A.COMMIT in may(case, R.ARBITRATOR, OPENS, actor=OWNERS[5])
    assert A.COMMIT not in may(case, R.ARBITRATOR, ENDS, actor=OWNERS[5])


def test_a_vote_that_is_told_before_its_time_is_gone() -> None:
    case = cases.committed(2)
    assert A.REPORT_LEAK in may(case, R.ANYONE, OPENS)
    assert A.REPORT_LEAK not in may(cases.drawn(), R.ANYONE, OPENS)
    case = cases.court(case, "Leaked", OPENS, seat=0, reporter=cases.ANYONE, taken=5)
    assert A.COMMIT not in may(case, R.ARBITRATOR, OPENS, actor=OWNERS[4])
    # Not all have committed then, so that commit lasts to its end.
    case = cases.committed(3, case, OPENS)
    case = cases.court(cases.drawn(), "Committed", OPENS, seat=0, commitment="0x" + "01" * 32)
    case = cases.court(case, "Leaked", OPENS, seat=0, reporter=cases.ANYONE, taken=5)
    for seat in (1, 2):
        case = cases.court(case, "Committed", OPENS, seat=seat, commitment="0x" + "01" * 32)
    assert A.COMMIT in may(case, R.ARBITRATOR, OPENS, actor=OWNERS[5])
    assert may(case, R.ARBITRATOR, ENDS, actor=OWNERS[4]) == set()
    assert may(case, R.ARBITRATOR, ENDS, actor=OWNERS[5]) == {A.REVEAL}


def test_reveals_then_appeals_then_the_ruling() -> None:
    case, at = cases.committed(), START + 28 * HOUR
    assert may(case, R.ARBITRATOR, at, actor=OWNERS[4]) == {A.REVEAL}
    # All have committed, so all have until the end of both windows to reveal.
    now = turn(case, UnixTime(at), BlockNumber(1))
    assert (now.who, now.until) == (R.ARBITRATOR, REVEALED)
    case = cases.revealed()
    assert may(case, R.CUSTOMER, at) == {A.CONTRIBUTE}
    now = turn(case, UnixTime(at), BlockNumber(1))
    assert (now.who, now.until, now.then) == (R.ANYONE, FINAL, C.RULING_FINAL)
    assert may(case, R.CUSTOMER, FINAL - 1) == {A.CONTRIBUTE}
    assert may(case, R.CUSTOMER, FINAL) == {A.EXECUTE}
    assert turn(case, UnixTime(FINAL), BlockNumber(1)).then is C.RULING_PAID


@pytest.mark.parametrize(
    "word", [cases.round_word(seats=31), cases.round_word(appeals=3)], ids=["31 seats", "appeal 3"]
)
def test_the_largest_panel_and_the_third_appeal_are_the_last_word(word: int) -> None:
    case = cases.drawn(case=cases.escalated(word=word))
    case = cases.revealed(case=cases.committed(case=case))
    assert may(case, R.ANYONE, START + 28 * HOUR) == {A.EXECUTE}


def test_too_few_reveals_void_the_round() -> None:
    case = cases.committed(1)
    assert may(case, R.ANYONE, REVEALED) == {A.VOID}
    assert turn(case, UnixTime(REVEALED), BlockNumber(1)).then is C.NEW_PANEL


@pytest.mark.parametrize("case", [cases.drawn(()), cases.escalated(word=cases.round_word(voids=2))])
def test_a_round_that_can_have_no_votes_is_decided_at_once(case: Case) -> None:
    assert A.EXECUTE in may(case, R.ANYONE, START + 3 * HOUR)


def test_a_missed_draw_arms_the_same_round_again() -> None:
    late = cases.round_word(at=ENDS, block=300)
    case = cases.court(cases.escalated(), "RoundArmed", ENDS, round=late)
    assert [one.number for one in case.rounds] == [0]
    assert case.round is not None and case.round.commit_opens == ENDS + 24 * HOUR
    void = cases.round_word(voids=1, at=ENDS, block=300)
    again = cases.court(case, "RoundArmed", START, round=void)
    assert [one.number for one in again.rounds] == [0, 1]


def test_the_sides_may_settle_until_votes_are_opened() -> None:
    for case, at in [
        (cases.escalated(), ARMED_AT),
        (cases.drawn(), ARMED_AT),
        (cases.committed(2), OPENS),
        (cases.appealed(), START + 30 * HOUR),
    ]:
        for role in (R.CUSTOMER, R.ORGANISATION):
            assert A.SETTLE in may(case, role, at)
        assert A.SETTLE not in may(case, R.ARBITRATOR, at)
    for case in (cases.committed(3), cases.revealed()):
        assert A.SETTLE not in may(case, R.CUSTOMER, START + 28 * HOUR)
    assert A.SETTLE not in may(cases.offered(), R.CUSTOMER, START + HOUR)


def test_only_the_second_word_of_a_settlement_waits_for_a_freeze() -> None:
    case = cases.escalated()
    args = {"key": case.order.key, "until": ENDS}
    case = cases.other("OrderEscrow", case, "OrderFrozen", ARMED_AT, **args)
    assert A.SETTLE in may(case, R.CUSTOMER, ARMED_AT)
    said = {"actor": OPERATOR, "byCustomer": False, "round": 0, "share": 6000}
    case = cases.desk(case, "SettlementProposed", ARMED_AT, **said)
    assert A.SETTLE not in may(case, R.CUSTOMER, ARMED_AT)


def _opened(case: Case, at: int = ARMED_AT) -> Case:
    facts = {"arbitrator": cases.ANYONE, "id": 7, "listing": 0, "cost": 5, "deadline": ENDS}
    return cases.other(OUTSIDE, case, "Opened", at, dispute=1, terms=9, **facts)


def test_arbitrators_outside_have_until_their_time_out() -> None:
    case = cases.escalation(_opened(cases.offered()), is_outside=True, word=9)
    assert not case.rounds
    assert may(case, R.CUSTOMER, ENDS - 1) == {A.SETTLE, A.EVIDENCE}
    assert may(case, R.ANYONE, ENDS - 1) == set()
    now = turn(case, UnixTime(ARMED_AT), BlockNumber(1))
    assert (now.who, now.until, now.then) == (None, ENDS, C.NO_RULING)
    # The parties may agree until somebody has it concluded.
    assert may(case, R.CUSTOMER, ENDS) == {A.SETTLE, A.EXECUTE}
    ruling = {"_arbitrator": cases.ANYONE, "_disputeID": 7, "_ruling": 3}
    ruled = cases.other(OUTSIDE, case, "Ruling", ARMED_AT, **ruling)
    assert may(ruled, R.CUSTOMER, ARMED_AT) == {A.EXECUTE}
    assert turn(ruled, UnixTime(ARMED_AT), BlockNumber(1)).then is C.RULING_PAID
    foreign = cases.other(OUTSIDE, case, "Ruling", ARMED_AT, **{**ruling, "_disputeID": 8})
    assert foreign == case


def _contributed(case: Case, higher: bool, amount: int) -> Case:
    args = {"dispute": 1, "level": 0, "higher": higher, "payer": cases.ANYONE, "amount": amount}
    return cases.other(APPEALS, case, "Contributed", START + 28 * HOUR, **args)


def test_contributions_come_back_where_they_open_no_appeal() -> None:
    case = _contributed(cases.revealed(), True, 5)
    assert A.REFUND_CONTRIBUTION not in may(case, R.ANYONE, FINAL - 1)
    assert A.REFUND_CONTRIBUTION in may(case, R.ANYONE, FINAL)
    # The other pot opens it: this one's money is free at once.
    case = _contributed(case, False, 9)
    opened = {"dispute": 1, "level": 0, "higher": False, "cost": 6, "stake": 3}
    at = START + 30 * HOUR
    case = cases.other(APPEALS, case, "Appealed", at, rulingBefore=5000, **opened)
    word = cases.round_word(seats=7, appeals=1, at=at, block=200)
    case = cases.court(case, "Appealed", at, appeals=1, ruling=5000, round=word)
    assert A.REFUND_CONTRIBUTION in may(case, R.ANYONE, at)
    assert A.RESOLVE_APPEAL not in may(case, R.ANYONE, at)
    ended = cases.court(case, "Concluded", at, ruling=0, refused=True, pays=(0,) * 3)
    assert A.RESOLVE_APPEAL in may(ended, R.ANYONE, at)
    facts = {"dispute": 1, "level": 0, "refused": True, "rulingAfter": 0}
    parts = {"back": 3, "toParty": 0}
    case = cases.other(APPEALS, ended, "Resolved", at, **facts, **parts)
    assert A.RESOLVE_APPEAL not in may(case, R.ANYONE, at)
    assert A.WITHDRAW_SHARE in may(case, R.ANYONE, at, actor=cases.ANYONE)
    assert A.WITHDRAW_SHARE not in may(case, R.ANYONE, at, actor=OPERATOR)


def _stories() -> Iterator[Case]:
    yield cases.filed()
    yield cases.funded(cases.claimed(), 5)
    args = {"actor": OPERATOR, "deadline": START + HOUR}
    yield cases.desk(cases.filed(), "InformationRequested", START, **args)
    accusation = {"actor": cases.CUSTOMER, "accusation": "0x" + "11" * 32}
    yield cases.desk(cases.filed(), "Accused", START, **accusation)
    yield from (cases.offered(), cases.pledged_offer(), cases.pledged(), cases.delivered())
    yield from (cases.escalated(), cases.drawn(), cases.committed(1), cases.committed())
    yield from (cases.revealed(), cases.executed())
    lost = _contributed(_contributed(cases.revealed(), True, 5), False, 9)
    opened = {"dispute": 1, "level": 0, "higher": False, "cost": 6, "stake": 3}
    lost = cases.other(APPEALS, lost, "Appealed", START, rulingBefore=5000, **opened)
    fees = {"dispute": 1, "level": 0, "amount": 9}
    lost = cases.other(APPEALS, lost, "FeesReturned", START, **fees)
    yield cases.court(lost, "Concluded", FINAL, ruling=1, refused=False, pays=(1, 1, 1))


def test_every_action_is_available_to_somebody_sometime() -> None:
    found: set[Action] = set()
    for case in _stories():
        for hours in (0, 1, 2, 3, 26, 27, 28, 30, 100, 200, 300):
            for block in (104, 105, 104 + 8192):
                for role in Role:
                    for actor in (None, cases.ANYONE):
                        found |= may(case, role, START + hours * HOUR, block, actor)
    assert found == set(Action)
