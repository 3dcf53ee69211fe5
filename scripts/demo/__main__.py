"""Plays the dispute through a running stack, then checks its record: `python -m scripts.demo`.

Where the stack is: REDRESS_API_URL and REDRESS_NODE_URL. Exits 0 if everything matches, 1 if not.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from dapp.domain.events import DESK, ESCROW, Event
from scripts.demo.client import Api, Node
from scripts.demo.errors import DemoError
from scripts.demo.story import Story
from scripts.demo.verify import Auditor

# Of output that goes to a file or a pipe, where there is no window to fit.
_PLAIN_WIDTH = 140


def main() -> int:
    """Plays, prints the timeline and the verdict."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_PLAIN_WIDTH)
    try:
        with (
            closing(Api(_setting("REDRESS_API_URL"))) as api,
            closing(Node(_setting("REDRESS_NODE_URL"))) as node,
        ):
            _play_and_check(console, api, node)
    except DemoError as error:
        console.print(f"[red]not verified[/red]: {error}")
        return 1
    console.print("[bold green]verified[/bold green]")
    return 0


def _play_and_check(console: Console, api: Api, node: Node) -> None:
    """Raises `DemoError` where a step fails or something does not match."""
    story = Story(api, node, lambda line: console.print(f"  {line}"))
    played = story.play()
    deployed = api.get("/v1/deployments")["contracts"]
    addresses = {name: one["address"] for name, one in deployed.items()}
    auditor = Auditor(api, node, addresses)
    events = auditor.events(played.complaint)
    names = {person.address: person.role for person in story.cast.everyone()}
    names.update({address: name for name, address in addresses.items()})
    rounds = api.get(f"/v1/cases/{played.complaint}")["case"]["rounds"]
    panels = [{seat["number"]: names[seat["owner"]] for seat in one["seats"]} for one in rounds]
    console.print(_timeline(events, names, panels))
    for finding in auditor.check(played, events):
        console.print(f"  [green]✓[/green] {finding.what}: {finding.detail}")


def _setting(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise DemoError(f"{name} is not set: run `make demo`, or set it to a running stack's")
    return value


def _timeline(
    events: Sequence[Event], names: Mapping[str, str], panels: Sequence[Mapping[int, str]]
) -> Table:
    panel: Mapping[int, str] = {}
    drawn = iter(panels)
    table = Table(title="Complaint on chain: who, what, when", title_justify="left")
    table.add_column("when (chain's time, UTC)", no_wrap=True)
    table.add_column("who", no_wrap=True)
    table.add_column("what")
    table.add_column("transaction", no_wrap=True)
    for event in events:
        if event.name == "Drawn":
            panel = next(drawn)
        table.add_row(
            f"{datetime.fromtimestamp(event.timestamp, UTC):%d %b %H:%M:%S}",
            _who(event, names, panel),
            _what(event),
            event.transaction[:12] + "…",
            style="" if event.contract in (DESK, ESCROW) else "dim",
        )
    return table


def _who(event: Event, names: Mapping[str, str], panel: Mapping[int, str]) -> str:
    for known in ("actor", "payer"):
        if known in event.args:
            return names.get(event.text(known), event.text(known)[:10])
    return panel[event.integer("seat")] if "seat" in event.args else "court"


def _what(event: Event) -> str:
    """The event with the numbers that people ask for."""
    shares = ("demand", "offer", "share", "ruling", "vote", "rulingBefore", "rulingAfter")
    said = [f"{name} {event.integer(name) / 100:g} %" for name in shares if name in event.args]
    wei = ("amount", "toCustomer", "toOrganisation", "cost", "stake", "back")
    said += [f"{name} {event.integer(name) / 10**18:g} ETH" for name in wei if name in event.args]
    plain = ("onTime", "seat", "positions", "number", "stars")
    said += [f"{name} {event.args[name]}" for name in plain if name in event.args]
    return f"{event.name}  " + ", ".join(said)


if __name__ == "__main__":
    sys.exit(main())
