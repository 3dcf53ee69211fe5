"""Live news: one listener and one read per change for a process, any number of readers.

What was read last is kept once, for all; a reader holds only how far they came. Who falls behind
what is kept is sent away, and catches up from the database when they come again.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager

import structlog

from dapp.errors import Retryable, TooMany
from dapp.store.feed import FIRST_SPAN, Feed, Place, next_span
from dapp.store.news import News
from dapp.web.messages import Batch, batch_of

log = structlog.get_logger()

_MOST_KEPT = 256
_MOST_ENTRIES_KEPT = 20_000
_MOST_OF_ONE = 100
"""Readers at one address, or in one network of IPv6."""
_SEAT_SECONDS = 30
_READS_AT_ONCE = 4
"""By readers who catch up: the others' connections to the database are for other requests."""
_RETRY_SECONDS = 1.0
_PATIENCE_SECONDS = 5.0
"""Until a reader who waits for the index to get somewhere looks again."""


class Behind(Exception):
    """The reader was too slow: what comes next is not kept any more."""


class Hub:
    """`run` listens and reads; each `batches` is one reader."""

    def __init__(self, news: News, feed: Feed) -> None:
        self._news = news
        self._feed = feed
        self._at: Place | None = None
        """How far was read; None before the first time."""
        self._kept: deque[Batch] = deque()
        self._count = 0
        """Of all batches ever; the last of them is the last that is kept."""
        self._entries = 0
        self._moved = asyncio.Event()
        self._reads = asyncio.Semaphore(_READS_AT_ONCE)
        self._closed = False
        self.readers = 0
        self.seats: Counter[str] = Counter()
        """Of each client that listens."""

    async def run(self) -> None:
        """For ever; the database may go and come back."""
        while True:
            try:
                async with aclosing(self._news.listen()) as news:
                    async for _ in news:
                        await self._read()
            except Retryable as error:
                log.warning("no news from the database", code=error.code)
            await asyncio.sleep(_RETRY_SECONDS)

    def close(self) -> None:
        """Ends every reader, so that a server with open streams can stop."""
        self._closed = True
        self._wake()

    @contextmanager
    def seat(self, client: str | None) -> Iterator[None]:
        """A reader's place, while it listens; clients as quotas count them. Raises TooMany."""
        if client is None:
            yield
            return
        if self.seats[client] >= _MOST_OF_ONE:
            raise TooMany(
                "too many listen from your address",
                remedy="Listen once, and tell all",
                fields={"retry_after_seconds": _SEAT_SECONDS, "quota": "stream"},
            )
        self.seats[client] += 1
        try:
            yield
        finally:
            self.seats[client] -= 1
            self.seats += Counter()  # without who has gone

    async def batches(
        self, after: Place | None, quiet_seconds: float
    ) -> AsyncGenerator[Batch | None]:
        """Everything after a place, or from now on; None each time that it was quiet for so long.

        The first is empty and says where the reader stands. Ends when the hub closes.

        Raises Behind: this reader is too slow.
        """
        self.readers += 1
        try:
            while (here := self._here()) is None:
                if self._closed:
                    return
                await self._wait(quiet_seconds)
                yield None
            (count, at), span = here, FIRST_SPAN
            after = at if after is None else after
            yield Batch(None, after, (), after)
            while after != at and not self._closed:
                batch = await self._missed(after, at, span)
                if batch is not None:
                    after, span = batch.end, next_span(span, len(batch.entries))
                yield batch
                if after != at:
                    count, at = self._here() or (count, at)
            while not self._closed:
                if count == self._count:
                    await self._wait(quiet_seconds)
                if count == self._count:
                    yield None
                else:
                    yield self._kept_after(count)
                    count += 1
        finally:
            self.readers -= 1

    def _here(self) -> tuple[int, Place] | None:
        return None if self._at is None else (self._count, self._at)

    async def _read(self) -> None:
        """All that is new, for all."""
        if self._at is None:
            self._at = await self._feed.head()
            self._wake()
        is_whole, span = False, FIRST_SPAN
        while not is_whole:
            chunk = await self._feed.since(self._at, span=span)
            if chunk is None:
                return
            is_whole, span = chunk.is_whole, next_span(span, len(chunk.entries))
            if chunk.end != self._at or chunk.void_after is not None:
                self._tell(batch_of(chunk))

    def _tell(self, batch: Batch) -> None:
        self._kept.append(batch)
        self._entries += len(batch.entries)
        while len(self._kept) > _MOST_KEPT or self._entries > _MOST_ENTRIES_KEPT:
            self._entries -= len(self._kept.popleft().entries)
        self._count += 1
        self._at = batch.end
        self._wake()

    async def _missed(self, after: Place, until: Place, span: int) -> Batch | None:
        """The next part of what a reader missed; None, after a while, where nobody can say yet."""
        try:
            async with self._reads:
                chunk = await self._feed.since(after, until, span)
        except Retryable:
            chunk = None
        if chunk is None:
            await self._wait(_PATIENCE_SECONDS)
            return None
        return batch_of(chunk)

    def _kept_after(self, count: int) -> Batch:
        """The one after so many. Raises Behind."""
        place = count - self._count
        if -place > len(self._kept):
            raise Behind
        return self._kept[place]

    def _wake(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    async def _wait(self, seconds: float) -> None:
        """For the next batch, or so long."""
        moved = self._moved
        try:
            async with asyncio.timeout(seconds):
                await moved.wait()
        except TimeoutError:
            return
