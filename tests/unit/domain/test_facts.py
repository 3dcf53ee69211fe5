"""What each way a complaint can go says about its organisation."""

from dataclasses import replace

import pytest

from dapp.domain.case import Case
from dapp.domain.events import CLAIMS
from dapp.domain.facts import MAX_GWEI, Appealed, CaseFacts, facts
from dapp.domain.parts import Outcome
from dapp.domain.types import NATIVE_COIN, Address, BasisPoints, Wei
from tests.unit.domain import cases
from tests.unit.domain.cases import CUSTOMER, HOUR, OPERATOR, START


def test_a_complaint_just_filed_says_what_is_owed() -> None:
    found = facts(cases.filed())
    assert (found.organisation, found.customer, found.filed_at) == (1, CUSTOMER, START)
    # 2033-05-18 03:33:20 UTC was a Wednesday.
    assert found.hour == 2 * 24 + 3
    assert not found.is_peak
    assert (found.acknowledge_by, found.answer_by) == (START + 600, START + 72 * HOUR)
    assert (found.token, found.value, found.gwei) == (NATIVE_COIN, 10**18, 10**9)
    nothing = (found.first_answer_seconds, found.operator, found.answered_at, found.left_at)
    assert nothing == (None, None, None, None)
    assert (found.on_time, found.contested, found.pledged, found.escalated) == (False,) * 4
    assert (found.outcome, found.ruling, found.stars) == (Outcome.NONE, None, None)


@pytest.mark.parametrize(("at", "on_time"), [(599, True), (600, False)])
def test_the_first_answer(at: int, on_time: bool) -> None:
    said = cases.desk(cases.filed(), "Acknowledged", START + at, actor=OPERATOR, onTime=on_time)
    found = facts(said)
    assert (found.first_answer_seconds, found.operator) == (at, OPERATOR)
    assert (found.on_time, found.answered_at) == (on_time, None)


def test_a_reply_contested_as_automatic_is_late() -> None:
    said = cases.desk(cases.filed(), "Acknowledged", START + 1, actor=OPERATOR, onTime=True)
    found = facts(cases.desk(said, "Contested", START + 2, actor=CUSTOMER))
    assert (found.on_time, found.contested, found.first_answer_seconds) == (False, True, 1)


def _ended(case: Case, outcome: Outcome) -> CaseFacts:
    return facts(cases.executed(case, int(outcome)))


def test_what_is_accepted_ends_at_first_contact() -> None:
    found = _ended(cases.offered(), Outcome.ACCEPTED)
    assert (found.first_contact, found.outcome) == (True, Outcome.ACCEPTED)
    assert found.paid_at == found.left_at == START + 200 * HOUR
    assert found.answered_at == START + HOUR


def test_first_contact_is_one_offer_that_was_answered_and_nothing_asked() -> None:
    twice = cases.offered(5000, cases.offered())
    asked = cases.desk(
        cases.filed(), "InformationRequested", START + 1, actor=OPERATOR, deadline=START + HOUR
    )
    informed = cases.desk(
        asked, "Informed", START + 2, actor=CUSTOMER, answerDeadline=START + 80 * HOUR
    )
    contested = cases.desk(cases.offered(), "Contested", START + 2 * HOUR, actor=CUSTOMER)
    for case in (twice, cases.offered(case=informed), contested):
        assert not _ended(case, Outcome.ACCEPTED).first_contact
    assert not _ended(cases.offered(), Outcome.ACCEPTED_BY_SILENCE).first_contact
    assert not _ended(cases.filed(), Outcome.DEFAULTED).first_contact


def test_silence_is_a_default_and_so_is_a_claim_that_others_took_to_arbitrators() -> None:
    assert _ended(cases.filed(), Outcome.DEFAULTED).by_silence
    claim = cases.escalation(cases.claimed(), 0)
    found = facts(claim)
    assert (found.by_silence, found.escalated, found.answered_at) == (True, True, None)
    assert found.left_at == cases.ARMED_AT
    assert not facts(cases.escalated()).by_silence


def test_a_claim_is_worth_its_deposit_alone() -> None:
    found = facts(cases.claimed())
    assert (found.token, found.value) == (NATIVE_COIN, 2 * 10**16)


