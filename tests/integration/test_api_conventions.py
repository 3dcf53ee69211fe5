"""What holds for every route: keys that make a request count once, quotas, other origins."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import httpx
import psycopg
import pytest

from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.api_player import environment, running
from tests.api_scene import NOBODY, is_problem
from tests.patience import PATIENCE_SECONDS
from tests.world import World

READS, WRITES = 40, 8


@dataclass(frozen=True)
class Door:
    http: httpx.Client
    database_url: str

    def submit(self, key: str, text: str, **more: str) -> httpx.Response:
        data = {"author": NOBODY, "text": text, "salt": "0x" + "11" * 32}
        headers = {"Idempotency-Key": key, **more}
        return self.http.post(
            "/v1/evidence", data=data, files={"files": ("a.txt", b"a" * 5_000)}, headers=headers
        )

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="module")
def door(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("conventions")
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        env = environment(node.url, url, folder / "deployments", folder / "data")
        env["REDRESS_READS_PER_MINUTE"] = str(READS)
        env["REDRESS_WRITES_PER_MINUTE"] = str(WRITES)
        env["REDRESS_TRUSTED_PROXIES"] = "1"
        world.register()
        with running(world, env, folder) as service:
            yield Door(service.http, url)


def test_the_same_request_is_done_once_and_answered_twice(door: Door) -> None:
    first = door.submit("one", "something happened")
    assert first.status_code == 201
    assert "Idempotency-Replayed" not in first.headers
    # Another boundary, the same form.
    again = door.submit('"one"', "something happened")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]


def test_one_key_is_for_one_request(door: Door) -> None:
    door.submit("two", "something happened")
    problem = is_problem(door.submit("two", "something else"), 422, "idempotency-key-reused")
    assert problem["fields"] == {"field": "Idempotency-Key"}
    assert door.submit("three", "something else").status_code == 201
    # Somebody else's key is not the same key.
    assert door.submit("two", "something else", Cookie="redress-session=x").status_code == 201


def test_every_cookie_tells_whose_key_it_is(door: Door) -> None:
    """Some servers in front send each cookie in a header of its own."""

    def submit(session: str) -> httpx.Response:
        cookies = [("Cookie", "lang=en"), ("Cookie", f"redress-session={session}")]
        return door.http.post(
            "/v1/evidence",
            data={"author": NOBODY, "text": "mine", "salt": "0x" + "12" * 32},
            headers=[("Idempotency-Key", "cookies"), ("Origin", _origin(door)), *cookies],
        )

    assert submit("a").status_code == 201
    assert "Idempotency-Replayed" in submit("a").headers
    assert "Idempotency-Replayed" not in submit("b").headers


def _origin(door: Door) -> str:
    return str(door.http.base_url).rstrip("/")


def test_a_refusal_is_repeated_too(door: Door) -> None:
    first = door.submit("refused", "a" * 10_001)
    again = door.submit("refused", "a" * 10_001)
    assert again.headers["Idempotency-Replayed"] == "true"
    is_problem(first, 422, "manifest-field-invalid")
    assert again.json() == first.json()


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
def test_a_key_that_is_none_is_refused(door: Door, key: str) -> None:
    answer = door.http.post(
        "/v1/evidence",
        data={"author": NOBODY, "text": "a"},
        headers=[(b"Idempotency-Key", key.encode("latin-1"))],
    )
    is_problem(answer, 422, "idempotency-key-invalid")


def test_two_at_once_are_one(door: Door) -> None:
    answers: list[httpx.Response] = []

    def ask() -> None:
        with httpx.Client(base_url=door.http.base_url, timeout=PATIENCE_SECONDS) as http:
            answers.append(Door(http, "").submit("at-once", "together"))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fresh = [one for one in answers if "Idempotency-Replayed" not in one.headers]
    assert sorted(one.status_code for one in fresh)[:1] == [201]
    assert sum(one.status_code == 201 for one in fresh) == 1
    for one in answers:
        if one.status_code != 201:
            is_problem(one, 409, "idempotency-in-progress")
    assert door.submit("at-once", "together").headers["Idempotency-Replayed"] == "true"


def test_who_died_at_it_does_not_hold_it_for_ever(door: Door) -> None:
    assert door.submit("dead", "x").status_code == 201
    unfinished = "UPDATE given_answer SET status = NULL"
    door.sql(unfinished)
    is_problem(door.submit("dead", "x"), 409, "idempotency-in-progress")
    # A body may take a quarter of an hour to come: so long nobody else begins.
    door.sql("UPDATE given_answer SET asked_at = now() - interval '15 minutes'")
    is_problem(door.submit("dead", "x"), 409, "idempotency-in-progress")
    door.sql("UPDATE given_answer SET asked_at = now() - interval '1 hour'")
    again = door.submit("dead", "x")
    assert again.status_code == 201
    assert "Idempotency-Replayed" not in again.headers


def test_a_day_later_it_is_forgotten(door: Door) -> None:
    door.submit("old", "x")
    door.sql("UPDATE given_answer SET asked_at = now() - interval '25 hours'")
    assert "Idempotency-Replayed" not in door.submit("old", "x").headers
    assert door.sql("SELECT count(*) FROM given_answer") == [(1,)]


def test_nothing_of_a_session_is_kept(door: Door) -> None:
    before = door.sql("SELECT count(*) FROM given_answer")
    origin = str(door.http.base_url).rstrip("/")
    asked = door.http.post(
        "/v1/session/message",
        json={"address": NOBODY},
        headers={"Idempotency-Key": "s", "Origin": origin},
    )
    assert asked.status_code == 200
    assert door.sql("SELECT count(*) FROM given_answer") == before


def test_quotas_are_told_and_kept(door: Door) -> None:
    me = {"X-Forwarded-For": "6.6.6.6, 198.51.100.7"}
    # More than the quota: it fills up again meanwhile.
    found = [door.http.get("/v1/clerk", headers=me) for _ in range(3 * READS)]
    assert found[0].headers["RateLimit-Policy"] == f'"reads";q={READS};w=60'
    assert found[0].headers["RateLimit"].startswith(f'"reads";r={READS - 1};t=')
    refused = next(one for one in found if one.status_code != 200)
    problem = is_problem(refused, 429, "too-many-requests")
    assert problem["fields"]["quota"] == "reads"
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.headers["RateLimit"].startswith('"reads";r=0;t=')
    assert "default-src" in refused.headers["Content-Security-Policy"]
    # Not what others ask, nor what is no API, nor writes.
    other = {"X-Forwarded-For": "198.51.100.8"}
    assert door.http.get("/v1/clerk", headers=other).status_code == 200
    assert door.http.get("/healthz", headers=me).status_code == 200
    writes = [
        door.http.post("/v1/actions/nothing", json={}, headers=me).status_code
        for _ in range(3 * WRITES)
    ]
    assert writes[:WRITES] == [404] * WRITES
    assert 429 in writes[WRITES:]


def test_pages_cost_as_much_as_the_api(door: Door) -> None:
    me = {"X-Forwarded-For": "198.51.100.9"}
    found = [door.http.get("/cases", headers=me) for _ in range(3 * READS)]
    assert found[0].status_code == 200
    refused = next(one for one in found if one.status_code == 429)
    assert "text/html" in refused.headers["content-type"]
    assert int(refused.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    "path",
    [
        "tx/eip155:31337/0x" + "ab" * 32,
        "cases/1/bundle",
        "cases?finality=safe",
        "cases?mark=hours.7",
        "me/deadlines.ics?token=nothing",
        "cases?finality=latest&limit=2&%66inality=finalized",
    ],
)
def test_what_is_dear_has_a_quota_of_its_own(door: Door, path: str) -> None:
    me = {"X-Forwarded-For": f"2001:db8:{len(path):x}::1"}
    found = [door.http.get(f"/v1/{path}", headers=me) for _ in range(3 * WRITES)]
    assert 429 not in [one.status_code for one in found[:WRITES]]
    refused = next(one for one in found if one.status_code == 429)
    assert is_problem(refused, 429, "too-many-requests")["fields"]["quota"] == "dear"
    assert door.http.get("/v1/cases?finality=latest", headers=me).status_code == 200


def test_who_is_at_this_machine_has_no_limit(door: Door) -> None:
    found = {door.http.get("/v1/clerk").status_code for _ in range(READS + 5)}
    assert found == {200}


AWAY = {"Origin": "https://elsewhere.example"}


def test_pages_of_any_origin_may_read_what_is_public(door: Door) -> None:
    for path in ("/v1/cases", "/v1/organisations/1", "/v1/cases/99", "/ipfs/bafkqaaa?format=raw"):
        answer = door.http.get(path, headers=AWAY)
        assert answer.headers["Access-Control-Allow-Origin"] == "*", path
        assert "Access-Control-Allow-Credentials" not in answer.headers
    asked = {**AWAY, "Access-Control-Request-Method": "GET"}
    preflight = door.http.options("/v1/cases", headers=asked)
    assert preflight.status_code == 204
    assert "Last-Event-ID" in preflight.headers["Access-Control-Allow-Headers"]
    assert preflight.headers["Access-Control-Allow-Methods"] == "GET, HEAD"


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT"])
@pytest.mark.parametrize("path", ["/v1/evidence", "/v1/session", "/v1/actions/file"])
def test_but_change_nothing(door: Door, method: str, path: str) -> None:
    asked = {**AWAY, "Access-Control-Request-Method": method}
    preflight = door.http.options(path, headers=asked)
    assert "Access-Control-Allow-Origin" not in preflight.headers
    assert "Access-Control-Allow-Methods" not in preflight.headers


def test_nor_read_what_is_private(door: Door) -> None:
    for path in ("/v1/session", f"/v1/evidence/0x{'11' * 32}/readers", "/"):
        answer = door.http.get(path, headers=AWAY)
        assert "Access-Control-Allow-Origin" not in answer.headers, path
        asked = {**AWAY, "Access-Control-Request-Method": "GET"}
        if path != f"/v1/evidence/0x{'11' * 32}/readers":
            refused = door.http.options(path, headers=asked)
            assert "Access-Control-Allow-Origin" not in refused.headers, path
