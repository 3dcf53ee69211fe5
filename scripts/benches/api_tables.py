"""What the bench of the API found, for people, beside what must be reached."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from scripts.benches.api_result import BESIDE

AT_LEAST = {"ratio_case": 0.6, "ratio_list": 0.6, "ratio_304": 0.9, "sse_clients": 1000}
AT_MOST = {"slowest_query_ms": 10.0}
_LABELS = {
    "case": "a case, any of all",
    "case_hot": "a case, one of a few hundred",
    "case_cold": "a case that was never asked for",
    "list": "a list, from anywhere, filtered",
    "list_hot": "a list, one of a few hundred",
    "list_cold": "a list, of cases never asked for",
    "304": "304, of a case",
    "row": "bare route that reads a row by its key",
    "ratio_case": "case, share of the bare route's requests/s",
    "ratio_list": "list, share of the bare route's requests/s",
    "ratio_304": "304, share of the bare route's requests/s",
    "sse_clients": "readers of the stream that heard every event",
    "slowest_query_ms": "slowest query of a named read, ms",
}


def rates(found: Mapping[str, Any]) -> Table:
    """Each load beside the bare route's."""
    title = f"{found['complaints']} complaints, {found['connections']} connections, one worker"
    table = Table(title=title, title_justify="left")
    for name in ("", "requests/s", "bare", "ratio", "by CPU", "CPU µs", "p99 ms", "bytes"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for name, beside in BESIDE.items():
        table.add_row(
            _LABELS[name],
            f"{found['requests_per_second'][name]:.0f}",
            f"{found['requests_per_second'][beside]:.0f}",
            f"{found[f'ratio_{name}']:.2f}",
            f"{found[f'cpu_ratio_{name}']:.2f}",
            f"{found['cpu_us'][name]:.0f}",
            f"{found['p99_ms_by_load'][name]:.1f}",
            f"{found['bytes'][name]:.0f}",
        )
    return table


def targets(found: Mapping[str, Any]) -> Table:
    """What must be reached."""
    table = Table(title="Targets", title_justify="left")
    for name in ("", "Redress", "must"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for name, least in AT_LEAST.items():
        judged = _judged(f"≥ {least:g}", found[name] >= least)
        table.add_row(_LABELS[name], f"{found[name]}", judged)
    for name, most in AT_MOST.items():
        label = f"{_LABELS[name]} ({found['slowest_query']})"
        table.add_row(label, f"{found[name]}", _judged(f"≤ {most:g}", found[name] <= most))
    delays = f"{found['sse_p99_ms']:g}"
    label = f"stream, p99 of {found['sse_events']} events' delay, ms"
    table.add_row(label, delays, f"bare {found['sse_bare_p99_ms']:g}")
    return table


def _judged(target: str, reached: bool) -> str:
    colour, mark = ("green", "✓") if reached else ("red", "✗")
    return f"[{colour}]{target} {mark}[/]"
