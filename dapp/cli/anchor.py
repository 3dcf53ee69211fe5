"""`redress anchor`: promises to anchor what customers signed, and does it."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from prometheus_client import start_http_server

from dapp.cli.logging import configure
from dapp.cli.output import as_json, facts
from dapp.cli.session import AsJson, with_parts
from dapp.cli.stopping import stopping
from dapp.errors import InvalidInput
from dapp.service import inputs

if TYPE_CHECKING:
    from dapp.service.anchorer import Anchorer
    from dapp.service.parts import Parts
    from dapp.service.sender import Sender

app = typer.Typer(no_args_is_help=True, help="Anchor the complaints that customers signed.")


@app.command()
def run(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Anchor what waits, and end.")] = False,
) -> None:
    """Sign receipts for what POST /v1/anchored took, and anchor it, until SIGTERM or SIGINT.

    The key must be REDRESS_ANCHOR_ADDRESS's: in REDRESS_SENDER_KEYSTORE, or with the program at
    REDRESS_SIGNER_URL.
    """

    async def work(parts: "Parts") -> None:
        address = parts.anchoring.sender()
        configure(parts.settings)
        async with parts.sender(address) as sender:
            anchorer = parts.anchoring.anchorer(sender, parts.evidence, parts.outbox)
            if once:
                async with sender.held() as sending:
                    await anchorer.once(sending)
                return
            await _keep_on(parts, sender, anchorer)

    with_parts(context, work)


@app.command()
def stands(context: typer.Context, json: AsJson = False) -> None:
    """What waits, what was promised and not kept, and until when the next must be anchored."""
    found = with_parts(context, lambda parts: parts.anchoring.stands())
    if json:
        as_json(found)
        return
    facts(
        [
            ("anchors as", found["sender"] or "nothing: none are taken"),
            ("complaints waiting", found["waiting"]),
            ("of them without a receipt", found["without_receipt"]),
            ("receipts broken", found["overdue"]),
            ("the next by", found["anchor_by"] and found["anchor_by"]["iso"]),
            ("batches under way", found["batches_under_way"]),
        ]
    )


@app.command("import")
def import_(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="FILE|DIGEST", help="A batch's file.")],
    json: AsJson = False,
) -> None:
    """Take in the complaints of anybody's batch, by its file or the digest that is on chain.

    What is named by its digest must be in this service's vault (`redress evidence fetch`).
    """

    async def work(parts: "Parts") -> dict[str, Any]:
        return await parts.anchor_import.take(_content(parts, what))

    found = with_parts(context, work)
    if json:
        as_json(found)
        return
    facts(
        [
            ("anchored by", found["sender"]),
            ("root", found["root"]),
            ("complaints", found["complaints"]),
            ("left out, signed by nobody", found["unsigned"]),
        ]
    )


def _content(parts: "Parts", what: str) -> bytes:
    from dapp.domain.anchor_file import MOST_BYTES

    if what.startswith("0x"):
        return parts.evidence.only_file(inputs.hash32(what), MOST_BYTES)
    try:
        with Path(what).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"{what} cannot be read", fields={"field": "what"}) from error
    if len(data) > MOST_BYTES:
        raise InvalidInput(f"{what} is too long for a batch", fields={"field": "what"})
    return data


async def _keep_on(parts: "Parts", sender: "Sender", anchorer: "Anchorer") -> None:
    settings: Any = parts.settings
    if settings.metrics_port:
        start_http_server(settings.metrics_port, "127.0.0.1")
    stop = stopping()
    print(f"redress: anchoring as {sender.address}", flush=True)
    await asyncio.gather(sender.run(stop), anchorer.run(settings.sender_poll_seconds, stop))
