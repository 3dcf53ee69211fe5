"""What the client makes of a node that talks nonsense, hangs or is not there.

A sound node is for tests/integration/test_evidence_kubo.py.
"""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from evidence.cid import RAW, cid_of
from evidence.dag import MAX_BLOCK_BYTES
from evidence.errors import (
    BlockMismatch,
    BlockMissing,
    BlockTooLarge,
    EvidenceError,
    KuboError,
    KuboPinFailed,
    KuboRefused,
    KuboReplyInvalid,
    KuboTimeout,
    KuboUnreachable,
)
from evidence.kubo import Kubo

CID = cid_of(RAW, b"abc")
Reply = bytes | Callable[[], Iterator[bytes]] | None
OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
FAIL = b"HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\n\r\n"

CALLS: list[Callable[[Kubo], object]] = [
    lambda kubo: kubo.version(),
    lambda kubo: kubo.statistics(),
    lambda kubo: kubo.addresses(),
    lambda kubo: kubo.pin(CID),
    lambda kubo: kubo.unpin(CID),
    lambda kubo: kubo.is_pinned(CID),
    lambda kubo: kubo.add_dag(CID, lambda cid: b"abc"),
    lambda kubo: b"".join(kubo.cat(CID)),
]


@contextmanager
def node(reply: Reply) -> Iterator[Kubo]:
    """Listens, reads each request to its end, sends `reply` (or never does) and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()
        thread = threading.Thread(target=_serve, args=(server, reply, done))
        thread.start()
        try:
            port = server.getsockname()[1]
            yield Kubo(f"/ip4/127.0.0.1/tcp/{port}", timeout_seconds=0.3, answer_seconds=0.6)
        finally:
            done.set()
            socket.create_connection(server.getsockname()).close()
            thread.join()


def _serve(server: socket.socket, reply: Reply, done: threading.Event) -> None:
    while not done.is_set():
        connection, _ = server.accept()
        with connection, suppress(ConnectionError):  # it may hang up first
            connection.settimeout(5)
            if not _read_request(connection):
                continue
            if reply is None:
                done.wait()
                continue
            for piece in [reply] if isinstance(reply, bytes) else reply():
                connection.sendall(piece)


def _read_request(connection: socket.socket) -> bool:
    request = b""
    while piece := connection.recv(65536):
        request += piece
        chunked = b"transfer-encoding: chunked" in request.lower()
        if request.endswith(b"0\r\n\r\n" if chunked else b"\r\n\r\n"):
            return True
    return False


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "reply",
    [
        OK,
        OK + b"<html>not a node</html>",
        OK + b"[]",
        OK + b"null",
        OK + b"7",
        OK + b'"text"',
        OK + b"{}",
        OK + b"{}{}",
        OK + b'{"Version": 7, "Keys": 7, "Root": 7}',
        OK + b'{"Keys": null, "Root": {"Cid": {"/": 7}, "PinErrorMsg": ""}}',
        OK + b'{"Root": {"Cid": {"/": "bafy"}, "PinErrorMsg": ""}, "Keys": [1]}',
        OK + b'{"Type": "error"}',
        OK + b'{"Type": "error", "Message": "no"}',
        OK + b'{"Version": "0.4',
        OK + b"\xff\xfe\x00",
        OK + b"[" * 16_000,
        OK + b"[1,\n" * 4_000,
        OK + b'{"RepoSize": -1, "NumObjects": 1, "StorageMax": 1, "Addresses": [7], "Pins": [7]}',
        OK + b'{"RepoSize": true, "NumObjects": 1, "StorageMax": 1, "Addresses": 7, "Pins": {}}',
        FAIL + b"down",
        FAIL + b'{"Message": "no", "Code": 0, "Type": "error"}',
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: /api/v0/version\r\nConnection: close\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"",
    ],
)
def test_nonsense_is_our_error(reply: bytes, call: Callable[[Kubo], object]) -> None:
    with node(reply) as kubo, pytest.raises(EvidenceError) as caught:
        call(kubo)
    assert isinstance(caught.value, KuboError | BlockMismatch)


@pytest.mark.parametrize("call", CALLS)
def test_a_node_that_hangs(call: Callable[[Kubo], object]) -> None:
    with node(None) as kubo, pytest.raises(KuboTimeout) as caught:
        call(kubo)
    assert caught.value.retryable


@pytest.mark.parametrize("call", CALLS)
def test_nobody_there(call: Callable[[Kubo], object]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(KuboUnreachable) as caught:
        call(Kubo(f"/ip4/127.0.0.1/tcp/{port}"))
    assert caught.value.retryable


@pytest.mark.parametrize("address", ["", "localhost:5001", "/ip4/1.2.3.4", "/ip4/x/tcp/1"])
def test_not_an_address(address: str) -> None:
    with pytest.raises(KuboError):
        Kubo(address)


def test_a_pin_that_failed_is_told_by_the_reply_alone() -> None:
    reply = b'{"Root":{"Cid":{"/":"%s"},"PinErrorMsg":"disk full"}}' % str(CID).encode()
    with node(OK + reply) as kubo, pytest.raises(KuboPinFailed, match="disk full"):
        kubo.add_dag(CID, lambda cid: b"abc")
    other = str(cid_of(RAW, b"other")).encode()
    reply = reply.replace(b"disk full", b"").replace(str(CID).encode(), other)
    with node(OK + reply) as kubo, pytest.raises(KuboReplyInvalid):
        kubo.add_dag(CID, lambda cid: b"abc")


def test_a_refusal_keeps_what_the_node_said() -> None:
    reply = FAIL + b'{"Message": "paused", "Code": 0, "Type": "error"}'
    with node(reply) as kubo, pytest.raises(KuboRefused, match="paused"):
        kubo.version()


def test_blocks_from_the_node_are_checked() -> None:
    with node(OK + b"abd") as kubo, pytest.raises(BlockMismatch):
        list(kubo.cat(CID))
    with node(OK + bytes(MAX_BLOCK_BYTES + 1)) as kubo, pytest.raises(BlockTooLarge):
        list(kubo.cat(CID))
    with node(OK + b"abc") as kubo:
        assert b"".join(kubo.cat(CID)) == b"abc"


def test_our_own_missing_block_is_not_blamed_on_the_node() -> None:
    def nothing(cid: object) -> bytes:
        raise BlockMissing("not stored here")

    with node(OK) as kubo, pytest.raises(BlockMissing):
        kubo.add_dag(CID, nothing)


def forever(head: bytes, piece: bytes, pause_seconds: float = 0.0) -> Callable[[], Iterator[bytes]]:
    def pieces() -> Iterator[bytes]:
        yield head
        while True:
            yield piece
            time.sleep(pause_seconds)

    return pieces


ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n"


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("head", [OK, ENDLESS, CHUNKED, ENDLESS.replace(b"200 OK", b"500 No")])
def test_an_answer_without_end_is_cut_off(head: bytes, call: Callable[[Kubo], object]) -> None:
    with node(forever(head, bytes(1 << 20))) as kubo, pytest.raises(EvidenceError) as caught:
        call(kubo)
    assert isinstance(caught.value, KuboReplyInvalid | BlockTooLarge)


@pytest.mark.parametrize("call", CALLS)
def test_an_answer_that_drips_is_cut_off(call: Callable[[Kubo], object]) -> None:
    """Each byte comes in time; the end never does."""
    with node(forever(OK, b" ", 0.05)) as kubo, pytest.raises(KuboTimeout):
        call(kubo)


def test_a_compressed_answer_is_not_unpacked() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
    body = gzip.compress(b'{"Version": "0.42.0"}')
    with node(head + body) as kubo, pytest.raises(KuboReplyInvalid):
        kubo.version()


def test_a_redirect_is_not_followed() -> None:
    asked = []

    def reply() -> Iterator[bytes]:
        asked.append(1)
        yield b"HTTP/1.1 307 There\r\nLocation: /api/v0/version\r\nConnection: close\r\n\r\n"

    with node(reply) as kubo, pytest.raises(KuboReplyInvalid):
        kubo.version()
    assert asked == [1]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "reply", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", b"SSH-2.0-OpenSSH_9.6\r\n"]
)
def test_who_hangs_up_in_the_middle_is_not_there(
    reply: bytes, call: Callable[[Kubo], object]
) -> None:
    with node(reply) as kubo, pytest.raises(KuboUnreachable):
        call(kubo)


def test_what_the_node_says_is_repeated_in_part_only() -> None:
    reply = FAIL + b'{"Message": "%s", "Code": 0, "Type": "error"}' % (b"x" * 10_000)
    with node(reply) as kubo, pytest.raises(KuboRefused) as caught:
        kubo.version()
    assert len(caught.value.message) < 300
