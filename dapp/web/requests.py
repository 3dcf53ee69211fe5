"""One line of the log for each request, and the id by which both sides can speak of it."""

import re
import secrets
import time
from functools import lru_cache

import structlog
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NAMED = b"x-request-id"
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_QUIET = ("/healthz", "/readyz", "/static")

_REQUESTS = Counter("redress_http_requests", "Requests, by status", ["method", "route", "status"])
_SECONDS = Histogram(
    "redress_http_seconds",
    "Until the answer began",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Requests:
    """Says what was asked by the route's pattern alone: paths and queries may hold secrets."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        # Bound once: by itself the library makes a logger for every line.
        self._log = structlog.get_logger("requests").bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = _name(scope)
        began = time.monotonic()
        status = 500

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (_NAMED, name.encode())]
                _seconds(route_of(scope)).observe(time.monotonic() - began)
            await send(message)

        # Each request is a task with a context of its own, which ends with it.
        structlog.contextvars.bind_contextvars(request=name)
        try:
            await self._app(scope, receive, named)
        finally:
            self._tell(scope, status, time.monotonic() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = route_of(scope)
        _requests(method, route, status).inc()
        if not scope["path"].startswith(_QUIET):
            ms = round(seconds * 1000, 1)
            self._log.info("request", method=method, route=route, status=status, ms=ms)


def _name(scope: Scope) -> str:
    said = next((value for name, value in scope["headers"] if name == _NAMED), b"")
    text = said.decode("latin-1")
    return text if _ID.fullmatch(text) else secrets.token_hex(16)


def route_of(scope: Scope) -> str:
    """The pattern of the route that was found; nothing of what was asked itself."""
    route = scope.get("route")
    found = getattr(route, "path_format", None) or getattr(route, "path", None)
    if not found:
        return "unknown"
    # A route does not know what it was included under.
    is_bare = scope["path"].startswith("/v1/") and not found.startswith("/v1")
    return f"/v1{found}" if is_bare else str(found)


# Their own look-up goes through a lock and a table of texts.
@lru_cache(maxsize=2048)
def _requests(method: str, route: str, status: int) -> Counter:
    return _REQUESTS.labels(method, route, status)


@lru_cache(maxsize=512)
def _seconds(route: str) -> Histogram:
    return _SECONDS.labels(route)
