"""`redress pin`: whether others really keep the evidence."""

import sys
from typing import TYPE_CHECKING, Any

import typer

from dapp.cli.failure import Mismatch
from dapp.cli.output import as_json, table
from dapp.cli.session import AsJson, with_parts

if TYPE_CHECKING:
    from dapp.service.parts import Parts

app = typer.Typer(no_args_is_help=True, help="Whether others really keep the evidence.")


@app.callback()
def _group() -> None:
    """A group, though of one command."""


@app.command()
def check(context: typer.Context, json: AsJson = False) -> None:
    """Ask each target now for all that the vault keeps; exit 1 if any of it is missing there.

    The running service sends what is missing again by itself.
    """

    async def work(parts: "Parts") -> dict[str, Any]:
        roots = [root for kept in parts.evidence.kept().values() for root in kept]
        missing: list[dict[str, Any]] = []
        asked = 0
        async for asked, found in parts.replicas.missing(roots):
            missing += found
            if sys.stderr.isatty():
                print(f"\r{asked}", end="", file=sys.stderr, flush=True)
        return {"targets": parts.replicas.names, "asked": asked, "missing": missing}

    found = with_parts(context, work)
    if json:
        as_json(found)
    elif found["missing"]:
        rows = [(one["cid"], one["target"], one["problem"]) for one in found["missing"]]
        table(("root", "target", "problem"), rows)
    else:
        places = ", ".join(found["targets"]) or "no target: REDRESS_KUBO_URL names none"
        print(f"{found['asked']} roots are kept by {places}")
    if found["missing"]:
        raise Mismatch(f"{len(found['missing'])} roots are missing")
