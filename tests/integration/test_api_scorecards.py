"""Scorecards, arbitrators, policies and statistics by HTTP, of a real chain's cases."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import astuple, dataclass, replace
from typing import Any
from xml.etree import ElementTree

import pytest

from dapp.domain.events import REGISTRY
from dapp.domain.types import OrganisationId
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.api_player import Service, environment, running
from tests.api_scene import is_problem
from tests.world import DAYS, ETHER, HOURS, POLICY, World, digest

WEEK = 7 * DAYS
SVG = "{http://www.w3.org/2000/svg}"
CHARTS = ("first-answers", "hours", "funnel", "outcomes", "agreement")


@dataclass(frozen=True)
class Scene:
    """What was played, and the service that tells of it.

    Attributes:
        shop: the organisation that most is about; `other` has no complaint.
        filed_at: of each complaint, by its number.
    """

    service: Service
    shop: OrganisationId
    other: OrganisationId
    ruled: int
    defaulted: int

    def scorecard(self, **span: int) -> dict[str, Any]:
        found = self.service.get(f"/v1/organisations/{self.shop}/scorecard", **span)
        return dict(found["scorecard"])

    def chart(self, name: str, **asked: object) -> dict[str, int | dict[str, int]]:
        found = self.service.get(f"/v1/stats/{name}", **asked)
        return {mark["key"]: mark["values"] for mark in found["marks"]}


@pytest.fixture(scope="module")
def scene(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("scores")
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        shop, other, ruled, defaulted = play(world)
        env = environment(node.url, url, folder / "deployments", folder / "data")
        with running(world, env, folder) as service:
            yield Scene(service, shop, other, ruled, defaulted)


def play(world: World) -> tuple[OrganisationId, OrganisationId, int, int]:
    """Six complaints: a dispute, one accepted at once, one contested, one late, one silent, one
    open, all on a Sunday: its hours are no peak hours, whatever day it is where this runs."""
    world.warp_to((world.now() // WEEK + 2) * WEEK - 4 * DAYS)  # the epoch began on a Thursday
    world.stake()
    shop, other = world.register(), world.register()
    world.bond(shop)
    ruled = world.dispute(shop, [5000, 5500, 9000])
    accepted = world.file(world.pay(shop, 2 * ETHER, world.other_customer))
    world.offer(accepted, 4000)
    world.accept(accepted)
    world.confirm(accepted)
    world.rate(accepted, 5)
    contested = world.file(world.pay(shop))
    world.acknowledge(contested)
    world.contest(contested)
    world.offer(contested, 3000)
    world.accept(contested)
    late = world.file(world.pay(shop))
    world.warp(3 * HOURS)
    world.acknowledge(late)
    world.withdraw(late)
    defaulted = world.file(world.pay(shop))
    world.warp(4 * DAYS)
    world.execute(defaulted)
    world.file(world.pay(shop))
    changed = replace(POLICY, peak_mask=POLICY.peak_mask | 1 << 5 * 24 + 9, answer_hours=48)
    args = (shop, astuple(changed), digest("agreement"))
    world.send(world.organisation, REGISTRY, "publishPolicy", args)
    return shop, other, ruled, defaulted


def test_a_scorecard_counts_what_happened(scene: Scene) -> None:
    card = scene.scorecard()
    assert (card["complaints"], card["open"], card["withdrawn"]) == (6, 1, 1)
    promises = card["promises"]
    # The open one was filed after all time had passed: nobody knows yet.
    assert promises["acknowledged_in_time"] == {"count": 2, "of": 5, "share": 4000}
    assert promises["answered_in_time"] == {"count": 3, "of": 4, "share": 7500}
    assert promises["contested_as_automatic"] == {"count": 1, "of": 4, "share": 2500}
    assert promises["every_one_kept"] == {"count": 2, "of": 5, "share": 4000}
    assert card["first_answer"]["all"]["count"] == 4
    assert card["first_answer"]["all"]["p90_seconds"] >= 3 * HOURS
    parts = [card["first_answer"][name]["count"] for name in ("peak", "off_peak")]
    assert sum(parts) == 4
    assert card["resolved"] == {"count": 2, "of": 4, "share": 5000}
    assert card["at_first_contact"] == {"count": 1, "of": 4, "share": 2500}
    assert (card["defaults_by_silence"], card["rulings"]["ruled"]) == (1, 1)
    # 80 % was asked for and 40 % offered: 55 % is nearer to the offer.
    assert card["rulings"]["lost"] == {"count": 0, "of": 1, "share": 0}
    assert card["satisfaction"] == {"mean": 450, "stars": [0, 0, 0, 1, 1]}
    (operator,) = card["operators"]
    assert (operator["count"], operator["on_time"]["count"]) == (4, 2)


def test_the_headline_weighs_each_payer_by_its_largest_case(scene: Scene) -> None:
    """One payer kept all of 2 ether, the other 1 of 4 cases that are known, of 1 ether each.

    Its five cases weigh 1 ether together, a fifth each.
    """
    headline = scene.scorecard()["headline"]
    assert headline["payers"] == 2
    assert headline["weight_gwei"] == str(2 * 10**9 + 10**9 * 4 // 5)
    assert headline["promises_kept"] == 10_000 * (2 + 0.2) // 2.8
    assert headline["promises_kept_without_heaviest_payer"] == 2500


def test_scorecards_stand_beside_each_other(scene: Scene) -> None:
    first = scene.service.get("/v1/scorecards", limit=1)
    second = scene.service.get("/v1/scorecards", limit=1, cursor=first["next_cursor"])
    assert [one["organisation"] for one in first["scorecards"]] == [scene.shop]
    whole = {key: value for key, value in scene.scorecard().items() if key != "operators"}
    assert first["scorecards"][0] == whole
    (empty,) = second["scorecards"]
    assert (empty["organisation"], empty["complaints"]) == (scene.other, 0)
    assert empty["headline"]["promises_kept"] is None
    assert second["next_cursor"] is None


def test_a_time_leaves_out_what_was_filed_at_another(scene: Scene) -> None:
    filed_at = scene.service.get(f"/v1/cases/{scene.defaulted}")["case"]["filed_at"]["unix"]
    assert scene.scorecard(filed_from=filed_at, filed_to=filed_at)["complaints"] == 1
    assert scene.scorecard(filed_to=filed_at)["complaints"] == 5
    assert scene.scorecard(filed_from=filed_at + 1)["complaints"] == 1
    wrong = scene.service.http.get("/v1/scorecards?filed_from=2&filed_to=1")
    is_problem(wrong, 422, "invalid-input")


def test_an_arbitrator_has_a_record(scene: Scene) -> None:
    seats = scene.service.get(f"/v1/cases/{scene.ruled}")["case"]["rounds"][0]["seats"]
    by_vote = {seat["vote"]: seat["owner"] for seat in seats}
    near = scene.service.get(f"/v1/arbitrators/{by_vote[5000]}")
    assert near["record"]["agreed_with_final_ruling"]["share"] == 10_000
    assert int(near["record"]["rewards"]) > 0
    far = scene.service.get(f"/v1/arbitrators/{by_vote[9000]}")["record"]
    assert (far["seats_drawn"], far["revealed"], far["no_shows"], far["open"]) == (1, 1, 0, 0)
    assert far["agreed_with_final_ruling"] == {"count": 0, "of": 1, "share": 0}
    assert (int(far["rewards"]), int(far["penalties"]) > 0) == (0, True)
    listed = scene.service.get("/v1/arbitrators")["positions"]
    records = {one["owner"]: one["record"] for one in listed}
    assert records[by_vote[9000]] == far
    assert sum(one["seats_drawn"] for one in records.values()) == 3
    nobody = scene.service.get("/v1/arbitrators/0x000000000000000000000000000000000000dEaD")
    assert nobody["record"]["agreed_with_final_ruling"]["share"] is None


def test_policies_and_what_they_changed(scene: Scene) -> None:
    path = f"/v1/organisations/{scene.shop}/policies"
    found = scene.service.get(path)
    assert (found["current_version"], len(found["policies"])) == (1, 2)
    assert found["policies"][0]["peak_hours"]["words"] == "Monday to Friday 08:00-20:00 (UTC)"
    second = scene.service.get(f"{path}/2")["policy"]
    assert (second["is_in_force"], second["is_announced"]) == (False, True)
    changed = scene.service.get(f"{path}/1/diff/2")
    by_field = {one["field"]: (one["from"], one["to"]) for one in changed["changes"]}
    assert set(by_field) == {"peak_mask", "answer_hours"}
    assert by_field["answer_hours"] == (72, 48)
    saturday = {
        "count": 1,
        "ranges": [{"from_hour": 129, "to_hour": 130}],
        "words": "Saturday 09:00-10:00 (UTC)",
    }
    nothing = {"count": 0, "ranges": [], "words": "no hours"}
    assert changed["peak_hours"] == {"added": saturday, "removed": nothing}
    # At peak there are 30 minutes, otherwise 10.
    assert changed["first_reply"] == {"due_sooner": nothing, "due_later": saturday}
    back = scene.service.get(f"{path}/2/diff/1")
    assert back["first_reply"]["due_sooner"] == saturday
    is_problem(scene.service.http.get(f"{path}/9"), 404, "policy-unknown")
    is_problem(scene.service.http.get(f"{path}/1/diff/9"), 404, "policy-unknown")
    missing = scene.service.http.get("/v1/organisations/9/policies")
    is_problem(missing, 404, "organisation-unknown")


def test_charts_count_the_same_cases(scene: Scene) -> None:
    funnel = {key: values["complaints"] for key, values in scene.chart("funnel").items()}  # type: ignore[index]
    assert funnel == {
        "filed": 6, "answered": 4, "offered": 3, "escalated": 1, "ruled": 1, "paid": 4,
    }  # fmt: skip
    answers = scene.chart("first-answers")
    assert answers["never"] == {"in time": 0, "late": 1, "contested as automatic": 0}
    assert answers["1-to-4-h"] == {"in time": 0, "late": 1, "contested as automatic": 0}
    assert answers["under-1-min"] == {"in time": 2, "late": 0, "contested as automatic": 1}
    outcomes = {key: values["complaints"] for key, values in scene.chart("outcomes").items()}  # type: ignore[index]
    wanted = {"accepted": 2, "defaulted": 1, "ruled": 1, "withdrawn": 1, "open": 1}
    assert {key: count for key, count in outcomes.items() if count} == wanted
    votes = {key: values["seats"] for key, values in scene.chart("agreement").items()}  # type: ignore[index]
    assert {key: n for key, n in votes.items() if n} == {
        "under-250": 1, "500-to-1000": 1, "over-2500": 1,
    }  # fmt: skip
    hours = scene.service.get("/v1/stats/hours")["totals"]
    assert hours == {"filed": 6, "answered late": 3}
    assert scene.chart("funnel", organisation=scene.other)["filed"] == {"complaints": 0}


@pytest.mark.parametrize(
    ("breach", "promise"),
    [("acknowledgement", "acknowledged_in_time"), ("answer", "answered_in_time")],
)
def test_what_a_scorecard_calls_late_is_a_breach(scene: Scene, breach: str, promise: str) -> None:
    """Contested first replies are late by both."""
    card = scene.service.get(f"/v1/organisations/{scene.shop}/scorecard")["scorecard"]
    late = card["promises"][promise]["of"] - card["promises"][promise]["count"]
    found = scene.service.get("/v1/cases", organisation=scene.shop, breach=breach)["cases"]
    assert len(found) == late > 0


@pytest.mark.parametrize("name", CHARTS)
def test_each_mark_leads_to_its_cases(scene: Scene, name: str) -> None:
    found = scene.service.get(f"/v1/stats/{name}", organisation=scene.shop)
    for mark in found["marks"]:
        cases = scene.service.http.get(mark["cases_api"]).json()["cases"]
        assert f"mark={name}.{mark['key']}" in mark["cases"]
        same = scene.service.http.get(f"/v1{mark['cases']}&limit=100").json()["cases"]
        assert [one["id"] for one in same] == [one["id"] for one in cases], mark
        if cases:
            page = scene.service.http.get(mark["cases"]).text
            assert set(re.findall(r'href="/c/(\d+)"', page)) == {str(one["id"]) for one in cases}
        counts = list(mark["values"].values())
        if name == "first-answers":
            assert len(cases) == sum(counts), mark
        elif name == "agreement":
            assert bool(cases) == bool(counts[0]), mark
        else:
            assert len(cases) == counts[0], mark


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_the_same_numbers_in_every_form(scene: Scene, name: str) -> None:
    found = scene.service.get(f"/v1/stats/{name}")
    http = scene.service.http
    table, picture = http.get(f"/v1/stats/{name}.csv"), http.get(f"/v1/stats/{name}.svg")
    assert http.get(f"/v1/stats/{name}?format=csv").text == table.text
    assert http.get(f"/v1/stats/{name}?format=svg").text == picture.text
    assert table.headers["x-as-of-block"] == str(found["as_of_block"])
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["key"] for row in rows] == [mark["key"] for mark in found["marks"]]
    for row, mark in zip(rows, found["marks"], strict=True):
        assert {name: int(row[name]) for name in found["columns"]} == mark["values"]
        assert row["cases"] == mark["cases"]
    assert picture.headers["content-type"] == "image/svg+xml"
    drawn = ElementTree.fromstring(picture.text)  # noqa: S314 (our own)
    title, described = drawn.find(f"{SVG}title"), drawn.find(f"{SVG}desc")
    assert title is not None and title.text == found["title"]
    assert described is not None and f"As of block {found['as_of_block']}" in str(described.text)
    links = drawn.findall(f".//{SVG}a")
    assert [link.get("href") for link in links] == [mark["cases"] for mark in found["marks"]]
    assert not any(part.tag.endswith(("script", "style")) for part in drawn.iter())
    assert "style=" not in picture.text


@pytest.mark.parametrize(
    "path",
    [
        "/v1/stats/cases?mark=",
        "/v1/stats/cases?mark=nothing",
        "/v1/cases?mark=nothing",
        "/v1/cases?mark=hours.168",
        "/v1/cases?mark=funnel.filed&finality=safe",
        "/v1/stats/cases?mark=hours.168",
        "/v1/stats/cases?mark=hours.-1",
        "/v1/stats/cases?mark=hours.%D9%A1",
        "/v1/stats/cases?mark=funnel.filed;drop",
        "/v1/stats/cases?mark=funnel.filed&cursor=x",
        "/v1/scorecards?cursor=x",
    ],
)
def test_what_is_no_mark_and_no_cursor_is_refused(scene: Scene, path: str) -> None:
    is_problem(scene.service.http.get(path), 422, "invalid-input")


@pytest.mark.parametrize(
    "path",
    ["/v1/stats/funnel?format=pdf", "/v1/stats/funnel?filed_from=99999999999", "/v1/stats/cases"],
)
def test_what_is_out_of_range_is_refused(scene: Scene, path: str) -> None:
    is_problem(scene.service.http.get(path), 422, "invalid-request")


def test_the_cases_behind_a_mark_come_in_pages(scene: Scene) -> None:
    seen: list[int] = []
    cursor: dict[str, object] = {}
    while True:
        page = scene.service.get("/v1/stats/cases", mark="funnel.filed", limit=4, **cursor)
        seen += [one["id"] for one in page["cases"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == [6, 5, 4, 3, 2, 1]


def test_every_body_says_which_block_it_knows(scene: Scene) -> None:
    head = scene.service.get("/v1/status")["as_of_block"]
    paths = [
        "/v1/scorecards",
        f"/v1/organisations/{scene.shop}/scorecard",
        f"/v1/organisations/{scene.shop}/policies",
        f"/v1/organisations/{scene.shop}/policies/1",
        f"/v1/organisations/{scene.shop}/policies/1/diff/2",
        *(f"/v1/stats/{name}" for name in CHARTS),
        "/v1/stats/cases?mark=funnel.filed",
    ]
    for path in paths:
        found = scene.service.http.get(path).json()
        assert (found["as_of_block"], found["finality"]) == (head, "latest"), path
