"""What there is to tell of a case, to whom, and when."""

from collections.abc import Sequence

import pytest

from dapp.domain.case import Case
from dapp.domain.deadlines import deadlines, operators_of
from dapp.domain.notices import Kind, Notice, notices, true_keys
from dapp.domain.types import Address, BlockNumber, UnixTime
from tests.unit.domain import cases
from tests.unit.domain.cases import CUSTOMER, HOUR, OPERATOR, OWNERS, START

PANEL = OWNERS[4:7]
EVERYBODY = (CUSTOMER, OPERATOR, *PANEL)
DAY = 24 * HOUR
ACKNOWLEDGED = cases.desk(cases.filed(), "Acknowledged", START + 300, actor=OPERATOR, onTime=True)


def told(
    case: Case, hours: float = 0, lead: int = DAY, to: Sequence[Address] = EVERYBODY
) -> list[Notice]:
    """All there is, so many hours after the filing."""
    now = UnixTime(START + int(hours * HOUR))
    leads = dict.fromkeys(to, lead)
    return notices(case, (OPERATOR,), leads, now, BlockNumber(10_000))


def of(case: Case, kind: Kind, hours: float = 0, lead: int = DAY) -> list[Notice]:
    return [one for one in told(case, hours, lead) if one.kind is kind]


def hour(one: Notice) -> float:
    """When it is due, in hours after the filing."""
    return (one.due_at - START) / HOUR


@pytest.mark.parametrize(
    ("case", "kind", "accounts"),
    [
        (cases.filed(), Kind.NEW_COMPLAINT, [OPERATOR]),
        (ACKNOWLEDGED, Kind.ACKNOWLEDGED, [CUSTOMER]),
        (cases.offered(), Kind.ACKNOWLEDGED, []),
        (cases.offered(), Kind.OFFER, [CUSTOMER]),
        (cases.escalated(), Kind.ESCALATED, [OPERATOR]),
        (cases.drawn(), Kind.DRAWN, PANEL),
        (cases.revealed(), Kind.RULING, [CUSTOMER, OPERATOR, *PANEL]),
        (cases.appealed(), Kind.APPEAL_OPENED, [CUSTOMER, OPERATOR, *PANEL]),
        (cases.executed(), Kind.MONEY_PAID, [CUSTOMER, OPERATOR]),
    ],
)
def test_who_is_told_what(case: Case, kind: Kind, accounts: list[Address]) -> None:
    assert [one.account for one in of(case, kind)] == list(accounts)


def test_a_question_is_told_with_its_deadline() -> None:
    asked = cases.desk(
        cases.filed(),
        "InformationRequested",
        START + HOUR,
        actor=OPERATOR,
        deadline=START + 49 * HOUR,
    )
    (one,) = of(asked, Kind.INFO_ASKED)
    assert (one.account, one.until) == (CUSTOMER, START + 49 * HOUR)
    (near,) = of(asked, Kind.DEADLINE_NEAR)
    assert (near.account, near.facts["what"], hour(near)) == (CUSTOMER, "inform", 25)


def test_the_organisations_own_deadlines_are_breaches() -> None:
    found = {str(one.facts["what"]): one for one in of(cases.filed(), Kind.BREACH_NEAR)}
    assert set(found) == {"acknowledge", "answer"}
    # Ten minutes to acknowledge: half of that before the end, whatever lead is wished for.
    assert hour(found["acknowledge"]) == pytest.approx(5 / 60)
    assert hour(found["answer"]) == 48
    assert {one.account for one in found.values()} == {OPERATOR}


@pytest.mark.parametrize(("lead", "due"), [(HOUR, 71), (36 * HOUR, 36), (60 * HOUR, 36)])
def test_the_lead_is_the_readers_up_to_half_the_window(lead: int, due: int) -> None:
    found = of(cases.filed(), Kind.BREACH_NEAR, lead=lead)
    assert [hour(one) for one in found if one.facts["what"] == "answer"] == [due]


