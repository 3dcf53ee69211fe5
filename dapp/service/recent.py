"""Answers that cost the database much, given again while they are as new as the index."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from dapp.errors import RedressError
from dapp.service.clock import Clock, Moment

_log = structlog.get_logger("service")
Found = TypeVar("Found")

_KEPT = 128
"""A page of scorecards takes a quarter of a megabyte, and anybody may ask for any span of time."""
_DEAR_SECONDS = 0.05
_TIMES_ITS_COST = 10
"""An answer that took long is given out for so many times as long, whatever the chain does: however
many ask, it takes up a tenth of a worker at most. It says which block it is of."""
_TIMES_WHILE_RENEWED = 100
"""Whoever asks after that gets it as well, and it is made anew meanwhile: with a million complaints
a sum over all of them takes seconds, for which nobody is to wait. Not what is far older."""


@dataclass(slots=True)
class _Answer:
    found: Any
    moment: Moment
    made_at: float
    cost: float

    def serves(self, head: str, now: float) -> bool:
        if self.moment.head.block_hash == head:
            return True
        return self._is_within(_TIMES_ITS_COST, now)

    def serves_meanwhile(self, now: float) -> bool:
        return self._is_within(_TIMES_WHILE_RENEWED, now)

    def _is_within(self, times: int, now: float) -> bool:
        return self.cost > _DEAR_SECONDS and now - self.made_at < times * self.cost


class Recent:
    """Answers by what was asked; who asks for what is being read waits for it.

    Args:
        now: seconds that never go back.
    """

    def __init__(self, clock: Clock, now: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._now = now
        self._answers: OrderedDict[Hashable, _Answer] = OrderedDict()
        self._under_way: dict[Hashable, asyncio.Lock] = {}
        self._renewals: dict[Hashable, asyncio.Task[None]] = {}

    async def read(
        self, asked: Hashable, read: Callable[[], Awaitable[Found]]
    ) -> tuple[Found, Moment]:
        """What `read` gives, now or a little ago. Raises Retryable."""
        known = self._answers.get(asked)
        if known is not None and asked in self._renewals:
            return self._given(asked, known)
        lock = self._under_way.setdefault(asked, asyncio.Lock())
        try:
            async with lock:
                return await self._read(asked, read)
        finally:
            if not lock.locked():
                self._under_way.pop(asked, None)

    async def _read(
        self, asked: Hashable, read: Callable[[], Awaitable[Found]]
    ) -> tuple[Found, Moment]:
        head = (await self._clock.moment()).head.block_hash
        known, now = self._answers.get(asked), self._now()
        if known is None or not (known.serves(head, now) or known.serves_meanwhile(now)):
            known = await self._made(asked, read)
        elif not known.serves(head, now):
            self._renew(asked, read)
        return self._given(asked, known)

    def _given(self, asked: Hashable, known: _Answer) -> tuple[Any, Moment]:
        if asked in self._answers:
            self._answers.move_to_end(asked)
        return known.found, known.moment

    async def _made(self, asked: Hashable, read: Callable[[], Awaitable[Found]]) -> _Answer:
        began = self._now()
        found, moment = await self._clock.read(read)
        now = self._now()
        made = self._answers[asked] = _Answer(found, moment, now, now - began)
        while len(self._answers) > _KEPT:
            self._answers.popitem(last=False)
        return made

    def _renew(self, asked: Hashable, read: Callable[[], Awaitable[Found]]) -> None:
        async def work() -> None:
            try:
                await self._made(asked, read)
            except RedressError as error:
                # Whoever asks once the old one is too old hears of it.
                _log.info("not renewed", code=error.code, reason=error.message)
            finally:
                del self._renewals[asked]

        self._renewals[asked] = asyncio.ensure_future(work())
