"""Reads of the service: filters, what they are as of, and what is sent only once."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.api_player import Service, environment, running, until
from tests.api_scene import is_problem, play
from tests.patience import PATIENCE_SECONDS
from tests.world import ETHER, HOURS, World

FINAL = 70
"""Blocks after which the local node calls one final, and safe."""


@dataclass(frozen=True)
class Stage:
    service: Service
    world: World
    names: dict[str, object]

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.service.http.get(path, headers=headers)

    def read(self, path: str) -> dict[str, Any]:
        """As `Service.get`, with a query in the path."""
        response = self.get(path)
        assert response.status_code == 200, response.text
        return dict(response.json())

    def ids(self, query: str) -> list[int]:
        return [one["id"] for one in self.read(f"/v1/cases?{query}")["cases"]]


@pytest.fixture(scope="module")
def stage(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("reads")
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        names = play(world)
        env = environment(node.url, url, folder / "deployments", folder / "data")
        with running(world, env, folder) as service:
            yield Stage(service, world, names)


def fresh(stage: Stage) -> int:
    """A case of its own, indexed and compared with the chain."""
    number = stage.world.file(stage.world.pay(stage.world.register()))
    settle(stage, number)
    return number


def settle(stage: Stage, number: int) -> None:
    """The index has everything, and has compared it."""
    stage.service.wait_for(stage.world.block_number())
    path = f"/v1/cases/{number}/proof"
    until(lambda: stage.get(path).json()["verification"] is not None, "compared")


def test_filters_name_what_they_find(stage: Stage) -> None:
    world, names = stage.world, stage.names
    organisation = world.register()
    small = world.file(world.pay(organisation, amount=ETHER // 4), category=3)
    world.warp(60)
    large = world.file(world.pay(organisation, amount=2 * ETHER))
    world.acknowledge(large)
    stage.service.wait_for(world.block_number())
    own = f"organisation={organisation}"
    assert stage.ids(own) == [large, small]
    assert stage.ids(f"{own}&category=security") == [small]
    assert stage.ids(f"{own}&category=security,order") == [large, small]
    assert stage.ids(f"{own}&amount_min={ETHER}") == [large]
    assert stage.ids(f"{own}&amount_max={ETHER}&token=native") == [small]
    assert stage.ids(f"{own}&amount_min={10**29}") == []
    assert stage.ids(f"{own}&token={world.customer}") == []
    assert stage.ids(f"arbitrator={names['seated']}") == [names["voting"]]
    assert stage.ids(f"state=filed&{own}&customer={world.customer}") == [large, small]
    filed = stage.read(f"/v1/cases/{large}")["case"]["filed_at"]
    assert large in stage.ids(f"{own}&filed_from={filed['iso']}&filed_to={filed['unix']}")
    assert stage.ids(f"{own}&filed_from={filed['iso']}") == [large]
    assert stage.ids(f"{own}&filed_to={filed['unix'] - 1}") == [small]
    stage.service.pass_time(2 * HOURS)
    assert stage.ids(f"{own}&breach=acknowledgement") == [small]
    assert stage.ids(f"{own}&breach=answer") == []
    stage.service.pass_time(72 * HOURS)
    assert stage.ids(f"{own}&breach=answer") == [large, small]
    missed = stage.read(f"/v1/cases/{small}/sla")["sla"]
    assert missed["acknowledgement"]["missed_at"] and missed["answer"]["missed_at"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("category=nonsense", "category"),
        ("state=filed,%F0%9F%92%A3", "state"),
        ("breach=all", "breach"),
        ("amount_min=-1", "amount_min"),
        ("amount_max=1e18", "amount_max"),
        ("amount_max=%D9%A3", "amount_max"),
        ("token=0x12", "token"),
        ("filed_from=yesterday", "filed_from"),
        ("filed_to=2026-01-31T12:00:00", "filed_to"),
        ("cursor=1-2", "cursor"),
        ("cursor=%D9%A3", "cursor"),
        ("cursor=99999999999999999999", "cursor"),
    ],
)
def test_a_filter_that_cannot_be_read_is_named(stage: Stage, query: str, field: str) -> None:
    problem = is_problem(stage.get(f"/v1/cases?{query}"), 422, "invalid-input")
    assert problem["fields"] == {"field": field}
    assert problem["remedy"]


@pytest.mark.parametrize("cursor", ["7", "1-0x12", f"x-0x{'0' * 64}", f"1-0x{'0' * 64}-2"])
def test_a_forged_cursor_of_orders_is_refused(stage: Stage, cursor: str) -> None:
    is_problem(stage.get(f"/v1/orders?cursor={cursor}"), 422, "invalid-input")


def test_pages_stay_right_while_rows_are_added_and_taken_away(stage: Stage) -> None:
    world = stage.world
    organisation = world.register()
    filed = [world.file(world.pay(organisation)) for _ in range(4)]
    stage.service.wait_for(world.block_number())
    path = f"organisation={organisation}&limit=2"
    first = stage.read(f"/v1/cases?{path}")
    snapshot = world.rpc("evm_snapshot")
    world.file(world.pay(organisation))
    stage.service.wait_for(world.block_number())
    following = stage.ids(f"{path}&cursor={first['next_cursor']}")
    assert following == [filed[1], filed[0]]
    # The chain changes its mind about what was added.
    assert world.rpc("evm_revert", snapshot) is True
    world.warp(60)
    world.mine(4)
    head = world.block_number()
    until(lambda: stage.read("/v1/status")["as_of_block"] == head, "the other branch")
    until(lambda: stage.ids(path) == [filed[3], filed[2]], "the one added is gone")
    assert stage.ids(f"{path}&cursor={first['next_cursor']}") == following


@pytest.mark.parametrize("which", ["", "&state=paid", "&category=order&state=escalated,filed"])
def test_a_page_of_kept_rows_is_the_one_that_the_database_finds(stage: Stage, which: str) -> None:
    newest = stage.ids(f"limit=100{which}")[0]
    stage.ids(f"limit=100&cursor={newest + 1}{which}")
    for cursor in range(1, newest + 2):
        page = f"limit=2&cursor={cursor}{which}"
        # Who filters by time is not answered out of what is kept.
        found, read = (stage.read(f"/v1/cases?{page}{more}") for more in ("", "&filed_from=0"))
        assert found == read


def test_a_case_and_a_list_can_be_asked_for_as_final(stage: Stage) -> None:
    world = stage.world
    number = fresh(stage)
    own = f"organisation={stage.read(f'/v1/cases/{number}')['case']['organisation']}"
    assert stage.read(f"/v1/cases/{number}")["case"]["finality"] == "latest"
    for finality in ("safe", "finalized"):
        response = stage.get(f"/v1/cases/{number}?finality={finality}")
        is_problem(response, 404, "complaint-unknown")
        assert stage.ids(f"{own}&finality={finality}") == []
    world.mine(FINAL)
    world.offer(number, 4000)
    settle(stage, number)
    now = stage.read(f"/v1/cases/{number}")
    final = stage.read(f"/v1/cases/{number}?finality=finalized")
    safe = stage.read(f"/v1/cases/{number}?finality=safe")
    status = stage.read("/v1/status")
    assert (now["case"]["state"], final["case"]["state"]) == ("offered", "filed")
    assert (final["finality"], final["case"]["finality"]) == ("finalized", "finalized")
    assert final["as_of_block"] == status["finalized_block"]
    assert (safe["finality"], safe["as_of_block"]) == ("safe", status["safe_block"])
    assert final["as_of_block"] < safe["as_of_block"] < now["as_of_block"]
    listed = stage.read(f"/v1/cases?{own}&finality=finalized")
    assert [one["state"] for one in listed["cases"]] == ["filed"]
    assert (listed["as_of_block"], listed["finality"]) == (final["as_of_block"], "finalized")
    assert stage.ids(f"{own}&state=offered&finality=finalized") == []
    assert stage.ids(f"{own}&state=offered") == [number]
    told = stage.read(f"/v1/cases/{number}/timeline?finality=finalized")
    assert [one["name"] for one in told["events"]] == ["Paid", "Filed"]
    assert {one["finality"] for one in told["events"]} == {"finalized"}
    # An earlier block has no verification of its own where the case has changed since.
    assert final["case"]["verification"] is None
    is_problem(stage.get("/v1/cases?finality=sure"), 422, "invalid-request")


def test_a_cases_tag_stays_while_others_move_and_says_how_fresh_it_is(stage: Stage) -> None:
    number, other = fresh(stage), fresh(stage)
    path = f"/v1/cases/{number}"
    first = stage.get(path)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    assert first.headers["cache-control"] == "no-cache"
    stage.world.acknowledge(other)
    settle(stage, other)
    again = stage.get(path, **{"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert int(again.headers["redress-as-of-block"]) > first.json()["as_of_block"]
    assert "default-src" in again.headers["content-security-policy"]
    whole = stage.get(path)
    assert whole.headers["etag"] == tag
    assert whole.json()["as_of_block"] > first.json()["as_of_block"]
    assert whole.json()["case"] == first.json()["case"]
    stage.world.acknowledge(number)
    settle(stage, number)
    changed = stage.get(path, **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag
    assert changed.json()["case"]["acknowledgement"]["on_time"] is True


def test_the_clock_alone_makes_another_answer(stage: Stage) -> None:
    number = fresh(stage)
    path = f"/v1/cases/{number}"
    tag = stage.get(path).headers["etag"]
    stage.world.warp(73 * HOURS)
    stage.service.wait_for(stage.world.block_number())
    found = stage.get(path, **{"If-None-Match": tag})
    assert found.status_code == 200
    assert found.json()["case"]["phase"] == "overdue"


def test_other_reads_have_strong_tags_of_their_bytes(stage: Stage) -> None:
    fresh(stage)
    paths = ["/v1/cases", "/v1/orders", "/v1/organisations", "/v1/deployments"]
    paths += [f"/v1/organisations/{stage.names['organisation']}", "/v1/arbitrators"]
    for path in paths:
        first = stage.get(path)
        tag = first.headers["etag"]
        assert tag.startswith('"'), path
        again = stage.get(path)
        assert (again.headers["etag"] == tag) == (again.content == first.content), path
        same = stage.get(path, **{"If-None-Match": again.headers["etag"]})
        assert same.status_code in (200, 304), path
        if same.status_code == 200:
            assert same.headers["etag"] != again.headers["etag"], path
        assert stage.get(path, **{"If-None-Match": '"nonsense"'}).status_code == 200


def test_whoever_has_seen_a_block_is_never_told_of_an_older_one(stage: Stage) -> None:
    """Kept answers and those from the database, side by side while the chain grows."""
    number = fresh(stage)
    faults: list[str] = []
    stop = threading.Event()

    def read() -> None:
        seen = 0
        with httpx.Client(base_url=stage.service.url, timeout=PATIENCE_SECONDS) as http:
            while not stop.is_set():
                for path in ("/v1/status", f"/v1/cases/{number}", "/v1/cases", "/v1/orders"):
                    block = http.get(path).json()["as_of_block"]
                    if block < seen:
                        faults.append(f"{path}: {block} after {seen}")
                    seen = max(seen, block)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for share in (1000, 2000, 3000, 4000):
        stage.world.offer(number, share)
        stage.service.wait_for(stage.world.block_number())
        offers = stage.read(f"/v1/cases/{number}/offers")["offers"]
        assert offers[-1]["share"] == share
        assert stage.read(f"/v1/cases/{number}")["case"]["offers"] == offers
        assert stage.ids("state=offered&limit=1") == [number]
    stop.set()
    for reader in readers:
        reader.join()
    assert faults == []


def test_parts_of_a_case_say_what_the_whole_says(stage: Stage) -> None:
    voting, accepted = stage.names["voting"], stage.names["accepted"]
    case = stage.read(f"/v1/cases/{voting}")["case"]
    votes = stage.read(f"/v1/cases/{voting}/votes")
    assert votes["rounds"] == case["rounds"] and len(votes["rounds"][0]["seats"]) == 3
    assert stage.read(f"/v1/cases/{voting}/ratings")["ratings"] == []
    proof = stage.read(f"/v1/cases/{voting}/proof")
    desk, slot = proof["contract"], proof["storage_slot"]
    assert stage.world.rpc("eth_getStorageAt", desk, slot, "latest") == proof["trail"]
    paid = stage.read(f"/v1/cases/{accepted}/payments")
    assert paid["payment"]["to_customer"] == str(4 * ETHER // 10)
    assert [one["name"] for one in paid["events"]] == ["Paid", "Split", "Executed"]
    for name, path in case["links"].items():
        assert stage.get(path).status_code == 200, (name, stage.get(path).text)
    is_problem(stage.get(f"/v1/cases/{voting}/nonsense"), 404, "unknown-route")
    is_problem(stage.get("/v1/cases/999/votes"), 404, "complaint-unknown")


def test_evidence_of_a_case_is_shown_or_said_to_be_missing(stage: Stage) -> None:
    world = stage.world
    number = fresh(stage)
    data = {"author": world.customer, "text": "the parcel was empty"}
    stored = stage.service.http.post("/v1/evidence", data=data).json()
    world.evidence(number, world.customer, stored["digest"])
    world.acknowledge(number, "0x" + "77" * 32)  # type: ignore[arg-type]
    stage.service.wait_for(world.block_number())
    shown = stage.read(f"/v1/cases/{number}/evidence")["evidence"]
    assert [one["missing"] for one in shown] == [None, "evidence-not-here"]
    assert shown[0]["manifest"]["manifest"]["text"] == "the parcel was empty"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/cases/{voting}",
        "/v1/cases/{accepted}",
        "/v1/cases/0{voting}",
        "/v1/cases/0",
        "/v1/cases/99999999",
        "/v1/cases/9223372036854775808",
        "/v1/cases/-1",
        "/v1/cases/٣",
        "/v1/cases/one",
        "/v1/cases",
        "/v1/cases?limit=2",
        "/v1/cases?limit=2&cursor={accepted}",
        "/v1/cases?limit=0",
        "/v1/cases?limit=101",
        "/v1/cases?limit=%2B2",
        "/v1/cases?limit=2&limit=3",
        "/v1/cases?limit=",
        "/v1/cases?cursor=",
        "/v1/cases?cursor=0",
        "/v1/cases?cursor=x",
        "/v1/cases?cursor=9223372036854775808",
        "/v1/cases?state=",
        "/v1/cases?state=paid,%20offered",
        "/v1/cases?state=nonsense",
        "/v1/cases?category=order&organisation={organisation}",
        "/v1/cases?organisation=0",
        "/v1/cases?organisation=",
        "/v1/cases?organisation=99999999",
        "/v1/cases?unheard=of",
        "/v1/cases?state=%FF",
    ],
)
def test_what_takes_no_route_is_answered_as_by_the_route(stage: Stage, path: str) -> None:
    asked = path.format(**stage.names)
    # Nothing has a shortcut that names its finality.
    other = asked + ("&" if "?" in asked else "?") + "finality=latest"
    found, routed = stage.get(asked), stage.get(other)
    again = stage.get(asked)
    assert found.status_code == routed.status_code
    assert found.content == routed.content == again.content
    own = {"date", "x-request-id"}
    told = [
        {k: v for k, v in one.headers.items() if k not in own} for one in (found, routed, again)
    ]
    assert told[0] == told[1] == told[2]


def test_rows_of_lists_are_of_the_block_that_the_list_is_of(stage: Stage) -> None:
    number = fresh(stage)
    first = stage.read("/v1/cases?limit=3")["cases"]
    assert first[0] == stage.read("/v1/cases?limit=1")["cases"][0]
    assert first[0]["turn"]["acknowledge_until"] is not None
    stage.world.acknowledge(number)
    stage.service.wait_for(stage.world.block_number())
    after = stage.read("/v1/cases?limit=3")["cases"]
    assert after[0]["turn"]["acknowledge_until"] is None
    assert after[1:] == first[1:]
    until_ = first[0]["turn"]["until"]["unix"]
    stage.service.pass_time(
        until_ - stage.service.get("/v1/cases?limit=1")["cases"][0]["filed_at"]["unix"]
    )
    assert stage.read("/v1/cases?limit=3")["cases"][0]["phase"] == "overdue"
