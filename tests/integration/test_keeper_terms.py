"""What a keeper does for its money, and what it leaves."""

import re
from dataclasses import replace

import psycopg
import pytest

from dapp.domain.types import OrganisationId, Wei
from dapp.store import chores
from tests.keeping_scene import PROFITABLE, Yard, indexed, yard
from tests.world import DAYS, ETHER, HOURS, World

__all__ = ["indexed", "yard"]

GWEI = 10**9


def drawable(world: World, shop: OrganisationId) -> int:
    """A dispute that can be drawn."""
    number = world.file(world.pay(shop))
    world.offer(number, 2000)
    world.escalate(number)
    world.mine(5)
    return number


def base_fee(world: World, wei: int) -> None:
    world.rpc("anvil_setNextBlockBaseFeePerGas", hex(wei))
    world.mine()


@pytest.mark.needs("base_fee")
def test_for_profit_only_what_brings_more_than_its_gas_is_done(yard: Yard) -> None:
    world = yard.world
    world.stake()
    shop = world.register()
    silent, held = world.file(world.pay(shop)), world.pay(shop)
    world.warp(34 * DAYS)
    drawn = drawable(world, shop)
    base_fee(world, 100 * GWEI)
    (name, outcome), *others = yard.look(PROFITABLE).items()
    assert (name.split("/")[:3], outcome) == (["complaint", str(drawn), "draw"], "unprofitable")
    assert others == []
    base_fee(world, GWEI // 100)
    before = yard.balance()
    assert list(yard.once(PROFITABLE).values()) == ["sent"]
    assert yard.balance() > before
    assert yard.once(PROFITABLE) == {}
    # Whoever does not ask for profit finds all the rest.
    left = yard.look()
    assert len(left) == 2
    assert f"order/{held.key}/release" in left
    assert any(name.startswith(f"complaint/{silent}/execute") for name in left)


@pytest.mark.needs("base_fee")
def test_the_panel_after_a_void_one_earns_nothing(yard: Yard) -> None:
    world = yard.world
    world.stake()
    number = drawable(world, world.register())
    base_fee(world, 1)
    assert list(yard.once(PROFITABLE).values()) == ["sent"]
    world.warp(120 * HOURS)
    world.void(number)
    world.mine(5)
    base_fee(world, 1)
    assert list(yard.look(PROFITABLE).values()) == ["unprofitable"]


@pytest.mark.needs("base_fee")
def test_gas_is_spent_up_to_the_budget_of_a_day_whatever_restarts(yard: Yard) -> None:
    world = yard.world
    shop = world.register()
    for _ in range(3):
        world.file(world.pay(shop))
    world.warp(72 * HOURS)
    base_fee(world, GWEI)
    base_fee(world, GWEI)
    assert set(yard.look(replace(yard.terms, budget=Wei(0))).values()) == {"over-budget"}
    # Enough for one at the highest fee it may come to.
    some = replace(yard.terms, budget=Wei(700_000 * GWEI))
    done = list(yard.once(some).values())
    assert done.count("sent") in (1, 2) and "over-budget" in done
    assert yard.count() == done.count("sent")
    with psycopg.connect(yard.indexed.database_url, autocommit=True) as connection:
        connection.execute("UPDATE outgoing SET created_at = created_at - interval '25 hours'")
    assert "sent" in yard.once(some).values()


@pytest.mark.needs("any_balance")
def test_a_keeper_without_money_says_so_and_sends_nothing(yard: Yard) -> None:
    world = yard.world
    world.file(world.pay(world.register()))
    world.warp(72 * HOURS)
    yard.endow(1000)
    assert list(yard.once().values()) == ["balance-too-low"]
    assert yard.count() == 0
    yard.endow(ETHER)
    assert list(yard.once().values()) == ["sent"]


@pytest.mark.needs("base_fee")
def test_gas_above_what_we_pay_is_waited_out(yard: Yard) -> None:
    world = yard.world
    world.file(world.pay(world.register()))
    world.warp(72 * HOURS)
    base_fee(world, 50 * GWEI)
    assert list(yard.once(replace(yard.terms, most_fee=Wei(GWEI))).values()) == ["fees-too-high"]
    assert yard.count() == 0


def test_what_somebody_did_before_the_index_heard_of_it_is_dropped(yard: Yard) -> None:
    world = yard.world
    first = world.file(world.pay(world.register()))
    world.warp(72 * HOURS)
    yard.indexed.index()
    world.execute(first)
    stale = yard.stale()
    assert list(stale.values()) == ["refused contract-wrong-phase"]
    assert yard.count() == 0


def test_to_look_sends_nothing(yard: Yard) -> None:
    world = yard.world
    world.file(world.pay(world.register()))
    world.warp(72 * HOURS)
    assert list(yard.look().values()) == ["ready"]
    assert yard.count() == 0
    assert yard.indexed.sql("SELECT count(*) FROM outgoing") == [(0,)]


@pytest.mark.parametrize(
    "statement", [chores.HELD, chores.DISPUTES, chores.UNDONE, chores.APPEALED]
)
def test_what_ended_is_not_looked_through(yard: Yard, statement: str) -> None:
    yard.indexed.index()
    given = {
        "chain": 31337,
        "now": 1,
        "open": [1],
        "limit": 5,
        "after": 0,
        "fund": b"1",
        "grace": 1,
    }
    with psycopg.connect(yard.indexed.database_url) as connection:
        # Of tables as small as these the planner reads all, if it may.
        connection.execute("SET enable_seqscan = off")
        plan = str(connection.execute(f"EXPLAIN {statement}".encode(), given).fetchall())
    assert not re.search("Seq Scan on (paid_order|complaint|public_dispute|log)", plan), plan
