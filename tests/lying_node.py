"""A proxy before a real node that changes what it says, as a test tells it to."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

Request = dict[str, Any]
Reply = dict[str, Any]
Twist = Callable[[Request, Reply], Reply]
"""Changes the reply to one call of a request (or of a batch)."""


@dataclass(frozen=True)
class Fault:
    """An HTTP answer in place of the node's.

    Attributes:
        cut_off_bytes: how many bytes are announced that never come.
        delay_seconds: how long it is kept waiting for.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut_off_bytes: int = 0
    delay_seconds: float = 0.0


@dataclass
class LyingNode:
    """The proxy.

    Attributes:
        url: where it answers.
        true_url: the node behind it, which may be another from one answer to the next.
        heard: changes the bytes of a request before the node gets them, if set.
        twist: applied to every reply; None tells the truth.
        faults: each takes the place of one whole answer.
        asked: the method of every call so far.
        turn: held while an answer is made, so that a test can let the world stand still meanwhile.
    """

    url: str
    true_url: str
    heard: Callable[[bytes], bytes] | None = None
    twist: Twist | None = None
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    turn: Callable[[], AbstractContextManager[None]] = nullcontext


@contextmanager
def lying_node(true_url: str) -> Iterator[LyingNode]:
    """A proxy before the node at `true_url`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    lying = LyingNode(f"http://127.0.0.1:{server.server_address[1]}", true_url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            self._nodes = _Nodes()

        def finish(self) -> None:
            super().finish()
            self._nodes.close()

        def handle(self) -> None:
            # Whoever asks may be killed between two questions.
            with suppress(ConnectionError):
                super().handle()

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:
                raise ConnectionResetError
            with lying.turn():
                fault = _answer(self._nodes, lying, body)
            time.sleep(fault.delay_seconds)
            self.send_response(fault.status)
            for name, value in fault.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(fault.body) + fault.cut_off_bytes))
            self.end_headers()
            self.wfile.write(fault.body)
            if fault.cut_off_bytes:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield lying
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Nodes:
    """Connections to the nodes behind the proxy, of one connection to it."""

    def __init__(self) -> None:
        self._open: dict[str, HTTPConnection] = {}

    def post(self, url: str, body: bytes) -> Any:
        if url not in self._open:
            self._open[url] = HTTPConnection(urlsplit(url).netloc, timeout=30)
        self._open[url].request("POST", "/", body, {"Content-Type": "application/json"})
        return json.loads(self._open[url].getresponse().read())

    def close(self) -> None:
        for connection in self._open.values():
            connection.close()


def _answer(nodes: _Nodes, lying: LyingNode, body: bytes) -> Fault:
    request: Request | list[Request] = json.loads(body)
    calls = request if isinstance(request, list) else [request]
    lying.asked += [call["method"] for call in calls]
    if lying.faults:
        return lying.faults.pop(0)
    found = nodes.post(lying.true_url, body if lying.heard is None else lying.heard(body))
    replies = found if isinstance(found, list) else [found]
    if lying.twist is not None:
        by_id = {call["id"]: call for call in calls}
        replies = [lying.twist(by_id[reply["id"]], reply) for reply in replies]
    return Fault(body=json.dumps(replies if isinstance(request, list) else replies[0]).encode())
