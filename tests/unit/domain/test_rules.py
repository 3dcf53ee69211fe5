"""Who may do what, whose turn it is, and what follows."""

import pytest

from dapp.domain.case import Case
from dapp.domain.rules import Action, Role, available, require
from dapp.domain.turns import Consequence, turn
from dapp.domain.types import Address, BlockNumber, UnixTime
from dapp.errors import Refused
from tests.unit.domain import cases
from tests.unit.domain.cases import HOUR, OWNERS, START

A, C, R = Action, Consequence, Role
SEED_THERE = 105


def _may(
    case: Case, role: Role, at: int, block: int = SEED_THERE, actor: Address | None = None
) -> set[Action]:
    return set(available(case, role, UnixTime(at), BlockNumber(block), actor))


def test_a_filed_complaint_is_the_organisations_turn() -> None:
    case = cases.filed()
    assert _may(case, R.ORGANISATION, START) == {A.ACKNOWLEDGE, A.OFFER, A.ASK, A.EVIDENCE}
    assert _may(case, R.CUSTOMER, START) == {A.WITHDRAW, A.EVIDENCE}
    assert _may(case, R.ANYONE, START) == set()
    now = turn(case, START, BlockNumber(1))
    assert (now.who, now.then, now.until) == (R.ORGANISATION, C.CLAIM_PAID, START + 72 * HOUR)
    assert now.acknowledge_until == START + 600
    assert now.awaits[0] is A.ACKNOWLEDGE


def test_silence_of_the_organisation_lets_anyone_execute() -> None:
    case, late = cases.filed(), START + 72 * HOUR
    assert A.EXECUTE not in _may(case, R.ANYONE, late - 1)
    assert _may(case, R.ANYONE, late) == {A.EXECUTE}
    assert _may(case, R.ORGANISATION, late) == {A.EXECUTE}
    assert turn(case, UnixTime(late), BlockNumber(1)).then is C.CLAIM_PAID


def test_a_question_is_the_customers_turn_and_only_two_may_be_asked() -> None:
    case, at = cases.filed(), START + HOUR
    for _ in range(2):
        case = cases.desk(
            case, "InformationRequested", at, actor=cases.OPERATOR, deadline=at + 72 * HOUR
        )
        assert _may(case, R.CUSTOMER, at) == {A.INFORM, A.WITHDRAW, A.EVIDENCE}
        assert turn(case, UnixTime(at), BlockNumber(1)).then is C.ANSWER_CLOCK_RESUMES
        case = cases.desk(case, "Informed", at, actor=cases.CUSTOMER, answerDeadline=at + 71 * HOUR)
    assert A.ASK not in _may(case, R.ORGANISATION, at)


@pytest.mark.parametrize(
    ("share", "may", "then"),
    [
        (0, {A.ESCALATE, A.WITHDRAW, A.EVIDENCE}, C.COMPLAINT_WITHDRAWN),
        (4000, {A.ACCEPT, A.ESCALATE, A.WITHDRAW, A.EVIDENCE}, C.OFFER_ACCEPTED),
        (10_000, {A.ACCEPT, A.WITHDRAW, A.EVIDENCE}, C.OFFER_ACCEPTED),
    ],
)
def test_an_offer_is_the_customers_turn(share: int, may: set[Action], then: Consequence) -> None:
    case, at = cases.offered(share), START + HOUR
    assert _may(case, R.CUSTOMER, at) == may
    now = turn(case, UnixTime(at), BlockNumber(1))
    assert (now.who, now.then, now.until) == (R.CUSTOMER, then, at + 7 * 24 * HOUR)
    # The organisation may raise it as long as there is room.
    assert (A.OFFER in _may(case, R.ORGANISATION, at)) == (share <= 9500)
    lapsed = at + 7 * 24 * HOUR
    assert _may(case, R.CUSTOMER, lapsed) == {A.EXECUTE}
    assert turn(case, UnixTime(lapsed), BlockNumber(1)).then is then


def test_the_draw_waits_for_its_block() -> None:
    case, at = cases.escalated(), START + 2 * HOUR
    assert _may(case, R.ANYONE, at, block=104) == set()
    waiting = turn(case, UnixTime(at), BlockNumber(104))
    assert (waiting.who, waiting.until_block, waiting.then) == (None, 105, C.DRAW_OPENS)
    assert _may(case, R.ANYONE, at, block=105) == {A.DRAW}
    assert _may(case, R.ANYONE, at, block=104 + 8192) == {A.REARM}
    assert A.EVIDENCE in _may(case, R.CUSTOMER, at)


