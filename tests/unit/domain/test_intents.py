"""Wrong parameters are refused in words, before anybody signs."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from eth_abi.abi import encode as abi_encode
from hypothesis import given
from hypothesis import strategies as st

from dapp.chain.keccak import keccak
from dapp.domain import commitments, intents
from dapp.domain.intents import Intent, Opening
from dapp.domain.keys import EncryptionKey
from dapp.domain.position import Position
from dapp.domain.signing import SignedAction
from dapp.domain.types import (
    NATIVE_COIN,
    NO_DIGEST,
    ZERO_HASH,
    BasisPoints,
    BlockNumber,
    ChainId,
    Hash32,
    OrganisationId,
    PositionId,
    UnixTime,
    Wei,
)
from dapp.errors import InvalidInput, Refused
from tests.unit.domain import cases
from tests.unit.domain.cases import START

CASE = cases.offered(4000)
ORGANISATION = OrganisationId(1)
SIGNED = SignedAction(
    cases.ANYONE, "0x12345678", cases.CUSTOMER, 1, UnixTime(START), "0x" + "11" * 65
)
KEY = EncryptionKey(cases.CUSTOMER, ChainId(1), 5, None, UnixTime(START), BlockNumber(1))
POSITION = Position(
    PositionId(3),
    ChainId(1),
    cases.OWNERS[3],
    1,
    BlockNumber(1),
    UnixTime(START),
    BlockNumber(1),
    voting_key_version=2,
)
OPENING = Opening(0, BasisPoints(5000), ZERO_HASH, NO_DIGEST, 0, ())


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
        (lambda: intents.register(replace(cases.POLICY, track=8), NO_DIGEST), "track"),
        (lambda: intents.register(replace(cases.POLICY, claim_cap=9), NO_DIGEST), "claim_cap"),
        (lambda: intents.withdraw_credit("ComplaintDesk", cases.ANYONE), "contract"),
        (lambda: intents.batch([SIGNED], 20_000), "gas_each"),
        (lambda: intents.cancel_nonces(0, 0), "bits"),
        (lambda: intents.set_paused("ComplaintDesk", True), "contract"),
        (lambda: intents.pledge(CASE, 3, 48, BasisPoints(1)), "kind"),
        (lambda: intents.pledge(CASE, 1, 23, BasisPoints(1)), "due_hours"),
        (lambda: intents.pledge(CASE, 1, 1441, BasisPoints(1)), "due_hours"),
        (lambda: intents.pledge(CASE, 1, 48, BasisPoints(0)), "refund"),
        (lambda: intents.settle(CASE, BasisPoints(10_001)), "share"),
        (lambda: intents.accuse(CASE, ZERO_HASH), "accusation"),
        (lambda: intents.freeze(CASE.order, 169), "hours"),
        (lambda: intents.pay_token(ORGANISATION, 1, NATIVE_COIN, 1, ZERO_HASH), "token"),
        (lambda: intents.claim(CASE.order, Wei(0), BasisPoints(1), 2), "amount"),
        (lambda: intents.set_key(KEY, 5), "version"),
        (lambda: intents.set_voting_key(POSITION, 2), "version"),
        (lambda: intents.contribute(CASE, True, Wei(0)), "amount"),
        (lambda: intents.reveal(CASE, replace(OPENING, vote=BasisPoints(10_001))), "vote"),
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
    assert intents.act(SIGNED, Wei(3)).value == 3
    assert intents.contribute(CASE, True, Wei(9)).value == 9


@given(st.integers(1, (1 << 96) - 1))
def test_a_claim_takes_its_deposit_along(amount: int) -> None:
    value = intents.claim(CASE.order, Wei(amount), BasisPoints(1), 2).value
    assert 50 * value >= amount > 50 * (value - 1)


def test_an_unanswered_claim_is_escalated_as_it_was_filed() -> None:
    case = cases.claimed()
    assert intents.escalate(case, 0, BasisPoints(8000), Wei(7)).args[3] == 8000
    for demand in (7999, 8001):
        with pytest.raises(InvalidInput):
            intents.escalate(case, 0, BasisPoints(demand), Wei(7))


def test_what_is_offered_on_a_claim_was_sent_along() -> None:
    case = cases.funded(cases.claimed(), 5 * 10**17)
    assert intents.offer(case, BasisPoints(5000))
    assert intents.pledge(case, 1, 48, BasisPoints(5000))
    with pytest.raises(Refused) as refused:
        intents.offer(case, BasisPoints(5001))
    assert refused.value.code == "not-funded"
    assert refused.value.fields["funded"] == 5 * 10**17
    with pytest.raises(Refused):
        intents.pledge(case, 1, 48, BasisPoints(5001))
    # A rejection needs nothing, and an order has its money in escrow.
    assert intents.offer(cases.claimed(), BasisPoints(0))
    assert intents.offer(cases.filed(), BasisPoints(10_000))
    with pytest.raises(Refused) as refused:
        intents.fund(cases.filed(), Wei(1))
    assert refused.value.code == "not-a-claim"


def test_a_settlement_of_a_claim_is_funded_when_the_second_side_agrees() -> None:
    case = cases.escalation(cases.offered(0, cases.claimed()), 0)
    assert intents.settle(case, BasisPoints(6000))
    said = {"actor": cases.OPERATOR, "byCustomer": False, "round": 0, "share": 6000}
    case = cases.desk(case, "SettlementProposed", cases.ARMED_AT, **said)
    assert intents.settle(case, BasisPoints(6001))
    with pytest.raises(Refused):
        intents.settle(case, BasisPoints(6000))
    assert intents.settle(cases.funded(case, 6 * 10**17), BasisPoints(6000))


def test_a_settlement_names_the_open_round() -> None:
    assert intents.settle(cases.escalated(), BasisPoints(1)).args[2] == 0
    assert intents.settle(cases.appealed(), BasisPoints(1)).args[2] == 3


def test_the_accused_is_who_was_accused() -> None:
    salt = Hash32("0x" + "22" * 32)
    accusation = commitments.accusation(keccak, cases.OPERATOR, salt)
    assert (
        accusation
        == "0x"
        + keccak(
            abi_encode(["address", "bytes32"], [cases.OPERATOR, bytes.fromhex("22" * 32)])
        ).hex()
    )
    said = {"actor": cases.CUSTOMER, "accusation": accusation}
    case = cases.desk(cases.filed(), "Accused", START, **said)
    assert intents.name_accused(case, keccak, cases.OPERATOR, salt).args[1:] == (
        cases.OPERATOR,
        salt,
    )
    with pytest.raises(InvalidInput) as refused:
        intents.name_accused(case, keccak, cases.ANYONE, salt)
    assert refused.value.code == "accusation-mismatch"


def test_withdrawing_says_which_offer_was_seen() -> None:
    assert intents.withdraw(CASE, 1).args[2] == 1
    assert intents.withdraw(cases.filed(), 0).args[2] == 0
