"""Who may do what, whose turn it is, and what follows, until a case goes to arbitrators."""

import pytest

from dapp.domain.actions import Action, Role
from dapp.domain.case import Case
from dapp.domain.rules import available, require
from dapp.domain.turns import Consequence, turn
from dapp.domain.types import Address, BlockNumber, UnixTime
from dapp.errors import Refused
from tests.unit.domain import cases
from tests.unit.domain.cases import HOUR, OPERATOR, START

A, C, R = Action, Consequence, Role
WEEK = 7 * 24 * HOUR
OPEN_TO_CUSTOMER = {A.WITHDRAW, A.EVIDENCE, A.ACCUSE}


def may(
    case: Case, role: Role, at: int, block: int = 105, actor: Address | None = None
) -> set[Action]:
    return set(available(case, role, UnixTime(at), BlockNumber(block), actor))


def test_a_filed_complaint_is_the_organisations_turn() -> None:
    case = cases.filed()
    assert may(case, R.ORGANISATION, START) == {
        A.ACKNOWLEDGE,
        A.OFFER,
        A.PLEDGE,
        A.ASK,
        A.EVIDENCE,
    }
    assert may(case, R.CUSTOMER, START) == OPEN_TO_CUSTOMER
    assert may(case, R.ANYONE, START) == set()
    now = turn(case, START, BlockNumber(1))
    assert (now.who, now.then, now.until) == (R.ORGANISATION, C.CLAIM_PAID, START + 72 * HOUR)
    assert now.acknowledge_until == START + 600
    assert now.awaits[0] is A.ACKNOWLEDGE


def test_silence_of_the_organisation_lets_anyone_execute() -> None:
    case, late = cases.filed(), START + 72 * HOUR
    assert A.EXECUTE not in may(case, R.ANYONE, late - 1)
    assert may(case, R.ANYONE, late) == {A.EXECUTE}
    assert may(case, R.ORGANISATION, late) == {A.EXECUTE}
    assert turn(case, UnixTime(late), BlockNumber(1)).then is C.CLAIM_PAID


def test_silence_about_a_claim_lets_anyone_take_it_to_arbitrators() -> None:
    case, late = cases.claimed(), START + 72 * HOUR
    assert turn(case, START, BlockNumber(1)).then is C.ARBITRATION_OPENS
    assert may(case, R.ANYONE, late - 1) == {A.FUND}
    assert may(case, R.ANYONE, late) == {A.ESCALATE, A.FUND}
    now = turn(case, UnixTime(late), BlockNumber(1))
    assert (now.who, now.awaits, now.then) == (R.ANYONE, (A.ESCALATE,), C.ARBITRATION_OPENS)


def test_a_question_is_the_customers_turn_and_only_two_may_be_asked() -> None:
    case, at = cases.filed(), START + HOUR
    for _ in range(2):
        case = cases.desk(case, "InformationRequested", at, actor=OPERATOR, deadline=at + 72 * HOUR)
        assert may(case, R.CUSTOMER, at) == {A.INFORM, *OPEN_TO_CUSTOMER}
        assert turn(case, UnixTime(at), BlockNumber(1)).then is C.ANSWER_CLOCK_RESUMES
        case = cases.desk(case, "Informed", at, actor=cases.CUSTOMER, answerDeadline=at + 71 * HOUR)
    assert A.ASK not in may(case, R.ORGANISATION, at)


@pytest.mark.parametrize(
    ("share", "own", "then"),
    [
        (0, {A.ESCALATE}, C.COMPLAINT_WITHDRAWN),
        (4000, {A.ACCEPT, A.ESCALATE}, C.OFFER_ACCEPTED),
        (10_000, {A.ACCEPT}, C.OFFER_ACCEPTED),
    ],
)
def test_an_offer_is_the_customers_turn(share: int, own: set[Action], then: Consequence) -> None:
    case, at = cases.offered(share), START + HOUR
    assert may(case, R.CUSTOMER, at) == {*own, A.CONTEST, *OPEN_TO_CUSTOMER}
    now = turn(case, UnixTime(at), BlockNumber(1))
    assert (now.who, now.then, now.until) == (R.CUSTOMER, then, at + WEEK)
    # The organisation may raise it as long as there is room; a pledge comes first or not at all.
    assert (A.OFFER in may(case, R.ORGANISATION, at)) == (share <= 9500)
    assert A.PLEDGE not in may(case, R.ORGANISATION, at)
    lapsed = at + WEEK
    assert may(case, R.CUSTOMER, lapsed) == {A.EXECUTE}
    assert turn(case, UnixTime(lapsed), BlockNumber(1)).then is then


