"""`redress serve`: pages and API, until SIGTERM or SIGINT."""

import asyncio
import errno
import gc
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
import uvicorn
import uvloop

from dapp.cli.logging import configure
from dapp.cli.output import as_json
from dapp.cli.session import Builders, builders
from dapp.errors import Refused
from dapp.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

_GRACE_SECONDS = 5
_NEW_OBJECTS = 20_000
"""Until the youngest are looked through for cycles."""


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address; default REDRESS_HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0 takes a free one.")] = None,
) -> None:
    """Serve pages and API from the index."""
    settings = Settings()
    configure(settings)
    door = _listen(host or settings.host, settings.port if port is None else port)
    with door:
        uvloop.run(_serve(builders(context), settings, door))


def openapi() -> None:
    """Print the API's description (OpenAPI 3.1); neither a database nor a node is needed."""
    # Here, so that no other command waits for the web's libraries.
    from dapp.web import app

    as_json(app.description())


async def _serve(builders: Builders, settings: Settings, door: socket.socket) -> None:
    # Here, so that no other command waits for the web's libraries.
    from dapp.web.app import create_app
    from dapp.web.protocol import BoundedHttp

    async with builders.parts(settings) as parts:
        app = create_app(parts)
        server = _Server(
            uvicorn.Config(
                app,
                loop="none",
                http=BoundedHttp,
                access_log=False,
                log_config=None,
                server_header=False,
                # Quotas decide whom to believe.
                proxy_headers=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            ),
            app,
            settings.drain_seconds,
        )
        _collect_less()
        address, port = door.getsockname()[:2]
        shown = f"[{address}]" if ":" in address else address
        print(f"redress: http://{shown}:{port}", flush=True)
        await server.serve(sockets=[door])


def _collect_less() -> None:
    """A read leaves hundreds of objects and no cycle: to look for some at every other is waste."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)


def _listen(host: str, port: int) -> socket.socket:
    """Raises Refused where nobody can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Refused(
                f"port {port} of {host} is taken",
                remedy="Stop what listens there, or give another with --port",
                code="port-taken",
            ) from error
        raise Refused(
            f"cannot listen on port {port} of {host}: {error.strerror or error}",
            remedy="Give another with --host and --port",
            code="port-unusable",
        ) from error


class _Server(uvicorn.Server):
    """Ends on a signal without dying of it, and ends the streams that would never end.

    With `drain_seconds` it first says at /readyz that it leaves, and serves on: what is sent to a
    server that closes its door comes to nothing. A second signal ends it at once.
    """

    def __init__(self, config: uvicorn.Config, app: "FastAPI", drain_seconds: float) -> None:
        super().__init__(config)
        self._app = app
        self._drain_seconds = drain_seconds

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        if self._drain_seconds and not self._app.state.leaving:
            self._app.state.leaving = True
            asyncio.get_running_loop().call_later(self._drain_seconds, self._end)
        else:
            self._end()

    def _end(self) -> None:
        self._app.state.hub.close()
        self.should_exit = True
