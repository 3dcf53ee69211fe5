"""Signing in over HTTP: cookies, hosts, and pages of other sites."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import pytest
from eth_account.messages import encode_defunct

from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.api_player import Person, Service, environment, redress, running, until
from tests.api_scene import is_problem
from tests.patience import PATIENCE_SECONDS
from tests.world import World

MESSAGE, SESSION = "/v1/session/message", "/v1/session"
PUBLIC = "https://redress.example"


@dataclass(frozen=True)
class Browser:
    """Keeps cookies, and says where it is as browsers do."""

    http: httpx.Client
    origin: str

    def ask(self, person: Person) -> str:
        response = self.http.post(MESSAGE, json={"address": person.address})
        assert response.status_code == 200, response.text
        return str(response.json()["message"])

    def send(self, text: str, person: Person, **options: Any) -> httpx.Response:
        found = person.account.sign_message(encode_defunct(text=text)).signature
        return self.http.post(
            SESSION, json={"message": text, "signature": "0x" + found.hex()}, **options
        )

    def sign_in(self, person: Person) -> httpx.Response:
        response = self.send(self.ask(person), person)
        assert response.status_code == 201, response.text
        return response

    def account(self) -> str | None:
        found: str | None = self.http.get(SESSION).json()["account"]
        return found


@contextmanager
def browser(url: str, **headers: str) -> Iterator[Browser]:
    with httpx.Client(
        base_url=url, headers={"Origin": url, **headers}, timeout=PATIENCE_SECONDS
    ) as http:
        yield Browser(http, url)


@dataclass(frozen=True)
class Stage:
    service: Service
    env: dict[str, str]
    folder: Path


@pytest.fixture(scope="module")
def stage(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("session")
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        env = environment(node.url, url, folder / "deployments", folder / "data")
        with running(world, env, folder) as service:
            yield Stage(service, env, folder)


@pytest.fixture
def mine(stage: Stage) -> Iterator[Browser]:
    with browser(stage.service.url) as found:
        yield found


@pytest.fixture
def theirs(stage: Stage) -> Iterator[Browser]:
    with browser(stage.service.url) as found:
        yield found


def cookies(response: httpx.Response) -> SimpleCookie:
    found = SimpleCookie()
    for header in response.headers.get_list("set-cookie"):
        found.load(header)
    return found


def test_in_and_out(mine: Browser, theirs: Browser) -> None:
    person = Person()
    assert mine.account() is None
    response = mine.sign_in(person)
    session = response.json()
    assert session["account"] == person.address
    assert session["expires_at"] - session["signed_in_at"] == 12 * 3600
    assert response.headers["cache-control"] == "no-store"
    shown = mine.http.get(SESSION).json()
    assert (shown["account"], shown["expires_at"]) == (person.address, session["expires_at"])
    theirs.sign_in(person)
    sessions = mine.http.get(SESSION).json()["sessions"]
    assert sorted(one["is_this"] for one in sessions) == [False, True]
    assert mine.http.delete(SESSION).json()["account"] is None
    assert (mine.account(), theirs.account()) == (None, person.address)
    assert mine.http.delete(SESSION).status_code == 200


def test_out_everywhere(mine: Browser, theirs: Browser) -> None:
    person = Person()
    mine.sign_in(person)
    theirs.sign_in(person)
    assert mine.http.delete(SESSION, params={"everywhere": "true"}).status_code == 200
    assert (mine.account(), theirs.account()) == (None, None)


def test_the_text_names_who_asks_for_it(mine: Browser, stage: Stage) -> None:
    person = Person()
    text = mine.ask(person)
    assert text.startswith(f"{stage.service.url} wants you to sign in")
    lines = text.splitlines()
    assert lines[1] == person.address
    assert f"URI: {stage.service.url}" in lines
    assert f"Chain ID: {stage.service.chain.chain_id}" in lines
    assert text.isascii()


def test_a_cookie_is_kept_from_scripts_and_other_sites(mine: Browser) -> None:
    person = Person()
    asked = mine.http.post(MESSAGE, json={"address": person.address})
    opened = mine.send(asked.json()["message"], person)
    kept = cookies(asked)["redress-sign-in"], cookies(opened)["redress-session"]
    assert [one["max-age"] for one in kept] == ["600", "43200"]
    for one in kept:
        assert (one["httponly"], one["samesite"], one["path"]) == (True, "strict", "/")
        assert (one["domain"], one["secure"]) == ("", "")
    assert cookies(opened)["redress-sign-in"]["max-age"] == "0"
    token = kept[1].value
    assert token not in opened.text
    assert token not in mine.http.get(SESSION).text


def test_a_message_is_good_once_and_in_its_browser(mine: Browser, theirs: Browser) -> None:
    person = Person()
    text = mine.ask(person)
    theirs.ask(person)
    is_problem(theirs.send(text, person), 409, "message-unknown")
    assert mine.send(text, person).status_code == 201
    is_problem(mine.send(text, person), 409, "message-unknown")


def test_signing_in_again_ends_the_former_session(mine: Browser, stage: Stage) -> None:
    first = mine.sign_in(Person())
    former = cookies(first)["redress-session"].value
    second = Person()
    mine.sign_in(second)
    assert mine.account() == second.address
    with browser(stage.service.url, Cookie=f"redress-session={former}") as thief:
        assert thief.account() is None


@pytest.mark.parametrize("guess", ["", "x", "A" * 43, "é", "'; DROP TABLE session; --", "x" * 3000])
def test_a_guessed_session_is_nobodys(stage: Stage, guess: str) -> None:
    cookie = f"redress-session={guess}".encode()
    with httpx.Client(base_url=stage.service.url, timeout=PATIENCE_SECONDS) as http:
        response = http.get(SESSION, headers=[(b"cookie", cookie)])
    assert (response.status_code, response.json()["account"]) == (200, None)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "{url}", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "{url}", "Sec-Fetch-Site": "same-site"},
        {"Origin": "{url}.evil.example"},
        {"Origin": "{url}/"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
def test_no_other_site_changes_anything(
    mine: Browser, stage: Stage, headers: dict[str, str]
) -> None:
    person = Person()
    mine.sign_in(person)
    text = mine.ask(person)
    said = {name: value.format(url=stage.service.url) for name, value in headers.items()}
    with httpx.Client(
        base_url=stage.service.url,
        cookies=mine.http.cookies,
        headers=said,
        timeout=PATIENCE_SECONDS,
    ) as http:
        other = Browser(http, "")
        is_problem(other.send(text, person), 403, "cross-site")
        is_problem(http.post(MESSAGE, json={"address": person.address}), 403, "cross-site")
        is_problem(http.delete(SESSION), 403, "cross-site")
        is_problem(http.delete(f"{SESSION}?everywhere=true"), 403, "cross-site")
    assert mine.account() == person.address


def test_a_form_of_another_site_is_no_json(mine: Browser) -> None:
    mine.ask(Person())
    form = b'{"message":"x","signature":"0x","a":"="}'
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        response = mine.http.post(SESSION, content=form, headers={"Content-Type": kind})
        is_problem(response, 422, "invalid-request")


def signed(message: str, signature: str) -> bytes:
    return json.dumps({"message": message, "signature": signature}).encode()


@pytest.mark.parametrize(
    ("path", "content", "status", "code"),
    [
        (MESSAGE, b"{nope", 400, "json-invalid"),
        (MESSAGE, b"{}", 422, "invalid-request"),
        (MESSAGE, b'{"address": "0x12"}', 422, "invalid-input"),
        (MESSAGE, b'{"address": 7}', 422, "invalid-request"),
        (MESSAGE, b'{"address": "' + b"0" * 2000 + b'"}', 413, "body-too-large"),
        (SESSION, b'{"message": "x", "signature": "0x"}', 409, "message-unknown"),
        (SESSION, b'{"message": "x\\u0000", "signature": "0x"}', 409, "message-unknown"),
        (SESSION, b'{"message": "\\ud800", "signature": "0x"}', 422, "invalid-request"),
        (SESSION, b'{"message": "x", "signature": "\\ud800"}', 422, "invalid-request"),
        (SESSION, b'{"message": "x", "signature": "hello"}', 422, "invalid-input"),
        (SESSION, b'{"message": "x"}', 422, "invalid-request"),
        (SESSION, signed("x" * 2001, "0x"), 422, "invalid-request"),
        (SESSION, signed("x", "0x" + "0" * 20_000), 422, "invalid-request"),
        (SESSION, b'{"message": "' + b"x" * 100_000 + b'"}', 413, "body-too-large"),
        (SESSION, b"[" * 10_000, 400, "bad-request"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    mine: Browser, path: str, content: bytes, status: int, code: str
) -> None:
    headers = {"Content-Type": "application/json"}
    is_problem(mine.http.post(path, content=content, headers=headers), status, code)


@pytest.mark.parametrize("host", ["evil.example", "192.168.0.7", "localhost.evil.example", ""])
def test_a_host_that_anybody_may_claim_is_not_believed(stage: Stage, host: str) -> None:
    headers = {"Host": host, "Origin": f"http://{host}"}
    with httpx.Client(
        base_url=stage.service.url, headers=headers, timeout=PATIENCE_SECONDS
    ) as http:
        response = http.post(MESSAGE, json={"address": Person().address})
    assert "set-cookie" not in response.headers
    is_problem(response, 409, "site-unknown")


def test_behind_https_cookies_are_this_hosts_alone(stage: Stage, tmp_path: Path) -> None:
    """A proxy ends TLS; the server knows of it by REDRESS_PUBLIC_URL, not by any header."""
    env = {**stage.env, "REDRESS_PUBLIC_URL": PUBLIC}
    log = tmp_path / "serve.log"
    with redress(log, env, "serve", "--port", "0") as server:

        def announced() -> bool:
            assert server.poll() is None, log.read_text()
            return "http://" in log.read_text()

        until(announced, "the server's address")
        url = log.read_text().split()[1]
        with browser(url) as direct:
            is_problem(
                direct.http.post(MESSAGE, json={"address": Person().address}), 403, "cross-site"
            )
        person = Person()
        with browser(url, Origin=PUBLIC, Host="evil.example") as found:
            asked = found.http.post(MESSAGE, json={"address": person.address})
            text = asked.json()["message"]
            assert text.startswith("redress.example wants you to sign in")
            assert f"URI: {PUBLIC}\n" in text
            (kept,) = cookies(asked).values()
            assert (kept.key, kept["secure"]) == ("__Host-redress-sign-in", True)
            jar = {"Cookie": f"{kept.key}={kept.value}"}
            opened = found.send(text, person, headers=jar)
            assert opened.status_code == 201, opened.text
            session = cookies(opened)["__Host-redress-session"]
            assert (session["secure"], session["path"], session["domain"]) == (True, "/", "")
            for name, account in (
                ("redress-session", None),
                ("__Host-redress-session", person.address),
            ):
                shown = found.http.get(SESSION, headers={"Cookie": f"{name}={session.value}"})
                assert shown.json()["account"] == account
