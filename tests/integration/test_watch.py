"""`redress audit` on a real chain and index: quiet while all is right, and never when it is not."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from dapp.bootstrap.parts import build
from dapp.cli import audit
from dapp.domain.events import APPEALS, CLAIMS, COURT, ESCROW, REGISTRY
from dapp.domain.types import Address, ComplaintId, Digest, OrganisationId, Wei
from dapp.service.evidence import Submission
from dapp.service.parts import Parts
from dapp.service.watch import Finding
from dapp.settings import Settings
from tests.indexing import Indexed
from tests.world import ETHER, digest


@pytest.fixture
def settings(indexed: Indexed, tmp_path: Path) -> Settings:
    return Settings(
        node_url=indexed.world.url,
        database_url=indexed.database_url,
        deployments_dir=indexed.deployments,
        data_dir=tmp_path / "data",
    )


def _look(settings: Settings, before: Callable[[Parts], None] = lambda parts: None) -> set[str]:
    async def work() -> list[Finding]:
        async with build(settings) as parts:
            before(parts)
            return await parts.watch.look()

    return {one.code for one in asyncio.run(work())}


def _wrong(settings: Settings) -> set[str]:
    """What a look finds, but for the story's evidence, which nobody stored."""
    return _look(settings) - {"evidence-missing"}


def _story(indexed: Indexed) -> int:
    """Orders held, released, disputed and paid; bonds, stakes, credits."""
    world = indexed.world
    world.stake(6)
    organisation = world.register()
    world.bond(organisation, 3 * ETHER)
    world.dispute(organisation, [4000, 5000, 6000])
    world.release(world.pay(organisation))
    held = world.pay(organisation)
    return world.file(held)


def test_all_is_as_the_record_says(indexed: Indexed, settings: Settings) -> None:
    _story(indexed)
    indexed.index()
    assert _wrong(settings) == set()


def test_what_is_owed_is_what_the_contracts_hold(indexed: Indexed, settings: Settings) -> None:
    """To the wei, where the rows say all of it."""
    _story(indexed)
    indexed.index()
    world = indexed.world

    async def work() -> dict[str, Wei]:
        async with build(settings) as parts:
            found = await parts.watch._rows.owed()
            assert found is not None
            return {one.contract: one.amount for one in found[2]}

    owed = asyncio.run(work())
    held = {
        name: int(world.rpc("eth_getBalance", world.contracts[name], "latest"), 16)
        for name in (ESCROW, REGISTRY, COURT)
    }
    assert owed[ESCROW] == held[ESCROW] > 0
    assert owed[REGISTRY] == held[REGISTRY] > 0
    assert 0 < owed[COURT] <= held[COURT]


