"""A thousand readers of a stream in one loop: who hears what, and how long after the news."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

_PATIENCE_SECONDS = 60.0
_EVENT = b"event: event"


@dataclass(frozen=True)
class Heard:
    """What the readers heard.

    Attributes:
        clients: that heard every event.
        events: how many there were.
        delays_ms: of every event at every reader, from the moment that `tell` gave for it.
    """

    clients: int
    events: int
    delays_ms: Sequence[float]


async def listen(
    url: str, clients: int, rounds: int, tell: Callable[[], Awaitable[tuple[float, int]]]
) -> Heard:
    """Open readers, have something told so often, and wait until all have heard it.

    Args:
        tell: makes news; by `time.monotonic`, when they were there, and how many events they are.
    """
    heard: list[list[float]] = [[] for _ in range(clients)]
    opened = asyncio.Semaphore(0)
    readers = [asyncio.create_task(_read(url, opened, one)) for one in heard]
    try:
        for _ in range(clients):
            await asyncio.wait_for(opened.acquire(), _PATIENCE_SECONDS)
        delays, events = list[float](), 0
        for _ in range(rounds):
            at, count = await tell()
            events += count
            await _all_heard(heard, events)
            latest = [when for one in heard for when in one[events - count : events]]
            delays += [(when - at) * 1000 for when in latest]
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
    return Heard(sum(len(one) == events for one in heard), events, sorted(delays))


async def _all_heard(heard: list[list[float]], events: int) -> None:
    """Until everybody heard so many, or nobody hears anything any more."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    # Not by an event of each: there are a thousand.
    while any(len(one) < events for one in heard) and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


async def _read(url: str, opened: asyncio.Semaphore, heard: list[float]) -> None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        await reader.readuntil(b"\n: ")
        opened.release()
        rest = b""
        while chunk := await reader.read(1 << 16):
            now, rest = time.monotonic(), rest + chunk
            *whole, rest = rest.split(_EVENT)
            heard += [now] * len(whole)
            rest = rest[1 - len(_EVENT) :]
    finally:
        writer.close()
