"""A new version comes while people use the old one: nobody is refused but with a word."""

import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from dapp.store import schema
from scripts.toolchain import anvil as anvil_tool
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain import process
from scripts.toolchain.postgres import Postgres
from tests.api_player import environment, until
from tests.faults import next_version
from tests.faults.front import Front
from tests.faults.sameness import assert_same
from tests.indexing import Indexed
from tests.patience import PATIENCE_SECONDS
from tests.world import World

_OLD, _NEW = "dapp", "tests.faults.next_version"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Site:
    """Processes by name, which a test replaces; `front` is what people know.

    Attributes:
        ports: of the servers.
    """

    world: World
    indexed: Indexed
    env: dict[str, str]
    folder: Path
    ports: dict[str, int]
    front: Front
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def start(self, name: str, version: str = _OLD) -> subprocess.Popen[bytes]:
        is_server = name in self.ports
        words = ["serve", "--port", str(self.ports[name])] if is_server else ["index", "run"]
        command = [sys.executable, "-m", version, *words]
        self.children[name] = process.start(command, log=self.folder / "ours.log", env=self.env)
        return self.children[name]

    def wait_for(self, name: str) -> None:
        until(lambda: self.front.is_ready(self.url(name)), f"{name} is ready")

    def leave(self, name: str) -> None:
        self.children[name].terminate()
        assert self.children[name].wait(PATIENCE_SECONDS) == 0

    def end(self) -> None:
        for child in self.children.values():
            process.stop(child)

    def shows(self, complaint: int) -> bool:
        return (
            httpx.get(
                f"{self.url('one')}/v1/cases/{complaint}", timeout=PATIENCE_SECONDS
            ).status_code
            == 200
        )


@pytest.fixture
def site(postgres: Postgres, tmp_path: Path) -> Iterator[Site]:
    ports = {name: process.free_port() for name in ("one", "two")}
    front = Front([f"http://127.0.0.1:{port}" for port in ports.values()])
    with (
        anvil_tool.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, tmp_path / "deployments")) as world,
        ExitStack() as stack,
    ):
        world.file(world.pay(world.register()))
        env = environment(node.url, url, tmp_path / "deployments", tmp_path / "data")
        env["REDRESS_DRAIN_SECONDS"] = "5"  # long beside the time between two looks of the front
        indexed = Indexed(world, tmp_path / "deployments", url)
        found = Site(world, indexed, env, tmp_path, ports, front)
        stack.callback(found.end)
        looks = threading.Thread(target=front.look)
        looks.start()
        stack.callback(looks.join)
        stack.callback(front.end)
        for name in ("indexer", *ports):
            found.start(name)
        for name in ports:
            found.wait_for(name)
        until(lambda: found.shows(1), "the first complaint")
        front.statuses.clear()
        yield found


@contextmanager
def people(site: Site) -> Iterator[None]:
    """Reading, and handing in evidence, without a pause."""
    stop = threading.Event()
    author = f"author={site.world.customer}&text="

    def ask(seed: int) -> None:
        lots = random.Random(seed)
        while not stop.is_set():
            path = lots.choice(["/v1/cases", "/v1/cases/1", "/c/1", "/", "evidence"])
            if path == "evidence":
                said = f"{author}{lots.random()}".encode()
                site.front.ask("POST", "/v1/evidence", said, dict(_FORM))
            else:
                site.front.ask("GET", path, b"", {})

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_servers_are_replaced_one_by_one_and_nobody_notices(site: Site) -> None:
    with people(site):
        for name in ("one", "two", "one"):
            site.leave(name)
            site.start(name)
            site.wait_for(name)
    assert site.front.failed == []
    assert site.front.statuses[200] > 20 and site.front.statuses[201] > 5


def test_a_server_that_is_told_to_end_serves_on_and_says_so(site: Site) -> None:
    """What it is sent before that is seen would else come to nothing; asked twice, it ends."""
    site.leave("one")
    site.env["REDRESS_DRAIN_SECONDS"] = "600"
    leaving = site.start("one")
    site.wait_for("one")
    leaving.terminate()

    def says_so() -> bool:
        answer = httpx.get(f"{site.url('one')}/readyz", timeout=PATIENCE_SECONDS)
        return answer.status_code == 503 and not answer.json()["checks"]["server"]["ok"]

    until(says_so, "it says that it leaves")
    assert site.shows(1)
    site.leave("one")


def test_a_later_version_migrates_while_the_old_one_serves(
    site: Site, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is old reads and writes on over the new schema until it is replaced."""
    world = site.world
    with people(site):
        site.leave("two")
        site.start("two", _NEW)
        site.wait_for("two")
        assert site.indexed.sql("SELECT max(version) FROM redress_schema") == [
            (next_version.NUMBER,)
        ]
        by_the_old = world.file(world.pay(world.register()))
        until(lambda: site.shows(by_the_old), "the old indexer goes on")
        site.leave("indexer")
        site.start("indexer", _NEW)
        by_the_new = world.file(world.pay(world.register()))
        until(lambda: site.shows(by_the_new), "the new indexer goes on, the old server reads it")
        site.leave("one")
        assert site.start("one").wait(PATIENCE_SECONDS) == 1, "the old one would read what it can't"
        assert "database-newer" in (site.folder / "ours.log").read_text()
        site.start("one", _NEW)
        site.wait_for("one")
    assert site.front.failed == []
    monkeypatch.setattr(schema, "migrations", next_version.migrations)
    with postgres_tool.database(postgres) as url:
        fresh = Indexed(world, site.indexed.deployments, url)
        fresh.index()
        assert_same(site.indexed, fresh)
