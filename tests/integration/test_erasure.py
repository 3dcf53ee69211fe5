"""Erased: gone here and where it was pinned, refused from then on, and still in the record."""

import asyncio
import io
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dapp.domain.types import Hash32
from dapp.errors import Erased
from dapp.service.erasure import Erasure
from dapp.service.evidence import Evidence, Submission, Upload
from dapp.service.outbox import Outbox
from dapp.service.targets import KuboTarget, Target
from dapp.store.database import pool
from dapp.store.envelopes import EnvelopeRows, NewEnvelope
from dapp.store.erasures import ErasureRows, Reason
from dapp.store.replication import Replication
from evidence import Vault, parse_cid
from evidence.errors import ContentRefused, EvidenceError, KuboRefused, VaultDamaged
from evidence.gateway import Request
from evidence.kubo import Kubo as KuboClient
from scripts.toolchain.kubo import Kubo
from tests.replicating import AUTHOR, CHAIN, FAST, Shelf, door, migrated, sql, until


@pytest.fixture
def url(database_url: str) -> str:
    asyncio.run(migrated(database_url))
    return database_url


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault")


@dataclass(frozen=True)
class Desk:
    """One process's share."""

    vault: Vault
    erasure: Erasure
    evidence: Evidence
    outbox: Outbox
    envelopes: EnvelopeRows

    def submit(self, text: str, *files: bytes, salt: str | None = None) -> dict[str, Any]:
        uploads = [Upload(f"{n}.bin", "", "file", io.BytesIO(one)) for n, one in enumerate(files)]
        chosen = Hash32(salt or "0x" + secrets.token_hex(32))
        return self.evidence.submit(Submission(AUTHOR, text, None, None, chosen, uploads))

    def status(self, cid: str) -> int:
        return self.evidence.gateway.answer(Request("GET", f"/ipfs/{cid}", "format=raw", {})).status

    def download(self, cid: str) -> bytes:
        answer = self.evidence.gateway.answer(Request("GET", f"/ipfs/{cid}", "", {}))
        assert answer.status == 200
        return b"".join(answer.body)


@asynccontextmanager
async def desk(url: str, vault: Vault, *targets: Target) -> AsyncIterator[Desk]:
    async with pool(url, size=3) as connections:
        erasure = Erasure(vault, ErasureRows(connections, CHAIN), poll_seconds=0.05)
        await erasure.refresh()
        rows = Replication(connections, CHAIN)
        outbox = Outbox(vault, rows, targets, FAST, refused=erasure.refused)
        evidence = Evidence(vault, outbox.add, CHAIN, AUTHOR, 16 << 20, erasure.refused)
        tasks = [asyncio.create_task(one.run()) for one in (outbox, erasure)]
        try:
            envelopes = EnvelopeRows(connections, CHAIN, 1 << 30)
            yield Desk(vault, erasure, evidence, outbox, envelopes)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def states(url: str) -> set[str]:
    return {state for (state,) in sql(url, "SELECT state FROM replication")}


@pytest.mark.parametrize(("reason", "status"), [(Reason.PERSONAL, 410), (Reason.LEGAL, 451)])
def test_it_is_gone_and_says_so(url: str, vault: Vault, reason: Reason, status: int) -> None:
    async def work() -> None:
        async with desk(url, vault) as one:
            shown = one.submit("hello", b"a file", secrets.token_bytes(3 << 20))
            kept = one.submit("another", b"its own")
            held = vault.used_bytes()
            digest = Hash32(shown["digest"])
            told = await one.erasure.erase(digest, reason)
            assert (told["reason"], told["erased_by"]) == (reason, "operator")
            assert vault.used_bytes() < held - (3 << 20)
            assert set(vault.pins()) == {kept["digest"][2:]}
            for cid in (shown["cid"], *(item["cid"] for item in shown["items"])):
                assert one.status(cid) == status
            with pytest.raises(Erased) as refused:
                one.evidence.show(digest)
            assert refused.value.status == status
            with pytest.raises(Erased) as refused:
                await one.erasure.check(digest)
            assert refused.value.fields["erased_at"] == told["erased_at"]["unix"]
            assert one.evidence.show(Hash32(kept["digest"]))["items"][0]["stored"] == ["vault"]
            again = await one.erasure.erase(digest, reason)
            assert again == told, "once more changes nothing"

    asyncio.run(work())


def test_what_another_submission_has_too_stays(url: str, vault: Vault) -> None:
    async def work() -> None:
        async with desk(url, vault) as one:
            shared = bytes(2 << 20)
            first = one.submit("first", shared, b"only here")
            second = one.submit("second", shared)
            await one.erasure.erase(Hash32(first["digest"]), Reason.LEGAL)
            assert one.download(second["items"][0]["cid"]) == shared
            assert one.status(first["items"][1]["cid"]) == 451
            assert one.status(first["cid"]) == 451
            await one.erasure.erase(Hash32(second["digest"]), Reason.PERSONAL)
            assert one.status(second["items"][0]["cid"]) == 451, "the graver reason"

    asyncio.run(work())