def test_only_the_panel_votes_and_only_in_its_windows() -> None:
    case, opens = cases.drawn(), START + 27 * HOUR
    assert _may(case, R.ARBITRATOR, opens - 1, actor=OWNERS[4]) == set()
    assert _may(case, R.ARBITRATOR, opens, actor=OWNERS[4]) == {A.COMMIT}
    assert _may(case, R.ARBITRATOR, opens, actor=OWNERS[0]) == set()
    assert A.EVIDENCE in _may(case, R.CUSTOMER, opens - 1)
    assert A.EVIDENCE not in _may(case, R.CUSTOMER, opens)
    assert turn(case, UnixTime(opens), BlockNumber(1)).until == opens + 48 * HOUR
    for _ in range(4):
        case = cases.court(case, "Committed", opens, seat=0, commitment="0x" + "01" * 32)
    assert _may(case, R.ARBITRATOR, opens, actor=OWNERS[4]) == set()
    assert _may(case, R.ARBITRATOR, opens, actor=OWNERS[5]) == {A.COMMIT}


def test_reveals_then_the_ruling() -> None:
    case, at = cases.committed(), START + 28 * HOUR
    assert _may(case, R.ARBITRATOR, at, actor=OWNERS[4]) == {A.REVEAL}
    assert turn(case, UnixTime(at), BlockNumber(1)).who is R.ARBITRATOR
    # All have committed, so all have until the end of both windows to reveal.
    assert turn(case, UnixTime(at), BlockNumber(1)).until == START + (27 + 96) * HOUR
    case = cases.revealed()
    assert _may(case, R.CUSTOMER, at) == {A.EXECUTE}
    assert turn(case, UnixTime(at), BlockNumber(1)).then is C.RULING_PAID


def test_too_few_reveals_void_the_round() -> None:
    case = cases.committed(1)
    late = START + (27 + 96) * HOUR
    assert _may(case, R.ANYONE, late) == {A.VOID}
    assert turn(case, UnixTime(late), BlockNumber(1)).then is C.NEW_PANEL


def test_a_panel_that_nobody_could_be_drawn_into_is_decided_at_once() -> None:
    case = cases.drawn(())
    assert _may(case, R.ANYONE, START + 3 * HOUR) == {A.EXECUTE}


def test_a_missed_seed_arms_the_same_round_again() -> None:
    case = cases.court(cases.escalated(), "RoundArmed", START + 48 * HOUR, round=cases.ROUND)
    assert [one.number for one in case.rounds] == [0]
    again = cases.court(case, "RoundArmed", START, round=cases.ROUND | 1 << 95)
    assert [one.number for one in again.rounds] == [0, 1]


def test_after_the_payment_each_side_rates_once() -> None:
    case, at = cases.executed(), START + 48 * HOUR
    assert _may(case, R.CUSTOMER, at) == {A.CONFIRM}
    assert _may(case, R.ORGANISATION, at) == set()
    closed = at + 72 * HOUR
    assert _may(case, R.CUSTOMER, closed) == {A.RATE} == _may(case, R.ORGANISATION, closed)
    rated = cases.desk(case, "Rated", closed, actor=cases.CUSTOMER, byCustomer=True, stars=5)
    assert _may(rated, R.CUSTOMER, closed) == set()
    assert _may(rated, R.ORGANISATION, closed) == {A.RATE}
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
    assert A.EVIDENCE not in _may(case, R.CUSTOMER, START)
    assert A.EVIDENCE in _may(case, R.ORGANISATION, START)


def test_what_is_not_available_is_refused_in_words() -> None:
    require(cases.filed(), A.ASK, R.ORGANISATION, START, BlockNumber(1))
    with pytest.raises(Refused, match="customer cannot accept complaint 1") as refused:
        require(cases.filed(), A.ACCEPT, R.CUSTOMER, START, BlockNumber(1))
    assert refused.value.code == "action-not-available"
    assert refused.value.fields["phase"] == "filed"


def test_every_action_is_available_to_somebody_sometime() -> None:
    found: set[Action] = set()
    asked = cases.desk(
        cases.filed(), "InformationRequested", START, actor=cases.OPERATOR, deadline=START + HOUR
    )
    stories = [
        cases.filed(),
        asked,
        cases.offered(),
        cases.escalated(),
        cases.drawn(),
        cases.committed(1),
        cases.committed(),
        cases.revealed(),
        cases.executed(),
    ]
    for case in stories:
        for hours in (0, 2, 27, 30, 100, 200):
            for block in (104, 105, 104 + 8192):
                for role in Role:
                    found |= _may(case, role, START + hours * HOUR, block)
    assert found == set(Action)
