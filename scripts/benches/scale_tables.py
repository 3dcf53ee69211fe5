"""What the bench of the load found, for people: a column a size."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

_COSTS = {
    "events": "events, all told",
    "events_s": "new events a second",
    "index_us_per_event": "µs an event, by the clock",
    "index_cpu_us_per_event": "indexer, µs of CPU an event",
    "database_cpu_us_per_event": "PostgreSQL, µs of CPU an event",
    "source_cpu_us_per_event": "what stands for the node, µs of CPU an event",
    "rss_mb": "indexer's memory at its peak, MB",
    "bytes_per_event": "bytes of database an event, all told",
    "database_mb": "database, MB",
}
_ASKED = {
    "case": "a case",
    "timeline": "its timeline",
    "case_page": "its page",
    "list": "a list from anywhere",
    "newest": "the newest",
    "by_state": "a list by state",
    "by_house": "… by organisation",
    "by_customer": "… by customer",
    "by_house_and_state": "… by organisation and state",
    "late": "… by breach",
    "search": "search for an order",
    "search_person": "search for an account",
    "orders": "orders of an organisation",
    "house": "an organisation",
    "large_house": "one of the ten largest",
    "houses": "organisations from anywhere",
    "house_page": "an organisation's page",
    "scorecard": "a scorecard",
    "large_scorecard": "… of one of the ten largest",
    "scorecards": "25 scorecards",
    "arbitrator": "25 arbitrators",
    "status": "status",
    "home_page": "the first page",
    "orgs_page": "page of organisations",
    "stats_page": "page of statistics",
    "statistics": "statistics over all, anew",
    "ranking": "all organisations ranked, anew",
}


def tables(found: Mapping[str, Any]) -> tuple[Table, Table]:
    """The index's cost of what was new at each size, and what a request costs and waits."""
    index = _table("Index: cost of an event", found)
    for name, label in _COSTS.items():
        index.add_row(label, *(f"{size[name]:,}" for size in found["sizes"]))
    waits = _table("Server, no answers kept: ms of CPU, and ms waited p50 / p99", found)
    for name, label in _ASKED.items():
        each = (
            f"{size['cpu_ms'][name]:.1f}   {size['p50_ms'][name]:.1f} / {size['p99_ms'][name]:.1f}"
            for size in found["sizes"]
        )
        waits.add_row(label, *each)
    return index, waits


def markdown(found: Mapping[str, Any]) -> str:
    """The same for docs/load.md, without what says more of the machine: the waiting."""
    sizes = found["sizes"]
    head = [_line("complaints", [f"{size['complaints']:,}" for size in sizes])]
    head.append("|---|" + "---:|" * len(sizes))
    costs = [
        _line(label, [f"{size[name]:,.0f}" for size in sizes]) for name, label in _COSTS.items()
    ]
    asked = [
        _line(label, [f"{size['cpu_ms'][name]:.1f}" for size in sizes])
        for name, label in _ASKED.items()
    ]
    return "\n".join([*head, *costs, "", *head, *asked, ""])


def _line(label: str, cells: list[str]) -> str:
    return f"| {label} | {' | '.join(cells)} |"


def _table(title: str, found: Mapping[str, Any]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("complaints", no_wrap=True)
    for size in found["sizes"]:
        table.add_column(f"{size['complaints']:,}", justify="right", no_wrap=True)
    return table
