"""Nothing is done twice or left undone: two keepers, a kill, a node that goes away, a reorg."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from dapp.domain.events import DESK
from dapp.domain.phases import Phase, RoundPhase
from dapp.service.duties import Pace
from dapp.service.keeping import Outcome
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests.api_player import environment, redress
from tests.api_player import until as wait_until
from tests.indexing import Indexed
from tests.keeping_scene import Yard, indexed, yard
from tests.lying_node import lying_node
from tests.patience import PATIENCE_SECONDS
from tests.sending_scene import keystore
from tests.world import HOURS, World

__all__ = ["indexed", "yard"]


def silent(world: World, count: int) -> list[int]:
    """Complaints that anybody may have paid now."""
    shop = world.register()
    numbers = [world.file(world.pay(shop)) for _ in range(count)]
    world.warp(72 * HOURS)
    return numbers


def is_paid(world: World, number: int) -> bool:
    return bool(world.call(DESK, "phase", number) >= Phase.PAID)


async def until(ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.05)


def executions(world: World, first: int) -> list[tuple[str, bool]]:
    """Who called the desk since a block, and whether it was taken."""
    found = []
    for number in range(first, world.block_number() + 1):
        block = world.rpc("eth_getBlockByNumber", hex(number), True)
        for one in block["transactions"]:
            if (one["to"] or "").lower() == world.contracts[DESK].lower():
                receipt = world.rpc("eth_getTransactionReceipt", one["hash"])
                found.append((one["from"], receipt["status"] == "0x1"))
    return found


SPREAD = 6


@contextmanager
def beside(yard: Yard, postgres: Postgres) -> Iterator[Yard]:
    """A second keeper, with a key and a database of its own."""
    with postgres_tool.database(postgres) as url:
        second = Yard(Indexed(yard.world, yard.indexed.deployments, url), pace=yard.pace)
        second.endow()
        yield second


async def both_work(first: Yard, second: Yard, numbers: list[int]) -> None:
    async with AsyncExitStack() as stack:
        for one in (first, second):
            await stack.enter_async_context(one.at_work())
        world = first.world
        await until(lambda: all(is_paid(world, one) for one in numbers), "all paid")
        # Long enough for the slower one to try what is done.
        await asyncio.sleep(SPREAD + 1)


@pytest.mark.parametrize("block_seconds", [0, 1])
def test_two_keepers_with_keys_and_databases_of_their_own_do_each_step_once(
    yard: Yard, postgres: Postgres, block_seconds: int
) -> None:
    world = yard.world
    numbers = silent(world, 4)
    start = world.block_number() + 1
    if block_seconds:
        world.rpc("evm_setAutomine", False)
        world.rpc("evm_setIntervalMining", block_seconds)
    yard.pace = Pace(recheck=1, spread=SPREAD)
    with beside(yard, postgres) as second:
        asyncio.run(both_work(yard, second, numbers))
        sent = executions(world, start)
        assert sum(taken for _, taken in sent) == len(numbers)
        # Keys are new each time, so now and then both draw the same second; then each tries once.
        tallies = (yard.tally(), second.tally())
        assert sum(one.done for one in tallies) == len(numbers)
        assert sum(one.reverted for one in tallies) == len(sent) - len(numbers)
        assert max(yard.count(), second.count()) <= len(numbers)


def test_what_is_in_the_pool_already_is_dropped(yard: Yard, postgres: Postgres) -> None:
    world = yard.world
    silent(world, 1)
    yard.indexed.index()

    async def work(second: Yard) -> None:
        async with yard.keeper() as one, second.keeper() as other:
            first = asyncio.create_task(one.once())
            await until(lambda: world.rpc("txpool_status")["pending"] == "0x1", "it is sent")
            assert [verdict.outcome for verdict in await other.once()] == [Outcome.REFUSED]
            world.mine()
            await first

    with beside(yard, postgres) as second:
        second.indexed.index()
        world.rpc("evm_setAutomine", False)
        asyncio.run(work(second))
        assert (yard.count(), second.count()) == (1, 0)


def test_of_two_that_come_at_once_unseen_by_each_other_one_loses_its_gas_and_leaves_it(
    yard: Yard, postgres: Postgres
) -> None:
    world = yard.world
    (number,) = silent(world, 1)
    start = world.block_number() + 1
    yard.indexed.index()

    async def work(second: Yard, blind_url: str) -> None:
        async with (
            yard.keeper(node_url=blind_url) as one,
            second.keeper(node_url=blind_url) as other,
        ):
            racing = asyncio.gather(one.once(), other.once())
            await until(lambda: world.rpc("txpool_status")["pending"] == "0x2", "both are sent")
            world.mine()
            await racing

    with beside(yard, postgres) as second, lying_node(world.url) as blind:
        second.indexed.index()
        world.rpc("evm_setAutomine", False)
        # A node that knows no pool but its own: both ask before either is mined.
        blind.heard = lambda request: request.replace(b'"pending"', b'"latest"')
        asyncio.run(work(second, blind.url))
        world.rpc("evm_setAutomine", True)
        assert sorted(taken for _, taken in executions(world, start)) == [False, True]
        assert is_paid(world, number)
        assert (yard.once(), second.once()) == ({}, {})
        tallies = [yard.tally(), second.tally()]
        assert sorted((one.done, one.reverted) for one in tallies) == [(0, 1), (1, 0)]


def test_two_keepers_on_one_database_send_each_step_once(yard: Yard) -> None:
    numbers = silent(yard.world, 4)
    start = yard.world.block_number() + 1
    yard.indexed.index()
    second = Yard(yard.indexed)
    second.endow()

    async def work() -> None:
        async with yard.keeper() as one, second.keeper() as other:
            found = await asyncio.gather(one.once(), other.once())
            outcomes = [verdict.outcome.value for verdicts in found for verdict in verdicts]
            assert outcomes.count("sent") == len(numbers), outcomes

    asyncio.run(work())
    assert [taken for _, taken in executions(yard.world, start)] == [True] * len(numbers)
    assert yard.count() + second.count() == len(numbers)


def enqueued(yard: Yard, purpose: str, status: str) -> None:
    """By another keeper."""
    with psycopg.connect(yard.indexed.database_url) as connection:
        connection.execute(
            "INSERT INTO outgoing (chain_id, sender, purpose, target, data, value, status)"
            " VALUES (31337, 'another', %s, 'there', '', 0, %s)",
            (purpose, status),
        )


def test_what_a_keeper_took_and_never_did_another_does_when_its_patience_is_over(
    yard: Yard,
) -> None:
    silent(yard.world, 1)
    (step,) = yard.look()
    enqueued(yard, f"keeper/{step}", "queued")
    assert yard.once() == {step: "others"}
    yard.waits = replace(yard.waits, patience=0)
    assert yard.once() == {step: "sent"}
    assert yard.count() == 1


def test_what_fails_whenever_it_is_tried_is_given_up(yard: Yard) -> None:
    silent(yard.world, 1)
    (step,) = yard.look()
    for suffix in ("", "#2", "#3"):
        enqueued(yard, f"keeper/{step}{suffix}", "failed")
    assert yard.once() == {step: "given-up"}
    assert yard.count() == 0


def test_a_reorg_that_undoes_a_step_has_it_done_again(yard: Yard) -> None:
    world = yard.world
    (number,) = silent(world, 1)
    yard.indexed.index()
    snapshot = world.rpc("evm_snapshot")
    assert list(yard.once().values()) == ["sent"]
    assert is_paid(world, number)
    assert yard.once() == {}
    assert world.rpc("evm_revert", snapshot) is True
    assert not is_paid(world, number)
    world.warp(60)
    assert list(yard.once().values()) == ["under-way"]  # the same bytes go out once more
    assert is_paid(world, number)
    assert yard.once() == {}


def test_a_draw_whose_seed_a_reorg_changed_is_made_anew(yard: Yard) -> None:
    world = yard.world
    world.stake()
    number = world.file(world.pay(world.register()))
    world.offer(number, 2000)
    world.escalate(number)
    snapshot = world.rpc("evm_snapshot")
    world.mine(5)
    assert list(yard.once().values()) == ["sent"]
    assert world.rpc("evm_revert", snapshot) is True
    world.warp(60)
    world.mine(5)
    # The old proof is sent again and refused by the court; then a new one is.
    done = [*yard.once().values(), *yard.once().values()]
    assert "sent" in done, done
    assert world.hearing(number) is RoundPhase.HAND_OVER
    tally = yard.tally()
    assert (tally.done, tally.dropped + tally.reverted) == (1, 1)


def test_a_node_that_goes_away_is_waited_for(yard: Yard) -> None:
    world = yard.world
    shop = world.register()
    numbers = [world.file(world.pay(shop)) for _ in range(3)]

    async def work() -> None:
        with lying_node(world.url) as between:
            there = between.true_url
            async with yard.at_work(between.url):
                between.true_url = "http://127.0.0.1:9"
                world.warp(72 * HOURS)
                await asyncio.sleep(1)
                assert not any(is_paid(world, one) for one in numbers)
                between.true_url = there
                await until(lambda: all(is_paid(world, one) for one in numbers), "all paid")

    asyncio.run(work())
    assert yard.count() == len(numbers)


RUN = ("keeper", "run", "--all", "--gas-budget", str(10**18), "--spread-seconds", "0")


def command(yard: Yard, folder: Path) -> dict[str, str]:
    """The variables with which the command is this keeper."""
    url, deployments = yard.indexed.database_url, yard.indexed.deployments
    env = environment(yard.world.url, url, deployments, folder / "data")
    env["REDRESS_SENDER_KEYSTORE"] = str(keystore(folder, yard.account, "word"))
    return env | {"REDRESS_PASSPHRASE": "word", "REDRESS_SENDER_POLL_SECONDS": "0.05"}


def test_killed_in_the_middle_it_goes_on_where_it_was(yard: Yard, tmp_path: Path) -> None:
    world = yard.world
    numbers = silent(world, 5)
    start = world.block_number() + 1
    yard.indexed.index()
    env, words = command(yard, tmp_path), RUN
    kills = 0
    with redress(tmp_path / "index.log", env, "index", "run"):
        while not all(is_paid(world, one) for one in numbers):
            log = tmp_path / f"keeper-{kills}.log"
            done = sum(is_paid(world, one) for one in numbers)
            with redress(log, env, *words) as keeper:
                deadline = time.monotonic() + PATIENCE_SECONDS
                # As soon as one more was mined: others are signed, sent or only noted then.
                while sum(is_paid(world, one) for one in numbers) == done:
                    assert time.monotonic() < deadline, log.read_text()
                    time.sleep(0.01)
                os.kill(keeper.pid, signal.SIGKILL)
                keeper.wait()
            kills += 1
    yard.indexed.index()
    assert yard.once() == {}
    assert kills
    assert [taken for _, taken in executions(world, start)] == [True] * len(numbers)
    assert yard.count() == len(numbers)


def test_told_to_stop_it_ends(yard: Yard, tmp_path: Path) -> None:
    log = tmp_path / "keeper.log"
    yard.indexed.index()
    with redress(log, command(yard, tmp_path), *RUN) as keeper:
        wait_until(lambda: "the keeper is at work" in log.read_text(), "the keeper")
        keeper.send_signal(signal.SIGTERM)
        assert keeper.wait(PATIENCE_SECONDS) == 0


def test_cases_are_heard_of_as_they_come_and_done_when_they_fall_due(yard: Yard) -> None:
    world = yard.world
    shop = world.register()

    async def work() -> None:
        async with yard.at_work():
            await asyncio.sleep(0.5)
            number, _ = world.file(world.pay(shop)), world.pay(shop)
            world.warp(72 * HOURS)
            await until(lambda: is_paid(world, number), "what came later is paid")
            world.warp(30 * 24 * HOURS)
            await until(lambda: yard.count() == 2, "the other order is released")

    asyncio.run(work())
