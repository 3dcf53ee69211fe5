"""What the server says while the database or the node is gone or hangs, and that it finds back."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.anvil import Anvil
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.api_player import Service, environment, running, until
from tests.api_scene import is_problem
from tests.listening import Listener
from tests.world import World


@dataclass
class Stage:
    service: Service
    world: World
    node: Anvil
    database: Postgres
    folder: Path
    complaint: int

    @property
    def http(self) -> httpx.Client:
        return self.service.http

    def restart_database(self) -> None:
        log = self.folder / "postgres.log"
        self.database = postgres_tool.start(self.folder / "postgres", log=log, durable=False)

    def works(self) -> bool:
        return self.http.get("/v1/cases").status_code == 200


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    tmp_path.chmod(0o755)
    server = postgres_tool.start(
        tmp_path / "postgres", log=tmp_path / "postgres.log", durable=False
    )
    found: Stage | None = None
    try:
        url = server.create_database("redress")
        with (
            chains.running() as node,
            closing(World.deployed(node.url, tmp_path / "deployments")) as world,
        ):
            complaint = world.file(world.pay(world.register()))
            env = environment(node.url, url, tmp_path / "deployments", tmp_path / "data")
            env["REDRESS_NODE_TIMEOUT_SECONDS"] = "1"
            with running(world, env, tmp_path) as service:
                found = Stage(service, world, node, server, tmp_path, complaint)
                yield found
    finally:
        postgres_tool.stop(server if found is None else found.database)


def family(pid: int) -> list[int]:
    """A process that the test started, and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(int(child) for child in children)]


def send(pids: list[int], number: signal.Signals) -> None:
    for one in pids:
        # Without the first of them the others end by themselves, perhaps sooner than we get there.
        with suppress(ProcessLookupError):
            os.kill(one, number)


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    held = family(pid)
    send(held, signal.SIGSTOP)
    try:
        yield
    finally:
        send(held, signal.SIGCONT)


def is_away(http: httpx.Client) -> None:
    for path in ("/v1/cases", "/v1/status", "/v1/organisations/1"):
        answer = http.get(path)
        is_problem(answer, 503, "database-unavailable")
        assert int(answer.headers["Retry-After"]) >= 1
    for path in ("/cases", "/orgs", "/orgs/1", "/stats", "/policies/1/1"):
        page = http.get(path, headers={"Accept": "text/html"})
        assert page.status_code == 503
        assert page.headers["content-type"].startswith("text/html")
    # The doors stand open all the same.
    home = http.get("/", headers={"Accept": "text/html"})
    assert home.status_code == 200
    assert "Nothing was measured so far" in home.text
    assert http.get("/readyz").status_code == 503
    assert http.get("/healthz").status_code == 200
    # What needs no row needs no database.
    assert http.get("/v1/deployments").status_code == 200


def test_a_database_that_dies_is_missed_and_found_again(stage: Stage) -> None:
    listener = Listener(f"{stage.service.url}/v1/stream?last_event_id=0:0")
    before = stage.http.get(f"/v1/cases/{stage.complaint}").json()
    send(family(stage.database.process.pid), signal.SIGKILL)
    stage.database.process.wait()
    is_away(stage.http)
    stage.world.offer(stage.complaint, 4000)
    stage.restart_database()
    until(stage.works, "the database is found again")
    # One line each, for whoever runs it: a trace through the code says nothing more.
    told = (stage.folder / "serve.log").read_text()
    assert "database-unavailable" in told
    assert "Traceback" not in told
    # Nothing that was lost with it is handed out afterwards.
    assert all(stage.works() for _ in range(20))
    stage.service.wait_for(stage.world.block_number())
    after = stage.http.get(f"/v1/cases/{stage.complaint}").json()
    assert len(after["case"]["offers"]) == len(before["case"]["offers"]) + 1
    every = stage.world.block_number()
    until(
        lambda: any(
            one.event == "changed" and one.data["block"] == every
            for one in list(listener.said.heard)
        ),
        "told after all",
    )
    again = Listener(f"{stage.service.url}/v1/stream?last_event_id=0:0")
    until(lambda: again.said.keys() == listener.said.keys(), "nothing left out")


def test_a_database_that_hangs_keeps_nobody_waiting_for_ever(stage: Stage) -> None:
    with frozen(stage.database.process.pid):
        is_problem(stage.http.get("/v1/cases"), 503, "database-unavailable")
        assert stage.http.get("/readyz").status_code == 503
        assert stage.http.get("/healthz").status_code == 200
    until(stage.works, "the database is found again")
    assert all(stage.works() for _ in range(20))


def test_without_a_node_reads_say_how_old_they_are_and_writes_fail_clearly(stage: Stage) -> None:
    person = stage.service.person()

    def withdraw() -> httpx.Response:
        return stage.http.post(
            "/v1/actions/withdraw",
            json={"actor": stage.world.customer, "complaint": stage.complaint, "offer_number": 0},
        )

    with frozen(stage.node.process.pid):
        read = stage.http.get(f"/v1/cases/{stage.complaint}")
        assert read.status_code == 200
        assert read.json()["as_of_block"] == stage.service.get("/v1/status")["as_of_block"]
        refused = stage.service.ask(person, "register", policy={})
        assert refused.status_code in (422, 503)
        withdrawn = withdraw()
        is_problem(withdrawn, 503, "node-unavailable")
        assert "Retry-After" in withdrawn.headers
    until(lambda: withdraw().status_code == 200, "the node is found again")
