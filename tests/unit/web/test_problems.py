"""Every error has one answer: a code for programs, words and a remedy for people."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Form, Request, UploadFile
from starlette.exceptions import HTTPException

from dapp.errors import (
    BudgetExhausted,
    ContractRefused,
    CrossSite,
    DatabaseUnavailable,
    EnvelopesFull,
    Erased,
    Forbidden,
    InvalidInput,
    NotFound,
    RedressError,
    Refused,
    RelayOff,
    SignInRequired,
)
from dapp.web import problems
from dapp.web.limits import SECURITY_HEADERS, BodyLimit, SecurityHeaders
from evidence.errors import (
    BudgetSpent,
    ChecksumMismatch,
    CidInvalid,
    ContentRefused,
    EvidenceError,
    FileTooLarge,
    ShareFull,
    UploadBusy,
    UploadExpired,
    VaultFull,
)

LIMIT = 1000


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI(docs_url=None)
    problems.install(app)
    app.add_middleware(
        BodyLimit,
        default_bytes=LIMIT,
        bytes_by_path={"/v1/large": 5 * LIMIT, "/v1/streamed/*": 20 * LIMIT},
        at_once_bytes=6 * LIMIT,
        seconds=0.5,
        streamed=["/v1/streamed/*"],
    )
    app.add_middleware(SecurityHeaders)

    @app.post("/v1/echo")
    async def echo(value: dict[str, int]) -> dict[str, int]:
        return value

    @app.post("/v1/large")
    async def large(file: UploadFile, name: str = Form()) -> int | None:
        return file.size

    @app.post("/v1/streamed/{name}")
    async def streamed(request: Request) -> int:
        return len(await request.body())

    @app.get("/v1/broken")
    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("a secret")

    return app


class Client:
    """Speaks to the application without a server in between."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(self, path: str) -> httpx.Response:
        return asyncio.run(self.ask("GET", path))

    def post(self, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self.ask("POST", path, **options))

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, **options)


@pytest.fixture
def client(app: FastAPI) -> Client:
    return Client(app)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFound("gone"), 404, "not-found"),
        (Erased("gone", fields={"reason": "personal"}), 410, "evidence-erased"),
        (Erased("gone", fields={"reason": "legal"}), 451, "evidence-erased"),
        (Forbidden("not yours", code="not-a-reader"), 403, "not-a-reader"),
        (EnvelopesFull("full"), 507, "envelopes-full"),
        (ContentRefused("no", status=451), 451, "content-refused"),
        (SignInRequired("private"), 401, "sign-in-required"),
        (CrossSite("elsewhere"), 403, "cross-site"),
        (InvalidInput("no", code="address-checksum"), 422, "address-checksum"),
        (Refused("not now", code="wrong-phase"), 409, "wrong-phase"),
        (ContractRefused("no", code="contract-wrong-phase"), 409, "contract-wrong-phase"),
        (DatabaseUnavailable("away"), 503, "database-unavailable"),
        (RelayOff("nobody"), 409, "relay-off"),
        (BudgetExhausted("paid"), 429, "budget-exhausted"),
        (VaultFull("full"), 507, "vault-full"),
        (FileTooLarge("large"), 413, "file-too-large"),
        (UploadExpired("late"), 410, "upload-expired"),
        (UploadBusy("busy"), 423, "upload-busy"),
        (ChecksumMismatch("wrong"), 460, "checksum-mismatch"),
        (BudgetSpent("spent"), 429, "budget-spent"),
        (ShareFull("full"), 507, "share-full"),
        (CidInvalid("no CID"), 400, "cid-invalid"),
        (HTTPException(418, "tea"), 418, "bad-request"),
        (KeyError("x"), 500, "internal-error"),
    ],
)
def test_each_error_has_its_status_and_code(error: Exception, status: int, code: str) -> None:
    found = problems.problem(error)
    assert (found.status, found.code) == (status, code)
    assert found.body()["type"] == f"urn:redress:problem:{code}"


def test_long_numbers_are_text_and_what_may_pass_says_when() -> None:
    error = ContractRefused("no", fields={"available": 10**18, "seats": 3})
    assert problems.problem(error).body()["fields"] == {"available": str(10**18), "seats": 3}
    assert problems.problem(DatabaseUnavailable("away")).headers == {"Retry-After": "2"}
    tomorrow = BudgetExhausted("paid", fields={"retry_after_seconds": 900})
    assert problems.problem(tomorrow).headers == {"Retry-After": "900"}


def _leaves(kind: type[Exception]) -> Iterator[type[Exception]]:
    for child in kind.__subclasses__():
        yield child
        yield from _leaves(child)


