"""What no event names goes again; what one names stays; reorgs and late blocks take nothing."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from anyio import to_thread

from dapp.chain.deployment import connect
from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.domain.types import Address, ChainId, Digest, Hash32
from dapp.errors import DatabaseUnavailable
from dapp.service.evidence import Evidence, Submission, Upload
from dapp.service.intake import Bounds, Intake
from dapp.service.sweep import Sweep
from dapp.store.database import pool
from dapp.store.erasures import ErasureRows
from dapp.store.references import References
from dapp.store.replication import Replication
from evidence import Budget, Limits, Uploads, Vault, digest_to_cid
from evidence.errors import BudgetSpent, ShareFull
from tests.indexing import Indexed
from tests.world import World

HOURS = 3600
WAIT = 72 * HOURS
KIB = 1 << 10
SALTS = iter(range(1, 10_000))
CHAIN = ChainId(31_337)
AUTHOR = Address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
REALM = "here"


@dataclass
class Desk:
    """One process's share; `now` is what its clock says."""

    vault: Vault
    intake: Intake
    sweep: Sweep
    replication: Replication
    now: float
    submitted: list[bytes] = field(default_factory=list)

    async def submit(
        self, text: str, size: int = 0, client: str = "10.0.0.1", **more: Any
    ) -> Digest:
        salt = Hash32(f"0x{more.pop('salt', None) or next(SALTS):064x}")
        account = more.pop("account", None)
        files = [Upload("a.bin", "", "file", BytesIO(text.encode() + bytes(size)))] if size else []
        submission = Submission(AUTHOR, text, None, None, salt, [])
        holder = self.intake.holder(client, account)
        stored = await to_thread.run_sync(self.intake.submit, submission, files, holder)
        return Digest(Hash32(stored["digest"]))

    def holds(self, digest: str) -> bool:
        return self.vault.has(digest_to_cid(bytes.fromhex(digest[2:])))

    def waits(self, digest: str) -> bool:
        return digest[2:] in self.vault.waiting()


@asynccontextmanager
async def desk(
    indexed: Indexed, folder: Path, quota: int | None = None, realm: str = REALM
) -> AsyncIterator[Desk]:
    async with pool(indexed.database_url, size=3) as connections:
        found: list[Desk] = []

        def clock() -> float:
            return found[0].now

        vault = Vault(folder / "vault", quota)
        budget = Budget(1024 * KIB, 2048 * KIB)
        uploads = Uploads(folder / "uploads", Limits(1 << 30, 1 << 30, budget), clock)
        evidence = Evidence(vault, lambda digest: None, CHAIN, AUTHOR, 1 << 30)
        references, rows = References(connections, CHAIN), ErasureRows(connections, CHAIN)
        bounds = Bounds(budget, 50, realm)
        intake = Intake(evidence, uploads, references, bounds, clock, b"secret")
        sweep = Sweep(vault, uploads, references, rows, realm, WAIT, clock)
        now = float(indexed.world.now())
        found.append(Desk(vault, intake, sweep, Replication(connections, CHAIN), now))
        yield found[0]


def indexed_head(indexed: Indexed) -> None:
    asyncio.run(_index(indexed))


async def _index(indexed: Indexed) -> None:
    async with Rpc(indexed.world.url) as rpc:
        node = Node(rpc)
        indexer = indexed.indexer_of(node, await connect(node, indexed.deployments))
        await indexer.run(
            until_block=indexed.world.header(indexed.world.block_number()).block.number
        )


def filed(world: World, what: Digest) -> int:
    return world.file(world.pay(world.register()), what=what)


def test_what_nothing_names_goes_in_time(indexed: Indexed, tmp_path: Path) -> None:
    world = indexed.world

    async def story() -> None:
        await _index(indexed)
        async with desk(indexed, tmp_path) as here:
            digest = await here.submit("nobody asked", 10)
            roots = [str(root) for root in here.vault.roots(digest[2:])]
            await here.replication.enqueue(roots, ["kubo"])
            here.now += WAIT - 10
            world.warp(WAIT - 10)
            await _index(indexed)
            swept = await here.sweep.once()
            assert (swept.given_up, swept.waiting) == (0, 1)
            # By our clock it is time, by the chain's not yet: its last blocks are not indexed.
            here.now += 20
            assert (await here.sweep.once()).given_up == 0
            world.warp(20)
            assert (await here.sweep.once()).given_up == 0
            await _index(indexed)
            swept = await here.sweep.once()
            assert (swept.given_up, swept.waiting, swept.waiting_bytes) == (1, 0, 0)
            assert swept.freed > 0
            assert not here.holds(digest)
            assert here.vault.owners() == frozenset()
            assert here.vault.used_bytes() == 0
            assert await here.replication.let_go() == set(roots)
            assert (await here.sweep.once()).given_up == 0

    asyncio.run(story())


def test_named_in_the_last_moment_it_stays(indexed: Indexed, tmp_path: Path) -> None:
    world = indexed.world

    async def story() -> None:
        await _index(indexed)
        async with desk(indexed, tmp_path) as here:
            late, never = await here.submit("late"), await here.submit("never")
            world.warp(WAIT + 1)
            here.now += WAIT + 1
            filed(world, late)
            await _index(indexed)
            swept = await here.sweep.once()
            assert (swept.given_up, swept.kept, swept.waiting) == (1, 0, 1)
            assert (here.holds(late), here.holds(never)) == (True, False)
            # Final, it waits no longer: nothing takes it any more.
            world.mine(80)
            await _index(indexed)
            swept = await here.sweep.once()
            assert (swept.kept, swept.waiting) == (1, 0)
            world.warp(2 * WAIT)
            here.now += 2 * WAIT
            await _index(indexed)
            assert (await here.sweep.once()).given_up == 0
            assert here.holds(late)

    asyncio.run(story())


