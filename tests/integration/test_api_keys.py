"""Programs that act for an account in what is private, by a key of their own."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from scripts.toolchain.postgres import Postgres
from tests.api_player import until
from tests.api_scene import is_problem
from tests.patience import PATIENCE_SECONDS
from tests.sealing_scene import Someone, Stage, staged

KEYS, WISHES = "/v1/me/api-keys", "/v1/me/notifications"


@pytest.fixture(scope="module")
def stage(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(postgres, tmp_path_factory.mktemp("api-keys")) as found:
        yield found


@pytest.fixture
def owner(stage: Stage) -> Someone:
    return stage.someone(stage.world.customer, registered=False)


def made(owner: Someone, name: str = "desk", **more: int) -> dict[str, str]:
    answer = owner.http.post(KEYS, json={"name": name, **more})
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return dict(answer.json())


def program(stage: Stage, key: str) -> httpx.Client:
    """No cookies, no origin: a program is no browser."""
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.Client(base_url=stage.service.url, headers=headers, timeout=PATIENCE_SECONDS)


def test_a_program_does_what_its_account_may(stage: Stage, owner: Someone) -> None:
    with program(stage, made(owner)["key"]) as http:
        assert http.get(WISHES).json()["account"] == owner.address
        wish = {"language": "en", "time_zone": "Europe/Riga"}
        assert http.put(WISHES, json=wish).status_code == 200
    assert owner.http.get(WISHES).json()["time_zone"] == "Europe/Riga"
    (listed, *_) = owner.http.get(KEYS).json()["api_keys"]
    assert listed["used_on"]["unix"] % 86_400 == 0
    assert "key" not in listed


def test_a_key_makes_no_other_and_is_no_session(stage: Stage, owner: Someone) -> None:
    with program(stage, made(owner)["key"]) as http:
        is_problem(http.post(KEYS, json={"name": "more"}), 401, "sign-in-required")
        assert http.get("/v1/session").json()["account"] is None


def test_a_removed_key_opens_nothing_and_only_its_account_removes_it(
    stage: Stage, owner: Someone
) -> None:
    one = made(owner)
    other = stage.someone(stage.world.organisation, registered=False)
    is_problem(other.http.delete(f"{KEYS}/{one['id']}"), 404, "api-key-missing")
    with program(stage, one["key"]) as http:
        assert http.get(WISHES).status_code == 200
        assert owner.http.delete(f"{KEYS}/{one['id']}").status_code == 204
        is_problem(http.get(WISHES), 401, "api-key-unknown")
    is_problem(owner.http.delete(f"{KEYS}/{one['id']}"), 404, "api-key-missing")


@pytest.mark.parametrize(
    "word", ["-", "x", "redress_" + "0" * 64, "redress_" + "A" * 64, "redress_\u00e9", "a b"]
)
def test_what_is_no_key_is_refused_though_a_session_is_there(owner: Someone, word: str) -> None:
    headers = [(b"Authorization", f"Bearer {word}".encode("latin-1"))]
    is_problem(owner.http.get(WISHES, headers=headers), 401, "api-key-unknown")
    other = {"Authorization": "Basic dTpw"}
    assert owner.http.get(WISHES, headers=other).json()["account"] == owner.address


def test_a_key_ends_and_only_its_digest_is_stored(stage: Stage, owner: Someone) -> None:
    one = made(owner, name="short", days=1)
    with psycopg.connect(stage.env["DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT * FROM api_key").fetchall()
        assert one["key"] not in repr(rows)
        connection.execute(
            "UPDATE api_key SET expires_at = %s WHERE id = %s", (int(time.time()), one["id"])
        )
    with program(stage, one["key"]) as http:
        is_problem(http.get(WISHES), 401, "api-key-unknown")


def test_an_account_has_only_so_many(stage: Stage) -> None:
    owner = stage.someone(stage.world.bystander, registered=False)
    for number in range(20):
        made(owner, f"number {number}")
    is_problem(owner.http.post(KEYS, json={"name": "more"}), 409, "too-many-api-keys")


@pytest.mark.parametrize(
    "body",
    [{}, {"name": ""}, {"name": "x" * 61}, {"name": "x", "days": 0}, {"name": "x", "days": 367}],
)
def test_a_key_that_makes_no_sense_is_not_made(owner: Someone, body: dict[str, object]) -> None:
    before = owner.http.get(KEYS).json()
    assert owner.http.post(KEYS, json=body).status_code == 422
    assert owner.http.get(KEYS).json() == before


def test_another_sites_page_makes_none(owner: Someone) -> None:
    evil = {"Origin": "https://evil.example"}
    is_problem(owner.http.post(KEYS, json={"name": "x"}, headers=evil), 403, "cross-site")


def test_a_key_is_in_no_log(stage: Stage, owner: Someone) -> None:
    key = made(owner)["key"]
    with program(stage, key) as http:
        assert http.get(WISHES).status_code == 200
    log: Path = stage.folder / "serve.log"
    until(lambda: WISHES in log.read_text(), "the request is in the log")
    assert key not in log.read_text()
