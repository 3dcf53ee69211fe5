"""Whole disputes in which a keeper alone does all that anyone may do."""

from dataclasses import replace

import psycopg
import pytest

from dapp.domain.case import Case, ComplaintState
from dapp.domain.events import PUBLIC
from dapp.domain.payment import OrderState
from dapp.domain.phases import RoundPhase
from dapp.domain.policy import FIRST_OUTSIDE_TRACK
from dapp.domain.public import FIRST_PUBLIC_DISPUTE
from dapp.domain.types import ComplaintId, Wei
from tests.keeping_scene import Yard, indexed, yard
from tests.world import DAYS, ETHER, HOURS, POLICY

__all__ = ["indexed", "yard"]


def case(yard: Yard, number: int) -> Case:
    yard.indexed.index()
    found = yard.indexed.ask(lambda queries: queries.case(ComplaintId(number)))
    assert found is not None
    return found


def chores(done: dict[str, str]) -> list[str]:
    """What was done, without what it was done to; everything was."""
    assert set(done.values()) <= {"sent"}, done
    return sorted(name.split("/")[2] for name in done)


def test_silence_is_executed_and_what_nobody_complained_about_released(yard: Yard) -> None:
    world = yard.world
    shop = world.register()
    quiet, held = world.file(world.pay(shop)), world.pay(shop)
    assert yard.once() == {}
    world.warp(72 * HOURS - 60)
    assert yard.once() == {}
    world.warp(60)
    assert chores(yard.once()) == ["execute"]
    found = case(yard, quiet)
    assert found.state is ComplaintState.PAID
    assert found.payment is not None and found.payment.share == 8000
    disputed = world.file(world.pay(shop))
    world.warp(30 * DAYS)
    assert chores(yard.once()) == ["execute", "release"]
    assert case(yard, disputed).state is ComplaintState.PAID
    yard.indexed.index()
    row = yard.indexed.ask(lambda queries: queries.order(held.key))
    assert row is not None and row.state is OrderState.RELEASED
    assert yard.once() == {}


def test_a_promise_is_accepted_broken_and_paid_by_silence_alone(yard: Yard) -> None:
    world = yard.world
    number = world.file(world.pay(world.register()))
    world.pledge(number)
    for _ in range(2):
        world.warp(8 * DAYS)
        assert chores(yard.once()) == ["execute"]
    assert case(yard, number).state is ComplaintState.PAID


def test_a_freeze_is_waited_out(yard: Yard) -> None:
    world = yard.world
    order = world.pay(world.register())
    number = world.file(order)
    world.warp(72 * HOURS - 60)
    world.freeze(order, 30)
    world.warp(60)
    assert yard.once() == {}
    world.warp(30 * HOURS)
    assert chores(yard.once()) == ["execute"]
    assert case(yard, number).state is ComplaintState.PAID


