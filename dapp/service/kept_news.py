"""Feeds what is kept (`service.kept`) with the database's news, for as long as the server runs."""

import asyncio
from contextlib import suppress

import structlog

from dapp.errors import Retryable
from dapp.service.kept import Kept
from dapp.store.news import News
from dapp.store.queries import Queries

_log = structlog.get_logger()
_RETRY_SECONDS = 1.0
_LOOK_SECONDS = 1.0
"""How often the head is looked at without news: finality and proofs come without any."""


class Keeping:
    """One listener for a process.

    While the database is away, what is kept is still given out: nobody can change it meanwhile.

    Args:
        kept: what to feed.
        news: of every new block.
        queries: for the head.
    """

    def __init__(self, kept: Kept, news: News, queries: Queries) -> None:
        self._kept = kept
        self._news = news
        self._queries = queries
        self._is_open = False
        self._heard = asyncio.Event()

    async def run(self) -> None:
        """For ever; the database may go and come back."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            tasks.create_task(self._look())

    async def _listen(self) -> None:
        while True:
            try:
                async for change in self._news.listen():
                    if change is None:
                        # Before any news: who missed some must not take the next for all.
                        self._kept.clear()
                        self._is_open = True
                    else:
                        self._kept.heard(change)
                    self._heard.set()
            except Retryable as error:
                _log.warning("answers are not kept up", code=error.code)
            await asyncio.sleep(_RETRY_SECONDS)

    async def _look(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._heard.wait(), _LOOK_SECONDS)
            self._heard.clear()
            with suppress(Retryable):
                await self._observe()

    async def _observe(self) -> None:
        begins, self._is_open = self._is_open, False
        try:
            head = await self._queries.head()
        except Retryable:
            self._is_open = self._is_open or begins
            raise
        if head is None:
            self._is_open = self._is_open or begins
        elif begins and not self._heard.is_set():
            self._kept.begin(head)
        elif begins:
            # News came while we asked: which of the two was first, nobody can tell.
            self._is_open = True
        else:
            self._kept.observe(head)