def test_money_for_claims_and_appeals_is_owed_to_the_wei(
    indexed: Indexed, settings: Settings
) -> None:
    """At each step: pots that are raised, one that opens, refunds, the stake's way back."""
    world = indexed.world
    organisation = world.register()
    world.bond(organisation, 10 * ETHER)
    world.stake(16, tickets=4)
    held = world.claim(organisation)
    world.fund(held, ETHER // 100, payer=world.bystander)
    withdrawn = world.claim(organisation)
    world.withdraw(withdrawn)
    _owes_what_it_holds(indexed, settings)

    number = world.file(world.pay(organisation))
    world.offer(number, 2000)
    world.escalate(number)
    world.wait_for_commits(number)
    world.commit_drawing(number, 1, 5000)
    world.commit(number, 0, 2000)
    world.commit(number, 2, 5200)
    world.reveal_batch(number, [0, 1, 2])
    world.contribute(number, False, world.customer, ETHER // 1000)
    _owes_what_it_holds(indexed, settings)
    world.appeal(number, True)
    _owes_what_it_holds(indexed, settings)
    world.send(world.bystander, APPEALS, "refund", (number, 0, False, world.customer))
    _owes_what_it_holds(indexed, settings)
    world.draw(number)
    world.vote(number, [8000] * 7)
    world.execute(number)
    _owes_what_it_holds(indexed, settings)
    world.send(world.bystander, APPEALS, "withdrawShare", (number, 0, True))
    _owes_what_it_holds(indexed, settings)


def _owes_what_it_holds(indexed: Indexed, settings: Settings) -> None:
    indexed.index()

    async def work() -> dict[str, Wei]:
        async with build(settings) as parts:
            found = await parts.watch._rows.owed()
            assert found is not None
            return {one.contract: one.amount for one in found[2]}

    owed, world = asyncio.run(work()), indexed.world
    for name in (ESCROW, REGISTRY, CLAIMS, APPEALS):
        held = int(world.rpc("eth_getBalance", world.contracts[name], "latest"), 16)
        assert (name, owed[name]) == (name, held)


@pytest.mark.parametrize("contract", [ESCROW, REGISTRY, COURT])
def test_missing_money_is_found(indexed: Indexed, settings: Settings, contract: str) -> None:
    _story(indexed)
    world = indexed.world
    world.rpc("anvil_setBalance", world.contracts[contract], hex(1))
    world.mine(1)
    indexed.index()
    assert _wrong(settings) == {"money-missing"}


def test_a_changed_fold_is_found(indexed: Indexed, settings: Settings) -> None:
    """Which the indexer itself compares only when a case changes."""
    number = _story(indexed)
    indexed.index()
    indexed.sql(f"UPDATE complaint SET trail = '0x{'00' * 32}' WHERE id = {number}")  # noqa: S608
    assert _wrong(settings) == {"trail-differs"}


def test_evidence_that_is_gone_is_found(indexed: Indexed, settings: Settings) -> None:
    world = indexed.world
    number = world.file(world.pay(world.register()))
    stored: list[str] = []

    def submit(parts: Parts) -> None:
        said = Submission(world.customer, "It broke.", ComplaintId(number), None, None, [])
        stored.append(parts.evidence.submit(said)["digest"])

    _look(settings, submit)
    world.evidence(number, world.customer, Digest(stored[0]))
    indexed.index()
    assert _look(settings) == set()
    for path in (settings.data_dir / "vault" / "blocks").rglob("1220*"):
        path.unlink()
    assert _look(settings) == {"evidence-missing"}


def test_a_halted_index_and_one_that_lags_are_found(indexed: Indexed, settings: Settings) -> None:
    _story(indexed)
    indexed.index()
    indexed.sql("UPDATE checkpoint SET halted = 'a final block is gone'")
    indexed.world.mine(40)
    assert _wrong(settings) == {"index-halted", "index-behind"}


def test_an_empty_index_is_said(indexed: Indexed, settings: Settings) -> None:
    assert _look(settings) == {"index-empty"}


@contextmanager
def _hook(answers: list[int]) -> Iterator[tuple[str, list[object]]]:
    """An address that takes what is posted, and answers with these codes in turn."""
    told: list[object] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(answers.pop(0))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/secret", told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_webhook_is_told_until_it_takes_it_and_then_once(
    indexed: Indexed, settings: Settings
) -> None:
    _story(indexed)
    indexed.index()
    indexed.sql("UPDATE checkpoint SET halted = 'a final block is gone'")

    async def work(url: str) -> None:
        told_at = settings.model_copy(update={"audit_webhook": url})
        async with build(told_at) as parts:
            told: list[Finding] = []
            for _ in range(3):
                told = list(await audit._look(parts, audit._Round([], 0.0), told))
            indexed.sql("UPDATE checkpoint SET halted = NULL")
            told = list(await audit._look(parts, audit._Round([], 0.0), told))
            assert "index-halted" not in {one.code for one in told}

    with _hook([500, 200, 200]) as (url, bodies):
        asyncio.run(work(url))
    found = [body["findings"] for body in bodies if isinstance(body, dict)]
    assert ["index-halted" in {one["code"] for one in each} for each in found] == [
        True,
        True,
        False,
    ]


def test_a_whole_organisation_is_verified(indexed: Indexed, settings: Settings) -> None:
    """As an auditor would: it holds while all of its evidence is here."""
    world = indexed.world
    kept: list[Digest] = []

    def submit(parts: Parts) -> None:
        said = Submission(world.organisation, "What we promise.", None, None, None, [])
        kept.append(Digest(parts.evidence.submit(said)["digest"]))

    _look(settings, submit)
    organisation = world.register(what=kept[0])
    world.withdraw(world.file(world.pay(organisation)))
    other = world.register(what=digest("an agreement that nobody kept"))
    indexed.index()

    async def work(which: int) -> list[str]:
        async with build(settings) as parts:
            return [one.code for one in await parts.full_audit.look(OrganisationId(which))]

    assert asyncio.run(work(organisation)) == []
    assert asyncio.run(work(other)) == ["audit-failed"]
    assert asyncio.run(work(99)) == ["bundle-impossible"]


def test_a_stranger_is_owed_nothing(settings: Settings, indexed: Indexed) -> None:
    """Coins that somebody forces upon a contract are no fault."""
    _story(indexed)
    world = indexed.world
    escrow = Address(world.contracts[ESCROW])
    held = int(world.rpc("eth_getBalance", escrow, "latest"), 16)
    world.rpc("anvil_setBalance", escrow, hex(held + 1))
    world.mine(1)
    indexed.index()
    assert _wrong(settings) == set()
