"""`redress mail`: complaints that come by e-mail."""

from typing import Annotated

import typer

from dapp.cli.logging import configure
from dapp.cli.session import with_parts
from dapp.cli.stopping import stopping
from dapp.service.parts import Parts

app = typer.Typer(no_args_is_help=True, help="Make drafts of complaints that come by e-mail.")


@app.callback()
def options() -> None:
    """What becomes of a message: docs/mail.md."""


@app.command()
def run(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Look once, and end.")] = False,
    poll_seconds: Annotated[float, typer.Option(min=1, help="Between two looks.")] = 30.0,
) -> None:
    """Fetch mail from the mailbox of the settings and answer it, until SIGTERM or SIGINT."""

    async def work(parts: Parts) -> None:
        configure(parts.settings)
        if once:
            print(f"messages: {await parts.postman.once()}")
            return
        stop = stopping()
        print("redress: mail is taken", flush=True)
        await parts.postman.run(poll_seconds, stop)

    with_parts(context, work)
