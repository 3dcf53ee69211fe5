"""What routes that are private to an account get, and what they refuse."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from dapp.domain.types import Address, UnixTime
from dapp.settings import Settings
from dapp.store.sessions import Session
from dapp.web import problems
from dapp.web.api.accounts import Account, OptionalAccount

ME = Address("0x" + "11" * 20)
URL = "http://127.0.0.1:8080"
PUBLIC = "https://redress.example"


@dataclass
class InMemory:
    """Sessions by what browsers hold."""

    open: dict[str, Session] = field(default_factory=dict)

    async def find(self, token: str) -> Session | None:
        return self.open.get(token)


def ask(method: str, path: str, public_url: str | None = None, **headers: str) -> httpx.Response:
    app = FastAPI()
    problems.install(app)
    session = Session(ME, UnixTime(0), UnixTime(1), b"")
    app.state.parts = SimpleNamespace(
        settings=Settings(public_url=public_url), sessions=InMemory({"right": session})
    )

    @app.get("/v1/drafts")
    @app.post("/v1/drafts")
    async def private(account: Account) -> Any:
        return account

    @app.get("/v1/anything")
    @app.post("/v1/anything")
    async def open_to_all(account: OptionalAccount) -> Any:
        return account

    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(request())


def test_a_private_route_gets_the_account() -> None:
    assert ask("GET", "/v1/drafts", cookie="redress-session=right").json() == ME
    response = ask("POST", "/v1/drafts", cookie="redress-session=right", origin=URL)
    assert (response.status_code, response.json()) == (200, ME)


@pytest.mark.parametrize("cookie", ["", "redress-session=wrong", "redress-session", "other=right"])
def test_nobody_is_told_to_sign_in(cookie: str) -> None:
    for method in ("GET", "POST"):
        response = ask(method, "/v1/drafts", cookie=cookie, origin=URL)
        assert (response.status_code, response.json()["code"]) == (401, "sign-in-required")
        assert response.json()["remedy"]


def test_a_route_for_all_has_no_account_where_none_is() -> None:
    assert ask("GET", "/v1/anything").json() is None
    assert ask("POST", "/v1/anything").json() is None
    assert ask("GET", "/v1/anything", cookie="redress-session=right").json() == ME


@pytest.mark.parametrize("path", ["/v1/drafts", "/v1/anything"])
def test_another_site_cannot_use_a_session_for_a_change(path: str) -> None:
    for headers in (
        {},
        {"origin": "https://evil.example"},
        {"origin": URL, "sec-fetch-site": "cross-site"},
        {"origin": "http://127.0.0.1:8081"},
    ):
        response = ask("POST", path, cookie="redress-session=right", **headers)
        assert (response.status_code, response.json()["code"]) == (403, "cross-site")


def test_over_https_a_cookie_that_plain_http_may_set_counts_for_nothing() -> None:
    assert ask("GET", "/v1/drafts", PUBLIC, cookie="redress-session=right").status_code == 401
    response = ask("GET", "/v1/drafts", PUBLIC, cookie="__Host-redress-session=right")
    assert response.json() == ME
    assert ask("GET", "/v1/drafts", cookie="__Host-redress-session=right").status_code == 401


@pytest.mark.parametrize("url", ["redress.example", "https://redress.example/pages", "ftp://x"])
def test_a_public_address_is_an_origin(url: str) -> None:
    with pytest.raises(ValueError, match="public_url"):
        Settings(public_url=url)
