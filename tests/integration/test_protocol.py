"""What a stranger sends before the application hears of it: bounded in bytes and in time."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from dapp.web import protocol

MIB = b"a" * (1 << 20)


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"7")]}
    )
    await send({"type": "http.response.body", "body": b"%07d" % size})


@asynccontextmanager
async def _connected(
    app: ASGIApp = _echo,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    door = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, http=protocol.BoundedHttp, lifespan="off", log_config=None)
    )
    task = asyncio.create_task(server.serve(sockets=[door]))
    reader, writer = await asyncio.open_connection(*door.getsockname())
    try:
        yield reader, writer
    finally:
        writer.close()
        server.should_exit = True
        await task


async def _answer(*parts: bytes) -> bytes:
    """The body that comes back; nothing where the connection was broken off."""
    async with _connected() as (reader, writer):
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            return (await reader.read()).partition(b"\r\n\r\n")[2]
        except ConnectionError:
            return b""


def ask(*parts: bytes) -> bytes:
    return asyncio.run(_answer(*parts))


POST = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"


@pytest.mark.parametrize(
    "begin",
    [b"GET /", b"GET / HTTP/1.1\r\nX: ", b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000, CHUNKED],
)
def test_no_end_of_headers_is_waited_for(begin: bytes) -> None:
    assert ask(begin, MIB, MIB, MIB, MIB) == b""


def test_what_is_usual_passes() -> None:
    assert ask(POST + b"X: " + b"y" * 30_000 + b"\r\n\r\n") == b"0000000"
    whole = POST + b"Content-Length: 4194304\r\n\r\n"
    assert ask(whole, MIB, MIB, MIB, MIB) == b"4194304"
    one = b"100000\r\n" + MIB + b"\r\n"
    chunks = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    assert ask(chunks, one, one, one, b"0\r\nX: y\r\n\r\n") == b"3145728"
    small = b"1\r\na\r\n" * 50_000
    assert ask(chunks, small, b"0\r\n\r\n") == b"0050000"


@pytest.mark.parametrize("begin", [b"", b"\r\n", b"GET / HT"])
def test_nobody_waits_for_headers_that_do_not_come(
    monkeypatch: pytest.MonkeyPatch, begin: bytes
) -> None:
    monkeypatch.setattr(protocol, "HEADER_SECONDS", 0.05)
    assert ask(begin) == b""


async def _pour(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(64):
        await send({"type": "http.response.body", "body": MIB, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize("reads", [False, True])
def test_who_takes_nothing_is_left(monkeypatch: pytest.MonkeyPatch, reads: bool) -> None:
    async def work() -> int:
        async with _connected(_pour) as (reader, writer):
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            size = 0
            if not reads:
                await asyncio.sleep(1.0)
            try:
                while piece := await reader.read(1 << 16):
                    size += len(piece)
            except ConnectionError:
                return size
            return size

    # Who reads is not left where the machine stops for a while.
    monkeypatch.setattr(protocol, "STALL_SECONDS", 30.0 if reads else 0.3)
    assert (asyncio.run(work()) > 64 * len(MIB)) is reads


def test_no_more_are_let_in_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> list[bool]:
        async with _connected() as (reader, writer):
            address = writer.get_extra_info("peername")
            others = [await asyncio.open_connection(*address[:2]) for _ in range(3)]
            found = []
            for theirs, ours in [(reader, writer), *others]:
                try:
                    ours.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    found.append((await theirs.read(1 << 16)).startswith(b"HTTP/1.1 200"))
                except ConnectionError:
                    found.append(False)
            for _, ours in others:
                ours.close()
            return found

    monkeypatch.setattr(protocol, "MOST_CONNECTIONS", 2)
    assert asyncio.run(work()) == [True, True, False, False]


@pytest.mark.parametrize("more", [b"\r\n", b"GET / HT"])
def test_nor_for_those_of_a_second_request(monkeypatch: pytest.MonkeyPatch, more: bytes) -> None:
    async def second() -> bytes:
        async with _connected() as (reader, writer):
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await reader.readuntil(b"0000000")
            # Not before: the first one's may be slow to come.
            monkeypatch.setattr(protocol, "HEADER_SECONDS", 0.5)
            writer.write(more)
            try:
                return await reader.read()
            except ConnectionError:
                return b""

    assert asyncio.run(second()) == b""
