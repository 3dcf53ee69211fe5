"""What anyone may do that moves a case on, and from when on."""

import itertools

import pytest

from dapp.chain.keccak import keccak
from dapp.domain.actions import Action, Role
from dapp.domain.case import Case, ComplaintState
from dapp.domain.chores import ALL_CHORES, PAYING, Chore, When, due, due_from, due_of_order
from dapp.domain.events import APPEALS, ESCROW, OUTSIDE
from dapp.domain.payment import OrderState, PaidOrder, apply
from dapp.domain.phases import SEED_WINDOW_BLOCKS
from dapp.domain.rules import available
from dapp.domain.types import NATIVE_COIN, ZERO_HASH, BlockNumber, UnixTime
from tests.unit.domain import cases
from tests.unit.domain.cases import ARMED_AT, CUSTOMER, HOUR, START

OPENS = ARMED_AT + 24 * HOUR
ENDS = OPENS + 48 * HOUR
REVEALED = ENDS + 48 * HOUR
FINAL = REVEALED + 48 * HOUR
LATE = FINAL + 10_000 * HOUR


def named(case: Case, at: int, block: int = 10**6) -> list[str]:
    return [step.name for step in due(case, UnixTime(at), BlockNumber(block))]


def story() -> dict[str, Case]:
    """Cases in every state that something can follow."""
    asked = {"actor": CUSTOMER, "deadline": START + 9}
    opened = {"arbitrator": CUSTOMER, "id": 1, "listing": 1, "cost": 1, "deadline": LATE - 9}
    at_arbitrators = cases.escalated(is_outside=True)
    return {
        "filed": cases.filed(),
        "asked": cases.desk(cases.filed(), "InformationRequested", START, **asked),
        "offered": cases.offered(),
        "rejected": cases.offered(0),
        "promised": cases.pledged_offer(),
        "pledged": cases.pledged(),
        "delivered": cases.delivered(),
        "claimed": cases.claimed(),
        "frozen": cases.filed(context=cases.FROZEN_CONTEXT),
        "escalated": cases.escalated(),
        "drawn": cases.drawn(),
        "nobody drawn": cases.drawn(()),
        "committed": cases.committed(),
        "revealed": cases.revealed(),
        "outside": cases.other(OUTSIDE, at_arbitrators, "Opened", START, **opened),
    }


@pytest.mark.parametrize("name", story())
def test_it_is_due_from_when_it_is_foreseen_and_never_before(name: str) -> None:
    case = story()[name]
    when = due_from(case)
    times = [0, START, ARMED_AT, OPENS, ENDS, REVEALED, FINAL, case.deadline, LATE]
    times += [] if when.at is None else [when.at]
    blocks = [0, 1, 104, 105, 104 + SEED_WINDOW_BLOCKS, 105 + SEED_WINDOW_BLOCKS]
    for at, block in itertools.product(
        {t + d for t in times for d in (-1, 0, 1) if t + d >= 0}, blocks
    ):
        foreseen = (when.at is not None and at >= when.at) or (
            when.block is not None and block >= when.block
        )
        assert bool(named(case, at, block)) == foreseen, (name, at, block)


@pytest.mark.parametrize("name", story())
def test_every_case_has_a_way_out_that_needs_no_particular_person(name: str) -> None:
    when = due_from(story()[name])
    assert when.at is not None


def test_a_closed_case_is_nobodys_work() -> None:
    withdrawn = cases.desk(cases.filed(), "Withdrawn", START, actor=CUSTOMER)
    assert withdrawn.state is ComplaintState.WITHDRAWN
    assert due_from(withdrawn) == When(None, None)


def test_what_silence_does_twice_to_one_case_has_two_names() -> None:
    names = {
        step.name
        for case in (cases.pledged_offer(), cases.pledged(), cases.delivered())
        for step in due(case, UnixTime(case.deadline), BlockNumber(1))
    }
    assert len(names) == 3


def test_a_draw_and_its_rearming_bear_different_names() -> None:
    case = cases.escalated()
    (draw,) = due(case, UnixTime(ARMED_AT), BlockNumber(105))
    assert (draw.chore, draw.seed, draw.has_bounty) == (Chore.DRAW, 104, True)
    (rearm,) = due(case, UnixTime(ENDS), BlockNumber(105))
    assert rearm.chore is Chore.REARM
    again = cases.court(case, "RoundArmed", ENDS, round=cases.round_word(at=ENDS, block=9000))
    (second,) = due(again, UnixTime(ENDS), BlockNumber(9005))
    assert len({draw.name, rearm.name, second.name}) == 3


