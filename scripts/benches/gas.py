"""`make bench-gas`: what a whole dispute costs in gas, call by call, beside other systems.

After a warm-up, twelve disputes count, and their mean is what is printed: how often the draw has
to try is luck. `--pin` also plays the dispute of tests/integration/test_gas.py, whose luck is
fixed, and rewrites tests/vectors/gas.json with it.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import mean
from typing import Any

from rich.console import Console
from rich.table import Table

from scripts.benches import anchors, disputes
from scripts.benches.disputes import SEATS
from scripts.benches.peers import PEERS, TARGETS
from scripts.toolchain.paths import ROOT
from scripts.toolchain.refusal import exit_code_of

RESULT = ROOT / "build" / "bench" / "gas.json"
PINNED = ROOT / "tests" / "vectors" / "gas.json"
COUNTED = 12
_WIDTH = 120  # columns
# Rows of the table that peers have too, and what they are called there.
_COMPARED = {
    "total_direct": "whole dispute, direct",
    "total_relayed": "whole dispute, relayed",
    "total_with_appeal": "with one appeal, 7 more",
    "stake_avg": "stake, average",
    "pay": "create the escrow",
    "commit": f"{SEATS} commits, draw included",
    "reveal": f"{SEATS} reveals",
}


Calls = Mapping[str, int]
"""Gas of one dispute's calls, by name."""


@dataclass(frozen=True)
class Measured:
    """Gas of the counted disputes.

    Attributes:
        stakes: of each position, in order.
        calls: of each dispute in which everyone sends for themselves.
        relayed: of each where a service sends for others, many at once.
        appealed: of each with one appeal.
        anchored: of batches of signed complaints (anchors.py).
    """

    stakes: Sequence[int]
    calls: Sequence[Calls]
    relayed: Sequence[Calls]
    appealed: Sequence[Calls]
    anchored: Calls


def measure(counted: int = COUNTED) -> Measured:
    """Play a warm-up dispute and `counted` of each kind that count."""
    with disputes.chain() as world:
        disputes.play(world, with_luck=False)
        return Measured(
            world.stakes,
            [dict(disputes.play(world, with_luck=False)) for _ in range(counted)],
            disputes.play_relayed(world, counted),
            [dict(disputes.play_appeal(world)) for _ in range(counted)],
            anchors.play(world),
        )


def pinned() -> dict[str, int]:
    """The gas of the second dispute, its luck fixed: the same in each run of the same code."""
    with disputes.chain() as world:
        disputes.play(world, with_luck=False)
        calls = dict(disputes.play(world, with_luck=True))
        total = sum(calls.values())
        batches = {f"{name} (4 096)": gas for name, gas in anchors.play(world).items()}
        return {**calls, "total": total, "16 stakes": sum(world.stakes), **batches}


def result(measured: Measured) -> dict[str, Any]:
    """What build/bench/gas.json holds: the means."""
    direct, relayed, appealed = (
        _means(calls) for calls in (measured.calls, measured.relayed, measured.appealed)
    )
    return {
        "total_direct": sum(direct.values()),
        "total_relayed": sum(relayed.values()),
        "total_with_appeal": sum(appealed.values()),
        "stake_avg": round(mean(measured.stakes)),
        "calls": direct,
        "calls_relayed": relayed,
        "calls_with_appeal": appealed,
        "anchored": _anchored(measured.anchored, direct["file"]),
        "spread": {name: _ends([one[name] for one in measured.calls]) for name in direct},
        "disputes": len(measured.calls),
        "targets": {name: {"must": must, "aim": aim} for name, (must, aim) in TARGETS.items()},
        "peers": {peer.name: _known(asdict(peer)) for peer in PEERS},
    }


def _anchored(calls: Calls, filed: int) -> dict[str, Any]:
    """Gas a complaint, where 4 096 are anchored at once and where one is opened."""
    each = round(calls["anchor"] / anchors.LEAVES, 2)
    return {**calls, "anchor_each": each, "file": filed, "prototype": dict(anchors.PROTOTYPE)}


def _means(calls: Sequence[Calls]) -> dict[str, int]:
    return {name: round(mean(one[name] for one in calls)) for name in calls[0]}


def _ends(values: Sequence[int]) -> list[int]:
    return [min(values), max(values)]


