"""HTTP/1.1 as uvicorn reads it, with what the library leaves open: how long anything may take."""

from asyncio import BaseTransport, TimerHandle
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEADER_BYTES = 64 * 1024
HEADER_SECONDS = 30.0
"""From the first byte, or from the connection, to the end of the headers."""
STALL_SECONDS = 60.0
"""Until a reader is left who takes too little for what waits for them to get smaller."""
MOST_CONNECTIONS = 10_000
"""At once: whoever comes on top is not let in."""


class BoundedHttp(HttpToolsProtocol):
    """Breaks off where the parser would collect for ever: in the request line, in headers, and in
    the trailers after a body."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._collected = 0
        """Bytes since something of the request was last complete."""
        self._deadline: TimerHandle | None = None
        self._in_body = False
        self._stalled: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast(Any, transport))
        if len(self.connections) > MOST_CONNECTIONS:
            self.transport.abort()
            return
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._done()
        self._flows()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._flows()
        self._stalled = self.loop.call_later(STALL_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        self._flows()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        self._collected += len(data)
        if self._deadline is None and not self._in_body:
            self._wait()
        super().data_received(data)
        if self._collected > MAX_HEADER_BYTES:
            self.transport.abort()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        self._done()
        self._in_body = True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._collected = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._collected = 0
        self._in_body = False
        super().on_message_complete()

    def _wait(self) -> None:
        self._done()
        self._deadline = self.loop.call_later(HEADER_SECONDS, self.transport.abort)

    def _flows(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _done(self) -> None:
        self._collected = 0
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
