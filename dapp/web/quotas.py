"""How much one client may ask for: token buckets, told as `RateLimit` and `RateLimit-Policy`.

As draft-ietf-httpapi-ratelimit-headers-10 has it. The buckets are in this process: a read is not to
cost a write to the database, and several servers give a client so many times as much, no more.
"""

import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders, QueryParams
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dapp.errors import TooMany
from dapp.web.clients import client_of
from dapp.web.problems import answer as refuse

_WINDOW_SECONDS = 60
_MOST_CLIENTS = 50_000
_READS = ("GET", "HEAD", "OPTIONS")
_FREE = ("/static/", "/healthz")
_DEAR = re.compile(r"/v1/(tx/.*|governance|.*\.ics|.*/(bundle|panel|foreseen))")
"""Reads that ask the node, or go through all open cases of somebody."""
_LISTS = ("/v1/cases", "/cases")
"""As of an earlier block they fold whatever has changed since; a mark goes through all facts."""

_ANCHORED = "/v1/anchored"
"""By status, each of somebody's is looked at."""


@dataclass(frozen=True, slots=True)
class Quota:
    """So many requests a minute, at once or one by one; 0 is no limit."""

    name: str
    requests: int

    @property
    def per_second(self) -> float:
        return self.requests / _WINDOW_SECONDS


@dataclass(frozen=True, slots=True)
class Left:
    """What a client has of a quota.

    Attributes:
        requests: how many more; less than 1 refuses.
    """

    quota: Quota
    requests: float

    @property
    def wait_seconds(self) -> int:
        """Until there is one again."""
        return max(1, math.ceil((1 - self.requests) / self.quota.per_second))

    def headers(self) -> dict[str, str]:
        name = self.quota.name
        full = math.ceil((self.quota.requests - self.requests) / self.quota.per_second)
        return {
            "RateLimit-Policy": f'"{name}";q={self.quota.requests};w={_WINDOW_SECONDS}',
            "RateLimit": f'"{name}";r={max(0, int(self.requests))};t={full}',
        }


class Buckets:
    """What each client has left; who was not here for longest is forgotten first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._levels: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def take(self, quota: Quota, client: str) -> Left:
        """One request; what is left after it. Raises TooMany."""
        now = self._clock()
        key = (quota.name, client)
        level, at = self._levels.pop(key, (float(quota.requests), now))
        level = min(float(quota.requests), level + (now - at) * quota.per_second)
        is_refused = level < 1
        self._levels[key] = (level if is_refused else level - 1, now)
        if len(self._levels) > _MOST_CLIENTS:
            self._levels.popitem(last=False)
        left = Left(quota, self._levels[key][0])
        if is_refused:
            raise TooMany(
                "too many requests at once",
                remedy=f"Wait for {left.wait_seconds} s",
                fields={"retry_after_seconds": left.wait_seconds, "quota": quota.name},
            )
        return left


class Quotas:
    """Refuses who asks for too much; counts by address, and writes of accounts by account.

    Who is at this very machine is not counted.

    Args:
        reads, writes: a minute; of dear reads there are as many as writes.
        proxies: how many of ours each request comes through, each of which adds whom it has it
            from to X-Forwarded-For.
    """

    def __init__(self, app: ASGIApp, reads: int, writes: int, proxies: int) -> None:
        self._app = app
        self._reads = Quota("reads", reads)
        self._writes = Quota("writes", writes)
        self._dear = Quota("dear", writes)
        self._proxies = proxies
        self._buckets = Buckets()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_FREE):
            await self._app(scope, receive, send)
            return
        quota = self._quota(scope)
        scope.setdefault("state", {})["writes_of"] = self._account
        client = client_of(scope, self._proxies)
        if client is None or not quota.requests:
            await self._app(scope, receive, send)
            return
        try:
            left = self._buckets.take(quota, client)
        except TooMany as error:
            response = await refuse(Request(scope), error)
            response.headers.update(Left(quota, 0).headers())
            await response(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(left.headers())
            await send(message)

        await self._app(scope, receive, with_headers)

    def _quota(self, scope: Scope) -> Quota:
        if scope["method"] not in _READS:
            return self._writes
        return self._dear if _is_dear(scope) else self._reads

    def _account(self, account: str) -> None:
        """One write by an account, from wherever. Raises TooMany."""
        if self._writes.requests:
            self._buckets.take(Quota("account", self._writes.requests), account)


def count(request: Request, account: str) -> None:
    """One write by an account, where anybody counts. Raises TooMany."""
    counted = getattr(request.state, "writes_of", None)
    if counted is not None:
        counted(account)


def _is_dear(scope: Scope) -> bool:
    """Whether a read costs much more than most."""
    if scope["path"] == _ANCHORED:
        return "status" in QueryParams(scope["query_string"])
    if scope["path"] in _LISTS:
        asked = QueryParams(scope["query_string"])
        return asked.get("finality", "latest") != "latest" or bool(asked.get("mark"))
    return _DEAR.fullmatch(scope["path"]) is not None
