"""Runs forge: its tests, the long campaigns of random people, and the coverage of the contracts.

build:       what the others need, compiled.
tests:       everything under tests/contracts/forge.
invariants:  the campaigns of Solvency, Seats, Liveness and TrailFold, with RUNS runs each.
coverage:    the lines and branches of contracts/ that forge's tests reach; below 95 % fails.
"""

import fcntl
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.toolchain import anvil, process, solc
from scripts.toolchain.paths import CONTRACTS, ROOT, TOOLCHAIN
from scripts.toolchain.refusal import Refusal, exit_code_of

_CAMPAIGNS: Final = "Solvency|Seats|Liveness|TrailFold"
_DEPTH: Final = 200
# Four campaigns of 200 calls a run.
_RUNS: Final = 1300
_LEAST: Final = 95.0
# These are about gas, which is another where code is compiled to be measured.
_NOT_MEASURED: Final = "WorstDraw|AreCheap|PaidByTheForwarder|GetsEverywhere"
_LCOV: Final = ROOT / "build" / "forge" / "lcov.info"
_CALLS: Final = re.compile(
    r"^\[(PASS|FAIL).*?\] ?(\w+)\(\) \(runs: \d+, calls: (\d+)", re.MULTILINE
)


@dataclass
class Reached:
    """How much of a file was reached."""

    lines: int = 0
    lines_all: int = 0
    branches: int = 0
    branches_all: int = 0

    def add(self, other: "Reached") -> None:
        """Count the other's as well."""
        self.lines += other.lines
        self.lines_all += other.lines_all
        self.branches += other.branches
        self.branches_all += other.branches_all


@contextmanager
def built_meanwhile() -> Iterator[None]:
    """Compile what the tests need beside what is done here: solc takes minutes, and one core.

    What it has to say `test` says, which finds everything compiled, or tries once more.
    """
    log = ROOT / "build" / "forge" / "build.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    child = process.start(
        [sys.executable, "-m", "scripts.toolchain.forge", "build"], log=log, cwd=ROOT
    )
    try:
        yield
        child.wait()
    finally:
        process.stop(child)


def test() -> int:
    """Run forge's tests; return its exit code."""
    with _turn():
        return _forge("test").returncode


def invariants(runs: int) -> int:
    """Run the campaigns and say how many calls they made and how long it took."""
    more = {
        "FOUNDRY_INVARIANT_RUNS": str(runs),
        "FOUNDRY_INVARIANT_DEPTH": str(_DEPTH),
    }
    began = time.monotonic()
    with _turn():
        done = _forge("test", "--match-test", "invariant_", variables=more, quiet=True)
    print(done.stdout)
    calls = [int(number) for _, _, number in _CALLS.findall(done.stdout)]
    print(f"{sum(calls):,} calls in {len(calls)} campaigns, {time.monotonic() - began:.0f} s")
    return done.returncode


def coverage() -> int:
    """Print a line a file and the sum; return 1 if a test fails or too little is reached."""
    _LCOV.parent.mkdir(parents=True, exist_ok=True)
    words = ("coverage", "--ir-minimum", "--report", "lcov", "--report-file", str(_LCOV))
    with _turn():
        done = _forge(*words, "--no-match-test", _NOT_MEASURED, quiet=True)
    if done.returncode != 0:
        sys.stderr.write(done.stdout)
        return 1
    total = Reached()
    print(f"{'':32}{'lines':>16}{'branches':>18}")
    for name, reached, missed in parse(_LCOV.read_text(encoding="utf-8")):
        total.add(reached)
        print(_row(name, reached) + (f"  not: {missed}" if missed else ""))
    print(_row("contracts/", total))
    enough = min(_share(total.lines, total.lines_all), _share(total.branches, total.branches_all))
    return 0 if enough >= _LEAST else 1


def parse(lcov: str) -> Iterator[tuple[str, Reached, str]]:
    """Read an lcov file: each file of contracts/, what was reached, and which lines were not."""
    for record in lcov.split("end_of_record"):
        name = re.search(r"^SF:(.+)$", record, re.MULTILINE)
        if name is None or not _is_ours(name[1]):
            continue
        found = re.findall(r"^DA:(\d+),(\d+)", record, re.MULTILINE)
        lines = [(int(number), int(hits)) for number, hits in found]
        branches = re.findall(r"^BRDA:(\d+),\d+,\d+,(\S+)$", record, re.MULTILINE)
        missed = {number for number, hits in lines if hits == 0}
        missed |= {int(number) for number, hits in branches if hits in "-0"}
        reached = Reached(
            sum(hits > 0 for _, hits in lines),
            len(lines),
            sum(hits not in "-0" for _, hits in branches),
            len(branches),
        )
        yield name[1], reached, " ".join(map(str, sorted(missed)))


def _is_ours(name: str) -> bool:
    return (ROOT / name).is_relative_to(CONTRACTS)


def _row(name: str, reached: Reached) -> str:
    lines, branches = (
        _of(reached.lines, reached.lines_all),
        _of(reached.branches, reached.branches_all),
    )
    return f"{name.removeprefix('contracts/'):32}{lines:>16}{branches:>18}"


def _of(part: int, whole: int) -> str:
    return f"{part}/{whole} {_share(part, whole):5.1f} %" if whole else "-"


def _share(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 100.0


@contextmanager
def _turn() -> Iterator[None]:
    """Two runs at once take turns, since forge keeps one build for both."""
    solc.ensure()
    with (TOOLCHAIN / "forge.lock").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _forge(
    *words: str, variables: Mapping[str, str] | None = None, quiet: bool = False
) -> subprocess.CompletedProcess[str]:
    forge: Path = anvil.find("forge")
    return subprocess.run(
        [str(forge), *words],
        cwd=ROOT,
        env={**os.environ, **(variables or {})},
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
    )


def main(words: Sequence[str]) -> int:
    """Do what the first word says."""
    match list(words):
        case ["build"]:
            with _turn():
                return _forge("build").returncode
        case ["tests"]:
            return test()
        case ["invariants"]:
            return invariants(_RUNS)
        case ["invariants", runs] if runs.isdigit():
            return invariants(int(runs))
        case ["coverage"]:
            return coverage()
    raise Refusal("no such command", "Say build, tests, invariants [RUNS] or coverage")


if __name__ == "__main__":
    sys.exit(exit_code_of(lambda: main(sys.argv[1:])))
