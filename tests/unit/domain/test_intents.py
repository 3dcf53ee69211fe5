"""Wrong parameters are refused in words, before anybody signs."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dapp.domain import intents
from dapp.domain.intents import Intent
from dapp.domain.types import NO_DIGEST, BasisPoints, OrganisationId, Wei
from dapp.errors import InvalidInput
from tests.unit.domain import cases

CASE = cases.offered(4000)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: intents.offer(CASE, BasisPoints(4499)), "share"),
        (lambda: intents.offer(CASE, BasisPoints(10_001)), "share"),
        (lambda: intents.escalate(CASE, 1, BasisPoints(4000), Wei(1)), "demand"),
        (lambda: intents.file(CASE.order, BasisPoints(0), 2, NO_DIGEST), "demand"),
        (lambda: intents.file(CASE.order, BasisPoints(1), 7, NO_DIGEST), "category"),
        (lambda: intents.rate(CASE, 0), "stars"),
        (lambda: intents.rate(CASE, 6), "stars"),
        (lambda: intents.evidence(CASE, NO_DIGEST), "digest"),
        (lambda: intents.stake(9, Wei(1)), "tickets"),
        (lambda: intents.nominate(OrganisationId(1), cases.ANYONE, 8), "roles"),
        (lambda: intents.bond(OrganisationId(1), Wei(0)), "amount"),
        (
            lambda: intents.register(replace(cases.POLICY, answer_hours=47), NO_DIGEST),
            "answer_hours",
        ),
        (
            lambda: intents.register(
                replace(cases.POLICY, acknowledge_peak_seconds=73 * 3600), NO_DIGEST
            ),
            "acknowledge_peak_seconds",
        ),
        (lambda: intents.withdraw_credit("ComplaintDesk", cases.ANYONE), "contract"),
    ],
)
def test_out_of_range(make: Callable[[], Intent], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        make()
    assert refused.value.fields["field"] == field
    assert refused.value.code == "invalid-input"


def test_money_goes_along() -> None:
    assert intents.stake(3, Wei(5)).value == 15
    assert intents.escalate(CASE, 1, BasisPoints(4001), Wei(7)).value == 7
    assert intents.confirm(CASE).value == 0
