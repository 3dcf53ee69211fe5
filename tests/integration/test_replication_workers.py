"""Several processes at work on the same rows, killed, asleep or stuck; on a real database."""

import asyncio
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from dapp.service.targets import Held
from dapp.store.database import pool
from dapp.store.replication import Replication, State
from evidence import CID, Vault
from evidence.dag import BlockSource
from scripts.toolchain import process
from tests.patience import PATIENCE_SECONDS
from tests.replicating import (
    CHAIN,
    FAST,
    Shelf,
    migrated,
    site,
    sql,
    until,
    until_all,
)


@pytest.fixture
def url(database_url: str) -> str:
    asyncio.run(migrated(database_url))
    return database_url


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault")


def test_several_workers_never_send_the_same_at_once(url: str, vault: Vault) -> None:
    shelf = Shelf(slow_seconds=0.005)

    async def work() -> None:
        async with (
            site(url, vault, shelf) as one,
            site(url, vault, shelf) as two,
            site(url, vault, shelf) as three,
        ):
            shown = [
                (one, two, three)[n % 3].submit(f"text {n}", f"file {n % 7}".encode())
                for n in range(30)
            ]
            await until_all(two, "pinned", ["shelf"], *shown)

    asyncio.run(work())
    assert shelf.most_at_once == 1
    assert set(shelf.sends.values()) == {1}
    assert len(shelf.sends) == 30 + 7


def test_a_claim_is_for_one_alone_and_goes_to_others_when_it_ends(url: str, vault: Vault) -> None:
    async def work() -> None:
        async with site(url, vault, Shelf(), run=False) as one:
            one.submit("hello")
            await one.outbox.note_down()
            first = await one.rows.claim("shelf", 3600)
            assert first is not None
            assert await one.rows.claim("shelf", 3600) is None
            assert await one.rows.renew(first, 0)  # over at once
            second = await one.rows.claim("shelf", 3600)
            assert second is not None
            assert (second.number, second.tries) == (2, 2)
            assert not await one.rows.renew(first, 3600)
            assert not await one.rows.settle(first, State.FAILED, 0, None)
            assert await one.rows.settle(second, State.PINNED, 3600, "ref")
            assert not await one.rows.settle(first, State.FAILED, 0, None)
            assert sql(url, "SELECT state, reference, tries FROM replication") == [
                ("pinned", "ref", 0)
            ]

    asyncio.run(work())


def test_who_has_lost_the_row_stops_sending(url: str, vault: Vault) -> None:
    """The process was asleep for longer than its lease."""
    lease, go = 0.6, threading.Event()

    class Slow(Shelf):
        def send(self, root: CID, source: BlockSource, reference: str | None) -> Held:
            def held(cid: CID) -> bytes:
                go.wait(PATIENCE_SECONDS)
                return source(cid)

            return super().send(root, held, reference)

    shelf = Slow()

    async def work() -> None:
        async with site(url, vault, shelf, pace=replace(FAST, lease=lease)) as one:
            shown = one.submit("hello")

            async def sending() -> bool:
                return shelf.sends.total() == 1

            await until(sending, "the first send")
            sql(url, "UPDATE replication SET claims = claims + 1, next_try_at = 'infinity'")
            # Nothing renews it any more.
            await asyncio.sleep(lease + 0.1)
            go.set()

            async def given_up() -> bool:
                return shelf.at_once.total() == 0

            await until(given_up, "the end of the first send")
            assert await one.states(shown) == {"shelf": {"pending"}}
        assert shelf.held == set()

    asyncio.run(work())


WORKER = """
import asyncio, sys, time
from pathlib import Path
from evidence import Vault
from tests.replicating import Shelf, site

class Stuck(Shelf):
    def send(self, root, source, reference):
        print("sending", flush=True)
        time.sleep(3600)

async def work():
    async with site(sys.argv[1], Vault(Path(sys.argv[2])), Stuck()):
        await asyncio.sleep(3600)

asyncio.run(work())
"""


def test_what_a_killed_process_was_sending_is_sent_by_another(
    url: str, vault: Vault, tmp_path: Path
) -> None:
    shelf = Shelf()

    async def work() -> None:
        async with site(url, vault, shelf, run=False) as one:
            shown = one.submit("hello")
            await one.outbox.note_down()
        log = tmp_path / "worker.log"
        command = [sys.executable, "-c", WORKER, url, str(tmp_path / "vault")]
        child = process.start(command, log=log, cwd=Path(__file__).parents[2])
        try:
            async with site(url, vault, shelf, run=False) as one:

                async def sending() -> bool:
                    return "sending" in log.read_text()

                await until(sending, "the worker sends")
                claimed = sql(url, "SELECT next_try_at FROM replication")

                async def renewed() -> bool:
                    return sql(url, "SELECT next_try_at FROM replication") != claimed

                await until(renewed, "the lease is renewed")
                assert await one.rows.claim("shelf", FAST.lease) is None, log.read_text()
                child.kill()
                child.wait()
                sql(url, "UPDATE replication SET next_try_at = now()")  # as when the lease is over
            async with site(url, vault, shelf) as one:
                await until_all(one, "pinned", ["shelf"], shown)
        finally:
            process.stop(child)

    asyncio.run(work())
    assert shelf.sends.total() == 1


def test_a_target_that_takes_for_ever_is_left_alone(url: str, vault: Vault) -> None:
    shelf = Shelf(slow_seconds=3600)

    async def work() -> None:
        async with site(url, vault, shelf, pace=replace(FAST, attempt=0.3)) as one:
            shown = one.submit("hello")

            async def given_up() -> bool:
                codes = sql(url, "SELECT state, error_code FROM replication")
                return codes == [("pending", "target_stuck")]

            await until(given_up, "the send is given up")
            shelf.slow_seconds = 0
            await until_all(one, "pinned", ["shelf"], shown)

    asyncio.run(work())


def test_what_another_vault_holds_is_left_to_its_process(
    url: str, vault: Vault, tmp_path: Path
) -> None:
    shelf = Shelf()

    async def work() -> None:
        async with site(url, vault, shelf, run=False) as mine:
            shown = mine.submit("hello", b"a")
            await mine.outbox.note_down()
        async with site(url, Vault(tmp_path / "other"), shelf) as stranger:

            async def passed_on() -> bool:
                codes = sql(url, "SELECT DISTINCT error_code FROM replication")
                return codes == [("block_missing",)]

            await until(passed_on, "the stranger has looked")
            assert await stranger.states(shown) == {"shelf": {"pending"}}
            async with site(url, vault, shelf) as mine:
                await until_all(mine, "pinned", ["shelf"], shown)

    asyncio.run(work())


def test_rows_of_another_chain_are_not_ours(url: str, vault: Vault) -> None:
    async def work() -> None:
        async with site(url, vault, Shelf(), run=False) as one, pool(url, size=1) as connections:
            shown = one.submit("hello")
            await one.outbox.note_down()
            stranger = Replication(connections, type(CHAIN)(1))
            assert await stranger.claim("shelf", 60) is None
            assert await stranger.replicas([shown["cid"]]) == []
            assert await stranger.counts() == {}
            await stranger.fails("shelf", "kubo_timeout", unreachable=True)
            assert await one.rows.targets() == {}

    asyncio.run(work())


def test_a_shutdown_waits_for_no_target(url: str, vault: Vault) -> None:
    shelf = Shelf(slow_seconds=3600)

    async def work() -> None:
        async with site(url, vault, shelf) as one:
            one.submit("hello")

            async def sending() -> bool:
                return shelf.sends.total() == 1

            await until(sending, "the send")

    asyncio.run(work())
