"""`redress relay`: sends what people signed, and pays for it."""

import asyncio
from typing import TYPE_CHECKING

import typer
from prometheus_client import start_http_server

from dapp.cli.logging import configure
from dapp.cli.output import as_json, facts
from dapp.cli.session import AsJson, with_parts
from dapp.cli.stopping import stopping
from dapp.errors import RelayOff

if TYPE_CHECKING:
    from dapp.service.parts import Parts

app = typer.Typer(no_args_is_help=True, help="Send the actions that people signed.")


@app.command()
def run(context: typer.Context) -> None:
    """Send what was taken by POST /v1/relay, until SIGTERM or SIGINT.

    The key must be REDRESS_RELAY_ADDRESS's: in REDRESS_SENDER_KEYSTORE, or with the program at
    REDRESS_SIGNER_URL.
    """

    async def work(parts: "Parts") -> None:
        address = parts.relay.terms.address
        if address is None:
            raise RelayOff("which account the relay sends from is not said", remedy=_NAME_IT)
        configure(parts.settings)
        if parts.settings.metrics_port:
            start_http_server(parts.settings.metrics_port, "127.0.0.1")
        stop = stopping()
        async with parts.sender(address) as sender:
            relayer = parts.relay.relayer(sender)
            print(f"redress: the relay sends from {address}", flush=True)
            poll_seconds = parts.settings.sender_poll_seconds
            await asyncio.gather(sender.run(stop), relayer.run(poll_seconds, stop))

    with_parts(context, work)


@app.command()
def status(context: typer.Context, json: AsJson = False) -> None:
    """What waits, what was paid today, and what the account has."""
    found = with_parts(context, lambda parts: parts.relay.stands())
    if json:
        as_json(found)
        return
    facts(
        [
            ("sends from", found["address"] or "nothing: there is no relay"),
            ("balance in wei", found["balance"]),
            ("actions queued", found["queued"]),
            ("transactions", _counted(found["transactions"])),
            ("paid today in wei", f"{found['spent_today']} of {found['day_limit']}"),
        ]
    )


_NAME_IT = "Set REDRESS_RELAY_ADDRESS to the address of its key"


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items()) or "none under way"
