"""Asks for many things at once, where many ask for one each.

Whoever asks while a read is under way waits for the next one, which reads for all who wait: so
nobody is told of a moment before they asked, and the database hears one question instead of many.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar

Key = TypeVar("Key")
Found = TypeVar("Found")


class Gathering(Generic[Key, Found]):
    """Reads one at a time.

    Args:
        read: what is found, by key, for up to `most` keys.
    """

    def __init__(
        self, read: Callable[[list[Key]], Awaitable[Mapping[Key, Found]]], most: int = 50
    ) -> None:
        self._read = read
        self._most = most
        self._waiting: dict[Key, asyncio.Future[Found]] = {}
        self._work: asyncio.Task[None] | None = None

    async def find(self, key: Key) -> Found:
        """Raises what `read` raises."""
        if key not in self._waiting:
            self._waiting[key] = asyncio.get_running_loop().create_future()
        # One who goes away leaves the others waiting for the same.
        answer = asyncio.shield(self._waiting[key])
        if self._work is None:
            self._work = asyncio.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        try:
            while self._waiting:
                keys = list(self._waiting)[: self._most]
                await self._answer({key: self._waiting.pop(key) for key in keys})
        finally:
            self._work = None

    async def _answer(self, asked: dict[Key, asyncio.Future[Found]]) -> None:
        try:
            found = await self._read(list(asked))
            for key, future in asked.items():
                future.set_result(found[key])
        except BaseException as error:
            for future in asked.values():
                if not future.done():
                    future.set_exception(error)
                    future.exception()  # whoever asked may have gone
            if not isinstance(error, Exception):
                raise
