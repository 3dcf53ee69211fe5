"""What the client makes of a service that talks nonsense, hangs or is not there."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from evidence.cid import RAW, cid_of
from evidence.errors import (
    PinningError,
    PinningReplyInvalid,
    PinningTimeout,
    PinningUnreachable,
)
from evidence.pinning import Pin, PinningService, Token
from tests.pinning_server import TOKEN

CID, OTHER = (str(cid_of(RAW, data)) for data in (b"abc", b"abd"))


OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


FAIL = b"HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\n\r\n"


CALLS: list[Callable[[PinningService], object]] = [
    lambda service: service.add(Pin(CID)),
    lambda service: service.get("1"),
    lambda service: service.replace("1", Pin(CID)),
    lambda service: list(service.list()),
]


@contextmanager
def saying(*pieces: bytes, pause_seconds: float = 0.0) -> Iterator[PinningService]:
    """A server that reads something and sends these, the last one for ever."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()
        args = (server, pieces, pause_seconds, done)
        thread = threading.Thread(target=_serve, args=args)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        try:
            with PinningService(
                url, Token(TOKEN, "the test"), timeout_seconds=0.3, answer_seconds=0.6
            ) as client:
                yield client
        finally:
            done.set()
            socket.create_connection(server.getsockname()).close()
            thread.join()


def _serve(
    server: socket.socket, pieces: tuple[bytes, ...], pause_seconds: float, done: threading.Event
) -> None:
    while not done.is_set():
        connection, _ = server.accept()
        with connection, suppress(OSError):
            connection.settimeout(5)
            if not connection.recv(65536):
                continue
            if not pieces:
                done.wait()
            for piece in pieces[:-1]:
                connection.sendall(piece)
            while len(pieces) > 1 and not done.is_set():
                connection.sendall(pieces[-1])
                time.sleep(pause_seconds)
            connection.sendall(b"".join(pieces[:1]))


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "reply",
    [
        OK, OK + b"<html>", OK + b"[]", OK + b"null", OK + b"7", OK + b"{}", OK + b"{}{}",
        OK + b"\xff\xfe", OK + b"[" * 200_000, OK + b"9" * 10_000,
        OK + b'{"count": "1", "results": []}', OK + b'{"count": 1, "results": {}}',
        OK + b'{"count": 1, "results": [7]}', FAIL, FAIL + b"down", FAIL + b'{"error": 7}',
        FAIL + b"[" * 100_000, b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\nxx",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 404 Gone\r\nConnection: close\r\n\r\n", b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000,
    ],
)  # fmt: skip
def test_nonsense_is_our_error(reply: bytes, call: Callable[[PinningService], object]) -> None:
    with saying(reply) as client, pytest.raises(PinningError) as caught:
        call(client)
    assert len(caught.value.message) < 600


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "reply",
    [b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", b"SSH-2.0-OpenSSH_9.6\r\n"],
)
def test_who_hangs_up_in_the_middle_is_not_there(
    reply: bytes, call: Callable[[PinningService], object]
) -> None:
    with saying(reply) as client, pytest.raises(PinningUnreachable):
        call(client)


@pytest.mark.parametrize("call", CALLS)
def test_a_service_that_hangs(call: Callable[[PinningService], object]) -> None:
    with saying() as client, pytest.raises(PinningTimeout):
        call(client)


@pytest.mark.parametrize("head", [OK, b"HTTP/1.1 500 No\r\nContent-Length: 999999999\r\n\r\n"])
def test_an_answer_without_end_is_cut_off(head: bytes) -> None:
    with saying(head, bytes(1 << 20)) as client, pytest.raises(PinningReplyInvalid):
        client.get("1")


def test_an_answer_that_drips_is_cut_off() -> None:
    with saying(OK, b" ", pause_seconds=0.05) as client, pytest.raises(PinningTimeout):
        client.get("1")


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    token = Token(TOKEN, "the test")
    with (
        PinningService(f"http://127.0.0.1:{port}", token) as client,
        pytest.raises(PinningUnreachable) as caught,
    ):
        client.get("1")
    assert caught.value.retryable
