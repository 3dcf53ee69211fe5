"""An indexer in a thread of its own, whose every question waits until the story lets it be asked.

So the chain can change between any two answers, and the same seed tells very nearly the same story.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.domain.deployment import Deployment
from dapp.domain.types import BlockNumber
from dapp.indexer.loop import Indexer

# Short, so that an answer that never comes costs little; long beside any true answer.
NODE_TIMEOUT_SECONDS = 0.4
_JOIN_SECONDS = 20.0


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
            asyncio.run_coroutine_threadsafe(rpc.close(), self.asyncio).result(_JOIN_SECONDS)
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
        self._run = asyncio.run_coroutine_threadsafe(self._live(until_block), self._loop)

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return not self._ended.is_set()

    def stop(self) -> None:
        """Ask it to end, as SIGTERM does."""
        self._loop.call_soon_threadsafe(self._indexer.stop)

    def kill(self) -> None:
        """Break it off wherever it waits."""
        self._run.cancel()

    def join(self, patience_seconds: float = _JOIN_SECONDS) -> bool:
        """Wait for its end; tell whether it came."""
        return self._ended.wait(patience_seconds)

    async def _live(self, until_block: BlockNumber | None) -> None:
        try:
            await self._indexer.run(until_block)
        except Exception as error:
            self.error = error
        finally:
            self._ended.set()
