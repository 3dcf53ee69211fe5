"""Plays the dispute through a running stack, then checks its record: `python -m scripts.demo`.

Where the stack is: REDRESS_API_URL and REDRESS_NODE_URL. Exits 0 if everything matches, 1 if not.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from dapp.domain.events import DESK, ESCROW, Event
from scripts.demo.client import Api, Node
from scripts.demo.errors import DemoError
from scripts.demo.story import Story
from scripts.demo.verify import Auditor


def main() -> int:
    """Plays, prints the timeline and the verdict."""
    console = Console(highlight=False)
    try:
        api, node = Api(_setting("REDRESS_API_URL")), Node(_setting("REDRESS_NODE_URL"))
        story = Story(api, node, lambda line: console.print(f"  {line}"))
        played = story.play()
        deployed = api.get("/v1/deployments")["contracts"]
        addresses = {name: one["address"] for name, one in deployed.items()}
        auditor = Auditor(api, node, addresses)
        events = auditor.events(played.complaint)
        names = {person.address: person.role for person in story.cast.everyone()}
        names.update({address: name for name, address in addresses.items()})
        console.print(_timeline(events, names))
        for finding in auditor.check(played, events):
            console.print(f"  [green]✓[/green] {finding.what}: {finding.detail}")
    except DemoError as error:
        console.print(f"[red]not verified[/red]: {error}")
        return 1
    console.print("[bold green]verified[/bold green]")
    return 0


def _setting(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise DemoError(f"{name} is not set: run `make demo`, or set it to a running stack's")
    return value


def _timeline(events: Sequence[Event], names: Mapping[str, str]) -> Table:
    table = Table(title="Complaint on chain: who, what, when", title_justify="left")
    table.add_column("when (chain's time, UTC)", no_wrap=True)
    table.add_column("who", no_wrap=True)
    table.add_column("what")
    table.add_column("transaction", no_wrap=True)
    for event in events:
        who = str(event.args.get("actor") or "")
        table.add_row(
            f"{datetime.fromtimestamp(event.timestamp, UTC):%d %b %H:%M:%S}",
            names.get(who, who[:10] or "court"),
            _what(event),
            event.transaction[:12] + "…",
            style="" if event.contract in (DESK, ESCROW) else "dim",
        )
    return table


def _what(event: Event) -> str:
    """The event with the numbers that people ask for."""
    shares = ("demand", "offer", "share", "ruling", "vote")
    said = [f"{name} {event.integer(name) / 100:g} %" for name in shares if name in event.args]
    wei = ("amount", "toCustomer", "toOrganisation", "cost")
    said += [f"{name} {event.integer(name) / 10**18:g} ETH" for name in wei if name in event.args]
    plain = ("onTime", "seat", "positions", "number", "stars")
    said += [f"{name} {event.args[name]}" for name in plain if name in event.args]
    return f"{event.name}  " + ", ".join(said)


if __name__ == "__main__":
    sys.exit(main())
