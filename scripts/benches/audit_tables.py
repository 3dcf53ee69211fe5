"""What the bench of the audit found, for people, beside what must be reached."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

AT_MOST = {
    "prove_ms": 0.3,
    "verify_ms": 0.5,
    "bytes_per_event": 1600.0,
    "dispute_bytes_per_event": 1600.0,
    "history_1000_cases_s": 60.0,
    "peak_mb": 268.4,
    "mutations_accepted": 0.0,
}
_PROVERS = {
    "ours": "Redress (Python)",
    "trie": "trie (PyPI)",
    "ethereumjs": "@ethereumjs/mpt (npm)",
}
_LABELS = {
    "prove_ms": "prove an event in a block of 300 receipts, ms",
    "verify_ms": "verify it, from bytes to address, topics and data, ms",
    "bytes_per_event": "bytes an event of a history, before they are packed",
    "dispute_bytes_per_event": "bytes an event of one dispute by itself",
    "history_1000_cases_s": "verify the history of 1 000 cases, s",
    "peak_mb": "peak memory of making it, MB",
    "mutations_accepted": "damaged bundles that were verified",
}
_SIZES = {
    "bytes_per_event": "of the history, records and proofs",
    "packed_bytes_per_event": "the same, packed",
    "dispute_bytes_per_event": "of one dispute by itself: its court's events have receipts",
    "receipt_bytes_in_full_block": "a receipt's proof, all 300 of the block proven",
    "receipt_bytes_alone_in_block": "a receipt's proof, one of 300 proven",
    "receipt_bytes_if_bound": "what receipts of all events here would add",
}


def provers_table(found: Mapping[str, Any]) -> Table:
    """Milliseconds for a proof by itself, medians with the least and the most."""
    table = _table("One proof by itself, from the bytes of its nodes to the value")
    for name in ("", "receipt, ms", "least", "most", "word, ms", "least", "most"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for name, label in _PROVERS.items():
        cells = [
            f"{one:.3f}"
            for key in (f"{name}_verify_ms", f"{name}_verify_word_ms")
            for one in (found[key], *found["spread"][key])
        ]
        table.add_row(label, *cells)
    return table


def sizes(found: Mapping[str, Any]) -> Table:
    """Bytes for an event."""
    title = f"{_number(found['events'])} events in {_number(found['cases'])} cases"
    table = _table(title)
    table.add_column("")
    table.add_column("bytes an event", justify="right", no_wrap=True)
    for name, label in _SIZES.items():
        table.add_row(label, _number(found[name]))
    return table


def targets(found: Mapping[str, Any]) -> Table:
    """What must be reached."""
    table = _table("Targets")
    for name in ("", "Redress", "must"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for name, most in AT_MOST.items():
        value = found[name]
        colour, mark = ("green", "✓") if value <= most else ("red", "✗")
        table.add_row(_LABELS[name], f"{value:g}", f"[{colour}]≤ {most:g} {mark}[/]")
    return table


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left")


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ")
