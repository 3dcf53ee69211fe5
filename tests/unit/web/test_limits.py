"""How much is taken at once: whoever sends long bodies slowly stops nobody else's short ones."""

import asyncio

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from dapp.web.limits import BodyLimit


async def _reads(scope: Scope, receive: Receive, send: Send) -> None:
    await Request(scope, receive).body()


class Sender:
    """A body that is begun, and goes on only when it is told to."""

    def __init__(self, first: int) -> None:
        self._messages = [b"x" * first, b""]
        self.goes_on = asyncio.Event()

    async def receive(self) -> Message:
        body = self._messages.pop(0)
        if not self._messages:
            await self.goes_on.wait()
        return {"type": "http.request", "body": body, "more_body": bool(self._messages)}


async def _send(message: Message) -> None:
    raise AssertionError(message)


def _door() -> BodyLimit:
    return BodyLimit(_reads, default_bytes=10, bytes_by_path={"/files": 100}, at_once_bytes=150)


def _scope(path: str) -> Scope:
    return {
        "type": "http",
        "method": "POST",
        "path": path,
        "headers": [(b"transfer-encoding", b"chunked")],
    }


def test_long_bodies_that_stall_leave_room_for_short_ones() -> None:
    async def work() -> None:
        door, senders = _door(), [Sender(75), Sender(75)]
        stalled = [
            asyncio.create_task(door(_scope("/files"), one.receive, _send)) for one in senders
        ]
        await asyncio.sleep(0)
        third, short = Sender(75), Sender(10)
        with pytest.raises(HTTPException) as refused:
            await door(_scope("/files"), third.receive, _send)
        assert refused.value.status_code == 503
        short.goes_on.set()
        await door(_scope("/session"), short.receive, _send)
        for one in senders:
            one.goes_on.set()
        await asyncio.gather(*stalled)
        third.goes_on.set()
        again = Sender(75)
        again.goes_on.set()
        await door(_scope("/files"), again.receive, _send)

    asyncio.run(work())


def test_short_ones_have_an_end_together_too() -> None:
    async def work() -> None:
        door, senders = _door(), [Sender(10) for _ in range(15)]
        stalled = [asyncio.create_task(door(_scope("/"), one.receive, _send)) for one in senders]
        await asyncio.sleep(0)
        with pytest.raises(HTTPException) as refused:
            await door(_scope("/"), Sender(1).receive, _send)
        assert refused.value.status_code == 503
        for one in stalled:
            one.cancel()

    asyncio.run(work())
