"""`redress case watch`: each event of a case as it happens, until Ctrl-C."""

import asyncio
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Annotated, Any

import typer

from dapp.cli.output import escaped, json_text
from dapp.cli.session import AsJson
from dapp.cli.source import Service, Source, open_source
from dapp.cli.stopping import stopping
from dapp.errors import Retryable

Place = tuple[int, str, int]
"""Of an event: block, its hash, and the log's index."""


def watch(
    context: typer.Context,
    complaint: Annotated[int, typer.Argument(min=1, help="The complaint's number.")],
    every_seconds: Annotated[
        float, typer.Option("--every", min=0.1, help="Seconds between two looks.")
    ] = 5.0,
    service: Service = None,
    json: AsJson = False,
) -> None:
    """Print each event of a case, those there are first, until Ctrl-C; with --json one a line."""

    async def session() -> None:
        stop = stopping()
        async with open_source(context, service) as source:
            await follow(source, complaint, every_seconds, stop, json)

    asyncio.run(session())


async def follow(
    source: Source, complaint: int, every_seconds: float, stop: asyncio.Event, json: bool
) -> None:
    """A service that is away for a while is asked again. Raises RedressError at first."""
    seen: dict[Place, Mapping[str, Any]] = {}
    is_first = True
    while not stop.is_set():
        try:
            events = (await source.timeline(complaint))["events"]
        except Retryable as error:
            if is_first:
                raise
            words = escaped(error.message)
            print(f"redress: {words}; trying again", file=sys.stderr, flush=True)
        else:
            now = {_place(one): one for one in events}
            _say([one for place, one in seen.items() if place not in now], json, "undone")
            _say([one for place, one in now.items() if place not in seen], json, "happened")
            seen, is_first = now, False
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every_seconds)


def _place(event: Mapping[str, Any]) -> Place:
    return int(event["block"]), str(event["block_hash"]), int(event["log_index"])


def _say(events: Iterable[Mapping[str, Any]], json: bool, what: str) -> None:
    """`undone`: the chain has left the block."""
    for one in events:
        if json:
            print(json_text({"what": what, **one}), flush=True)
            continue
        mark = "undone: " if what == "undone" else ""
        words = f"{one['timestamp']['iso']}  {mark}{one['name']}  {one['actor'] or ''}"
        print(escaped(f"{words}  {one['transaction']}"), flush=True)
