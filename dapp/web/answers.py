"""Answers of reads as bytes, with an ETag; one that is kept is sent without any route.

The tag is a hash of what is said. Where an answer is about one case it leaves out what it is as of,
and is a weak one: it stays while other cases move. Any other answer has a strong one. Header
`Redress-As-Of-Block` says of which block it is true, also where nothing else is sent (304).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
from fastapi import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dapp.service.answers import Answer
from dapp.service.clock import Moment
from dapp.service.kept import Held, Kept, Key
from dapp.web.requests import route_of

JSON = "application/json"
_encode = msgspec.json.encode


@dataclass(frozen=True, slots=True)
class Named:
    """Stands for a route where none was looked for: requests are told apart by its pattern."""

    path: str


def answered(request: Request, view: Mapping[str, Any]) -> Response:
    """The view as JSON, or 304 where the client has it already; kept if it is an `Answer`."""
    if not isinstance(view, Answer):
        body = _encode(view)
        return _response(request, body, _etag(body), view.get("as_of_block"))
    held = _kept(request.scope, view, request.app.state.kept)
    body = _whole(held, view.moment)
    return _response(request, body, held.etag, view.moment.head.block_number)


async def send_answer(scope: Scope, send: Send, view: Answer, kept: Kept) -> None:
    """As `answered`, without a response in between."""
    await _send(scope, send, _kept(scope, view, kept), view.moment)


class KeptAnswers:
    """Answers from what is kept; leaves everything else to the application."""

    def __init__(self, app: ASGIApp, kept: Kept) -> None:
        self._app = app
        self._kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = None
        if scope["type"] == "http" and scope["method"] == "GET":
            found = self._kept.find(_key(scope))
        if found is None:
            await self._app(scope, receive, send)
            return
        held, moment = found
        scope["route"] = Named(held.route)
        await _send(scope, send, held, moment)


async def _send(scope: Scope, send: Send, held: Held, moment: Moment) -> None:
    headers = _headers(held.etag, moment.head.block_number)
    if _is_known(held.etag, _asked(scope)):
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    body = _whole(held, moment)
    headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _kept(scope: Scope, answer: Answer, kept: Kept) -> Held:
    held = _held(answer, route_of(scope))
    if answer.lasts:
        kept.keep(_key(scope), held, answer.moment.head)
    return held


def _held(answer: Answer, route: str = "") -> Held:
    if answer.complaint is None:
        body = _encode(answer)
        return Held(body, _etag(body), answer.moment.now, answer.until, route=route)
    body = _encode(answer.content)[:-1]
    head, changed_at = answer.moment.head, answer.changed_at
    return Held(
        body,
        b"W/" + _etag(body),
        answer.moment.now,
        answer.until,
        answer.complaint,
        changed_at,
        None if changed_at is None else head.finality_of(changed_at),
        route=route,
    )


def _whole(held: Held, moment: Moment) -> bytes:
    if held.complaint is None:
        return held.text
    return held.text + b"," + _encode(moment.stamp())[1:]


def _response(request: Request, body: bytes, etag: bytes, block: int | None) -> Response:
    known = _is_known(etag, _asked(request.scope))
    response = Response(status_code=304) if known else Response(body, media_type=JSON)
    response.raw_headers += _headers(etag, block)
    return response


def _headers(etag: bytes, block: int | None) -> list[tuple[bytes, bytes]]:
    found = [(b"etag", etag), (b"cache-control", b"no-cache")]
    return found if block is None else [*found, (b"redress-as-of-block", b"%d" % block)]


def _is_known(etag: bytes, asked: bytes) -> bool:
    """By weak comparison (RFC 9110, 13.1.2)."""
    return bool(asked) and (etag.removeprefix(b"W/") in asked or asked.strip() == b"*")


def _asked(scope: Scope) -> bytes:
    found = [value for name, value in scope["headers"] if name == b"if-none-match"]
    return b", ".join(found)


def _etag(body: bytes) -> bytes:
    return b'"' + sha256(body).hexdigest()[:32].encode() + b'"'


def _key(scope: Scope) -> Key:
    return scope["path"], scope["query_string"]