def test_the_first_reply_can_be_contested_once() -> None:
    assert A.CONTEST not in may(cases.filed(), R.CUSTOMER, START)
    case = cases.offered()
    assert A.CONTEST in may(case, R.CUSTOMER, START + HOUR)
    assert A.CONTEST not in may(case, R.CUSTOMER, START + HOUR + WEEK)
    contested = cases.desk(case, "Contested", START + HOUR, actor=cases.CUSTOMER)
    assert A.CONTEST not in may(contested, R.CUSTOMER, START + HOUR)


def test_a_pledge_is_accepted_kept_or_broken() -> None:
    case, at = cases.pledged_offer(), START + HOUR
    assert {A.ACCEPT, A.ESCALATE} <= may(case, R.CUSTOMER, at)
    assert turn(case, UnixTime(at), BlockNumber(1)).then is C.PLEDGE_ACCEPTED
    assert may(case, R.ANYONE, at + WEEK) == {A.EXECUTE}
    case, due = cases.pledged(), START + 50 * HOUR
    assert may(case, R.ORGANISATION, due - 1) == {A.DELIVER, A.EVIDENCE}
    assert may(case, R.CUSTOMER, due - 1) == {A.EVIDENCE}
    now = turn(case, START, BlockNumber(1))
    assert (now.who, now.until, now.then) == (R.ORGANISATION, due, C.REFUND_PAID)
    assert may(case, R.ORGANISATION, due) == {A.EXECUTE}
    assert turn(case, UnixTime(due), BlockNumber(1)).then is C.REFUND_PAID


def test_a_delivery_is_confirmed_reopened_or_kept_by_silence() -> None:
    case, at = cases.delivered(), START + 3 * HOUR
    assert may(case, R.CUSTOMER, at) == {A.CONFIRM_DELIVERY, A.REOPEN, A.EVIDENCE}
    assert may(case, R.ORGANISATION, at) == {A.EVIDENCE}
    now = turn(case, UnixTime(at), BlockNumber(1))
    assert (now.who, now.until, now.then) == (R.CUSTOMER, at + WEEK, C.PLEDGE_KEPT)
    assert may(case, R.CUSTOMER, at + WEEK) == {A.EXECUTE}
    again = cases.desk(case, "Reopened", at, actor=cases.CUSTOMER, deadline=at + WEEK)
    # Nothing is left to accept; the organisation may offer money.
    own = may(again, R.CUSTOMER, at)
    assert A.ACCEPT not in own and {A.ESCALATE, A.WITHDRAW} <= own
    assert may(again, R.ORGANISATION, at) == {A.OFFER, A.EVIDENCE}
    assert turn(again, UnixTime(at), BlockNumber(1)).then is C.COMPLAINT_WITHDRAWN


def test_four_offers_are_the_last() -> None:
    case = cases.offered(500)
    for number in (2, 3, 4):
        assert A.OFFER in may(case, R.ORGANISATION, START + HOUR)
        args = {"number": number, "share": 500 * number, "deadline": START + WEEK}
        case = cases.desk(case, "Offered", START + HOUR, actor=OPERATOR, **args)
    assert may(case, R.ORGANISATION, START + HOUR) == {A.EVIDENCE}


def test_the_accused_cannot_act_once_named() -> None:
    said = {"actor": cases.CUSTOMER, "accusation": "0x" + "11" * 32}
    case = cases.desk(cases.filed(), "Accused", START, **said)
    assert A.NAME_ACCUSED in may(case, R.CUSTOMER, START)
    assert A.ACCUSE not in may(case, R.CUSTOMER, START)
    assert may(case, R.ORGANISATION, START, actor=OPERATOR)
    named = {"actor": cases.CUSTOMER, "account": OPERATOR, "salt": "0x" + "22" * 32}
    case = cases.desk(case, "AccusedNamed", START, **named)
    assert A.NAME_ACCUSED not in may(case, R.CUSTOMER, START)
    assert may(case, R.ORGANISATION, START, actor=OPERATOR) == set()
    assert may(case, R.ORGANISATION, START, actor=cases.ANYONE)
    with pytest.raises(Refused, match="is accused") as refused:
        require(case, A.OFFER, R.ORGANISATION, START, BlockNumber(1), OPERATOR)
    assert refused.value.code == "accused-cannot-act"


