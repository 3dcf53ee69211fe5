"""`redress index`: the read model, made from the chain."""

import asyncio
import gc
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
import uvloop

from dapp.cli.failure import Mismatch
from dapp.cli.logging import configure
from dapp.cli.output import as_json, facts, progress_bars
from dapp.cli.session import AsJson, builders, with_parts
from dapp.domain.types import BlockNumber
from dapp.settings import Settings

if TYPE_CHECKING:
    from dapp.indexer.loop import Indexer
    from dapp.indexer.verify import Report

_RESTS_ON = {
    "receipts": "the blocks themselves",
    "bloom": "in part on the node: it shows no receipts",
    "node": "in part on the node's word alone",
}

app = typer.Typer(no_args_is_help=True, help="Make and follow the index.")


@app.command()
def run(
    context: typer.Context,
    until_block: Annotated[
        int | None,
        typer.Option(
            "--until-block", min=0, help="End at the node's head, once it has this block."
        ),
    ] = None,
    standby: Annotated[
        bool,
        typer.Option(
            "--standby", help="Where another process indexes already, wait, and go on when it ends."
        ),
    ] = False,
) -> None:
    """Follow every chain that has nodes, until SIGTERM or SIGINT."""
    # Here, so that no other command waits for the indexer's libraries.
    from dapp.indexer import several

    # A backfill makes millions of small objects that soon go, and hardly any circle among them:
    # to look for circles as often as Python does takes an eighth of the time.
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
    last = None if until_block is None else BlockNumber(until_block)

    async def work(indexers: "Sequence[Indexer]") -> None:
        with progress_bars() as tell:
            configure(Settings())  # now, so that lines of the log keep clear of the bars
            await several.run(indexers, tell, last, standby=standby)

    _with_indexers(context, work)


@app.command()
def status(context: typer.Context, json: AsJson = False) -> None:
    """Where the index stands."""
    found = with_parts(context, lambda parts: parts.status.show())
    if json:
        as_json(found)
        return
    facts(
        [
            ("chain", found["chain"]),
            ("block", f"{found['as_of_block']} ({found['finality']})"),
            ("block's time", found["timestamp"]["iso"]),
            ("read at", found["indexed_at"]["iso"]),
            ("events", found["events"]),
            ("complaints", found["complaints"]),
            ("not verified yet", found["unverified"]),
            ("mismatches", ", ".join(map(str, found["mismatches"])) or "none"),
            ("unknown logs", found["unknown_logs"]),
            ("rests on", _RESTS_ON[found["verified_level"]]),
            ("unproven blocks", found["unproven_blocks"]),
            ("halted", found["halted"] or "no"),
        ]
    )


@app.command()
def rebuild(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Drop the read model and fold the event log again."""
    if not yes:
        typer.confirm("Drop the read model and fold the event log again?", abort=True)

    async def work(indexers: "Sequence[Indexer]") -> None:
        for indexer in indexers:
            await indexer.rebuild()
            print(f"rebuilt {indexer.name}")

    _with_indexers(context, work)


@app.command()
def verify(context: typer.Context, json: AsJson = False) -> None:
    """Read the chain once more and compare all that is stored with it; exit 1 if it differs."""
    found: dict[str, Report] = {}

    async def work(indexers: "Sequence[Indexer]") -> None:
        with progress_bars() as tell:
            for indexer in indexers:
                found[indexer.name] = await indexer.verify(partial(tell, indexer.name))

    _with_indexers(context, work)
    if json:
        as_json(msgspec.to_builtins(found))
    else:
        for name, report in found.items():
            facts(
                [
                    ("deployment", name),
                    ("blocks", report.blocks),
                    ("proven by receipts", report.proven),
                    ("events", report.logs),
                    ("complaints", report.complaints),
                    ("faults", "; ".join(report.faults) or "none"),
                ]
            )
    faults = sum(len(report.faults) for report in found.values())
    if faults:
        raise Mismatch(f"{faults} things differ from the chain")


def _with_indexers(
    context: typer.Context, work: "Callable[[Sequence[Indexer]], Awaitable[None]]"
) -> None:
    """Works until done, or until a signal lets each indexer end its transaction and stop."""
    # httpcore would load Trio, if it is there, and never use it: a sixth of all that is loaded.
    sys.modules.setdefault("trio", None)  # type: ignore[arg-type]
    build = builders(context).indexers

    async def session() -> None:
        async with build(Settings()) as indexers:
            loop = asyncio.get_running_loop()

            def stop() -> None:
                for indexer in indexers:
                    indexer.stop()

            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, stop)
            await work(indexers)

    uvloop.run(session())
