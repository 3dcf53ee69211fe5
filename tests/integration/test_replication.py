"""What is in the vault reaches its targets, whoever is down meanwhile; on a real database."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest
from anyio import to_thread

from dapp.service.outbox import Outbox, Pace
from dapp.service.targets import Held
from dapp.store.replication import State
from evidence import CID, Vault
from evidence.dag import BlockSource
from evidence.errors import KuboRefused, KuboTimeout, PinningBusy, PinningRefused
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


def test_what_a_target_has_lost_is_found_by_asking(url: str, vault: Vault) -> None:
    shelf, other = Shelf(), Shelf("other")

    async def work() -> None:
        async with site(url, vault, shelf, other) as one:
            shown = one.submit("hello", b"a file")
            await until_all(one, "pinned", ["shelf", "other"], shown)
            roots = [root for kept in one.evidence.kept().values() for root in kept]
            assert [found async for found in one.replicas.missing(roots)] == [(1, []), (2, [])]
            lost = shown["items"][0]["cid"]
            shelf.held.discard(lost)
            other.silent = True
            missing = [each async for _, found in one.replicas.missing(roots) for each in found]
            by_target = {(each["target"], each["cid"]): each["problem"] for each in missing}
            assert by_target.pop(("shelf", lost)) == "not_pinned"
            assert set(by_target.values()) == {"kubo_unreachable"}
            assert {target for target, _ in by_target} == {"other"}

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


def test_a_target_that_is_slow_to_say_how_it_is_gets_all_the_same(url: str, vault: Vault) -> None:
    """Slower than it is looked at: that alone makes it nobody who is gone."""

    class Slow(Shelf):
        def probe(self) -> str:
            time.sleep(2 * FAST.probe)
            return super().probe()

    async def work() -> None:
        async with site(url, vault, Slow()) as one:
            await until_all(one, "pinned", ["shelf"], one.submit("hello", b"a file"))

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


def _spoil(folder: Path) -> None:
    for block in folder.rglob("*"):
        if block.is_file() and block.read_bytes() == b"precious":
            block.write_bytes(b"spoiled!")


def test_one_thing_that_fails_holds_up_no_other(url: str, vault: Vault, tmp_path: Path) -> None:
    shelf = Shelf()

    async def work() -> None:
        async with site(url, vault, shelf, run=False) as one:
            rotten = one.submit("rotten", b"precious")
            cid = rotten["items"][0]["cid"]
            await to_thread.run_sync(_spoil, tmp_path)
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


def test_content_that_a_service_refuses_holds_up_no_other(url: str, vault: Vault) -> None:
    """Else a stranger could: each refusal would have everything wait, longer each time."""

    class Choosy(Shelf):
        def send(self, root: CID, source: BlockSource, reference: str | None) -> Held:
            if source(root) == b"bad":
                self.sends[str(root)] += 1
                raise PinningRefused("we keep no such thing", status=400)
            return super().send(root, source, reference)

    shelf, slow = Choosy(), replace(FAST, retry=600.0, max_retry=600.0)

    async def work() -> None:
        async with site(url, vault, shelf, pace=slow) as one:
            bad = one.submit("to be refused", b"bad")["items"][0]["cid"]

            async def refused() -> bool:
                return shelf.sends[bad] > 0

            await until(refused, "one was refused")
            await until_all(one, "pinned", ["shelf"], one.submit("sound", b"another"))

    asyncio.run(work())


def test_what_was_refused_waits_for_what_was_never_sent(url: str, vault: Vault) -> None:
    async def work() -> None:
        async with site(url, vault, Shelf(), run=False) as one:
            await one.rows.enqueue(["refused"], ["shelf"])
            claim = await one.rows.claim("shelf", 60)
            assert claim is not None
            await one.rows.settle(claim, State.FAILED, -3600.0, None, "pinning_refused")
            await one.rows.enqueue(["new"], ["shelf"])
            first = await one.rows.claim("shelf", 60)
            assert first is not None and first.root == "new"

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