def test_the_vote_opens_when_the_hand_over_is_over() -> None:
    found = of(cases.drawn(), Kind.VOTING_OPENS)
    assert [(one.account, hour(one)) for one in found] == [(owner, 26) for owner in PANEL]
    assert {one.until for one in found} == {START + 74 * HOUR}


def test_whoever_has_voted_is_not_asked_to() -> None:
    case = cases.committed(seats=1)
    assert [one.account for one in of(case, Kind.VOTING_OPENS)] == PANEL[1:]
    assert [one.account for one in of(case, Kind.REVEAL_OPENS)] == PANEL[:1]
    # The hour of the reveal comes by itself.
    assert [hour(one) for one in of(case, Kind.REVEAL_OPENS)] == [74]


def test_with_all_votes_in_the_reveal_opens_at_once() -> None:
    case = cases.committed(at=START + 30 * HOUR)
    assert [hour(one) for one in of(case, Kind.REVEAL_OPENS)] == [30, 30, 30]


def test_a_ruling_waits_for_the_votes_that_can_still_come() -> None:
    (first, *_) = of(cases.revealed((3000, 5000)), Kind.RULING)
    assert (hour(first), first.facts["share"]) == (122, 4000)
    (first, *_) = of(cases.revealed(), Kind.RULING)
    assert (hour(first), first.facts["share"]) == (28, 5000)


def test_another_ruling_has_another_key() -> None:
    keys = {of(cases.revealed(votes), Kind.RULING)[0].key for votes in [(1, 2, 3), (4, 5, 6)]}
    assert len(keys) == 2


def test_too_few_votes_rule_nothing() -> None:
    assert of(cases.revealed((3000,)), Kind.RULING) == []


def test_what_was_ruled_stays_true_after_the_appeal_and_the_end() -> None:
    ruled = {one.key for one in of(cases.revealed(), Kind.RULING)}
    for later in (cases.appealed(), cases.executed()):
        assert ruled <= true_keys(later, (OPERATOR,))


def test_an_appeal_can_be_asked_for_once_the_votes_are_counted() -> None:
    now, block = UnixTime(START + 29 * HOUR), BlockNumber(10_000)
    (one,) = deadlines(cases.revealed(), (OPERATOR,), now, block)
    assert (one.name, one.accounts) == ("appeal", (CUSTOMER, OPERATOR))


def test_a_deadline_that_moved_has_another_key() -> None:
    first = cases.desk(
        cases.filed(),
        "InformationRequested",
        START + HOUR,
        actor=OPERATOR,
        deadline=START + 49 * HOUR,
    )
    later = cases.desk(
        cases.filed(),
        "InformationRequested",
        START + HOUR,
        actor=OPERATOR,
        deadline=START + 50 * HOUR,
    )
    keys = {of(case, Kind.DEADLINE_NEAR)[0].key for case in (first, later)}
    assert len(keys) == 2
    # What was asked is the same: that is told once.
    assert len({of(case, Kind.INFO_ASKED)[0].key for case in (first, later)}) == 1


def test_nothing_is_near_that_is_over() -> None:
    assert of(cases.filed(), Kind.BREACH_NEAR, hours=80) == []


def test_strangers_hear_nothing() -> None:
    assert told(cases.executed(), to=[cases.ANYONE]) == []


def test_whoever_is_accused_hears_nothing_as_an_operator() -> None:
    accused = cases.desk(cases.filed(), "Accused", START + 1, actor=CUSTOMER, accusation="0x01")
    named = cases.desk(
        accused, "AccusedNamed", START + 2, actor=CUSTOMER, account=OPERATOR, salt="0x02"
    )
    assert operators_of(named, [OPERATOR, cases.ANYONE]) == (cases.ANYONE,)


def test_pledges_have_their_own_deadlines() -> None:
    (deliver,) = of(cases.pledged(), Kind.BREACH_NEAR)
    assert (deliver.account, deliver.facts["what"]) == (OPERATOR, "deliver")
    (look,) = of(cases.delivered(), Kind.DEADLINE_NEAR)
    assert (look.account, look.facts["what"]) == (CUSTOMER, "confirm-delivery")
