"""Domain records as JSON: nothing that a reader's numbers cannot hold, nothing left out."""

import json
from dataclasses import fields
from typing import Any

from dapp.domain.case import Case
from dapp.domain.events import DESK, Event
from dapp.domain.parts import (
    Accusation,
    Acknowledgement,
    Anchored,
    Category,
    ComplaintState,
    Escalation,
    EvidenceItem,
    InfoRequest,
    Offer,
    Order,
    Outcome,
    Payment,
    Pledge,
    PledgeKind,
    Rating,
    Ruling,
    Settlement,
)
from dapp.domain.phases import RoundPhase
from dapp.domain.policy import Policy
from dapp.domain.rounds import Commitment, Round, Seat, Terms
from dapp.domain.types import (
    NATIVE_COIN,
    NO_DIGEST,
    Address,
    BasisPoints,
    BlockNumber,
    ChainId,
    ComplaintId,
    Digest,
    Hash32,
    OrganisationId,
    PositionId,
    UnixTime,
    Wei,
)
from dapp.service import hearings, told, views
from dapp.store.views import Head

WHO = Address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
HASH = Hash32("0x" + "11" * 32)
DIGEST = Digest(HASH)
AT = UnixTime(1_700_000_000)
HALF = BasisPoints(5000)
MUCH = Wei(10**24)

CASE = Case(
    id=ComplaintId(7),
    chain_id=ChainId(31337),
    customer=WHO,
    organisation=OrganisationId(1),
    order=Order(OrganisationId(1), 1, WHO, NATIVE_COIN, HASH, HASH),
    order_trail=HASH,
    policy=Policy((1 << 168) - 1, 1800, 600, 72, 48, 336, 0),
    amount=MUCH,
    demand=HALF,
    filed_demand=HALF,
    category=Category.ORDER,
    filed_at=AT,
    acknowledge_deadline=AT,
    answer_deadline=AT,
    state=ComplaintState.PAID,
    deadline=AT,
    trail=HASH,
    updated_block=BlockNumber(9),
    anchored=Anchored(AT, WHO, HASH, HASH),
    acknowledgement=Acknowledgement(AT, WHO, True, NO_DIGEST),
    asks=(InfoRequest(AT, WHO, AT, DIGEST),),
    offers=(Offer(1, HALF, AT, AT, WHO, DIGEST, Pledge(PledgeKind.PUT_RIGHT, 48, HALF)),),
    evidence=(EvidenceItem(DIGEST, WHO, True, AT, "Filed"),),
    escalation=Escalation(HALF, HALF, HASH, MUCH, WHO, True, False, AT, WHO),
    accusation=Accusation(HASH, AT),
    settlements=(Settlement(True, 0, HALF, AT, WHO),),
    ruling=Ruling(HALF, False, HASH, MUCH, AT),
    payment=Payment(
        outcome=Outcome.ACCEPTED_BY_SILENCE,
        share=HALF,
        to_customer=MUCH,
        to_organisation=MUCH,
        cost_to_customer=MUCH,
        from_bond=MUCH,
        at=AT,
        confirm_deadline=AT,
        order_trail=HASH,
        record=HASH,
        cost=MUCH,
        actor=WHO,
    ),
    confirmed_at=AT,
    ratings=(Rating(True, 4, NO_DIGEST, AT, WHO),),
)


def numbers(value: Any) -> list[int]:
    if isinstance(value, dict):
        return [found for inner in value.values() for found in numbers(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in numbers(inner)]
    return [value] if isinstance(value, int) else []


def test_every_fact_of_a_case_is_shown() -> None:
    shown = views.case(CASE)
    # Hearings are shown by themselves; how much of the answer window was left is in its deadline.
    elsewhere = {"chain_id", "rounds", "outside", "appeals", "answer_left_seconds"}
    assert {field.name for field in fields(Case)} - elsewhere <= set(shown)
    assert shown["chain"] == "eip155:31337"
    assert shown["payment"]["outcome"] == "accepted-by-silence"
    assert shown["amount"] == str(10**24)
    assert shown["filed_at"] == {"unix": AT, "iso": "2023-11-14T22:13:20Z"}


def test_no_number_is_too_long_for_a_reader() -> None:
    shown = json.loads(json.dumps(views.case(CASE)))
    assert max(numbers(shown)) < 2**53


def test_a_digest_of_zero_is_none() -> None:
    shown = views.case(CASE)
    assert shown["acknowledgement"]["digest"] is None
    assert shown["offers"][0]["digest"] == DIGEST


def test_a_round_shows_every_seat() -> None:
    terms = Terms(Wei(10**16), Wei(10**17), 1, 2, 3)
    seats = (Seat(0, PositionId(5), WHO, vote=HALF, pay_wei=-5), Seat(1, PositionId(6), None))
    current = Round(
        appeals=1,
        voids=0,
        armed_word=HASH,
        terms=terms,
        seats_paid=3,
        armed_at_block=BlockNumber(1),
        armed_at=AT,
        high_water=9,
        drawn_at=AT,
        seats=seats,
        commitments=(Commitment(0, HASH, AT),),
    )
    shown = hearings.round_(current, RoundPhase.HAND_OVER, Wei(10**15))
    assert (shown["phase"], shown["number"], shown["appeal"]) == ("hand-over", 3, None)
    assert shown["commit_opens"]["unix"] == AT + 1
    assert shown["reveal_ends"]["unix"] == AT + 6
    assert [seat["pay"] for seat in shown["seats"]] == ["-5", None]
    assert shown["commitments"] == [{"seat": 0, "commitment": HASH, "at": views.time(AT)}]


def test_an_open_appeal_says_what_it_costs() -> None:
    terms = Terms(Wei(10**16), Wei(10**17), 1, 2, 3)
    seats = (Seat(0, PositionId(5), WHO, vote=HALF),)
    current = Round(0, 0, HASH, terms, 3, BlockNumber(1), AT, 9, drawn_at=AT, seats=seats)
    shown = hearings.round_(current, RoundPhase.APPEALABLE, Wei(10**15))
    assert shown["ruling"] == HALF
    assert shown["appeal"] == {
        "seats": 7,
        "cost": str(7 * 10**16 + 10**15),
        "needed": str((7 * 10**16 + 10**15) * 3 // 2),
    }


def test_an_event_keeps_long_numbers_as_text() -> None:
    event = Event(
        chain_id=ChainId(1),
        contract=DESK,
        address=WHO,
        name="Filed",
        args={"complaint": 7, "policy": 2**200, "onTime": True, "many": (1, 2**60), "actor": WHO},
        words=b"\x01" * 32,
        topic0=HASH,
        block_number=BlockNumber(5),
        block_hash=HASH,
        timestamp=AT,
        transaction=HASH,
        transaction_index=0,
        log_index=2,
    )
    head = Head(ChainId(1), BlockNumber(9), HASH, AT, 1.0, BlockNumber(5))
    shown = told.event(event, head)
    assert shown["args"] == {
        "complaint": 7,
        "policy": str(2**200),
        "onTime": True,
        "many": [1, str(2**60)],
        "actor": WHO,
    }
    assert (shown["folded"], shown["finality"]) == (True, "finalized")
    assert shown["words"] == "0x" + "01" * 32
