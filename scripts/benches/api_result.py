"""What the bench of the API found, as others read it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from scripts.benches.api_streams import Streams
from scripts.benches.load import CONNECTIONS, Load

BESIDE = {
    "case": "bare_case",
    "case_hot": "bare_case",
    "case_cold": "bare_case_before",
    "list": "bare_list",
    "list_hot": "bare_list",
    "list_cold": "bare_list_before",
    "304": "bare_304",
    "row": "bare_case_before",
}
"""With which load each is compared, in the same round."""


@dataclass(frozen=True)
class Slowest:
    """The query that took longest.

    Attributes:
        read: the named read that it is of; `milliseconds` as EXPLAIN ANALYZE has them.
    """

    read: str
    milliseconds: float


@dataclass(frozen=True)
class Measured:
    """What all rounds gave, each by the name of the load."""

    complaints: int
    rounds: Sequence[Mapping[str, Load]]
    streams: Streams
    slowest: Slowest


def result(measured: Measured) -> dict[str, Any]:
    """Medians over the rounds; each ratio is of one round. `cpu_` ratios leave waiting out."""
    found: dict[str, Any] = {}
    for name, beside in BESIDE.items():
        pairs = [(one[name], one[beside]) for one in measured.rounds]
        found[f"ratio_{name}"] = _median(ours.rate / bare.rate for ours, bare in pairs)
        found[f"cpu_ratio_{name}"] = _median(bare.cpu_us / ours.cpu_us for ours, bare in pairs)
    names = measured.rounds[0]
    streams = measured.streams
    return {
        **found,
        "p99_ms": _of(measured, "case", "p99_ms"),
        "p99_ms_by_load": {name: _of(measured, name, "p99_ms") for name in names},
        "requests_per_second": {name: _of(measured, name, "rate") for name in names},
        "cpu_us": {name: _of(measured, name, "cpu_us") for name in names},
        "bytes": {name: _of(measured, name, "size") for name in names},
        "spread": _spread(measured),
        "sse_clients": streams.ours.clients,
        "sse_asked": streams.clients,
        "sse_events": streams.ours.events,
        "sse_p50_ms": _part(streams.ours.delays_ms, 0.5),
        "sse_p99_ms": _part(streams.ours.delays_ms, 0.99),
        "sse_bare_p99_ms": _part(streams.bare.delays_ms, 0.99),
        "slowest_query_ms": round(measured.slowest.milliseconds, 2),
        "slowest_query": measured.slowest.read,
        "complaints": measured.complaints,
        "connections": CONNECTIONS,
        "rounds": len(measured.rounds),
    }


def _spread(measured: Measured) -> dict[str, list[float]]:
    found = {}
    for name, beside in BESIDE.items():
        each = [one[name].rate / one[beside].rate for one in measured.rounds]
        found[f"ratio_{name}"] = [round(min(each), 2), round(max(each), 2)]
    return found


def _of(measured: Measured, name: str, what: str) -> float:
    return round(float(median(getattr(one[name], what) for one in measured.rounds)), 1)


def _median(values: Iterable[float]) -> float:
    return round(median(values), 2)


def _part(values: Sequence[float], part: float) -> float:
    """Of values in order."""
    return round(values[min(len(values) - 1, int(len(values) * part))], 1)