def test_a_freeze_holds_what_divides_the_money_and_nothing_else() -> None:
    case, at = cases.offered(), START + HOUR
    until = at + 10 * 24 * HOUR
    args = {"key": case.order.key, "until": until}
    frozen = cases.other("OrderEscrow", case, "OrderFrozen", at, **args)
    assert may(frozen, R.CUSTOMER, at) == may(case, R.CUSTOMER, at) - {A.ACCEPT}
    assert may(frozen, R.ORGANISATION, at) == may(case, R.ORGANISATION, at)
    assert may(frozen, R.ANYONE, until - 1) == set()
    assert may(frozen, R.ANYONE, until) == {A.EXECUTE}
    with pytest.raises(Refused, match="frozen until") as refused:
        require(frozen, A.EXECUTE, R.ANYONE, UnixTime(until - 1), BlockNumber(1))
    assert refused.value.code == "order-frozen"
    assert refused.value.fields["until"] == until
    # To take it back divides nothing; nor does a pledge that begins to run.
    for free in (cases.offered(0), cases.pledged_offer()):
        held = cases.other("OrderEscrow", free, "OrderFrozen", at, **args)
        assert A.EXECUTE in may(held, R.ANYONE, at + WEEK)
    foreign = {"key": "0x" + "77" * 32, "until": until}
    assert cases.other("OrderEscrow", case, "OrderFrozen", at, **foreign) == case


def test_money_sent_along_can_be_taken_back_while_no_offer_stands_on_it() -> None:
    payer = cases.ANYONE
    case = cases.funded(cases.claimed(), 10**18)
    assert A.WITHDRAW_FUNDING in may(case, R.ANYONE, START, actor=payer)
    assert A.WITHDRAW_FUNDING not in may(case, R.ANYONE, START, actor=OPERATOR)
    offered = cases.offered(5000, case)
    assert A.WITHDRAW_FUNDING not in may(offered, R.ANYONE, START + HOUR, actor=payer)
    escalated = cases.escalation(offered, 5000)
    assert A.WITHDRAW_FUNDING in may(escalated, R.ANYONE, cases.ARMED_AT, actor=payer)
    paid = cases.executed(offered, outcome=1)
    own = may(paid, R.ANYONE, START + 200 * HOUR, actor=payer)
    assert A.WITHDRAW_FUNDING in own and A.FUND not in own


def test_after_the_payment_each_side_rates_once() -> None:
    case, at = cases.executed(), START + 200 * HOUR
    assert may(case, R.CUSTOMER, at) == {A.CONFIRM}
    assert may(case, R.ORGANISATION, at) == set()
    closed = at + 72 * HOUR
    assert may(case, R.CUSTOMER, closed) == {A.RATE} == may(case, R.ORGANISATION, closed)
    rated = cases.desk(case, "Rated", closed, actor=cases.CUSTOMER, byCustomer=True, stars=5)
    assert may(rated, R.CUSTOMER, closed) == set()
    assert may(rated, R.ORGANISATION, closed) == {A.RATE}
    assert turn(rated, UnixTime(closed), BlockNumber(1)).who is None


def test_evidence_is_counted_by_side() -> None:
    case = cases.filed()
    for number in range(1, 33):
        case = cases.desk(
            case,
            "EvidenceSubmitted",
            START,
            actor=cases.CUSTOMER,
            byCustomer=True,
            digest=f"0x{number:064x}",
        )
    assert A.EVIDENCE not in may(case, R.CUSTOMER, START)
    assert A.EVIDENCE in may(case, R.ORGANISATION, START)


def test_what_is_not_available_is_refused_in_words() -> None:
    require(cases.filed(), A.ASK, R.ORGANISATION, START, BlockNumber(1))
    with pytest.raises(Refused, match="customer cannot accept complaint 1") as refused:
        require(cases.filed(), A.ACCEPT, R.CUSTOMER, START, BlockNumber(1))
    assert refused.value.code == "action-not-available"
    assert refused.value.fields["phase"] == "filed"
