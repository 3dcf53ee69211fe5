"""Hears of new blocks over a websocket; a wake-up, and nothing that is relied upon."""

import asyncio
import contextlib
import json

import structlog
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

_log = structlog.get_logger("indexer")
_SUBSCRIBE = json.dumps(
    {"jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": ["newHeads"]}
)
_LONGEST_PAUSE_SECONDS = 30.0


async def listen(url: str, woken: asyncio.Event) -> None:
    """Set `woken` whenever the node says something, until cancelled.

    Whatever goes wrong, polling finds the blocks all the same: so it is tried again, later each
    time. The address may hold a key, so it is never shown.
    """
    pause = 1.0
    while True:
        with contextlib.suppress(OSError, TimeoutError, WebSocketException):
            async with connect(url, max_size=2**20) as socket:
                await socket.send(_SUBSCRIBE)
                async for _ in socket:
                    pause = 1.0
                    woken.set()
        _log.info("no websocket: polling goes on", again_in_seconds=pause)
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
