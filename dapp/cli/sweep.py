"""`redress evidence sweep`: what the server does every ten minutes, now."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from dapp.cli.output import as_json
from dapp.cli.session import AsJson, with_parts

if TYPE_CHECKING:
    from dapp.service.parts import Parts
    from dapp.service.sweep import Swept


def sweep(context: typer.Context, json: AsJson = False) -> None:
    """Remove submissions that no event named in time, and files by parts that were given up."""

    async def work(parts: "Parts") -> "Swept":
        return await parts.sweep.once()

    done = with_parts(context, work)
    if json:
        as_json(asdict(done))
        return
    print(
        f"removed {done.given_up} submissions ({done.freed} bytes) and {done.expired} uploads;"
        f" {done.kept} stay for good, {done.waiting} wait ({done.waiting_bytes} bytes)"
    )
