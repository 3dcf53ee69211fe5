"""What is in the vault reaches its targets, whoever is down meanwhile; on a real database."""

import asyncio
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dapp.errors import DatabaseUnavailable
from dapp.service.outbox import Outbox, Pace
from dapp.store.database import pool
from dapp.store.replication import Replication, State
from evidence import Vault
from evidence.errors import KuboRefused, KuboTimeout, PinningBusy
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain import process
from tests.replicating import (
    CHAIN,
    FAST,
    Shelf,
    migrated,
    site,
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


def sql(url: str, statement: str) -> list[Any]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def test_what_is_submitted_is_held_and_shown(url: str, vault: Vault) -> None:
    shelf, other = Shelf(), Shelf("other")

    async def work() -> None:
        async with site(url, vault, shelf, other) as one:
            shown = one.submit("hello", b"a file", bytes(3 << 20))
            await until_all(one, "pinned", ["shelf", "other"], shown)
            told = await one.told(shown)
            assert told["stored"] == ["vault", "shelf", "other"]
            assert told["items"][0]["stored"] == ["vault", "shelf", "other"]
            assert [r["target"] for r in told["replicas"]] == ["shelf", "other"]
            assert told["replicas"][0]["since"]["unix"] > 1_700_000_000
            assert shelf.held == {told["cid"], *(item["cid"] for item in told["items"])}

    asyncio.run(work())


def test_nothing_is_noted_down_without_targets(url: str, vault: Vault) -> None:
    async def work() -> None:
        async with site(url, vault) as one:
            shown = one.submit("hello")
            await one.outbox.note_down()
            told = await one.told(shown)
            assert (told["stored"], told["replicas"]) == (["vault"], [])
            await one.outbox.run()  # ends at once

    asyncio.run(work())
    assert sql(url, "SELECT count(*) FROM replication") == [(0,)]


def test_a_target_that_is_down_refuses_no_evidence_and_gets_it_later(
    url: str, vault: Vault
) -> None:
    shelf = Shelf(silent=True)

    async def work() -> None:
        async with site(url, vault, shelf) as one:
            shown = one.submit("hello", b"a", b"b")
            await until_all(one, "unreachable", ["shelf"], shown)
            assert (await one.told(shown))["stored"] == ["vault"]
            shelf.silent = False
            await until_all(one, "pinned", ["shelf"], shown)

    asyncio.run(work())


def test_a_target_that_goes_is_unreachable_and_comes_back(url: str, vault: Vault) -> None:
    """Its rows are as they were: nothing is sent again."""
    shelf = Shelf()

    async def work() -> None:
        async with site(url, vault, shelf) as one:
            shown = one.submit("hello", b"a")
            await until_all(one, "pinned", ["shelf"], shown)
            since = (await one.told(shown))["replicas"][0]["since"]
            shelf.silent = True
            await until_all(one, "unreachable", ["shelf"], shown)
            told = await one.told(shown)
            assert told["stored"] == ["vault"]
            assert told["replicas"][0]["since"]["unix"] >= since["unix"]
            (health,) = await one.replicas.health()
            assert health["ok"] is False
            assert "2 pinned" in health["detail"]
            shelf.silent = False
            await until_all(one, "pinned", ["shelf"], shown)
            assert (await one.told(shown))["replicas"][0]["since"] == since
        assert set(shelf.sends.values()) == {1}

    asyncio.run(work())


def test_while_a_target_is_down_it_is_not_asked_for_each_row(url: str, vault: Vault) -> None:
    shelf = Shelf(silent=True)

    async def work() -> None:
        async with site(url, vault, shelf) as one:
            shown = [one.submit(f"text {n}") for n in range(20)]
            await until_all(one, "unreachable", ["shelf"], *shown)
            sent = shelf.sends.total()
            for _ in range(3):
                await one.outbox.probe(shelf)
            assert shelf.sends.total() == sent < 20
            shelf.silent = False
            await until_all(one, "pinned", ["shelf"], *shown)

    asyncio.run(work())


def test_a_refusal_is_shown_tried_again_and_holds_up_no_other_target(
    url: str, vault: Vault
) -> None:
    shelf, other = Shelf(problem=KuboRefused("disk full")), Shelf("other")

    async def work() -> None:
        async with site(url, vault, shelf, other) as one:
            shown = one.submit("hello", b"a")

            async def refused() -> bool:
                return await one.states(shown) == {"shelf": {"failed"}, "other": {"pinned"}}

            await until(refused, "one failed, one pinned")
            codes = "SELECT DISTINCT error_code FROM replication WHERE target = 'shelf'"
            assert sql(url, codes) == [("kubo_refused",)]
            shelf.problem = None
            await until_all(one, "pinned", ["shelf", "other"], shown)
        assert sql(url, "SELECT DISTINCT error_code, tries FROM replication") == [(None, 0)]

    asyncio.run(work())


def test_one_thing_that_fails_holds_up_no_other(url: str, vault: Vault) -> None:
    shelf = Shelf()

    async def work() -> None:
        async with site(url, vault, shelf, run=False) as one:
            rotten = one.submit("rotten", b"precious")
            cid = rotten["items"][0]["cid"]
            for block in (path for path in vault._blocks.rglob("*") if path.is_file()):
                if block.read_bytes() == b"precious":
                    block.write_bytes(b"spoiled!")
        async with site(url, vault, shelf) as one:
            shown = one.submit("sound", b"another")
            await until_all(one, "pinned", ["shelf"], shown)

            async def failed() -> bool:
                told = await one.told(rotten)
                return [r["state"] for r in told["items"][0]["replicas"]] == ["failed"]

            await until(failed, "the rotten file has failed")
            codes = dict(sql(url, "SELECT root, error_code FROM replication"))
            assert codes[cid] == "block_mismatch"
            assert (await one.rows.targets())["shelf"].unreachable_since is None

    asyncio.run(work())


def test_patience_that_is_asked_for_is_given(url: str, vault: Vault) -> None:
    shelf = Shelf(problem=PinningBusy("later", retry_after_seconds=3600))

    async def work() -> None:
        async with site(url, vault, shelf) as one:
            shown = one.submit("hello", b"a", b"b")
            paused = "SELECT paused_until > now() + interval '59 minutes' FROM replication_target"

            async def pausing() -> bool:
                return sql(url, paused) == [(True,)]

            await until(pausing, "a pause")
            assert await one.states(shown) == {"shelf": {"pending"}}
            assert await one.rows.claim("shelf", 1) is None
        assert shelf.sends.total() == 1

    asyncio.run(work())


def test_waiting_grows_up_to_its_bound(url: str, vault: Vault) -> None:
    least = Outbox(vault, None, [], Pace(), chance=lambda: 0.0)  # type: ignore[arg-type]
    most = Outbox(vault, None, [], Pace(), chance=lambda: 1.0)  # type: ignore[arg-type]
    assert [most._delay(tries) for tries in (1, 2, 3, 7, 1000)] == [5, 10, 20, 300, 300]
    assert [least._delay(tries) for tries in (1, 2, 7)] == [2.5, 5, 150]


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
    shelf = Shelf(slow_seconds=1.0)

    async def work() -> None:
        async with site(url, vault, shelf, pace=replace(FAST, lease=0.6)) as one:
            shown = one.submit("hello")

            async def sending() -> bool:
                return shelf.sends.total() == 1

            await until(sending, "the first send")
            sql(url, "UPDATE replication SET claims = claims + 1, next_try_at = 'infinity'")

            async def given_up() -> bool:
                return shelf.at_once.total() == 0

            await until(given_up, "the end of the first send")
            assert await one.states(shown) == {"shelf": {"pending"}}
        assert shelf.held == set()

    asyncio.run(work())


WORKER = """
import asyncio, sys, time
from pathlib import Path
from dataclasses import replace
from evidence import Vault
from tests.replicating import FAST, Shelf, site

class Stuck(Shelf):
    def send(self, root, source, reference):
        print("sending", flush=True)
        time.sleep(3600)

async def work():
    async with site(sys.argv[1], Vault(Path(sys.argv[2])), Stuck(), pace=replace(FAST, lease=5.0)):
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
                for _ in range(10):  # for longer than the lease: it is renewed
                    assert await one.rows.claim("shelf", 5.0) is None, log.read_text()
                    await asyncio.sleep(0.6)
                child.kill()
            async with site(url, vault, shelf) as one:
                await until_all(one, "pinned", ["shelf"], shown)
        finally:
            process.stop(child)

    asyncio.run(work())
    assert shelf.sends.total() == 1


def test_what_the_target_lost_is_sent_again(url: str, vault: Vault) -> None:
    shelf = Shelf()

    async def work() -> None:
        async with site(url, vault, shelf, pace=replace(FAST, recheck=0.1)) as one:
            shown = one.submit("hello", b"a")
            await until_all(one, "pinned", ["shelf"], shown)
            lost = shown["items"][0]["cid"]
            shelf.held.discard(lost)

            async def back() -> bool:
                return lost in shelf.held

            await until(back, "the file is back")
            await until_all(one, "pinned", ["shelf"], shown)
            assert shelf.sends[lost] == 2
            assert shelf.sends[shown["cid"]] == 1
            assert shelf.checks[shown["cid"]] > 0

    asyncio.run(work())


def test_a_timeout_of_one_send_is_no_end(url: str, vault: Vault) -> None:
    shelf = Shelf(problem=KuboTimeout("slow disk"))

    async def work() -> None:
        async with site(url, vault, shelf) as one:
            shown = one.submit("hello")

            async def tried() -> bool:
                return shelf.sends.total() >= 3

            await until(tried, "three tries")
            shelf.problem = None
            await until_all(one, "pinned", ["shelf"], shown)

    asyncio.run(work())


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


def test_a_target_that_the_settings_no_longer_name_is_said_to_be_removed(
    url: str, vault: Vault
) -> None:
    gone, down = Shelf("gone"), Shelf("down", silent=True)

    async def work() -> None:
        async with site(url, vault, gone, down) as one:
            shown = one.submit("hello")

            async def settled() -> bool:
                return await one.states(shown) == {"gone": {"pinned"}, "down": {"unreachable"}}

            await until(settled, "one pinned, one unreachable")
        tried = down.sends.total()
        async with site(url, vault, Shelf()) as one:

            async def told() -> bool:
                states = await one.states(shown)
                return states == {"shelf": {"pinned"}, "gone": {"removed"}, "down": {"removed"}}

            await until(told, "two removed")
            assert (await one.told(shown))["stored"] == ["vault", "shelf"]
        assert down.sends.total() == tried

    asyncio.run(work())


def test_what_is_in_the_vault_and_not_in_the_table_is_found_at_start(
    url: str, vault: Vault
) -> None:
    """It was stored while there was no target, or by a process that died at once."""
    shelf = Shelf()

    async def work() -> None:
        async with site(url, vault, run=False) as one:
            shown = [one.submit(f"text {n}", f"file {n}".encode()) for n in range(5)]
        async with site(url, vault, shelf) as one:
            await until_all(one, "pinned", ["shelf"], *shown)

    asyncio.run(work())


def test_a_database_that_is_made_anew_is_filled_by_the_sweep(url: str, vault: Vault) -> None:
    """Nothing is sent that is held already."""
    shelf = Shelf()

    async def work() -> None:
        async with site(url, vault, shelf, pace=replace(FAST, sweep=0.1)) as one:
            shown = one.submit("hello", b"a")
            await until_all(one, "pinned", ["shelf"], shown)
            sql(url, "TRUNCATE replication, replication_target")
            await until_all(one, "pinned", ["shelf"], shown)

    asyncio.run(work())


def test_what_only_looks_like_a_manifest_is_no_submission(url: str, vault: Vault) -> None:
    shelf = Shelf()

    async def work() -> None:
        async with site(url, vault, shelf, run=False) as one:
            first = one.submit("first", b'{"schema": "redress-evidence/1"}', b"{" * 100, b"")
        async with site(url, vault, shelf) as one:
            await until_all(one, "pinned", ["shelf"], first)
        assert len(shelf.held) == 4

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


@pytest.mark.parametrize("restart", [False, True], ids=["same process", "new process"])
def test_evidence_is_stored_while_the_database_is_down(
    vault: Vault, tmp_path: Path, restart: bool
) -> None:
    shelf = Shelf()
    cluster, log = tmp_path / "cluster", tmp_path / "postgres.log"
    server = postgres_tool.start(cluster, log=log, durable=False)

    async def work() -> None:
        nonlocal server
        url = server.create_database("evidence")
        await migrated(url)
        async with site(url, vault, shelf) as one:
            await one.rows.targets()
            process.stop(server.process, signal.SIGQUIT)
            shown = one.submit("hello", b"a file")
            assert vault.get_manifest(bytes.fromhex(shown["digest"][2:])).text == "hello"
            told = await one.told(shown)
            assert told["stored"] == ["vault"]
            assert told["replicas"] == [{"target": "shelf", "state": "unknown", "since": None}]
            with pytest.raises(DatabaseUnavailable):
                await one.outbox.note_down()
            if not restart:
                server = postgres_tool.start(cluster, log=log, durable=False)
                await until_all(one, "pinned", ["shelf"], shown)
        if restart:
            server = postgres_tool.start(cluster, log=log, durable=False)
            async with site(url, vault, shelf) as one:
                await until_all(one, "pinned", ["shelf"], shown)

    try:
        asyncio.run(work())
    finally:
        postgres_tool.stop(server)


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
