"""The live stream of two servers over one index, on a chain that changes its mind."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.api_player import Service, environment, redress, running, until
from tests.api_scene import is_problem
from tests.listening import Listener, Parser, crowd
from tests.patience import PATIENCE_SECONDS
from tests.world import World


@dataclass(frozen=True)
class Stage:
    """One index, and two servers that show it.

    Attributes:
        other: the second server's address.
    """

    service: Service
    other: str
    world: World
    database_url: str

    def indexed(self) -> int:
        block = self.world.block_number()
        self.service.wait_for(block)
        return block

    def heard(self, listener: Listener, block: int) -> Parser:
        def told() -> bool:
            return any(
                one.event == "changed" and one.data["block"] == block
                for one in list(listener.said.heard)
            )

        until(told, f"block {block} was told")
        return listener.said

    def everything(self) -> list[tuple[int, int]]:
        """Every event that stands, by the stream itself."""
        listener = Listener(f"{self.other}/v1/stream?last_event_id=0:0")
        return self.heard(listener, self.indexed()).keys()


@contextmanager
def another(env: dict[str, str], folder: Path) -> Iterator[str]:
    log = folder / "other.log"
    with redress(log, env, "serve", "--port", "0"):
        until(lambda: "http://" in log.read_text(), "the other server's address")
        found = re.search(r"http://\S+", log.read_text())
        assert found is not None
        yield found[0]


@pytest.fixture
def stage(postgres: Postgres, tmp_path: Path) -> Iterator[Stage]:
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, tmp_path / "deployments")) as world,
    ):
        env = environment(node.url, url, tmp_path / "deployments", tmp_path / "data")
        with running(world, env, tmp_path) as service, another(env, tmp_path) as other:
            yield Stage(service, other, world, url)


def test_readers_hear_what_they_asked_for_once_from_any_server(stage: Stage) -> None:
    world, url = stage.world, f"{stage.service.url}/v1/stream"
    organisation = world.register()
    first, second = (world.file(world.pay(organisation)) for _ in range(2))
    stage.indexed()
    every, elsewhere = Listener(url), Listener(f"{stage.other}/v1/stream")
    one = Listener(f"{url}?complaint={first}")
    offers = Listener(f"{url}?kind=Offered,Accepted&organisation={organisation}")
    customers = Listener(f"{url}?customer={world.customer}&last_event_id=0:0")
    nobody = Listener(f"{url}?arbitrator={world.customer}")
    world.acknowledge(second)
    world.offer(first, 4000)
    world.offer(second, 3000)
    block = stage.indexed()
    said = stage.heard(every, block)
    kinds = [one.data["kind"] for one in said.heard if one.event == "event"]
    assert kinds == ["Acknowledged", "Acknowledged", "Offered", "Offered"]
    assert said.keys() == stage.heard(elsewhere, block).keys()
    assert said.retry is not None
    offered = next(
        one.data
        for one in said.heard
        if one.event == "event"
        and one.data["kind"] == "Offered"
        and one.data["complaints"] == [first]
    )
    assert (offered["organisation"], offered["kind"]) == (organisation, "Offered")
    assert offered["order"] == stage.service.get(f"/v1/cases/{first}")["case"]["order"]["key"]
    assert stage.heard(offers, block).keys() == said.keys()[2:]
    assert [one.data["kind"] for one in one.said.heard if one.event == "event"] == kinds[1:3]
    assert stage.heard(customers, block).keys()[-4:] == said.keys()
    assert nobody.said.heard == []


def test_who_comes_back_goes_on_where_they_were(stage: Stage) -> None:
    world = stage.world
    organisation = world.register()
    complaint = world.file(world.pay(organisation))
    whole = stage.everything()
    listener = Listener(f"{stage.service.url}/v1/stream?last_event_id=0:0")
    said = stage.heard(listener, stage.indexed())
    told = [one for one in said.heard if one.event == "event"]
    world.offer(complaint, 4000)
    stage.indexed()
    now = stage.everything()
    assert len(now) > len(whole) > 5
    for position, message in enumerate(told):
        assert re.fullmatch(r"\d+:\d+:[0-9a-f]{16}", message.id)
        again = Listener(f"{stage.other}/v1/stream", message.id)
        assert stage.heard(again, stage.indexed()).keys() == now[position + 1 :]


def test_a_reorganisation_is_told_to_who_is_there_and_who_was_away(stage: Stage) -> None:
    world = stage.world
    complaint = world.file(world.pay(world.register()))
    fork = stage.indexed()
    there = Listener(f"{stage.service.url}/v1/stream?last_event_id=0:0")
    filtered = Listener(f"{stage.service.url}/v1/stream?last_event_id=0:0&complaint={complaint}")
    before = list(stage.heard(there, fork).keys())
    snapshot = world.rpc("evm_snapshot")
    world.offer(complaint, 4000)
    world.mine(2)
    world.accept(complaint)
    gone = stage.indexed()
    last = stage.heard(there, gone).last_id
    stage.heard(filtered, world.block_number())
    assert world.rpc("evm_revert", snapshot) is True
    world.warp(60)
    world.offer(complaint, 5000)
    block = world.block_number()
    assert block < gone
    away = Listener(f"{stage.other}/v1/stream", last)
    for listener in (there, away, filtered):
        until(
            lambda one=listener: any(m.event == "reorged" for m in list(one.said.heard)),  # type: ignore[misc]
            "the reorganisation was told",
        )
        stage.heard(listener, block)
        reorged = [one.data for one in listener.said.heard if one.event == "reorged"]
        assert reorged == [{"block": fork + 1}]
    now = stage.everything()
    assert there.said.keys() == now
    assert before + away.said.keys() == now
    assert now[: len(before)] == before


def test_a_lost_connection_to_the_database_leaves_no_gap(stage: Stage) -> None:
    world = stage.world
    organisation = world.register()
    stage.indexed()
    listener = Listener(f"{stage.service.url}/v1/stream?last_event_id=0:0")
    for _ in range(3):
        with psycopg.connect(stage.database_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE '%LISTEN%' AND pid <> pg_backend_pid()"
                " AND datname = current_database()"
            )
        world.pay(organisation)
        stage.indexed()
    assert stage.heard(listener, stage.indexed()).keys() == stage.everything()


def test_hundreds_listen_to_one_server(stage: Stage) -> None:
    world = stage.world
    organisation = world.register()
    target = stage.indexed() + 5

    async def play() -> list[Parser]:
        opened = asyncio.Event()
        url = f"{stage.service.url}/v1/stream?kind=Paid"
        crowded = asyncio.create_task(crowd(url, 250, target, opened))
        await opened.wait()
        for _ in range(5):
            await asyncio.to_thread(world.pay, organisation)
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await crowded

    parsers = asyncio.run(play())
    expected = parsers[0].keys()
    assert len(expected) == 5
    assert all(one.keys() == expected for one in parsers)


@pytest.mark.parametrize(
    "said", ["x", "1", "1:2:3", "-1:0", "1:0:zz", "1:0\n", "9" * 40, "1:0:" + "a" * 64]
)
def test_a_forged_place_is_refused(stage_of_module: Stage, said: str) -> None:
    answer = stage_of_module.service.http.get("/v1/stream", params={"last_event_id": said})
    is_problem(answer, 422, answer.json()["code"])
    assert answer.json()["code"] in ("invalid-input", "invalid-request")


@pytest.fixture(scope="module")
def stage_of_module(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stream")
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        env = environment(node.url, url, folder / "deployments", folder / "data")
        with running(world, env, folder) as service:
            yield Stage(service, service.url, world, url)


def test_a_place_that_never_was_keeps_nobody_else_waiting(stage_of_module: Stage) -> None:
    stage = stage_of_module
    url = f"{stage.service.url}/v1/stream"
    ahead = Listener(f"{url}?last_event_id=999999999999:0:{'ab' * 8}")
    other = Listener(url)
    stage.world.register()
    stage.heard(other, stage.indexed())
    assert ahead.said.heard == []
    assert httpx.get(f"{stage.service.url}/healthz", timeout=PATIENCE_SECONDS).status_code == 200
