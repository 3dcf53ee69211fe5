"""What an organisation promised and did not keep."""

from dataclasses import replace

import pytest

from dapp.domain.breach import Breach, acknowledgement_missed_at, answer_missed_at, breaches
from dapp.domain.case import Case
from dapp.domain.parts import Acknowledgement, ComplaintState, InfoRequest, Offer
from dapp.domain.types import NO_DIGEST, BasisPoints, UnixTime
from tests.unit.domain.cases import HOUR, OPERATOR, START, filed

FILED = filed()
ACKNOWLEDGE, ANSWER = FILED.acknowledge_deadline, FILED.answer_deadline


def at(hours: int) -> UnixTime:
    return UnixTime(START + hours * HOUR)


def said(when: int, on_time: bool, contested: int | None = None) -> Acknowledgement:
    contested_at = None if contested is None else UnixTime(contested)
    return Acknowledgement(UnixTime(when), OPERATOR, on_time, NO_DIGEST, contested_at)


def offered(when: int) -> tuple[Offer, ...]:
    return (Offer(1, BasisPoints(0), UnixTime(when), at(99), OPERATOR, NO_DIGEST),)


def asked(when: int) -> tuple[InfoRequest, ...]:
    return (InfoRequest(UnixTime(when), OPERATOR, at(99), NO_DIGEST),)


@pytest.mark.parametrize(
    ("case", "missed"),
    [
        (FILED, ACKNOWLEDGE),
        (replace(FILED, acknowledgement=said(ACKNOWLEDGE - 1, True)), None),
        (replace(FILED, acknowledgement=said(ACKNOWLEDGE, False)), ACKNOWLEDGE),
        # A reply that the customer calls automatic is none, from then on.
        (replace(FILED, acknowledgement=said(START, True, contested=START + 9)), START + 9),
        (replace(FILED, asks=asked(ACKNOWLEDGE - 1)), None),
        (replace(FILED, offers=offered(ACKNOWLEDGE - 1)), None),
        (replace(FILED, offers=offered(ACKNOWLEDGE)), ACKNOWLEDGE),
        (replace(FILED, withdrawn_at=UnixTime(ACKNOWLEDGE - 1)), None),
        (replace(FILED, withdrawn_at=ACKNOWLEDGE), ACKNOWLEDGE),
    ],
)
def test_the_first_reply(case: Case, missed: int | None) -> None:
    assert acknowledgement_missed_at(case) == missed


@pytest.mark.parametrize(
    ("case", "missed"),
    [
        (FILED, ANSWER),
        (replace(FILED, acknowledgement=said(START, True)), ANSWER),
        (replace(FILED, offers=offered(ANSWER - 1)), None),
        (replace(FILED, withdrawn_at=UnixTime(ANSWER - 1)), None),
        (replace(FILED, withdrawn_at=ANSWER), ANSWER),
        # While information is asked for, the deadline is where it would be without a reply.
        (
            replace(
                FILED,
                state=ComplaintState.ASKED,
                asks=asked(START),
                answer_deadline=UnixTime(ANSWER + 5),
            ),
            ANSWER + 5,
        ),
    ],
)
def test_the_answer(case: Case, missed: int | None) -> None:
    assert answer_missed_at(case) == missed


def test_a_breach_begins_with_its_deadline() -> None:
    assert breaches(FILED, UnixTime(ACKNOWLEDGE - 1)) == frozenset()
    assert breaches(FILED, ACKNOWLEDGE) == {Breach.ACKNOWLEDGEMENT}
    assert breaches(FILED, ANSWER) == {Breach.ACKNOWLEDGEMENT, Breach.ANSWER}
