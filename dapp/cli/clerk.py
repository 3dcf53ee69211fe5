"""`redress clerk`: seals to parties and panel what authors have sealed to the clerk."""

from typing import Annotated

import typer

from dapp.cli.keys import read_key
from dapp.cli.logging import configure
from dapp.cli.output import facts
from dapp.cli.sealed import IdentityFile
from dapp.cli.session import with_parts
from dapp.cli.stopping import stopping
from dapp.service.parts import Parts

app = typer.Typer(no_args_is_help=True, help="Hand the keys to sealed evidence on.")


@app.callback()
def options() -> None:
    """The clerk is trusted with what authors seal to it, and with nothing else."""


@app.command()
def run(
    context: typer.Context,
    identity: IdentityFile,
    once: Annotated[bool, typer.Option("--once", help="Look once, and end.")] = False,
    poll_seconds: Annotated[float, typer.Option(min=0.1, help="Between two looks.")] = 30.0,
) -> None:
    """Seal to whoever should be able to read and cannot yet, until SIGTERM or SIGINT.

    The key must be REDRESS_CLERK_RECIPIENT's. Its passphrase is asked for, or comes from
    REDRESS_PASSPHRASE or standard input.
    """
    secret = read_key(identity)

    async def work(parts: Parts) -> None:
        # Here, so that no other command waits for it.
        from dapp.service.clerk import Clerk

        recipient = parts.settings.clerk_recipient
        clerk = Clerk(parts.sealing, parts.envelopes, parts.evidence, secret, recipient)
        if once:
            done = await clerk.once()
            facts([("sealed to accounts", done.sealed), ("submissions that failed", done.failed)])
            return
        configure(parts.settings)
        stop = stopping()
        print("redress: the clerk is at work", flush=True)
        await clerk.run(poll_seconds, stop)

    with_parts(context, work)