@pytest.mark.parametrize("kind", [*_leaves(RedressError), *_leaves(EvidenceError)])
def test_no_error_of_ours_is_an_internal_one(kind: type[Exception]) -> None:
    assert problems.problem(kind("words")).status != 500


def test_what_nobody_foresaw_tells_no_secret(client: Client) -> None:
    for path in ("/v1/broken", "/broken"):
        response = client.get(path)
        assert response.status_code == 500
        assert "secret" not in response.text
        assert "internal-error" in response.text
        assert response.headers["content-security-policy"].startswith("default-src 'self'")


def test_an_unknown_route_is_a_problem_under_v1(client: Client) -> None:
    response = client.get("/v1/nothing")
    assert response.headers["content-type"] == problems.MEDIA_TYPE
    assert response.json()["code"] == "unknown-route"


def test_an_unknown_page_is_no_json(client: Client) -> None:
    response = client.get("/nothing")
    assert response.status_code == 404
    assert not response.headers["content-type"].startswith("application")


def test_a_wrong_method_says_which_are_right(client: Client) -> None:
    response = client.get("/v1/echo")
    assert response.json()["code"] == "method-not-allowed"
    assert response.headers["allow"] == "POST"


def test_bad_json_is_said_to_be_bad_json(client: Client) -> None:
    headers = {"content-type": "application/json"}
    response = client.post("/v1/echo", content=b"{nope", headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, "json-invalid")


def test_each_wrong_field_is_named(client: Client) -> None:
    response = client.post("/v1/echo", json={"a": "x", "b": "y"})
    assert (response.status_code, response.json()["code"]) == (422, "invalid-request")
    faults = response.json()["fields"]["faults"]
    assert [fault["field"] for fault in faults] == ["body.a", "body.b"]


def test_every_answer_has_the_security_headers(client: Client) -> None:
    for path in ("/v1/echo", "/nothing"):
        headers = client.get(path).headers
        assert {name: headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


def test_a_body_that_announces_too_much_is_not_read(client: Client) -> None:
    response = client.post("/v1/echo", content=b"1" * (LIMIT + 1))
    assert (response.status_code, response.json()["code"]) == (413, "body-too-large")


def test_a_body_of_unknown_length_is_cut_off(client: Client) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(LIMIT):
            yield b"12"

    headers = {"content-type": "application/json"}
    response = client.post("/v1/echo", content=pieces(), headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "body-too-large")


def test_bodies_that_come_at_once_have_a_limit_together(app: FastAPI) -> None:
    async def both() -> list[httpx.Response]:
        first_is_under_way, second_is_answered = asyncio.Event(), asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield body[: 4 * LIMIT]
            first_is_under_way.set()
            await second_is_answered.wait()
            yield body[4 * LIMIT :]

        client = Client(app)
        first = asyncio.create_task(client.ask("POST", path, content=slow(), headers=headers))
        await first_is_under_way.wait()
        second = await client.ask("POST", path, content=body, headers=headers)
        second_is_answered.set()
        return [await first, second, await client.ask("POST", path, content=body, headers=headers)]

    request = httpx.Request(
        "POST", "http://test", files={"file": b"1" * 4 * LIMIT}, data={"name": "x"}
    )
    body, path = request.read(), "/v1/large"
    headers = {"content-type": request.headers["content-type"]}
    first, second, third = asyncio.run(both())
    assert (first.status_code, third.status_code) == (200, 200)
    assert (second.status_code, second.json()["code"]) == (503, "busy")
    assert second.headers["retry-after"] == "30"


def test_what_is_streamed_has_its_own_limit_alone(client: Client) -> None:
    over_all_at_once = b"1" * 20 * LIMIT
    assert client.post("/v1/streamed/a", content=over_all_at_once).json() == 20 * LIMIT
    assert client.post("/v1/streamed/a", content=over_all_at_once + b"1").status_code == 413
    assert client.post("/v1/streamed/a/b", content=over_all_at_once).status_code == 404


def test_a_body_that_does_not_come_is_not_waited_for(client: Client) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    headers = {"content-type": "application/json"}
    response = client.post("/v1/echo", content=pieces(), headers=headers)
    assert (response.status_code, response.json()["code"]) == (408, "too-slow")


def test_a_form_over_its_own_limit_is_refused(client: Client) -> None:
    fits = client.post("/v1/large", files={"file": b"1" * 3 * LIMIT}, data={"name": "x"})
    assert (fits.status_code, fits.json()) == (200, 3 * LIMIT)
    over = client.post("/v1/large", files={"file": b"1" * 6 * LIMIT}, data={"name": "x"})
    assert (over.status_code, over.json()["code"]) == (413, "body-too-large")
