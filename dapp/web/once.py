"""`Idempotency-Key`: a request that is sent twice is done once, and answered twice.

As draft-ietf-httpapi-idempotency-key-header-07 has it. The key is the client's; the body is told by
its digest, in which the boundary of a form does not count, since clients draw it by lot.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message as Headings

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dapp.errors import DatabaseUnavailable, InvalidInput, RedressError, Refused
from dapp.store.given import Answer, GivenAnswers
from dapp.web.problems import answer as refuse

log = structlog.get_logger()

_METHODS = ("POST", "PUT", "PATCH")
_NOT_KEPT = (
    "/v1/session",
    "/v1/actions",
    "/v1/me/api-keys",
    "/v1/me/notifications/channels",
    "/v1/me/notifications/calendar",
)
"""Sessions and secrets are shown once, and nobody should read them here; actions store nothing."""
_PASSING = (401, 403, 408, 409, 425, 429)
"""Answers that the same request may not get again: they are not kept, nor are those from 500 on."""
_MOST_BYTES = 32 * 1024
_KEPT_HEADERS = ("content-type", "location", "cache-control")
_KEY = re.compile(r'"?([\x21\x23-\x7e]{1,255})"?')


class Once:
    def __init__(self, app: ASGIApp, given: GivenAnswers) -> None:
        self._app = app
        self._given = given

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = _asked(scope)
        if key is None:
            await self._app(scope, receive, send)
            return
        try:
            name = _name(scope, key)
            taken = await self._given.begin(name)
            if taken is not None:
                response = _replayed(await _digest(scope, receive), taken.answer)
                await response(scope, receive, send)
                return
        except (RedressError, HTTPException) as error:
            response = await refuse(Request(scope), error)
            await response(scope, receive, send)
            return
        await self._work(name, scope, receive, send)

    async def _work(self, name: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        seen = _Seen(_Digest(Headers(scope=scope).get("content-type", "")))

        async def received() -> Message:
            message = await receive()
            seen.request.add(message.get("body", b""))
            return message

        async def sent(message: Message) -> None:
            seen.look(message)
            if seen.is_whole:
                await self._end(name, seen)
            await send(message)

        try:
            await self._app(scope, received, sent)
        finally:
            if not seen.is_whole:
                await self._end(name, seen)

    async def _end(self, name: bytes, seen: "_Seen") -> None:
        """Before the client hears: who asks again at once is to find it."""
        try:
            if seen.is_kept:
                await self._given.keep(name, seen.answer())
            else:
                await self._given.forget(name)
        except DatabaseUnavailable as error:
            log.warning("an answer was not kept", code=error.code)


@dataclass(slots=True)
class _Seen:
    """What goes by of a request and its answer."""

    request: "_Digest"
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    is_whole: bool = False

    def look(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            found = MutableHeaders(scope=message)
            self.headers = {name: found[name] for name in _KEPT_HEADERS if name in found}
        elif message["type"] == "http.response.body":
            if len(self.body) <= _MOST_BYTES:
                self.body += message.get("body", b"")
            self.is_whole = not message.get("more_body", False)

    @property
    def is_kept(self) -> bool:
        is_passing = self.status in _PASSING or self.status >= 500
        return self.is_whole and not is_passing and len(self.body) <= _MOST_BYTES

    def answer(self) -> Answer:
        return Answer(self.request.value(), self.status, self.headers, bytes(self.body))


class _Digest:
    """SHA-256 of a body, piece by piece."""

    def __init__(self, content_type: str) -> None:
        headings = Headings()
        headings["content-type"] = content_type
        found = headings.get_param("boundary")
        self._boundary = found.encode() if isinstance(found, str) and len(found) <= 200 else b""
        self._hash = hashlib.sha256()
        self._rest = b""

    def add(self, piece: bytes) -> None:
        if not self._boundary:
            self._hash.update(piece)
            return
        *whole, last = (self._rest + piece).split(self._boundary)
        for part in whole:
            self._hash.update(part + b"\0")
        keep = len(self._boundary) - 1
        cut = max(0, len(last) - keep)
        self._hash.update(last[:cut])
        self._rest = last[cut:]

    def value(self) -> bytes:
        return hashlib.sha256(self._hash.digest() + self._rest).digest()


def _asked(scope: Scope) -> str | None:
    if scope["type"] != "http" or scope["method"] not in _METHODS:
        return None
    path = scope["path"]
    if not path.startswith("/v1/") or path.startswith(_NOT_KEPT):
        return None
    return Headers(scope=scope).get("idempotency-key")


def _name(scope: Scope, key: str) -> bytes:
    """Of a request: nobody else's key is the same. Raises InvalidInput."""
    found = _KEY.fullmatch(key)
    if found is None:
        raise InvalidInput(
            "the Idempotency-Key is not one",
            remedy="Send 1 to 255 printable characters, such as a UUID",
            code="idempotency-key-invalid",
            fields={"field": "Idempotency-Key"},
        )
    headers = Headers(scope=scope)
    who = ("; ".join(headers.getlist("cookie")), headers.get("authorization", ""))
    parts = (scope["method"], scope["path"], scope["query_string"].decode("latin-1"), *who)
    whole = b"".join(hashlib.sha256(part.encode()).digest() for part in (*parts, found[1]))
    return hashlib.sha256(whole).digest()


async def _digest(scope: Scope, receive: Receive) -> bytes:
    """Of a body that is read for nothing else."""
    found = _Digest(Headers(scope=scope).get("content-type", ""))
    while True:
        message = await receive()
        found.add(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return found.value()


def _replayed(request: bytes, given: Answer | None) -> Response:
    """Raises Refused, InvalidInput."""
    if given is None:
        raise Refused(
            "a request with this Idempotency-Key is being worked on",
            remedy="Wait a second, and send it again",
            code="idempotency-in-progress",
        )
    if given.request != request:
        raise InvalidInput(
            "this Idempotency-Key was used for another request",
            remedy="Take a new key for a new request",
            code="idempotency-key-reused",
            fields={"field": "Idempotency-Key"},
        )
    headers = {**given.headers, "Idempotency-Replayed": "true"}
    return Response(given.body, given.status, headers=headers)