def test_another_coin_has_no_worth_of_its_own_and_nothing_is_worth_too_much() -> None:
    case = cases.filed()
    coin = Address("0x" + "ee" * 20)
    found = facts(replace(case, order=replace(case.order, token=coin)))
    assert (found.token, found.value, found.gwei) == (coin, 10**18, None)
    assert facts(replace(case, amount=Wei(2**96 - 1))).gwei == MAX_GWEI


def test_a_promise_in_kind_is_owed_until_it_is_delivered() -> None:
    offered = facts(cases.pledged_offer())
    assert (offered.pledged, offered.pledge_due, offered.pledge_kept) == (False, None, None)
    accepted = facts(cases.pledged())
    assert (accepted.pledged, accepted.pledge_kept) == (True, None)
    assert accepted.pledge_due == START + 50 * HOUR
    delivered = facts(cases.delivered())
    assert (delivered.pledge_due, delivered.pledge_kept) == (None, None)


def test_what_became_of_a_promise_in_kind() -> None:
    kept = _ended(cases.delivered(), Outcome.PLEDGE_KEPT)
    assert (kept.pledge_kept, kept.first_contact) == (True, True)
    broken = _ended(cases.pledged(), Outcome.PLEDGE_BROKEN)
    assert (broken.pledge_kept, broken.pledge_due, broken.first_contact) == (False, None, False)
    again = cases.desk(
        cases.delivered(), "Reopened", START + 4 * HOUR, actor=CUSTOMER, deadline=START + 99 * HOUR
    )
    assert facts(again).pledge_kept is False
    # The customer had what was promised, say arbitrators that give nothing.
    taken = cases.executed(cases.escalation(again, 0))
    assert taken.payment is not None and taken.ruling is not None
    assert (
        facts(replace(taken, ruling=replace(taken.ruling, share=BasisPoints(0)))).pledge_kept
        is True
    )
    assert facts(taken).pledge_kept is False


@pytest.mark.parametrize(
    ("ruling", "lost"),
    # The customer stood at 90 %, the organisation at 40 %.
    [(6499, False), (6500, None), (6501, True), (0, False), (10_000, True)],
)
def test_a_ruling_is_lost_by_whoever_was_further_from_it(ruling: int, lost: bool | None) -> None:
    case = cases.executed()
    assert case.ruling is not None
    found = facts(replace(case, ruling=replace(case.ruling, share=BasisPoints(ruling))))
    assert (found.ruling, found.lost) == (ruling, lost)


def test_a_refusal_is_no_ruling() -> None:
    found = facts(cases.executed(outcome=5))
    assert (found.ruling, found.lost, found.outcome) == (None, None, Outcome.REFUSED)


@pytest.mark.parametrize(
    ("final", "became"),
    # The first panel said 50 %.
    [
        (5000, Appealed.UPHELD),
        (5499, Appealed.UPHELD),
        (5500, Appealed.RAISED),
        (4501, Appealed.UPHELD),
        (4500, Appealed.LOWERED),
    ],
)
def test_what_became_of_the_first_ruling(final: int, became: Appealed) -> None:
    case = cases.executed(cases.appealed())
    assert case.ruling is not None
    assert (
        facts(replace(case, ruling=replace(case.ruling, share=BasisPoints(final)))).appealed
        is became
    )
    assert facts(cases.executed()).appealed is Appealed.NOT
    assert facts(cases.appealed()).appealed is Appealed.NOT


def test_what_was_withdrawn_is_owed_nothing_any_more() -> None:
    found = facts(cases.desk(cases.filed(), "Withdrawn", START + 5, actor=CUSTOMER))
    assert (found.withdrawn, found.left_at, found.outcome) == (True, START + 5, Outcome.NONE)


def test_only_the_customers_stars_count() -> None:
    case = cases.executed()
    for by_customer, stars in ((False, 1), (True, 4)):
        case = cases.desk(
            case, "Rated", START + 300 * HOUR, actor=CUSTOMER, byCustomer=by_customer, stars=stars
        )
    assert facts(case).stars == 4


def test_money_sent_along_changes_no_fact() -> None:
    claim = cases.claimed()
    funded = cases.other(CLAIMS, claim, "Funded", START, complaint=1, payer=CUSTOMER, amount=5)
    assert facts(funded) == facts(claim)
