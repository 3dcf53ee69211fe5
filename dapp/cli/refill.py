"""`redress evidence refill`: the vault of this machine, filled from the Kubo node."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from dapp.cli.output import as_json, table
from dapp.cli.session import AsJson, with_parts

if TYPE_CHECKING:
    from dapp.service.parts import Parts


def refill(context: typer.Context, json: AsJson = False) -> None:
    """Fetch from Kubo what events name and this vault has not; each block is checked."""

    async def work(parts: "Parts") -> dict[str, Any]:
        found = [one async for one in parts.refill.run()]
        away = [asdict(one) for one in found if one.problem is not None]
        return {"fetched": len(found) - len(away), "away": away}

    done = with_parts(context, work)
    if json:
        as_json(done)
        return
    print(f"{done['fetched']} submissions came from Kubo, {len(done['away'])} are not there")
    if done["away"]:
        table(("digest", "problem"), [(one["digest"], one["problem"]) for one in done["away"]])
