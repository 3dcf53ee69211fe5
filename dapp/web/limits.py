"""What every request and every answer goes through: how long a body may be, and the headers."""

from anyio import current_time, fail_after
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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


class BodyLimit:
    """Refuses bodies over `default_bytes`, or over what `bytes_by_path` says of the path, in which
    a `*` stands for one name; and any while those that are under way have `at_once_bytes` together,
    since files wait on the disk.

    Starlette's own limiter answers in plain text and cannot be told otherwise.
    """

    def __init__(
        self,
        app: ASGIApp,
        default_bytes: int,
        bytes_by_path: dict[str, int],
        at_once_bytes: int,
        seconds: float = 900.0,
    ) -> None:
        """`seconds`: in which a body must have come."""
        self._app = app
        self._default_bytes = default_bytes
        self._bytes_by_path = {tuple(path.split("/")): n for path, n in bytes_by_path.items()}
        self._at_once_bytes = at_once_bytes
        self._seconds = seconds
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        announced = Headers(scope=scope).get("content-length", "0")
        expected = int(announced) if announced.isdecimal() else 0
        deadline = current_time() + self._seconds
        received, is_whole = 0, False

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
            self._under_way += size
            if received > limit:
                raise _too_large(limit)
            if self._under_way > self._at_once_bytes:
                raise HTTPException(503, "too much is being sent at once", {"Retry-After": "30"})
            return message

        try:
            await self._app(scope, limited, send)
        finally:
            self._under_way -= received

    def _limit(self, path: str) -> int:
        names = tuple(path.split("/", 8))
        for known, limit in self._bytes_by_path.items():
            if len(known) == len(names) and all(
                one in ("*", name) for one, name in zip(known, names, strict=True)
            ):
                return limit
        return self._default_bytes


async def _in_time(receive: Receive, deadline: float) -> Message:
    try:
        with fail_after(deadline - current_time()):
            return await receive()
    except TimeoutError as error:
        raise HTTPException(408, "the body did not come in time") from error


def _too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"the body may have at most {limit} bytes")


class SecurityHeaders:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)
