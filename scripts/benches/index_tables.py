"""What the bench of the index found, for people, beside what must be reached."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

AT_LEAST = {"ratio_to_curl": 0.45, "ratio_to_naive": 30.0}
AT_MOST = {"rss_mb": 120.0, "head_p99_ms": 150.0}
_PATHS = {"native": "with the extension in C", "python": "in Python alone"}
_READERS = {
    "curl_events_s": "curl, into nothing",
    "curl_receipts_events_s": "curl of the receipts, into nothing",
    "events_s": "Redress, verified",
    "naive_events_s": "web3.py and an INSERT each",
}
_LABELS = {
    "ratio_to_curl": "share of curl's events a second",
    "ratio_to_naive": "times the naive loop's",
    "rss_mb": "peak memory, MB",
    "head_p99_ms": "block to committed rows, p99, ms",
}


def readers(found: Mapping[str, Any]) -> Table:
    """Events a second of the three, medians with the least and the most."""
    title = f"{_number(found['events'])} events in {_number(found['blocks'])} blocks"
    caption = (
        f"{found['rounds']} rounds; the naive loop read {_number(found['naive_blocks'])} blocks;"
        f" {found['ranges']['count']} ranges, the longest of {found['ranges']['longest']} blocks;"
        f" {_PATHS[found['path']]}"
    )
    table = Table(title=title, caption=caption, title_justify="left", caption_justify="left")
    for name in ("", "events/s", "least", "most", "CPU µs/event", "peak MB"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for name, label in _READERS.items():
        is_ours = name == "events_s"
        own = [f"{found[key]:.1f}" for key in ("cpu_us_per_event", "rss_mb")] if is_ours else []
        rates = (found[name], *found["spread"][name])
        table.add_row(label, *(_number(rate) for rate in rates), *own)
    return table


def targets(found: Mapping[str, Any]) -> Table:
    """What must be reached."""
    table = Table(title="Targets", title_justify="left")
    for name in ("", "Redress", "must"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for name, least in AT_LEAST.items():
        table.add_row(
            _LABELS[name], f"{found[name]}", _judged(f"≥ {least:g}", found[name] >= least)
        )
    for name, most in AT_MOST.items():
        table.add_row(_LABELS[name], f"{found[name]}", _judged(f"≤ {most:g}", found[name] <= most))
    return table


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ")


def _judged(target: str, reached: bool) -> str:
    colour, mark = ("green", "✓") if reached else ("red", "✗")
    return f"[{colour}]{target} {mark}[/]"
