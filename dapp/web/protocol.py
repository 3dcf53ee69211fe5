"""HTTP/1.1 as uvicorn reads it, with what the library leaves open: how long headers may be."""

from asyncio import BaseTransport, TimerHandle
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEADER_BYTES = 64 * 1024
HEADER_SECONDS = 30.0
"""From the first byte, or from the connection, to the end of the headers."""


class BoundedHttp(HttpToolsProtocol):
    """Breaks off where the parser would collect for ever: in the request line, in headers, and in
    the trailers after a body."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._collected = 0
        """Bytes since something of the request was last complete."""
        self._deadline: TimerHandle | None = None
        self._in_body = False

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast(Any, transport))
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._done()
        super().connection_lost(exc)

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

    def _done(self) -> None:
        self._collected = 0
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
