"""Events at a thousand readers of the live stream, beside a bare stream that tells as much."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from dapp.domain.types import ChainId, OrganisationId
from dapp.store.news import Change, News
from scripts.benches import fan_out
from scripts.benches.api_house import House, Server
from scripts.benches.fan_out import Heard

_ROUNDS = 10
_ORGANISATION = OrganisationId(1)


@dataclass(frozen=True)
class Streams:
    """Ours and the bare one, each read by `clients`."""

    clients: int
    ours: Heard
    bare: Heard


async def measure(found: House, ours: Server, beside: Server, clients: int) -> Streams:
    """Ours tells what happens on the chain; from the database's news to each reader."""
    news = News(found.database_url, ChainId(found.world.chain_id)).listen()
    await anext(news)  # nothing can be missed from here on

    async def happen() -> tuple[float, int]:
        await asyncio.to_thread(found.world.pay, _ORGANISATION)
        block = found.world.block_number()
        await _heard_of(news, block)
        return time.monotonic(), _events(found, block)

    async def ring() -> tuple[float, int]:
        at = time.monotonic()
        await asyncio.to_thread(beside.http.get, "/ring")
        return at, 1

    heard = await _heard(ours.url + "/v1/stream", clients, happen)
    bare = await _heard(beside.url + "/stream", clients, ring)
    await news.aclose()
    return Streams(clients, heard, bare)


async def _heard_of(news: AsyncIterator[Change | None], block: int) -> None:
    async for change in news:
        if change is not None and change.block == block:
            return


async def _heard(url: str, clients: int, tell: Callable[[], Awaitable[tuple[float, int]]]) -> Heard:
    return await fan_out.listen(url, clients, _ROUNDS, tell)


def _events(found: House, block: int) -> int:
    with psycopg.connect(found.database_url) as connection:
        row: Any = connection.execute(
            "SELECT count(*) FROM log WHERE block_number = %s AND known", (block,)
        ).fetchone()
    return int(row[0])
