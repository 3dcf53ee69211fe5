"""What a target, the settings or the database lost is found again; on a real database."""

import asyncio
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from anyio import to_thread

from dapp.errors import DatabaseUnavailable
from evidence import Vault
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain import process
from tests.replicating import (
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

            async def looked_at() -> bool:
                return shelf.checks[shown["cid"]] > 0

            await until(looked_at, "what was not lost is looked at as well")

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


def test_a_damaged_pin_keeps_no_other_from_being_found(
    url: str, vault: Vault, tmp_path: Path
) -> None:
    async def work() -> None:
        async with site(url, vault, run=False) as one:
            shown = one.submit("hello", b"a")
        await to_thread.run_sync((tmp_path / "vault" / "pins" / "0").write_bytes, b"damaged")
        async with site(url, vault, Shelf()) as one:
            await until_all(one, "pinned", ["shelf"], shown)

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