def test_a_reorg_begins_the_wait_anew(indexed: Indexed, tmp_path: Path) -> None:
    world = indexed.world

    async def story() -> None:
        await _index(indexed)
        async with desk(indexed, tmp_path) as here:
            digest = await here.submit("named, and not")
            world.warp(WAIT - 100)
            here.now += WAIT - 100
            snapshot = world.rpc("evm_snapshot")
            filed(world, digest)
            await _index(indexed)
            assert (await here.sweep.once()).waiting == 1
            world.rpc("evm_revert", snapshot)
            world.warp(200)
            world.mine(5)
            here.now += 200
            await _index(indexed)
            assert indexed.sql("SELECT * FROM reference") == []
            assert (await here.sweep.once()).given_up == 0
            assert here.holds(digest)
            world.warp(WAIT)
            here.now += WAIT
            await _index(indexed)
            assert (await here.sweep.once()).given_up == 1

    asyncio.run(story())


def test_every_digest_that_events_name_is_known(indexed: Indexed) -> None:
    """And a read model made again holds the same rows."""
    world = indexed.world
    organisation = world.register()
    world.bond(organisation)
    world.stake(6)
    world.dispute(organisation, [5000, 5000, 5000])
    indexed_head(indexed)
    said = {
        str(value)
        for (value,) in indexed.sql(
            "SELECT DISTINCT e->>'digest' FROM complaint, json_array_elements(body->'evidence') e"
        )
    }
    known = {f"0x{bytes(row[0]).hex()}" for row in indexed.sql("SELECT digest FROM reference")}  # type: ignore[call-overload]
    assert said - {"0x" + "00" * 32} <= known
    assert len(known) >= 7
    before = indexed.read_model()
    assert before["reference"]
    indexed.rebuild()
    assert indexed.read_model() == before


def test_what_is_named_finds_room_where_newcomers_find_none(
    indexed: Indexed, tmp_path: Path
) -> None:
    """Its author knows the digest beforehand, by a salt of their own, and names it first."""

    async def story() -> None:
        await _index(indexed)
        async with desk(indexed, tmp_path / "elsewhere") as other:
            digest = await other.submit("mine", 10, salt=77)
        async with desk(indexed, tmp_path) as here:
            for text in ("1", "2", "3", "4"):
                await here.submit(text)
            with pytest.raises(BudgetSpent):
                await here.submit("mine", 10, salt=77)
            assert not here.holds(digest)
            filed(indexed.world, digest)
            await _index(indexed)
            assert await here.submit("mine", 10, salt=77) == digest
            assert not here.waits(digest)
            # Somebody who is signed in, or is elsewhere, still may.
            await here.submit("5", account=AUTHOR)
            await here.submit("6", client="10.0.0.2")

    asyncio.run(story())


def test_newcomers_together_leave_room_for_what_is_named(indexed: Indexed, tmp_path: Path) -> None:
    async def story() -> None:
        await _index(indexed)
        async with desk(indexed, tmp_path / "elsewhere") as other:
            digest = await other.submit("mine", 300 * KIB, salt=77)
        async with desk(indexed, tmp_path, quota=2048 * KIB) as here:
            clients = iter(range(1, 100))
            with pytest.raises(ShareFull):
                while number := next(clients):
                    await here.submit(f"flood {number}", 240 * KIB, client=f"10.1.0.{number}")
            assert len(here.vault.waiting()) == 4  # a MiB is half of it
            filed(indexed.world, digest)
            await _index(indexed)
            assert await here.submit("mine", 300 * KIB, salt=77) == digest

    asyncio.run(story())


def test_what_another_service_waits_for_is_left_alone(indexed: Indexed, tmp_path: Path) -> None:
    world = indexed.world

    async def story() -> None:
        await _index(indexed)
        async with desk(indexed, tmp_path, realm="there") as there:
            digest = await there.submit("theirs")
        world.warp(2 * WAIT)
        await _index(indexed)
        async with desk(indexed, tmp_path) as here:
            assert (await here.sweep.once()).given_up == 0
            assert here.holds(digest)

    asyncio.run(story())


def test_without_a_database_evidence_comes_in_and_none_goes(
    indexed: Indexed, tmp_path: Path
) -> None:
    async def story() -> None:
        await _index(indexed)
        async with desk(indexed, tmp_path) as here:
            await here.intake._references._pool.close()
            digest = await here.submit("all the same")
            here.now += 2 * WAIT
            with pytest.raises(DatabaseUnavailable):
                await here.sweep.once()
            assert here.holds(digest)

    asyncio.run(story())


def test_uploads_that_expired_go_with_it(indexed: Indexed, tmp_path: Path) -> None:
    async def story() -> None:
        await _index(indexed)
        async with desk(indexed, tmp_path) as here:
            here.now = time.time()
            made = here.intake.uploads.create(10, "", "", here.intake.holder("::1", None))
            assert (await here.sweep.once()).expired == 0
            here.now += 24 * HOURS
            assert (await here.sweep.once()).expired == 1
            assert not (tmp_path / "uploads" / made.id).exists()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("", "", True),
        ("unix", "10.0.0.1", False),
    ],
)
def test_clients_are_networks(
    indexed: Indexed, tmp_path: Path, one: str, other: str, same: bool
) -> None:
    intake = Intake(None, None, None, None, time.time, b"secret")  # type: ignore[arg-type]
    found = intake.holder(one, None).client
    assert (found == intake.holder(other, None).client) is same
    assert one not in found or not one
    elsewhere = Intake(None, None, None, None, time.time, b"other")  # type: ignore[arg-type]
    assert elsewhere.holder(one, None).client != found
