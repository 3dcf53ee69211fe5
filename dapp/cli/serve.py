"""`redress serve`: pages and API, until SIGTERM or SIGINT."""

import asyncio
import errno
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
import uvicorn
import uvloop

from dapp.cli.logging import configure
from dapp.cli.session import Builders, builders
from dapp.errors import Refused
from dapp.settings import Settings

_GRACE_SECONDS = 5


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address; default REDRESS_HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0 takes a free one.")] = None,
) -> None:
    """Serve pages and API from the index."""
    configure()
    settings = Settings()
    door = _listen(host or settings.host, settings.port if port is None else port)
    with door:
        uvloop.run(_serve(builders(context), settings, door))


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
                timeout_graceful_shutdown=_GRACE_SECONDS,
            ),
            app.state.hub.close,
        )
        address, port = door.getsockname()[:2]
        shown = f"[{address}]" if ":" in address else address
        print(f"redress: http://{shown}:{port}", flush=True)
        await server.serve(sockets=[door])


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
    """Ends on a signal without dying of it, and ends the streams that would never end."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

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
        self._end_streams()
        self.should_exit = True