def _known(peer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: gas for name, gas in peer.items() if name != "name" and gas is not None}


def _ours(found: Mapping[str, Any], row: str) -> int | None:
    """A total, or the sum of the calls of one kind."""
    if row in found:
        total: int | None = found[row]
        return total
    return sum(gas for name, gas in found["calls"].items() if name.startswith(row)) or None


def _gas(gas: int | None) -> str:
    return "-" if gas is None else f"{gas:,}".replace(",", " ")


def _beside(theirs: int | None, ours: int | None) -> str:
    if theirs is None or ours is None:
        return _gas(theirs)
    return f"{_gas(theirs)} {theirs / ours:4.1f}x"


def _judged(ours: int | None, target: int) -> str:
    if ours is None:
        return _gas(target)
    colour, mark = ("green", "✓") if ours <= target else ("red", "✗")
    return f"[{colour}]{_gas(target)} {mark}[/]"


def comparison(found: Mapping[str, Any]) -> Table:
    """Redress beside its peers; 2.0x says that a peer's is twice ours."""
    table = Table(title="Beside others (2.0x: twice ours)", title_justify="left")
    for name in ("", "Redress", *found["peers"]):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for row, label in _COMPARED.items():
        ours = _ours(found, row)
        theirs = (_beside(peer.get(row), ours) for peer in found["peers"].values())
        table.add_row(label, _gas(ours), *theirs)
    return table


def targets(found: Mapping[str, Any]) -> Table:
    """What must be reached and what is aimed at."""
    table = Table(title="Targets", title_justify="left")
    for name in ("", "Redress", "must", "aim"):
        table.add_column(name, justify="right" if name else "left")
    for row, limits in found["targets"].items():
        ours = found[row]
        judged = (_judged(ours, limits[name]) for name in ("must", "aim"))
        table.add_row(_COMPARED[row], _gas(ours), *judged)
    return table


def in_batches(found: Mapping[str, Any]) -> Table:
    """Complaints that are signed and anchored, beside one that is filed."""
    title = f"Complaints in batches of {anchors.LEAVES}, gas each"
    table = Table(title=title, title_justify="left")
    for name in ("", "Redress", "prototype"):
        table.add_column(name, justify="right" if name else "left")
    ours, prototype = found["anchored"], found["anchored"]["prototype"]
    table.add_row("anchored", f"{ours['anchor_each']}", f"{prototype['anchor_each']}")
    for row, label in (
        ("open", "opened by the customer"),
        ("open signed", "opened with the customer's signature"),
        ("file", "filed without a batch"),
    ):
        table.add_row(label, _gas(ours[row]), _gas(prototype.get(row)))
    return table


def every_call(found: Mapping[str, Any]) -> Table:
    """Each call of the dispute, in order; and where votes are sent together, what that changes."""
    title = f"Each call (mean of {found['disputes']} disputes)"
    table = Table(title=title, title_justify="left")
    for name in ("call", "gas", "least", "most"):
        table.add_column(name, justify="left" if name == "call" else "right")
    for name, gas in found["calls"].items():
        table.add_row(name, _gas(gas), *(_gas(end) for end in found["spread"][name]))
    table.add_section()
    for name, gas in found["calls_relayed"].items():
        if gas != found["calls"].get(name):
            table.add_row(f"{name} (relayed)", _gas(gas))
    for kind in ("direct", "relayed", "with_appeal"):
        table.add_row(f"total {kind.replace('_', ' ')}", _gas(found[f"total_{kind}"]))
    return table


def write_pinned() -> None:
    """Rewrite tests/vectors/gas.json."""
    PINNED.write_text(json.dumps(pinned(), indent=2) + "\n", encoding="utf-8")


def main(words: Sequence[str]) -> int:
    """Measure, write and print."""
    if list(words) not in ([], ["--pin"]):
        sys.stderr.write("usage: python -m scripts.benches.gas [--pin]\n")
        return 2
    found = result(measure())
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    # A table is not worth reading when its numbers are broken in two.
    console = Console(width=max(_WIDTH, Console().width))
    for table in (every_call(found), comparison(found), in_batches(found), targets(found)):
        console.print(table)
    if words:
        write_pinned()
        console.print(f"pinned in {PINNED.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(exit_code_of(lambda: main(sys.argv[1:])))
