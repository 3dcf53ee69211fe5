"""A proxy before a real node that changes what it says, as a test tells it to."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

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
        twist: applied to every reply; None tells the truth.
        faults: each takes the place of one whole answer.
        asked: the method of every call so far.
        turn: held while an answer is made, so that a test can let the world stand still meanwhile.
    """

    url: str
    true_url: str
    twist: Twist | None = None
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    turn: Callable[[], AbstractContextManager[None]] = nullcontext


@contextmanager
def lying_node(true_url: str) -> Iterator[LyingNode]:
    """A proxy before the node at `true_url`."""
    client = httpx.Client(timeout=30)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    lying = LyingNode(f"http://127.0.0.1:{server.server_address[1]}", true_url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with lying.turn():
                fault = _answer(client, lying, json.loads(body))
            time.sleep(fault.delay_seconds)
            try:
                self._say(fault)
            except ConnectionError:
                # Who asked did not wait for the answer, as one that was killed does not.
                self.close_connection = True

        def _say(self, fault: Fault) -> None:
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
        client.close()


def _answer(
    client: httpx.Client, lying: LyingNode, request: Request | list[Request]
) -> Fault:
    calls = request if isinstance(request, list) else [request]
    lying.asked += [call["method"] for call in calls]
    if lying.faults:
        return lying.faults.pop(0)
    found = client.post(lying.true_url, json=request).json()
    replies = found if isinstance(found, list) else [found]
    if lying.twist is not None:
        by_id = {call["id"]: call for call in calls}
        replies = [lying.twist(by_id[reply["id"]], reply) for reply in replies]
    return Fault(body=json.dumps(replies if isinstance(request, list) else replies[0]).encode())
