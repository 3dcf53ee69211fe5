"""Reads on a streaming replica: as new as the primary's, whatever becomes of the replica."""

import asyncio
import itertools
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
from prometheus_client import REGISTRY

from dapp.domain.types import ChainId
from dapp.store.database import connect, pool
from dapp.store.replica import Replicated, check_same, identity
from dapp.store.schema import migrate
from scripts.toolchain import process
from tests import chains
from tests.api_player import Service, environment, redress, serving, until
from tests.patience import PATIENCE_SECONDS
from tests.replica import Pair, paired
from tests.sealing_scene import Stage
from tests.world import World

CHAIN = ChainId(1)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with paired() as found:
        yield found


@dataclass(frozen=True)
class Site:
    """Two server processes on one pair of databases, and the ports of their meters."""

    world: World
    workers: list[Service]
    ports: list[int]
    env: dict[str, str]
    folder: Path

    def by_replica(self) -> float:
        """Reads that the replica answered."""
        return sum(map(_by_replica, self.ports))

    def newest(self, worker: int, salt: int) -> int:
        """The block of an answer that is not one kept."""
        return int(self.workers[worker].get("/v1/cases", limit=1, salt=salt)["as_of_block"])


def _by_replica(port: int) -> float:
    said = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE_SECONDS).text
    for line in said.splitlines():
        if line.startswith('redress_database_reads_total{server="replica"}'):
            return float(line.rpartition(" ")[2])
    return 0.0


