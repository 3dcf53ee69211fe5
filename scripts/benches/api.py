"""`make bench-api`: how quickly the API answers, beside the least that FastAPI can do.

One worker of the real server has a core to itself and 100 000 complaints in its database; wrk, the
database, the node and the indexer share another. Bare routes of FastAPI, of the same server with
the same settings on the same core, answer with the same bytes. They take turns, several times, and
medians count: a machine that others use as well slows both.

What is asked for: `case` and `list` are every case as often as every other, and lists from
anywhere under filters, of a server that has been asked for a while; `hot` is a few hundred again
and again, `cold` what this process was never asked for. `row` is a bare route that reads one row by
its key, so what a query of its own costs at the least.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

from rich.console import Console

from scripts.benches import api_plans, api_streams, load
from scripts.benches.api_house import House, Server, bare, house, serving
from scripts.benches.api_result import Measured, result
from scripts.benches.api_tables import rates, targets
from scripts.benches.load import Load, Paths
from scripts.toolchain.paths import ROOT
from scripts.toolchain.refusal import exit_code_of

RESULT = ROOT / "build" / "bench" / "api.json"
_COPIES = 100_000
_ROUNDS = 3
_SECONDS = 2.0
_WARM_SECONDS = 50.0
_CLIENTS = 1000
_HOT = 300
_SAMPLES = 200
_FILTERS = ("", "", "&state=escalated", "&state=paid", "&category=order", "&organisation=1007")
_WIDTH = 120  # columns


@dataclass(frozen=True)
class Loads:
    """What is asked for, by the name of the load.

    Attributes:
        bare: its counterparts, one of which is asked for right before.
    """

    ours: dict[str, Paths]
    bare: dict[str, Paths]


def measure(
    copies: int = _COPIES,
    rounds: int = _ROUNDS,
    seconds: float = _SECONDS,
    warm_seconds: float = _WARM_SECONDS,
    clients: int = _CLIENTS,
) -> Measured:
    """Raises Refusal where wrk is not installed, or there are no two cores."""
    load.program()
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="redress-bench-")))
        scratch.chmod(0o755)
        found = stack.enter_context(house(copies, scratch))
        loads = _loads(found)
        ours = stack.enter_context(serving(found))
        answers = _answers(found, ours, loads)
        beside = stack.enter_context(bare(found, answers))
        runs = _Runs(found, ours, beside, seconds)
        cold = [_cold(runs, loads) for _ in range(rounds)]
        for name in ("list_all", "case_all"):
            runs.warm(loads.ours[name], warm_seconds)
        etag = ours.http.get(f"/v1/cases/{found.numbers[0]}").headers["etag"]
        warm = [_warm(runs, loads, etag) for _ in range(rounds)]
        streams = asyncio.run(api_streams.measure(found, ours, beside, clients))
        plans = asyncio.run(api_plans.slowest(found))
    both = [{**one, **two} for one, two in zip(cold, warm, strict=True)]
    return Measured(copies, both, streams, plans)


class _Runs:
    """Loads that go on where the last of the same paths ended."""

    def __init__(self, found: House, ours: Server, beside: Server, seconds: float) -> None:
        self.ours, self.beside = ours, beside
        self._house = found
        self._seconds = seconds
        self._asked: dict[Path, int] = {}

    def run(self, server: Server, paths: Paths, etag: str = "", seconds: float = 0) -> Load:
        # A chain does not stand still: with each block what is no case's own is read anew.
        self._house.world.mine(1)
        skip = self._asked.get(paths.file, 0)
        core, seconds = self._house.other_core, seconds or self._seconds
        done = load.run(
            server.url, paths, server.pid, seconds=seconds, core=core, skip=skip, etag=etag
        )
        self._asked[paths.file] = skip + done.requests + load.CONNECTIONS
        return done

    def warm(self, paths: Paths, seconds: float) -> None:
        """Everything once, for so long at most."""
        core, most = self._house.other_core, paths.count
        load.run(self.ours.url, paths, self.ours.pid, seconds=seconds, core=core, most=most)


def _cold(runs: _Runs, loads: Loads) -> dict[str, Load]:
    found = {}
    for name in ("case", "list"):
        found[f"bare_{name}_before"] = runs.run(runs.beside, loads.bare[name])
        found[f"{name}_cold"] = runs.run(runs.ours, loads.ours[f"{name}_cold"])
    found["row"] = runs.run(runs.beside, loads.bare["row"])
    return found


def _warm(runs: _Runs, loads: Loads, etag: str) -> dict[str, Load]:
    found = {}
    for name in ("case", "list"):
        found[f"bare_{name}"] = runs.run(runs.beside, loads.bare[name])
        found[name] = runs.run(runs.ours, loads.ours[name])
        found[f"{name}_hot"] = runs.run(runs.ours, loads.ours[f"{name}_hot"])
    found["bare_304"] = runs.run(runs.beside, loads.bare["304"])
    found["304"] = runs.run(runs.ours, loads.ours["304"], etag)
    return found


def _loads(found: House) -> Loads:
    lot, folder = Random(1), found.folder  # noqa: S311 (no secret is drawn)
    numbers = list(found.numbers)
    lot.shuffle(numbers)
    lists = [f"/v1/cases?cursor={number}{lot.choice(_FILTERS)}" for number in numbers]
    cases = [f"/v1/cases/{number}" for number in numbers]
    half, first, last = len(numbers) // 2, found.numbers[0], found.numbers[-1] + 1
    ours = {
        "case": lot.choices(cases, k=len(cases)),
        "list": lists[half:],
        "case_all": cases,
        "list_all": [f"/v1/cases?limit=100&cursor={n}" for n in range(last, first, -100)],
        "case_cold": cases[:half],
        "list_cold": lists[:half],
        "case_hot": cases[-_HOT:],
        "list_hot": lists[-_HOT:],
        "304": [f"/v1/cases/{found.numbers[0]}"],
    }
    beside = {
        "case": [f"/case/{number}" for number in numbers],
        "list": [f"/list/{number}" for number in numbers],
        "row": [f"/row/{number}" for number in numbers],
        "304": ["/same/1"],
    }
    return Loads(
        {name: Paths.of(folder / name, some) for name, some in ours.items()},
        {name: Paths.of(folder / f"bare_{name}", some) for name, some in beside.items()},
    )


def _answers(found: House, ours: Server, loads: Loads) -> Path:
    """What the bare routes answer with: answers of ours."""
    bodies = {
        name: [ours.http.get(path).text for path in _last(loads.ours[name].file)]
        for name in ("case", "list")
    }
    file = found.folder / "answers.json"
    file.write_text(json.dumps(bodies), encoding="utf-8")
    return file


def _last(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()[-_SAMPLES:]


def main(words: Sequence[str]) -> int:
    """Measure, write and print."""
    parser = argparse.ArgumentParser(prog="python -m scripts.benches.api")
    parser.add_argument("--copies", type=int, default=_COPIES)
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    parser.add_argument("--seconds", type=float, default=_SECONDS)
    parser.add_argument("--warm-seconds", type=float, default=_WARM_SECONDS)
    parser.add_argument("--clients", type=int, default=_CLIENTS)
    found = result(measure(**vars(parser.parse_args(words))))
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    console = Console(width=max(_WIDTH, Console().width))
    for table in (rates(found), targets(found)):
        console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(exit_code_of(lambda: main(sys.argv[1:])))