def test_the_panel_after_a_void_one_is_drawn_for_nothing() -> None:
    void = cases.court(
        cases.escalated(), "RoundArmed", ARMED_AT, round=cases.round_word(voids=1, block=100)
    )
    (draw,) = due(void, UnixTime(ARMED_AT), BlockNumber(105))
    assert not draw.has_bounty


def test_who_works_for_money_waits_for_draws_alone() -> None:
    assert due_from(cases.filed(), PAYING) == When(None, None)
    assert due_from(cases.escalated(), PAYING) == When(None, BlockNumber(105))
    assert due(cases.escalated(), UnixTime(ENDS), BlockNumber(105), PAYING) == []


def test_silence_about_an_order_is_executed_and_about_a_claim_escalated() -> None:
    (executed,) = due(cases.filed(), UnixTime(START + 72 * HOUR), BlockNumber(1))
    assert executed.chore is Chore.EXECUTE
    (escalated,) = due(cases.claimed(), UnixTime(START + 72 * HOUR), BlockNumber(1))
    assert escalated.chore is Chore.ESCALATE


def test_what_needs_a_secret_or_somebodys_money_is_left_to_them() -> None:
    case = cases.court(cases.drawn(), "Committed", OPENS, seat=0, commitment="0x" + "01" * 32)
    assert Action.REPORT_LEAK in available(case, Role.ANYONE, UnixTime(OPENS), BlockNumber(1))
    assert named(case, OPENS) == []
    assert named(cases.revealed(), REVEALED) == []


def test_pots_that_opened_nothing_are_paid_back_each_to_its_payer() -> None:
    case = cases.revealed()
    for higher, payer in ((True, "0x" + "11" * 20), (False, "0x" + "22" * 20)):
        case = cases.other(
            APPEALS,
            case,
            "Contributed",
            REVEALED,
            dispute=1,
            level=0,
            higher=higher,
            payer=payer,
            amount=5,
        )
    assert named(case, REVEALED) == []
    names = named(case, FINAL)
    assert f"complaint/1/refund-contribution/0-higher-0x{'11' * 20}" in names
    assert f"complaint/1/refund-contribution/0-lower-0x{'22' * 20}" in names
    assert len(names) == 3  # and the ruling


def paid() -> PaidOrder:
    args = {
        "key": ZERO_HASH,
        "organisation": 1,
        "actor": CUSTOMER,
        "version": 1,
        "token": NATIVE_COIN,
        "ref": ZERO_HASH,
        "amount": 5,
    }
    found = apply(None, cases.event(ESCROW, "Paid", START, args), keccak)
    assert found is not None
    return found


def test_an_order_is_released_when_its_protection_is_over_and_no_freeze_holds_it() -> None:
    order = paid()
    over = UnixTime(START + (720 + 72) * HOUR)
    assert due_of_order(order, 720, UnixTime(over - 1)) == []
    (step,) = due_of_order(order, 720, over)
    assert step.chore is Chore.RELEASE
    args = {"key": ZERO_HASH, "organisation": 1, "actor": CUSTOMER, "until": over + 5}
    frozen = apply(order, cases.event(ESCROW, "OrderFrozen", START, args), keccak)
    assert frozen is not None
    assert due_of_order(frozen, 720, UnixTime(over + 4)) == []
    assert due_of_order(frozen, 720, UnixTime(over + 5))
    args = {"key": ZERO_HASH, "organisation": 1, "actor": CUSTOMER, "amount": 5}
    released = apply(order, cases.event(ESCROW, "Released", START, args), keccak)
    assert released is not None
    assert released.state is OrderState.RELEASED
    assert due_of_order(released, 720, over) == []


def test_every_chore_has_the_name_of_something_that_can_be_prepared() -> None:
    assert {chore for chore in ALL_CHORES if chore not in {str(a) for a in Action}} == {
        Chore.RELEASE,
        Chore.RULE,
        Chore.DELIVER,
        Chore.ANNOUNCE,
        Chore.OPEN,
    }
