"""How the server behaves as a server: streams, pages of lists, outages, the gateway, its end."""

import json
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from dapp.domain.types import Digest
from evidence import parse_cid
from evidence.kubo import Kubo as KuboClient
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain import process
from scripts.toolchain.anvil import Anvil
from scripts.toolchain.kubo import Kubo
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.api_player import Person, Service, environment, redress, running, until
from tests.patience import PATIENCE_SECONDS
from tests.replicating import door
from tests.world import HOURS, World


@dataclass(frozen=True)
class Stage:
    service: Service
    world: World
    env: dict[str, str]
    folder: Path


@contextmanager
def staged(node: Anvil, postgres: Postgres, folder: Path) -> Iterator[Stage]:
    with (
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        env = environment(node.url, url, folder / "deployments", folder / "data")
        with running(world, env, folder) as service:
            yield Stage(service, world, env, folder)


@pytest.fixture(scope="module")
def stage(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with (
        chains.running() as node,
        staged(node, postgres, tmp_path_factory.mktemp("service")) as found,
    ):
        yield found


class Listener:
    """Reads the stream in a thread of its own and keeps what it heard."""

    def __init__(self, url: str) -> None:
        self.heard: list[dict[str, object]] = []
        self.open = threading.Event()
        self.ended = threading.Event()
        self._url = url
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            with httpx.stream("GET", self._url, timeout=PATIENCE_SECONDS) as response:
                for line in response.iter_lines():
                    if line.startswith("id:"):  # it has its place: nothing is missed from here on
                        self.open.set()
                    if line.startswith("data: "):
                        self.heard.append(json.loads(line.removeprefix("data: ")))
        finally:
            self.ended.set()


def test_the_stream_tells_of_each_change_of_a_case(stage: Stage) -> None:
    organisation = stage.world.register()
    first = stage.world.file(stage.world.pay(organisation))
    second = stage.world.file(stage.world.pay(organisation))
    stage.service.wait_for(stage.world.block_number())
    every = Listener(f"{stage.service.url}/v1/stream")
    one = Listener(f"{stage.service.url}/v1/stream?complaint={first}")
    assert every.open.wait(PATIENCE_SECONDS)
    assert one.open.wait(PATIENCE_SECONDS)
    stage.world.acknowledge(second)
    stage.world.acknowledge(first)
    block = stage.world.block_number()
    until(lambda: any(note["block"] == block for note in one.heard), "the change was told")
    until(lambda: any(note["block"] == block for note in every.heard), "told to all")
    assert all(first in note["complaints"] for note in one.heard)  # type: ignore[operator]
    told = {number for note in every.heard for number in note["complaints"]}  # type: ignore[attr-defined]
    assert {first, second} <= told


def test_a_list_is_read_to_its_end_by_cursors(stage: Stage) -> None:
    organisation = stage.world.register()
    filed = [stage.world.file(stage.world.pay(organisation)) for _ in range(5)]
    stage.service.wait_for(stage.world.block_number())
    found: list[int] = []
    query: dict[str, object] = {"organisation": organisation, "limit": 2}
    while True:
        page = stage.service.get("/v1/cases", **query)
        found += [case["id"] for case in page["cases"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert found == list(reversed(filed))
    orders = stage.service.get("/v1/orders", organisation=organisation, limit=3)
    assert len(orders["orders"]) == 3
    assert orders["next_cursor"] is not None


def test_every_answer_says_which_block_it_knows(stage: Stage) -> None:
    organisation = stage.world.register()
    complaint = stage.world.file(stage.world.pay(organisation))
    stage.service.wait_for(stage.world.block_number())
    paths = [
        "/v1/status",
        "/v1/cases",
        f"/v1/cases/{complaint}",
        f"/v1/cases/{complaint}/timeline",
        f"/v1/cases/{complaint}/panel",
        "/v1/orders",
        "/v1/organisations",
        f"/v1/organisations/{organisation}",
        "/v1/arbitrators",
        f"/v1/arbitrators/{stage.world.customer}",
    ]
    for path in paths:
        found = stage.service.get(path)
        assert found["as_of_block"] >= stage.world.block_number(), path
        assert found["finality"] in ("latest", "finalized"), path


def test_the_gateway_gives_a_strangers_bytes_as_a_download(stage: Stage) -> None:
    page = b"<script>alert(1)</script>"
    response = stage.service.http.post(
        "/v1/evidence",
        data={"author": stage.world.customer},
        files={"files": ("a.html", page, "text/html")},
    )
    assert response.status_code == 201
    cid = response.json()["items"][0]["cid"]
    for method in ("GET", "HEAD"):
        found = stage.service.http.request(method, f"/ipfs/{cid}")
        assert found.status_code == 200
        assert found.content == (page if method == "GET" else b"")
        headers = found.headers
        assert headers["content-length"] == str(len(page))
        assert headers["content-type"] == "application/octet-stream"
        assert headers["content-disposition"] == "attachment"
        assert headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert headers["x-content-type-options"] == "nosniff"


def test_evidence_reaches_the_ipfs_node_without_being_waited_for(stage: Stage, kubo: Kubo) -> None:
    """Nor does it matter that the node goes away: what it holds is said to be out of reach."""
    with door(kubo.api_port) as way, serving(stage, f"http://127.0.0.1:{way.port}") as http:
        way.shut()
        stored = http.post(
            "/v1/evidence",
            data={"author": stage.world.customer},
            files={"files": ("a.bin", bytes(3 * 1024 * 1024), "application/octet-stream")},
        ).json()
        path = f"/v1/evidence/{stored['digest']}"
        until(lambda: states(http, path) == {"unreachable"}, "unreachable")
        assert http.get(path).json()["stored"] == ["vault"]
        way.open()
        until(lambda: states(http, path) == {"pinned"}, "replicated")
        found = http.get(path).json()
        assert found["stored"] == found["items"][0]["stored"] == ["vault", "kubo"]
        assert found["replicas"][0]["target"] == "kubo"
        assert found["replicas"][0]["since"]["unix"] > 0
        world = stage.world
        complaint = world.file(world.pay(world.register()))
        world.evidence(complaint, world.customer, Digest(stored["digest"]))
        page = f"/c/{complaint}"
        until(lambda: "a.bin" in http.get(page).text, "the file is on the page")
        assert "Replicated once: IPFS node" in http.get(page).text
    node = KuboClient(kubo.api_multiaddr)
    assert node.is_pinned(parse_cid(stored["items"][0]["cid"]))
    assert node.is_pinned(parse_cid(stored["cid"]))


@contextmanager
def serving(stage: Stage, kubo_url: str) -> Iterator[httpx.Client]:
    """A server with a vault of its own and a Kubo node."""
    data = stage.folder / "other"
    env = {**stage.env, "REDRESS_KUBO_URL": kubo_url, "REDRESS_DATA_DIR": str(data)}
    log = stage.folder / "kubo.log"
    with redress(log, env, "serve", "--port", "0"):
        until(lambda: "http://" in log.read_text(), "the address")
        url = next(word for word in log.read_text().split() if word.startswith("http"))
        with httpx.Client(base_url=url, timeout=PATIENCE_SECONDS) as http:
            yield http


def states(http: httpx.Client, path: str) -> set[str]:
    """Of the manifest and its files, at every target."""
    found = http.get(path).json()
    return {one["state"] for view in (found, *found["items"]) for one in view["replicas"]}


def test_pages_and_answers_have_the_security_headers(stage: Stage) -> None:
    for path in ("/", "/v1/status", "/v1/cases/999", "/nothing", "/healthz"):
        policy = stage.service.http.get(path).headers["content-security-policy"]
        assert "default-src 'self'" in policy, path
        assert "unsafe" not in policy, path
        assert "frame-ancestors 'none'" in policy, path


def test_the_interface_describes_itself(stage: Stage) -> None:
    described = stage.service.get("/v1/openapi.json")
    assert "Warning" not in (stage.folder / "serve.log").read_text()
    assert "/v1/actions/{action}" in described["paths"]
    assert not any(path.startswith("/cases") for path in described["paths"])


def test_a_taken_port_is_one_line(stage: Stage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        log = stage.folder / "second.log"
        with redress(log, stage.env, "serve", "--port", port) as second:
            assert second.wait(PATIENCE_SECONDS) == 1
    said = log.read_text().splitlines()
    assert len(said) == 1
    assert f"port {port} of 127.0.0.1 is taken" in said[0]
    assert said[0].endswith("(port-taken)")


def test_a_second_indexer_is_refused(stage: Stage) -> None:
    log = stage.folder / "indexer2.log"
    with redress(log, stage.env, "index", "run") as second:
        assert second.wait(PATIENCE_SECONDS) == 1
    assert log.read_text().splitlines()[-1].endswith("(indexer-running)")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_with_open_streams_ends_well(stage: Stage, number: signal.Signals) -> None:
    log = stage.folder / f"ends-{number}.log"
    with redress(log, stage.env, "serve", "--port", "0") as server:
        until(lambda: "http://" in log.read_text(), "the address")
        url = next(word for word in log.read_text().split() if word.startswith("http"))
        listener = Listener(f"{url}/v1/stream")
        assert listener.open.wait(PATIENCE_SECONDS)
        server.send_signal(number)
        assert server.wait(PATIENCE_SECONDS) == 0
    assert listener.ended.wait(PATIENCE_SECONDS)
    told = [line for line in log.read_text().splitlines() if '"event": "request"' not in line]
    assert len(told) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_indexer_ends_well(postgres: Postgres, stage: Stage, number: signal.Signals) -> None:
    log = stage.folder / f"indexer-ends-{number}.log"
    with postgres_tool.database(postgres) as url:
        env = {**stage.env, "DATABASE_URL": url}
        with redress(log, env, "index", "run") as indexer:
            until(lambda: "indexed" in log.read_text(), "the first blocks")
            indexer.send_signal(number)
            assert indexer.wait(PATIENCE_SECONDS) == 0
    assert "Traceback" not in log.read_text()


def test_an_action_waits_for_the_index_to_know_the_latest_block(
    postgres: Postgres, stage: Stage, tmp_path: Path
) -> None:
    complaint = stage.world.file(stage.world.pay(stage.world.register()))
    with postgres_tool.database(postgres) as url:
        env = {**stage.env, "DATABASE_URL": url, "REDRESS_POLL_SECONDS": "0.5"}
        with running(stage.world, env, tmp_path) as service:
            stage.world.warp(73 * HOURS)
            body = {"actor": stage.world.bystander, "complaint": complaint}
            prepared = service.http.post("/v1/actions/execute", json=body)
            assert prepared.status_code == 200, prepared.text
            assert prepared.json()["as_of_block"] == stage.world.block_number()


def test_reads_go_on_without_the_node_and_actions_say_that_it_is_away(
    postgres: Postgres, tmp_path: Path
) -> None:
    with (
        chains.running() as node,
        staged(node, postgres, tmp_path) as found,
    ):
        complaint = found.world.file(found.world.pay(found.world.register()))
        found.service.wait_for(found.world.block_number())
        process.stop(node.process)
        assert found.service.get(f"/v1/cases/{complaint}")["case"]["phase"] == "filed"
        assert found.service.get("/readyz")["ready"] is True
        body = {"actor": found.world.customer, "complaint": complaint, "offer_number": 0}
        refused = found.service.http.post("/v1/actions/withdraw", json=body)
        assert (refused.status_code, refused.json()["code"]) == (503, "node-unavailable")
        log = tmp_path / "later.log"
        with redress(log, found.env, "serve", "--port", "0"):
            until(lambda: "http://" in log.read_text(), "a server that starts without the node")


def test_a_database_that_goes_is_said_to_be_away(tmp_path: Path) -> None:
    data = tmp_path / "postgres"
    tmp_path.chmod(0o755)
    server = postgres_tool.start(data, log=tmp_path / "postgres.log", durable=False)
    try:
        with chains.running() as node:
            env_url = server.create_database("redress")
            folder = tmp_path / "deployments"
            with closing(World.deployed(node.url, folder)) as world:
                env = environment(node.url, env_url, folder, tmp_path / "data")
                with running(world, env, tmp_path) as service:
                    postgres_tool.stop(server)
                    away = service.http.get("/v1/cases")
                    assert (away.status_code, away.json()["code"]) == (503, "database-unavailable")
                    assert service.http.get("/readyz").status_code == 503
                    assert service.http.get("/healthz").status_code == 200
    finally:
        postgres_tool.stop(server)


def test_evidence_is_taken_while_the_database_is_away(tmp_path: Path, kubo: Kubo) -> None:
    data, log = tmp_path / "postgres", tmp_path / "postgres.log"
    tmp_path.chmod(0o755)
    server = postgres_tool.start(data, log=log, durable=False)
    try:
        with chains.running() as node:
            url = server.create_database("redress")
            folder = tmp_path / "deployments"
            with closing(World.deployed(node.url, folder)) as world:
                env = environment(node.url, url, folder, tmp_path / "data")
                with running(world, {**env, "REDRESS_KUBO_URL": kubo.api_url}, tmp_path) as service:
                    postgres_tool.stop(server)
                    person = Person()
                    digest = service.digest(person, "the database is away")
                    path = f"/v1/evidence/{digest}"
                    assert states(service.http, path) == {"unknown"}
                    server = postgres_tool.start(data, log=log, durable=False)
                    until(lambda: states(service.http, path) == {"pinned"}, "replicated")
    finally:
        postgres_tool.stop(server)