@pytest.fixture(scope="module")
def site(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("replica")
    url = pair.primary.create_database("redress")
    pair.catch_up()
    with (
        chains.running() as node,
        closing(World.deployed(node.url, folder / "deployments")) as world,
        ExitStack() as stack,
    ):
        env = environment(node.url, url, folder / "deployments", folder / "data")
        env["DATABASE_URL_READ"] = pair.read_url(url)
        stack.enter_context(redress(folder / "index.log", env, "index", "run"))
        workers, ports = [], []
        for number in range(2):
            ports.append(process.free_port())
            worker_env = {**env, "REDRESS_WEB_METRICS_PORT": str(ports[-1])}
            place = folder / f"worker-{number}"
            place.mkdir()
            workers.append(stack.enter_context(serving(world, worker_env, place)))
        yield Site(world, workers, ports, env, folder)


def test_who_acted_sees_it_though_the_replica_has_not(pair: Pair, site: Site) -> None:
    with ExitStack() as browsers:
        world, service = site.world, site.workers[0]
        organisation = world.register()
        first = world.file(world.pay(organisation))
        service.wait_for(world.block_number())
        before, salts = site.by_replica(), itertools.count()

        def by_replica() -> float:
            assert service.get(f"/v1/cases/{first}", salt=next(salts))["case"]["id"] == first
            return site.by_replica() - before

        until(lambda: by_replica() >= 20, "twenty reads went to the replica")
        stage = Stage(service, world, site.env, site.folder, browsers)
        with pair.paused():
            second = world.file(world.pay(organisation))
            for worker in site.workers:
                worker.wait_for(world.block_number())
                assert worker.get(f"/v1/cases/{second}")["case"]["id"] == second
                assert worker.get("/v1/cases", limit=1)["cases"][0]["id"] == second
                assert worker.http.get(f"/c/{second}").status_code == 200
            someone = stage.someone(world.customer)
            for text in ("one", "two"):
                assert someone.http.put("/v1/me/drafts/a", json={"text": text}).is_success
                assert someone.http.get("/v1/me/drafts/a").json()["draft"] == {"text": text}
            # What was kept meanwhile is of the primary, and not older.
            world.offer(second, 3000)
            service.wait_for(world.block_number())
            assert service.get(f"/v1/cases/{second}")["case"]["state"] == "offered"
        assert service.get(f"/v1/cases/{second}")["case"]["state"] == "offered"
        before = site.by_replica()
        site.newest(0, 1)
        until(lambda: site.newest(0, 2) > 0 and site.by_replica() > before, "the replica reads")


def test_no_answer_is_older_than_its_question(pair: Pair, site: Site) -> None:
    """By either server, while the chain goes on and the replica now lags and now does not."""
    organisation = site.world.register()
    site.workers[0].wait_for(site.world.block_number())
    older: list[tuple[int, int]] = []
    stop = threading.Event()

    def indexed() -> int:
        with psycopg.connect(site.env["DATABASE_URL"]) as primary:
            row = primary.execute("SELECT block_number FROM checkpoint").fetchone()
        return int(row[0]) if row else 0

    def look() -> None:
        salt = 0
        while not stop.is_set():
            salt += 1
            floor = indexed()
            found = site.newest(salt % 2, salt)
            if found < floor:
                older.append((floor, found))

    readers = [threading.Thread(target=look) for _ in range(2)]
    before = site.by_replica()
    for reader in readers:
        reader.start()
    try:
        for turn in range(12):
            if turn % 3 == 0:
                with pair.paused():
                    site.world.file(site.world.pay(organisation))
                    until(lambda: indexed() == site.world.block_number(), "indexed")
            else:
                site.world.file(site.world.pay(organisation))
        until(lambda: site.by_replica() > before, "the replica reads")
    finally:
        stop.set()
        for reader in readers:
            reader.join(30)
    assert older == []
    for worker in site.workers:
        worker.wait_for(site.world.block_number())


def test_a_replica_that_dies_takes_no_answer_with_it(pair: Pair, site: Site) -> None:
    site.world.register()
    site.workers[0].wait_for(site.world.block_number())
    failed: list[int] = []
    stop, salts = threading.Event(), iter(range(1_000_000))

    def look() -> None:
        while not stop.is_set():
            asked = {"limit": 1, "salt": next(salts)}
            answer = site.workers[0].http.get("/v1/cases", params=asked)
            if answer.status_code != 200:
                failed.append(answer.status_code)

    def reads_there() -> Callable[[], bool]:
        before = site.by_replica()
        return lambda: site.by_replica() > before

    reader = threading.Thread(target=look)
    reader.start()
    try:
        until(reads_there(), "the replica reads")
        pair.kill_replica()
        site.world.mine(2)
        site.workers[0].wait_for(site.world.block_number())
        pair.start_replica()
        until(reads_there(), "the replica reads again")
    finally:
        stop.set()
        reader.join(30)
    assert failed == []


@pytest.mark.parametrize("which", ["another", "itself"])
def test_a_server_that_is_no_replica_of_ours_is_not_read(
    pair: Pair, database_url: str, which: str
) -> None:
    url = pair.primary.create_database(f"of_{which}")
    read_url = database_url if which == "another" else url

    async def work() -> None:
        async with await connect(url) as connection:
            await migrate(connection)
        async with _replicated(url, read_url) as source:
            before = _reads_of_replica()
            async with source.connection() as connection:
                assert connection.info.dbname == f"of_{which}"
            assert _reads_of_replica() == before

    asyncio.run(work())


def test_many_reads_share_a_question(pair: Pair) -> None:
    url = pair.primary.create_database("sharing")
    pair.catch_up()

    async def work() -> tuple[int, float]:
        async with await connect(url) as connection:
            await migrate(connection)
        pair.catch_up()
        async with _replicated(url, pair.read_url(url)) as source:
            await _comes_there(source)
            before = _questions()
            found = await asyncio.gather(*(_in_recovery(source) for _ in range(200)))
            asked = _questions() - before
            await _comes_there(source)
            with pair.paused():
                await _write(url)
                assert {await _in_recovery(source) for _ in range(3)} == {False}
            await _comes_there(source)
        return len(found), asked

    reads, asked = asyncio.run(work())
    assert asked < reads / 10, asked


async def _comes_there(source: Replicated) -> None:
    """Soon a read goes to the replica: what the server writes by itself may keep one away."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not await _in_recovery(source):
        assert time.monotonic() < deadline, "nothing is read there"
        await asyncio.sleep(0.05)


@asynccontextmanager
async def _replicated(url: str, read_url: str) -> AsyncIterator[Replicated]:
    async with pool(url) as primary:
        known = await identity(primary)
        async with pool(read_url, check=lambda one: check_same(one, known)) as other:
            source = Replicated(primary, other, CHAIN)
            yield source
            await source.close()


async def _in_recovery(source: Replicated) -> bool:
    async with source.connection() as connection:
        row = await (await connection.execute("SELECT pg_is_in_recovery()")).fetchone()
    return row == (True,)


async def _write(url: str) -> None:
    async with await connect(url) as connection:
        await connection.execute(
            "INSERT INTO checkpoint (chain_id, block_number, block_hash, timestamp, indexed_at,"
            " finalized_block) VALUES (1, 1, '', 1, 1, 1)"
        )


def _reads_of_replica() -> float:
    labels = {"server": "replica"}
    return REGISTRY.get_sample_value("redress_database_reads_total", labels) or 0.0


def _questions() -> float:
    return REGISTRY.get_sample_value("redress_database_versions_asked_total") or 0.0
