"""The client against a service that is strict."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.cid import RAW, cid_of
from evidence.errors import (
    PinMissing,
    PinningBusy,
    PinningMisconfigured,
    PinningRefused,
    PinningReplyInvalid,
)
from evidence.pinning import Pin, PinningService, Status, Token
from evidence.pinning_words import retry_after_seconds
from tests.pinning_server import DELEGATE, TOKEN, PinningServer, running

CID, OTHER = (str(cid_of(RAW, data)) for data in (b"abc", b"abd"))


STATUS = {
    "requestid": "1",
    "status": "pinned",
    "created": "2026-01-01T00:00:00.000000001Z",
    "pin": {"cid": CID},
    "delegates": None,
}


@pytest.fixture
def server() -> Iterator[PinningServer]:
    with running() as server:
        yield server


@pytest.fixture
def client(server: PinningServer) -> Iterator[PinningService]:
    with PinningService(server.url, Token(TOKEN, "the test")) as client:
        yield client


def test_a_pin_lives_and_goes(server: PinningServer, client: PinningService) -> None:
    server.first_state = "queued"
    pin = Pin(CID, name="a.pdf ✓", origins=(DELEGATE,), meta={"app": "redress"})
    added = client.add(pin)
    assert (added.status, added.pin, added.delegates) == (Status.QUEUED, pin, (DELEGATE,))
    assert added.details == "as the test has it"
    server.move("pinning")
    assert client.get(added.request_id).status is Status.PINNING
    server.move("failed")
    again = client.replace(added.request_id, Pin(CID))
    assert again.request_id != added.request_id
    with pytest.raises(PinMissing):
        client.get(added.request_id)
    client.remove(again.request_id)
    assert server.pins == {}
    with pytest.raises(PinMissing):
        client.remove(again.request_id)
    with pytest.raises(PinMissing):
        client.replace(again.request_id, Pin(CID))


def test_a_list_is_read_to_its_end(server: PinningServer, client: PinningService) -> None:
    added = [client.add(Pin(CID, name=f"n{number}")).request_id for number in range(7)]
    found = [one.request_id for one in client.list(page_length=3)]
    assert found == added[::-1]
    assert sum(call.startswith("GET") for call in server.calls) == 3


def test_a_list_is_fetched_page_by_page(server: PinningServer, client: PinningService) -> None:
    for _ in range(5):
        client.add(Pin(CID))
    next(client.list(page_length=2))
    assert sum(call.startswith("GET") for call in server.calls) == 1


def test_filters(server: PinningServer, client: PinningService) -> None:
    first = client.add(Pin(CID, name="Report & more", meta={"app": "redress", "case": "7"}))
    server.move("failed")
    second = client.add(Pin(OTHER, name="other"))

    def ids(found: Iterator[object]) -> list[str]:
        return [one.request_id for one in found]  # type: ignore[attr-defined]

    assert ids(client.list()) == [second.request_id, first.request_id]
    assert ids(client.list(cids=[CID])) == [first.request_id]
    assert ids(client.list(cids=[CID, OTHER])) == [second.request_id, first.request_id]
    assert ids(client.list(status=[Status.PINNED])) == [second.request_id]
    assert ids(client.list(name="report & more")) == []
    assert ids(client.list(name="report &", match="ipartial")) == [first.request_id]
    assert ids(client.list(meta={"case": "7"})) == [first.request_id]
    assert ids(client.list(before=second.created)) == [first.request_id]
    assert ids(client.list(after=first.created)) == [second.request_id]


def test_a_service_that_turns_in_circles_is_left(
    server: PinningServer, client: PinningService
) -> None:
    page = json.dumps({"count": 1000, "results": [STATUS]}).encode()
    server.answer = lambda: (200, {}, page)
    assert [one.request_id for one in client.list()] == ["1"]
    assert len(server.calls) == 2


def test_what_is_empty_may_be_left_out_or_null(
    server: PinningServer, client: PinningService
) -> None:
    pin = {"cid": CID, "name": "", "origins": None, "meta": None}
    for extra in ({}, {"info": None, "pin": pin}):
        server.answer = lambda extra=extra: (200, {}, json.dumps({**STATUS, **extra}).encode())  # type: ignore[misc]
        assert client.get("1").pin == Pin(CID)
    server.answer = lambda: (200, {}, b'{"count": 0, "results": null}')
    assert list(client.list()) == []


def test_the_service_must_speak_of_what_was_asked(
    server: PinningServer, client: PinningService
) -> None:
    server.answer = lambda: (200, {}, json.dumps(STATUS).encode())
    with pytest.raises(PinningReplyInvalid):
        client.add(Pin(OTHER))
    with pytest.raises(PinningReplyInvalid):
        client.replace("1", Pin(OTHER))
    with pytest.raises(PinningReplyInvalid):
        client.get("2")


@pytest.mark.parametrize("name", ["../../admin", "a b", "a/b?c#d", "..%2f", "\u00fc"])
def test_a_request_id_stays_one_part_of_the_path(
    server: PinningServer, client: PinningService, name: str
) -> None:
    with pytest.raises(PinMissing):
        client.remove(name)
    (call,) = server.calls
    assert call.startswith("DELETE /psa/pins/")
    assert call.count("/") == 3


@pytest.mark.parametrize(
    "change",
    [
        {"requestid": ""}, {"requestid": ".."}, {"requestid": 7}, {"requestid": "x" * 513},
        {"requestid": "a\r\nb"}, {"status": "done"}, {"status": None}, {"created": "yesterday"},
        {"created": "2026-01-01T00:00:00"}, {"created": 7}, {"pin": None}, {"pin": {}},
        {"pin": {"cid": 7}}, {"pin": {"cid": CID, "meta": []}}, {"delegates": "x"},
        {"delegates": [7]}, {"info": {"a": 7}}, {"info": []},
    ],
)  # fmt: skip
def test_a_status_must_make_sense(
    server: PinningServer, client: PinningService, change: dict[str, object]
) -> None:
    server.answer = lambda: (200, {}, json.dumps({**STATUS, **change}).encode())
    with pytest.raises(PinningReplyInvalid):
        client.get("1")


def test_a_refusal_keeps_what_the_service_said(
    server: PinningServer, client: PinningService
) -> None:
    failure = b'{"error": {"reason": "INSUFFICIENT_FUNDS", "details": "pay\\nfirst"}}'
    server.answer = lambda: (409, {}, failure)
    with pytest.raises(PinningRefused, match="409: INSUFFICIENT_FUNDS: pay\ufffdfirst") as caught:
        client.add(Pin(CID))
    assert caught.value.fields == {"status": 409, "reason": "INSUFFICIENT_FUNDS"}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0", 0), ("99999999999999", 86_400), ("-1", None), ("soon", None), ("", None)],
)
def test_patience_that_is_asked_for(
    server: PinningServer, client: PinningService, header: str, seconds: int | None
) -> None:
    headers = {"Retry-After": header}
    server.answer = lambda: (429, headers, b"")
    with pytest.raises(PinningBusy) as caught:
        client.get("1")
    assert caught.value.fields.get("retry_after_seconds") == seconds


def test_patience_until_a_date() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert retry_after_seconds("Thu, 01 Jan 2026 00:01:00 GMT", now) == 60
    assert retry_after_seconds("Thu, 01 Jan 2025 00:01:00 GMT", now) == 0
    assert retry_after_seconds("Thu, 01 Jan 2026 00:01:00 -0000", now) == 60


def test_the_token_is_sent_and_never_said(
    server: PinningServer, client: PinningService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client.add(Pin(CID))
    failure = {"error": {"reason": TOKEN, "details": f"who is {TOKEN}?"}}
    server.answer = lambda: (401, {}, json.dumps(failure).encode())
    with pytest.raises(PinningRefused) as caught:
        client.add(Pin(CID))
    said = [caplog.text, repr(caught.value), str(caught.value.fields), repr(Token(TOKEN, "x"))]
    assert not any(TOKEN in text for text in said)
    assert "who is …?" in caught.value.message


@pytest.mark.parametrize(
    "url",
    [
        "http://pin.example.com", "http://10.0.0.1/psa", "ftp://127.0.0.1", "pin.example.com", "",
        "https://", "https://user:secret@pin.example.com", "https://pin.example.com/?a=b",
        "https://pin.example.com/#a", "http://127.0.0.1.example.com", "http://[::2]/", "http://\x00",
        "file:///etc/passwd",
    ],
)  # fmt: skip
def test_a_token_goes_to_no_such_place(url: str) -> None:
    with pytest.raises(PinningMisconfigured) as caught:
        PinningService(url, Token(TOKEN, "the test"))
    assert not caught.value.retryable
    assert "secret" not in caught.value.message


@pytest.mark.parametrize(
    "url",
    ["https://pin.example.com/psa/", "http://localhost:1", "http://[::1]:1", "http://127.9.9.9"],
)
def test_places_where_a_token_may_go(url: str) -> None:
    PinningService(url, Token(TOKEN, "the test")).close()


def test_a_proxy_is_not_told_the_token(
    server: PinningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with PinningService(server.url, Token(TOKEN, "the test")) as client:
        assert list(client.list()) == []


def test_tokens_from_files(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    assert Token.from_file(path).header() == f"Bearer {TOKEN}"
    with pytest.raises(PinningMisconfigured, match="token"):
        Token.from_file(tmp_path / "nowhere")
    with pytest.raises(PinningMisconfigured, match="can't be read"):
        Token.from_file(tmp_path)


@pytest.mark.parametrize("text", [b"", b"two words", b"two\nlines", b"\xff\xfe", b"x" * 10_000])
def test_what_is_no_token(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "token"
    path.write_bytes(text)
    with pytest.raises(PinningMisconfigured) as caught:
        Token.from_file(path)
    assert text.decode("ascii", "replace") not in caught.value.message or not text
