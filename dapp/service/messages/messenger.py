"""The process that tells people: finds what there is to tell, and sends what is due."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from dapp.errors import Retryable
from dapp.service.clock import Wall
from dapp.service.messages import meters
from dapp.service.messages.courier import Courier
from dapp.service.messages.planner import Planner
from dapp.store.bell import Bell
from dapp.store.letters import LetterRows

log = structlog.get_logger()

_POLL_SECONDS = 30.0
"""Between looks, where neither news nor something due comes before."""
_RETRY_SECONDS = 2.0
_TIDY_SECONDS = 600.0
_MEASURE_SECONDS = 15.0


class Messenger:
    """Any number of them may run at a time."""

    def __init__(
        self, planner: Planner, courier: Courier, letters: LetterRows, bell: Bell, wall: Wall
    ) -> None:
        self._planner = planner
        self._courier = courier
        self._letters = letters
        self._bell = bell
        self._wall = wall
        self._news = asyncio.Event()
        self._posted = asyncio.Event()

    async def run(self, at_once: int, stop: asyncio.Event) -> None:
        """Until told to stop, then as soon as what is under way is done.

        Index and database may go and come back. `at_once`: messages that are sent at a time.
        """
        beside = [
            asyncio.create_task(self._for_ever(work, stop))
            for work in (self._listen, self._tidy, self._measure)
        ]
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._for_ever(self._plan, stop))
                group.create_task(self._for_ever(lambda: self._send(at_once), stop))
                await stop.wait()
                self._news.set()
                self._posted.set()
        finally:
            for task in beside:
                task.cancel()

    async def once(self, at_once: int = 1) -> int:
        """Tells and sends what is due now; how many messages were tried. Raises Retryable."""
        while await self._planner.step():
            pass
        return await self._courier.send_due(at_once)

    async def _for_ever(self, work: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
        """What goes wrong with one part must not stop the others."""
        while not stop.is_set():
            try:
                await work()
            except Retryable as error:
                log.warning("messages wait", code=error.code)
                await _wait(stop, _RETRY_SECONDS)
            except Exception:
                log.exception("messages broke on our side")
                await _wait(stop, _POLL_SECONDS)

    async def _listen(self) -> None:
        async for _ in self._bell.listen():
            self._news.set()
            self._posted.set()

    async def _plan(self) -> None:
        while await self._planner.step():
            self._posted.set()
        self._posted.set()
        await _pause(self._news, await self._planner.next_seconds())

    async def _send(self, at_once: int) -> None:
        await self._courier.send_due(at_once)
        due = await self._letters.next_at()
        await _pause(self._posted, None if due is None else due - self._wall())

    async def _measure(self) -> None:
        meters.show(await self._letters.waiting(), self._wall())
        await asyncio.sleep(_MEASURE_SECONDS)

    async def _tidy(self) -> None:
        await self._courier.tidy()
        await asyncio.sleep(_TIDY_SECONDS)


async def _pause(event: asyncio.Event, seconds: float | None) -> None:
    """Until something happens or is due, and never quite without a pause."""
    longest = _POLL_SECONDS if seconds is None else min(_POLL_SECONDS, max(0.05, seconds))
    await _wait(event, longest)
    event.clear()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
