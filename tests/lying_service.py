"""A service that stands before an honest one and changes what it answers."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from tests.patience import PATIENCE_SECONDS

Lie = Callable[[dict[str, Any]], object]
"""Changes an answer in place, or returns what to answer with instead: bytes, or status and body."""


@dataclass
class Liar:
    """Where it listens, whom it asks, and the lies it tells, by the beginning of the path.

    Attributes:
        posted: bodies that came for the relay.
        paths: of all that came.
    """

    honest: str
    url: str = ""
    lies: dict[str, Lie] = field(default_factory=dict)
    posted: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@contextmanager
def lying(honest: str) -> Iterator[Liar]:
    liar = Liar(honest)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(liar))
    liar.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield liar
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(liar: Liar) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._pass_on()

        def do_POST(self) -> None:
            self._pass_on()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def _pass_on(self) -> None:
            liar.paths.append(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == "/v1/relay":
                liar.posted.append(json.loads(body))
                self._answer(202, b'{"state": "queued"}')
                return
            kind = self.headers.get("Content-Type")
            asked = httpx.request(
                self.command,
                liar.honest + self.path,
                content=body,
                headers={"Content-Type": kind} if kind else {},
                timeout=PATIENCE_SECONDS,
            )
            self._answer(*self._told(asked))

        def _told(self, asked: httpx.Response) -> tuple[int, bytes]:
            for path, lie in liar.lies.items():
                if self.path.startswith(path) and asked.is_success:
                    is_json = "json" in asked.headers.get("Content-Type", "")
                    told = asked.json() if is_json else {}
                    changed = lie(told)
                    if isinstance(changed, tuple):
                        return changed[0], json.dumps(changed[1]).encode()
                    whole = changed if isinstance(changed, bytes) else json.dumps(told).encode()
                    return asked.status_code, whole
            return asked.status_code, asked.content

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
