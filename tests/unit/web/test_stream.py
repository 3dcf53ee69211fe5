"""The hub: one read for any number of readers, and a clear end for who is too slow."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast

import pytest
from fastapi import FastAPI
from starlette.types import Message, Scope

from dapp.domain.types import BlockNumber
from dapp.errors import DatabaseUnavailable, TooMany
from dapp.store.feed import START, Chunk, Feed, Place
from dapp.store.news import News
from dapp.web import stream
from dapp.web.api import live
from dapp.web.stream import Behind, Hub
from tests.patience import PATIENCE_SECONDS


def at(block: int) -> Place:
    return Place(BlockNumber(block), 0, f"{block:016x}")


@dataclass
class Source:
    """A feed of empty blocks, and its bell.

    Attributes:
        reads: how often anybody read.
        lost: the connection that listens breaks at the next ring.
    """

    head: int = 10
    reads: int = 0
    read_up_to: int = 0
    lost: bool = False
    bell: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    async def listen(self) -> AsyncGenerator[None]:
        yield
        while True:
            await self.bell.get()
            if self.lost:
                self.lost = False
                raise DatabaseUnavailable("gone")
            yield

    async def since(self, place: Place, until: Place | None = None, span: int = 1) -> Chunk | None:
        self.reads += 1
        goal = until or at(self.head)
        self.read_up_to = goal.block
        return None if place.block > goal.block else Chunk(None, place, (), goal, is_whole=True)

    def add(self) -> None:
        self.head += 1
        self.bell.put_nowait(None)


class _Feed:
    def __init__(self, source: Source) -> None:
        self._source = source
        self.since = source.since

    async def head(self) -> Place:
        return at(self._source.head)


async def come(ready: Callable[[], bool]) -> None:
    """Lets the others go on until it is so."""
    while not ready():  # noqa: ASYNC110 (of what nobody tells)
        await asyncio.sleep(0)


async def heard(source: Source) -> None:
    """Until the hub has read all there is."""
    await come(lambda: source.read_up_to >= source.head)


@asynccontextmanager
async def running(source: Source) -> AsyncIterator[Hub]:
    hub = Hub(cast(News, source), cast(Feed, _Feed(source)))
    task = asyncio.create_task(hub.run())
    try:
        await heard(source)
        yield hub
    finally:
        hub.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def play(scene: Callable[[Source, Hub], Awaitable[None]]) -> None:
    async def work() -> None:
        source = Source()
        async with running(source) as hub, asyncio.timeout(PATIENCE_SECONDS):
            await scene(source, hub)

    asyncio.run(work())


async def ends(hub: Hub, count: int, after: Place | None = None) -> list[int]:
    """The ends of so many batches, quiet ones left out."""
    found: list[int] = []
    async with aclosing(hub.batches(after, 5.0)) as batches:
        async for batch in batches:
            if batch is not None:
                found.append(batch.end.block)
            if len(found) == count:
                break
    return found


def test_a_change_is_read_once_for_all() -> None:
    async def scene(source: Source, hub: Hub) -> None:
        readers = [asyncio.create_task(ends(hub, 4)) for _ in range(300)]
        await come(lambda: hub.readers >= 300)
        before = source.reads
        for _ in range(3):
            source.add()
            await heard(source)
        told = await asyncio.gather(*readers)
        assert told == [[10, 11, 12, 13]] * 300
        assert source.reads == before + 3
        assert hub.readers == 0

    play(scene)


def test_who_comes_back_hears_what_was_missed_and_then_what_is_new() -> None:
    async def scene(source: Source, hub: Hub) -> None:
        reader = asyncio.create_task(ends(hub, 3, at(4)))
        await come(lambda: source.reads >= 2)
        source.add()
        assert await reader == [4, 10, 11]

    play(scene)


def test_who_is_ahead_is_told_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    # Told by another process, which was quicker.
    monkeypatch.setattr(stream, "_PATIENCE_SECONDS", 0.01)

    async def scene(source: Source, hub: Hub) -> None:
        reader = asyncio.create_task(ends(hub, 2, at(12)))
        for _ in range(3):
            source.add()
            await heard(source)
        assert await reader == [12, 13]

    play(scene)


def test_who_is_too_slow_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "_MOST_KEPT", 5)

    async def scene(source: Source, hub: Hub) -> None:
        async with aclosing(hub.batches(None, 5.0)) as batches:
            await anext(batches)
            for _ in range(6):
                source.add()
                await heard(source)
            with pytest.raises(Behind):
                await anext(batches)
        assert hub.readers == 0
        # They catch up when they come again.
        assert await ends(hub, 2, at(10)) == [10, 16]

    play(scene)


def test_a_lost_connection_leaves_no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "_RETRY_SECONDS", 0.01)

    async def scene(source: Source, hub: Hub) -> None:
        reader = asyncio.create_task(ends(hub, 3))
        await come(lambda: hub.readers >= 1)
        source.lost = True
        source.add()
        await heard(source)
        source.add()
        assert await reader == [10, 11, 12]

    play(scene)


def test_where_it_is_quiet_a_reader_hears_so() -> None:
    async def scene(source: Source, hub: Hub) -> None:
        async with aclosing(hub.batches(None, 0.01)) as batches:
            assert await anext(batches) is not None
            assert await anext(batches) is None

    play(scene)


def test_the_end_of_the_hub_ends_its_readers() -> None:
    async def scene(source: Source, hub: Hub) -> None:
        reader = asyncio.create_task(ends(hub, 99, START))
        await come(lambda: source.reads >= 2)
        hub.close()
        assert await reader == [0, 10]

    play(scene)


def test_one_client_does_not_take_every_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "_MOST_OF_ONE", 2)
    hub = Hub(cast(News, Source()), cast(Feed, _Feed(Source())))
    with hub.seat("a"), ExitStack() as others:
        with hub.seat("a"):
            with pytest.raises(TooMany) as refused:
                others.enter_context(hub.seat("a"))
            assert refused.value.fields["retry_after_seconds"]
            others.enter_context(hub.seat("b"))
            # Whoever is at this machine has no limit, here as elsewhere.
            for _ in range(5):
                others.enter_context(hub.seat(None))
        others.enter_context(hub.seat("a"))
    assert not hub.seats


def test_a_place_is_taken_as_long_as_its_reader_listens() -> None:
    async def work() -> None:
        source, gone, taken = Source(), asyncio.Event(), list[int]()
        async with running(source) as hub:
            app = FastAPI()
            app.include_router(live.router)
            app.state.hub = hub
            app.state.parts = SimpleNamespace(settings=SimpleNamespace(trusted_proxies=0))
            asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

            async def receive() -> Message:
                for message in asked:
                    return message
                await gone.wait()
                return {"type": "http.disconnect"}

            async def send(message: Message) -> None:
                if message.get("body"):
                    taken.append(hub.seats["192.0.2.7"])
                    gone.set()

            await app({**_SCOPE, "client": ("192.0.2.7", 1)}, receive, send)
            assert taken[:1] == [1]
            assert not hub.seats

    asyncio.run(work())


_SCOPE: Scope = {
    "type": "http",
    "method": "GET",
    "path": "/stream",
    "query_string": b"",
    "headers": [],
    "http_version": "1.1",
}