def test_a_dispute_from_missed_draw_and_void_round_to_its_appeal_and_all_its_money(
    yard: Yard,
) -> None:
    world = yard.world
    world.stake(16, tickets=4)
    number = world.file(world.pay(world.register()))
    world.offer(number, 2000)
    world.escalate(number)
    assert yard.once() == {}  # the seed's block is not there yet
    world.warp(73 * HOURS)
    assert chores(yard.once()) == ["rearm"]
    world.mine(5)
    assert chores(yard.once()) == ["draw"]
    world.see_panel(number)
    world.vote(number, [5000, None, None])
    world.warp(72 * HOURS)
    assert chores(yard.once()) == ["void"]
    world.mine(5)
    assert chores(yard.once()) == ["draw"]
    world.see_panel(number)
    world.vote(number, [5000, 5100, 5200])
    world.contribute(number, False, world.customer, ETHER // 1000)
    world.appeal(number, True)
    # Paid back at once, since the other pot opened the appeal.
    assert chores(yard.once()) == ["refund-contribution"]
    world.mine(5)
    assert chores(yard.once()) == ["draw"]
    world.see_panel(number)
    world.vote(number, [8000] * 7)
    assert world.hearing(number) is RoundPhase.APPEALABLE
    assert yard.once() == {}
    world.wait_for_ruling(number)
    assert chores(yard.once()) == ["execute"]
    assert chores(yard.once()) == ["resolve-appeal"]
    found = case(yard, number)
    assert found.state is ComplaintState.PAID
    assert found.payment is not None and found.payment.share == 8000
    assert found.appeals[0].resolved_at is not None
    assert yard.once() == {}
    assert yard.tally().done == yard.count() == 8


def test_a_claim_that_nobody_answered_is_taken_to_court_for_as_much_as_may_be_advanced(
    yard: Yard,
) -> None:
    world = yard.world
    world.stake()
    shop = world.register()
    world.bond(shop, 10 * ETHER)
    number = world.claim(shop)
    world.warp(72 * HOURS)
    stingy = replace(yard.terms, advance=Wei(0))
    assert yard.once(stingy) == {f"complaint/{number}/escalate": "needs-advance"}
    assert chores(yard.once()) == ["escalate"]
    world.mine(5)
    assert chores(yard.once()) == ["draw"]
    world.see_panel(number)
    world.vote(number, [4000, 5000, 6000])
    world.wait_for_ruling(number)
    assert chores(yard.once()) == ["execute"]
    # Whoever was silent pays for the hearing; the bounty for the draw is the keeper's as well.
    assert yard.balance() > ETHER


def test_disputes_of_other_contracts_are_drawn_announced_ruled_and_heard(yard: Yard) -> None:
    world = yard.world
    world.stake()
    world.list_house()
    number = world.file(world.pay(world.register(replace(POLICY, track=FIRST_OUTSIDE_TRACK))))
    world.offer(number, 1000)
    world.escalate(number)
    public = FIRST_PUBLIC_DISPUTE + 1
    world.mine(5)
    assert chores(yard.once()) == ["draw"]
    world.see_panel(public)
    world.vote(public, [3, 3, 4])
    assert chores(yard.once()) == ["announce"]
    again = yard.once()
    assert list(again.values()) == ["under-way"], again
    world.wait_for_ruling(public)
    assert chores(yard.once()) == ["rule"]
    assert chores(yard.once()) == ["execute"]
    assert case(yard, number).state is ComplaintState.PAID
    assert yard.once() == {}


@pytest.mark.needs("code")
def test_a_strangers_contract_that_takes_much_gas_is_left_to_the_stranger(yard: Yard) -> None:
    """A delivery may take all the gas there is; each dispute would cost a keeper a block's."""
    world, stranger = yard.world, yard.world.accounts[8]
    world.stake()
    cost = world.call(PUBLIC, "arbitrationCost", b"")
    world.send(stranger, PUBLIC, "createDispute", (4, b""), cost)
    public = FIRST_PUBLIC_DISPUTE + 1
    world.mine(5)
    assert chores(yard.once()) == ["draw"]
    world.see_panel(public)
    world.vote(public, [3, 3, 4])
    assert chores(yard.once()) == ["announce"]
    yard.once()
    world.wait_for_ruling(public)
    world.rpc("anvil_setCode", stranger, _REVERTS)
    assert chores(yard.once()) == ["rule"]
    world.rpc("anvil_setCode", stranger, _BURNS)
    assert list(yard.once().values()) == ["unprofitable"]
    world.rpc("anvil_setCode", stranger, "0x00")
    assert chores(yard.once()) == ["deliver"]
    with psycopg.connect(yard.indexed.database_url) as connection:
        sent = connection.execute("SELECT gas FROM outgoing WHERE purpose LIKE '%/deliver'")
        assert [gas < 2_000_000 for (gas,) in sent] == [True]


# PUSH0 PUSH0 REVERT
_REVERTS = "0x5f5ffd"
# Loops until three million are gone.
_BURNS = "0x5a5b5a8103622dc6c01160015700"
