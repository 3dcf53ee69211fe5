"""`redress backup`, `restore`, `rebuild`: what to do before and after a database is lost."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dapp.cli import index
from dapp.cli.output import facts, whole_file
from dapp.cli.refill import refill
from dapp.domain.types import BlockNumber
from dapp.settings import Settings

if TYPE_CHECKING:
    from dapp.service.backup import Manifest

_OWNER_ONLY = 0o600

File = Annotated[Path, typer.Argument(help="Such as redress-2026-11-22.backup.")]


def backup(output: File) -> None:
    """Write what chain and IPFS cannot give back to a new file: accounts' drafts, envelopes …

    It is for its owner's eyes, like the database itself.
    """

    # Here, so that no other command waits for the database's libraries.
    from dapp.service import backup as file

    async def work() -> "Manifest":
        with whole_file(output, _OWNER_ONLY) as out:
            return await file.write(Settings().database_url, out)

    _told(asyncio.run(work()), "written")


def restore(
    source: Annotated[Path, typer.Argument(help="From `redress backup`.", exists=True)],
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove the rows that are there now.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Only look whether it is whole.")] = False,
) -> None:
    """Bring a backup into a database, all or nothing; then run `redress rebuild`.

    Stop everything that uses the database before. What was removed after the backup was made
    (sessions that were ended, keys that were taken back) is there again.
    """
    from dapp.service import backup as file

    with source.open("rb") as opened:
        if check:
            _told(file.read(opened), "whole")
            return
        url = Settings().database_url
        _told(asyncio.run(file.restore(url, opened, replace=replace)), "restored")


def rebuild(context: typer.Context) -> None:
    """Bring the rest back: the index from the chain up to its head, then evidence from Kubo."""
    index.run(context, BlockNumber(0))
    index.status(context)
    if Settings().kubo_url is not None:
        refill(context)
    else:
        print("REDRESS_KUBO_URL names no node: no evidence was fetched")


def _told(manifest: "Manifest", what: str) -> None:
    made = datetime.fromtimestamp(manifest.made_at, UTC)
    facts([(what, f"{manifest.rows} rows"), ("made at", f"{made:%Y-%m-%d %H:%M:%S} UTC")])
    for schema in manifest.schemas:
        rows = [(one.table, one.rows) for one in schema.tables if one.rows]
        facts([("version", schema.version)] if schema.version else [])
        facts(rows)
