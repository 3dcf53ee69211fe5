"""`redress notify`: tells people what concerns them."""

from typing import Annotated

import typer

from dapp.cli.logging import configure
from dapp.cli.session import with_parts
from dapp.cli.stopping import stopping
from dapp.service.parts import Parts

app = typer.Typer(no_args_is_help=True, help="Tell people what concerns them.")


@app.callback()
def options() -> None:
    """What is told, to whom and how: docs/messages.md."""


@app.command()
def run(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Send what is due now, and end.")] = False,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Sent at a time.")] = 16,
    metrics_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of 127.0.0.1, for meters; 0 shows none.")
    ] = 0,
) -> None:
    """Send messages as they fall due, until SIGTERM or SIGINT; several may run at a time."""

    async def work(parts: Parts) -> None:
        configure(parts.settings)
        if once:
            print(f"messages tried: {await parts.messenger.once(at_once)}")
            return
        stop = stopping()
        print("redress: messages are sent", flush=True)
        await parts.messenger.run(at_once, stop)

    if metrics_port:
        # Here, so that no other command waits for it.
        from prometheus_client import start_http_server

        start_http_server(metrics_port, "127.0.0.1")
    with_parts(context, work)
