"""Runs Slither over the compiler's output that is there already, so that it compiles nothing."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

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


def run() -> int:
    """Return 0 when there is nothing to say; else print the findings and return 1."""
    with tempfile.TemporaryDirectory(prefix="redress-slither-") as folder:
        _write_build_info(Path(folder) / "build-info")
        return _analyse(folder)


def _analyse(folder: str) -> int:
    command = [VENV / "bin" / "slither", ".", "--filter-paths", "node_modules"]
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
    if done.returncode != 0:
        sys.stderr.write(done.stdout)
    return 0 if done.returncode == 0 else 1


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
