"""What every request and every answer goes through: how long a body may be, and the headers."""

from collections.abc import Collection

from anyio import current_time, fail_after
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

RawHeaders = list[tuple[bytes, bytes]]

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Set where a route has not set its own. No inline script, ever: pages load theirs from /static."""


_BODY = frozenset({b"content-length", b"transfer-encoding"})
"""Without either a request has no body (RFC 9112, 6.3)."""


class BodyLimit:
    """Refuses bodies over `default_bytes`, or over what `bytes_by_path` says of the path, in which
    a `*` stands for one name. Refuses any while those that are under way have `at_once_bytes`
    together; those that may be longer than `default_bytes`, whose files wait on the disk, are
    counted by themselves, so that nobody who sends a few of them slowly stops all others. Those to
    a path of `streamed` do not count: their route sees to that.

    Starlette's own limiter answers in plain text and cannot be told otherwise.
    """

    def __init__(
        self,
        app: ASGIApp,
        default_bytes: int,
        bytes_by_path: dict[str, int],
        at_once_bytes: int,
        seconds: float = 900.0,
        streamed: Collection[str] = (),
    ) -> None:
        """`seconds`: in which a body must have come."""
        self._app = app
        self._default_bytes = default_bytes
        self._bytes_by_path = {tuple(path.split("/")): n for path, n in bytes_by_path.items()}
        self._streamed = {tuple(path.split("/")) for path in streamed}
        self._at_once_bytes = at_once_bytes
        self._seconds = seconds
        self._under_way = {False: 0, True: 0}
        """Bytes of short bodies, and of long ones."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not _BODY.intersection(name for name, _ in scope["headers"]):
            await self._app(scope, receive, send)
            return
        known = self._known(scope["path"])
        limit = self._bytes_by_path.get(known, self._default_bytes)
        counts = known not in self._streamed
        announced = Headers(scope=scope).get("content-length", "0")
        expected = int(announced) if announced.isdecimal() else 0
        deadline = current_time() + self._seconds
        received, is_whole, is_long = 0, False, limit > self._default_bytes

        async def limited() -> Message:
            nonlocal received, is_whole
            if is_whole:  # from now on it tells only that the client has gone
                return await receive()
            if expected > limit:
                raise _too_large(limit)
            message = await _in_time(receive, deadline)
            size = len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            received += size
            self._under_way[is_long] += size * counts
            if received > limit:
                raise _too_large(limit)
            if counts and self._under_way[is_long] > self._at_once_bytes:
                raise HTTPException(503, "too much is being sent at once", {"Retry-After": "30"})
            return message

        try:
            await self._app(scope, limited, send)
        finally:
            self._under_way[is_long] -= received * counts

    def _known(self, path: str) -> tuple[str, ...]:
        """The one of `bytes_by_path` that fits it; nothing where none does."""
        names = tuple(path.split("/", 8))
        for known in self._bytes_by_path:
            if len(known) == len(names) and all(
                one in ("*", name) for one, name in zip(known, names, strict=True)
            ):
                return known
        return ()


async def _in_time(receive: Receive, deadline: float) -> Message:
    try:
        with fail_after(deadline - current_time()):
            return await receive()
    except TimeoutError as error:
        raise HTTPException(408, "the body did not come in time") from error


def _too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"the body may have at most {limit} bytes")


_SECURITY: RawHeaders = [
    (name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()
]


class SecurityHeaders:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_where_absent(message, _SECURITY)
            await send(message)

        await self._app(scope, receive, with_headers)


class OpenReads:
    """Lets pages of any origin read what is public, without cookies (the Fetch standard's CORS).

    Nothing else is let: no change, and no answer that is private, which says `no-store`. The
    gateway has headers of its own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        if _is_preflight(scope):
            await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, send)
            return

        async def opened(message: Message) -> None:
            if message["type"] == "http.response.start":
                is_private = any(
                    name == b"cache-control" and b"no-store" in value
                    for name, value in message["headers"]
                )
                if scope["method"] in ("GET", "HEAD") and not is_private:
                    add_where_absent(message, _OPEN)
            await send(message)

        await self._app(scope, receive, opened)


def add_where_absent(message: Message, more: RawHeaders) -> None:
    """Give an answer's start the headers that it has not; names are in lower case."""
    headers = list(message.get("headers", ()))
    present = {name for name, _ in headers}
    message["headers"] = headers + [one for one in more if one[0] not in present]


_EXPOSED = "ETag, Link, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
_OPEN: RawHeaders = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", _EXPOSED.encode()),
    # Else what may be read elsewhere may still not be embedded there.
    (b"cross-origin-resource-policy", b"cross-origin"),
]
_PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Accept, If-None-Match, Last-Event-ID, Range",
    "Access-Control-Max-Age": "86400",
}


def _is_open(path: str) -> bool:
    is_session = path == "/v1/session" or path.startswith("/v1/session/")
    return path.startswith("/v1/") and not is_session


def _is_preflight(scope: Scope) -> bool:
    """For a read; a preflight for a change is answered as any method that is not there."""
    if scope["method"] != "OPTIONS":
        return False
    headers = Headers(scope=scope)
    wanted = headers.get("access-control-request-method")
    return wanted in ("GET", "HEAD") and "origin" in headers
