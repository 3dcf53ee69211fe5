"""Live news: one database listener for a process, any number of readers."""

import asyncio
from collections.abc import AsyncIterator

import structlog

from dapp.errors import Retryable
from dapp.store.news import Change, News

log = structlog.get_logger()

_QUEUE_LENGTH = 256
_RETRY_SECONDS = 1.0


class Hub:
    """`run` listens; each `changes` is one reader. A reader that lags too far is cut off."""

    def __init__(self, news: News) -> None:
        self._news = news
        self._readers: set[asyncio.Queue[Change | None]] = set()
        self._closed = False

    async def run(self) -> None:
        """For ever; the database may go and come back."""
        while True:
            try:
                async for change in self._news.listen():
                    self._tell(change)
            except Retryable as error:
                log.warning("no news from the database", code=error.code)
            await asyncio.sleep(_RETRY_SECONDS)

    async def changes(self) -> AsyncIterator[Change]:
        """Until the hub closes or the reader goes."""
        queue: asyncio.Queue[Change | None] = asyncio.Queue(_QUEUE_LENGTH)
        self._readers.add(queue)
        try:
            while not self._closed and (change := await queue.get()) is not None:
                yield change
        finally:
            self._readers.discard(queue)

    def close(self) -> None:
        """Ends every reader, so that a server with open streams can stop."""
        self._closed = True
        for queue in list(self._readers):
            self._end(queue)

    def _tell(self, change: Change) -> None:
        for queue in list(self._readers):
            if queue.full():
                self._end(queue)
            else:
                queue.put_nowait(change)

    def _end(self, queue: asyncio.Queue[Change | None]) -> None:
        self._readers.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)
