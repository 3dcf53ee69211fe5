"""Runs Slither over the compiler's output that is there already, so that it compiles nothing."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from scripts.toolchain import anvil, settings, sources
from scripts.toolchain import compile as contracts
from scripts.toolchain.paths import ROOT, VENV
from scripts.toolchain.refusal import exit_code_of

# Findings of medium weight and above fail, except of these detectors:
_EXCLUDED = (
    "divide-before-multiply",  # deadlines are cut to whole minutes and hours on purpose
    "incorrect-equality",  # phases and counts are compared, no balances
    "reentrancy-no-eth",  # calls go to our own contracts, known by immutables
    "uninitialized-local",  # zero is what they are to begin with
)
# And except of these places. One that is not found any more fails as well.
_EXPLAINED = {
    # Our court, known by an immutable, calls nobody in an appeal.
    ("reentrancy-eth", "AppealFund._appeal"),
    # Our registry calls nobody in a deposit; the amount is put back only where that failed.
    ("reentrancy-eth", "AppealFund._payBond"),
    ("reentrancy-eth", "AppealFund.withdrawShare"),
    # The complaint is Escalated before, where all actions refuse; only the answer tells the flag.
    ("reentrancy-eth", "ComplaintDesk.escalate"),
    # The fund, known by an immutable, books what it is given and calls nobody.
    ("reentrancy-eth", "Verdicts._close"),
    # Of a quote only the price is asked.
    ("unused-return", "ComplaintDesk._open"),
    ("unused-return", "ComplaintDesk.escalationCost"),
    # What an item answers is nobody's: each is told by done or not done.
    ("unused-return", "Forwarder.batch"),
    # The third value explains the error, which is looked at.
    ("unused-return", "Forwarder.isSigned"),
    # The start of a window, an arbitrable's answer and the ruling appealed from have no reader.
    ("unused-return", "PublicArbitrator._appealEnd"),
    ("unused-return", "PublicArbitrator._rule"),
    ("unused-return", "PublicArbitrator.appeal"),
}


def run() -> int:
    """Return 0 when there is nothing to say; else print the findings and return 1."""
    with tempfile.TemporaryDirectory(prefix="redress-slither-") as folder:
        _write_build_info(Path(folder) / "build-info")
        return _analyse(folder)


def _analyse(folder: str) -> int:
    report = Path(folder) / "report.json"
    command = [VENV / "bin" / "slither", ".", "--filter-paths", "node_modules", "--json", report]
    command += ["--compile-force-framework", "foundry", "--ignore-compile"]
    command += ["--foundry-out-directory", folder, "--exclude", ",".join(_EXCLUDED)]
    command += ["--exclude-low", "--exclude-informational", "--exclude-optimization"]
    path = f"{anvil.find('forge').parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "VIRTUAL_ENV": str(VENV)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if not report.is_file():
        sys.stderr.write(done.stdout)
        return 1
    found = {_place(one): one["description"] for one in _results(report)}
    for place in sorted(found.keys() - _EXPLAINED):
        sys.stderr.write(f"{place[0]}: {found[place]}\n")
    for place in sorted(_EXPLAINED - found.keys()):
        sys.stderr.write(f"{place[0]} is not found in {place[1]} any more: drop the exception\n")
    return 0 if found.keys() == _EXPLAINED else 1


def _results(report: Path) -> list[dict[str, Any]]:
    said = json.loads(report.read_text(encoding="utf-8"))
    results: list[dict[str, Any]] = said["results"].get("detectors", [])
    return results


def _place(result: dict[str, Any]) -> tuple[str, str]:
    """The detector, and the contract and function it speaks of."""
    first = result["elements"][0]
    parent = first["type_specific_fields"]["parent"]["name"]
    return result["check"], f"{parent}.{first['name']}"


def _write_build_info(folder: Path) -> None:
    """Write what forge would have left of a compile: its question and the answer, in one file."""
    output = contracts.fresh_output()
    question = contracts.standard_input()
    for path in output["sources"]:
        text = (ROOT / path).read_text(encoding="utf-8")
        question["sources"].setdefault(path, {"content": text})
    folder.mkdir(parents=True)
    build_info = {
        "id": sources.digest(),
        "solcVersion": settings.load().version,
        "solcLongVersion": output["compiler"],
        "input": question,
        "output": output,
    }
    (folder / "contracts.json").write_text(json.dumps(build_info), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(exit_code_of(run))
