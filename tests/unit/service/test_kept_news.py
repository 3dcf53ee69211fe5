"""Who listens again has missed news: what was kept before is not given out for new."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import cast

import pytest

from dapp.domain.types import BlockNumber, ChainId, ComplaintId, Hash32, UnixTime
from dapp.errors import DatabaseUnavailable
from dapp.service import kept_news
from dapp.service.kept import Held, Kept
from dapp.service.kept_news import Keeping
from dapp.store.news import Change, News
from dapp.store.queries import Queries
from dapp.store.views import Head

KEY = ("/v1/cases/1", b"")
HELD = Held(b'{"a":1', b'"x"', UnixTime(0), complaint=ComplaintId(1))


def head(number: int) -> Head:
    own = Hash32(f"0x{number:064}")
    return Head(
        ChainId(1), BlockNumber(number), own, UnixTime(0), 0.0 + number, BlockNumber(number)
    )


class Interrupted:
    """News of block 1; then the connection is lost, and block 2 missed; then news of block 3."""

    def __init__(self) -> None:
        self.times = 0
        self.told = asyncio.Event()

    async def listen(self) -> AsyncIterator[Change | None]:
        self.times += 1
        yield None
        if self.times == 1:
            await asyncio.sleep(0.1)
            raise DatabaseUnavailable("gone")
        yield Change(BlockNumber(3), frozenset(), head(3).block_hash)
        self.told.set()
        await asyncio.sleep(60)


class Slow:
    """The head, which a look takes its time to see."""

    def __init__(self) -> None:
        self.now = head(1)
        self.wait = asyncio.Event()
        self.wait.set()

    async def head(self) -> Head:
        await self.wait.wait()
        return self.now


def test_what_changed_unheard_is_not_given_out_with_the_next_news(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def work() -> None:
        news, queries, kept = Interrupted(), Slow(), Kept(lambda: 0.0, 10**6)
        keeping = Keeping(kept, cast(News, news), cast(Queries, queries))
        task = asyncio.create_task(keeping.run())
        await asyncio.sleep(0.05)
        kept.keep(KEY, HELD, head(1))
        assert kept.find(KEY) is not None
        queries.wait.clear()
        await news.told.wait()
        # Some read sees the new head before the look does that begins anew.
        kept.observe(head(3))
        found = kept.find(KEY)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert found is None

    monkeypatch.setattr(kept_news, "_RETRY_SECONDS", 0.01)
    monkeypatch.setattr(kept_news, "_LOOK_SECONDS", 0.01)
    asyncio.run(work())
