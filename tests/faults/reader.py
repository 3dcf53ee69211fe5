"""An indexer in a thread of its own, whose every question waits until the story lets it be asked.

So the chain can change between any two answers, and the same seed tells very nearly the same story.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.domain.deployment import Deployment
from dapp.domain.types import BlockNumber
from dapp.indexer.loop import Indexer
from tests.patience import PATIENCE_SECONDS

# Short, so that an answer that never comes costs little; long beside any true answer, also where
# the machine does much else: who reads 64 blocks one by one begins anew at the first that is late.
NODE_TIMEOUT_SECONDS = 2.0


class Gate:
    """Lets a number of answers through, one at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._permits = 0
        self._is_open = False
        self._is_inside = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Held by whoever answers."""
        with self._changed:
            self._changed.wait_for(self._may_enter)
            self._is_inside = True
            self._permits -= not self._is_open
        try:
            yield
        finally:
            with self._changed:
                self._is_inside = False
                self._changed.notify_all()

    def _may_enter(self) -> bool:
        return not self._is_inside and (self._is_open or self._permits > 0)

    def allow(self, answers: int, patience_seconds: float) -> None:
        """Let so many answers be given; return when they are, or nobody asked for a while."""
        with self._changed:
            self._permits = answers
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: self._permits == 0 and not self._is_inside, patience_seconds
            )
            self._permits = 0
            self._changed.wait_for(lambda: not self._is_inside)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """All answers are let through."""
        with self._changed:
            self._is_open = True
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._is_open = False
                self._changed.wait_for(lambda: not self._is_inside)


class Loop:
    """A thread with an event loop, and the nodes as it knows them.

    A client takes longer to make than many a story to tell, so all readers of a node share one.
    """

    def __init__(self) -> None:
        self.asyncio = asyncio.new_event_loop()
        self._rpcs: dict[str, Rpc] = {}
        self._thread = threading.Thread(target=self.asyncio.run_forever)
        self._thread.start()

    def node(self, url: str) -> Node:
        """A node, asked with little patience."""
        if url not in self._rpcs:
            self._rpcs[url] = Rpc(url, NODE_TIMEOUT_SECONDS)
        return Node(self._rpcs[url])

    def close(self) -> None:
        """End the thread."""
        for rpc in self._rpcs.values():
            asyncio.run_coroutine_threadsafe(rpc.close(), self.asyncio).result(PATIENCE_SECONDS)
        self.asyncio.call_soon_threadsafe(self.asyncio.stop)
        self._thread.join()
        self.asyncio.close()


class Reader:
    """One run of an indexer.

    Attributes:
        error: what ended it, if anything did.
    """

    def __init__(
        self,
        loop: Loop,
        node_url: str,
        deployment: Deployment,
        database_url: str,
        until_block: BlockNumber | None = None,
    ) -> None:
        self.error: BaseException | None = None
        self._loop = loop.asyncio
        self._indexer = Indexer(
            [loop.node(node_url)],
            deployment,
            database_url,
            poll_seconds=0.005,
            patience_seconds=0.05,
        )
        self._ended = threading.Event()
        self._task: asyncio.Task[None] | None = None
        self._loop.call_soon_threadsafe(self._begin, until_block)

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return not self._ended.is_set()

    def stop(self) -> None:
        """Ask it to end, as SIGTERM does."""
        self._loop.call_soon_threadsafe(self._indexer.stop)

    def kill(self) -> None:
        """Break it off wherever it waits; again if it was broken off before."""
        self._loop.call_soon_threadsafe(self._cancel)

    def join(self, patience_seconds: float = PATIENCE_SECONDS) -> bool:
        """Wait for its end; tell whether it came."""
        return self._ended.wait(patience_seconds)

    def where(self) -> str:
        """What it waits for, the innermost last."""
        waits: Any = None if self._task is None else self._task.get_coro()
        found = []
        while waits is not None:
            frame = getattr(waits, "cr_frame", None) or getattr(waits, "gi_frame", None)
            found.append(
                repr(waits) if frame is None else f"{frame.f_code.co_qualname}:{frame.f_lineno}"
            )
            waits = getattr(waits, "cr_await", None) or getattr(waits, "gi_yieldfrom", None)
        return " > ".join(found)

    def _begin(self, until_block: BlockNumber | None) -> None:
        self._task = self._loop.create_task(self._live(until_block))
        self._task.add_done_callback(lambda _: self._ended.set())

    def _cancel(self) -> None:
        assert self._task is not None
        self._task.cancel()

    async def _live(self, until_block: BlockNumber | None) -> None:
        try:
            await self._indexer.run(until_block)
        except Exception as error:
            self.error = error
