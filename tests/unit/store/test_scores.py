"""Statistics take a few connections, and leave the others to who asks for less."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from psycopg_pool import AsyncConnectionPool

from dapp.domain.types import ChainId
from dapp.errors import Retryable
from dapp.store import scores
from dapp.store.scores import Scores, Span


class Slow:
    """Connections of which each statement takes its time."""

    def __init__(self) -> None:
        self.most = self._taken = 0
        self.goes_on = asyncio.Event()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator["Slow"]:
        self._taken += 1
        self.most = max(self.most, self._taken)
        try:
            yield self
        finally:
            self._taken -= 1

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        yield

    async def execute(self, *_: Any) -> "Slow":
        await self.goes_on.wait()
        return self

    async def fetchall(self) -> list[tuple[Any, ...]]:
        return []


def test_many_who_ask_for_statistics_leave_connections_to_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scores, "_PATIENCE_SECONDS", 0.05)

    async def work() -> None:
        pool = Slow()
        found = Scores(cast(AsyncConnectionPool, pool), ChainId(1))
        asked = [asyncio.create_task(found.paces(Span())) for _ in range(8)]
        done, waiting = await asyncio.wait(asked, timeout=1)
        assert pool.most < 5
        assert len(done) == 8 - pool.most
        for one in done:
            error = one.exception()
            assert isinstance(error, Retryable) and error.code == "statistics-busy"
        pool.goes_on.set()
        assert await asyncio.gather(*waiting) == [[]] * pool.most
        assert await found.paces(Span()) == []

    asyncio.run(work())