def test_it_survives_a_restart(url: str, vault: Vault) -> None:
    async def work() -> None:
        async with desk(url, vault) as one:
            shown = one.submit("first", b"shared", b"own")
            other = one.submit("second", b"shared")
            await one.erasure.erase(Hash32(shown["digest"]), Reason.PERSONAL)
        async with desk(url, vault) as one:
            assert one.status(shown["cid"]) == one.status(shown["items"][1]["cid"]) == 410
            with pytest.raises(Erased):
                one.evidence.show(Hash32(shown["digest"]))

            async def is_served() -> bool:
                return one.status(other["items"][0]["cid"]) == 200

            await until(is_served, "what the other has too, once the vault was looked through")

    asyncio.run(work())


def test_one_cut_off_before_the_blocks_went_is_ended_by_the_next_process(
    url: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused from the first moment on, whatever becomes of the blocks."""

    def damaged(owner: str) -> None:
        raise VaultDamaged("somebody else's pin", owner="x")

    async def work() -> None:
        async with desk(url, vault) as one:
            shown = one.submit("hello", b"a file")
            monkeypatch.setattr(vault, "remove", damaged)
            with pytest.raises(VaultDamaged):
                await one.erasure.erase(Hash32(shown["digest"]), Reason.LEGAL)
            assert vault.has(parse_cid(shown["cid"]))
            assert one.status(shown["cid"]) == one.status(shown["items"][0]["cid"]) == 451
        monkeypatch.undo()
        async with desk(url, vault) as one:
            assert one.status(shown["items"][0]["cid"]) == 451

            async def is_gone() -> bool:
                return not vault.has(parse_cid(shown["cid"]))

            await until(is_gone, "removed after all")
            assert vault.pins() == {}

    asyncio.run(work())


def test_another_process_hears_of_it(url: str, vault: Vault, tmp_path: Path) -> None:
    """Each has a vault of its own, and looks through it."""
    theirs = Vault(tmp_path / "theirs")

    async def work() -> None:
        async with desk(url, vault) as here, desk(url, theirs) as there:
            salt = "0x" + "07" * 32
            shown = here.submit("hello", b"a file", salt=salt)
            assert there.submit("hello", b"a file", salt=salt)["digest"] == shown["digest"]
            await here.erasure.erase(Hash32(shown["digest"]), Reason.LEGAL)

            async def is_gone() -> bool:
                return there.status(shown["items"][0]["cid"]) == 451 and theirs.pins() == {}

            await until(is_gone, "refused and removed there")

    asyncio.run(work())


def test_a_download_under_way_breaks_off(url: str, vault: Vault) -> None:
    async def work() -> None:
        async with desk(url, vault) as one:
            data = secrets.token_bytes(4 << 20)
            shown = one.submit("hello", data)
            body = one.evidence.gateway.answer(
                Request("GET", f"/ipfs/{shown['items'][0]['cid']}", "", {})
            ).body
            first = next(body)
            await one.erasure.erase(Hash32(shown["digest"]), Reason.PERSONAL)
            with pytest.raises(EvidenceError):
                for _ in body:
                    pass
            assert data.startswith(first)

    asyncio.run(work())


def test_the_law_keeps_it_out_and_a_wish_does_not(url: str, vault: Vault) -> None:
    async def work() -> None:
        async with desk(url, vault) as one:
            salt = "0x" + "07" * 32
            wished = one.submit("mine", b"mine", salt=salt)
            await one.erasure.erase(Hash32(wished["digest"]), Reason.PERSONAL)
            again = one.submit("mine", b"mine", salt=salt)
            await one.erasure.lift(Hash32(again["digest"]))
            assert again["digest"] == wished["digest"]
            assert await one.erasure.told(Hash32(again["digest"])) is None
            assert one.status(again["cid"]) == one.status(again["items"][0]["cid"]) == 200
            await one.erasure.clear()
            assert one.download(again["items"][0]["cid"]) == b"mine"

            await one.erasure.erase(Hash32(again["digest"]), Reason.LEGAL)
            before = vault.used_bytes()
            for text, given in (("mine", salt), ("in other words", None)):
                with pytest.raises(ContentRefused):
                    one.submit(text, b"mine", salt=given)
            assert vault.used_bytes() == before
            one.submit("something else", b"else")
            # A wish takes nothing back of what the law has said.
            await one.erasure.erase(Hash32(again["digest"]), Reason.PERSONAL)
            await one.erasure.lift(Hash32(again["digest"]))
            assert one.status(again["cid"]) == 451

    asyncio.run(work())


def test_what_is_not_here_can_be_refused_all_the_same(url: str, vault: Vault) -> None:
    async def work() -> None:
        async with desk(url, vault) as one:
            digest = Hash32("0x" + "ab" * 32)
            await one.erasure.erase(digest, Reason.LEGAL)
            with pytest.raises(Erased):
                one.evidence.show(digest)

    asyncio.run(work())


def test_envelopes_go_and_none_comes_after(url: str, vault: Vault) -> None:
    async def work() -> None:
        async with desk(url, vault) as one:
            digest = Hash32(one.submit("hello")["digest"])
            new = NewEnvelope(digest, [AUTHOR, "clerk"], AUTHOR, True, b"sealed")
            assert await one.envelopes.put(new) == "stored"
            await one.erasure.erase(digest, Reason.PERSONAL)
            assert await one.envelopes.find(digest, AUTHOR) is None
            assert await one.envelopes.readers([digest]) == []
            assert await one.envelopes.put(new) == "erased"

    asyncio.run(work())
    assert sql(url, "SELECT count(*) FROM envelope") == [(0,)]
    assert sql(url, "SELECT count(*) FROM envelope_reader") == [(0,)]


def test_all_envelopes_together_are_bounded(url: str) -> None:
    async def work() -> None:
        async with pool(url, size=2) as connections:
            rows = EnvelopeRows(connections, CHAIN, 100_000)
            body, digest = secrets.token_bytes(30_000), Hash32("0x" + "ab" * 32)
            new = NewEnvelope(digest, [AUTHOR], AUTHOR, True, body)
            outcomes = [await rows.put(new) for _ in range(10)]
            assert outcomes[0] == "stored"
            assert outcomes[-1] == "full"

    asyncio.run(work())


def test_targets_let_go_as_soon_as_they_answer(url: str, vault: Vault) -> None:
    shelf = Shelf()

    async def work() -> None:
        async with desk(url, vault, shelf) as one:
            shown = one.submit("hello", b"own", b"shared")
            other = one.submit("other", b"shared")
            one.outbox.wake()
            cids = {other["cid"], shown["cid"], *(item["cid"] for item in shown["items"])}

            async def is_held() -> bool:
                return shelf.held == cids and states(url) == {"pinned"}

            await until(is_held, "held")
            shelf.silent = True
            await one.erasure.erase(Hash32(shown["digest"]), Reason.PERSONAL)
            assert states(url) == {"pinned", "removing"}
            shelf.silent = False

            async def let_go() -> bool:
                return "removing" not in states(url)

            await until(let_go, "let go")
            assert shelf.held == {other["cid"], other["items"][0]["cid"]}
            # Submitted again it goes out again.
            back = one.submit("once more", b"own")
            one.outbox.wake()

            async def is_back() -> bool:
                return {back["cid"], shown["items"][0]["cid"]} <= shelf.held

            await until(is_back, "back")

    asyncio.run(work())


def test_what_a_target_was_about_to_get_is_not_sent(url: str, vault: Vault) -> None:
    shelf = Shelf(problem=KuboRefused("no"))

    async def work() -> None:
        async with desk(url, vault, shelf) as one:
            shown = one.submit("hello", b"own")
            await one.outbox.note_down()
            await one.erasure.erase(Hash32(shown["digest"]), Reason.PERSONAL)
            shelf.problem = None

            async def let_go() -> bool:
                return states(url) == {"erased"}

            await until(let_go, "never sent")
            assert shelf.held == set()

    asyncio.run(work())


def test_erased_while_kubo_is_away_it_is_unpinned_when_it_comes_back(
    url: str, vault: Vault, kubo: Kubo
) -> None:
    async def work() -> None:
        with door(kubo.api_port) as way:
            client = KuboClient(f"/ip4/127.0.0.1/tcp/{way.port}", timeout_seconds=5)
            direct = KuboClient(kubo.api_multiaddr)
            async with desk(url, vault, KuboTarget(client)) as one:
                shown = one.submit(secrets.token_hex(8), secrets.token_bytes(100_000))
                roots = [parse_cid(shown["cid"]), parse_cid(shown["items"][0]["cid"])]
                one.outbox.wake()

                async def is_pinned() -> bool:
                    return all(direct.is_pinned(root) for root in roots)

                await until(is_pinned, "pinned")
                way.shut()
                await one.erasure.erase(Hash32(shown["digest"]), Reason.PERSONAL)
                assert await is_pinned()
                way.open()

                async def is_unpinned() -> bool:
                    return not any(direct.is_pinned(root) for root in roots)

                await until(is_unpinned, "unpinned")

    asyncio.run(work())
