"""`make check` and `make test`: runs every step, then says which of them failed.

check: formats, lint, types, import directions, the pages' types, Slither.
test:  brownie's tests of the contracts and forge's, then everything else by pytest.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from scripts.toolchain import anvil, brownie, forge, kubo, slither
from scripts.toolchain import compile as contracts
from scripts.toolchain.paths import CONTRACTS, NODE_MODULES, ROOT, VENV
from scripts.toolchain.refusal import Refusal, exit_code_of

Step = tuple[str, Callable[[], int]]
_FRONTEND = ROOT / "dapp" / "web" / "frontend"
_BROWNIE_TESTS = ROOT / "tests" / "contracts"
_FORGE_TESTS = _BROWNIE_TESTS / "forge"


def _command(*words: str | Path) -> Callable[[], int]:
    return lambda: subprocess.run([str(word) for word in words], cwd=ROOT).returncode


def _python_steps() -> list[Step]:
    tools = VENV / "bin"
    return [
        ("ruff format", _command(tools / "ruff", "format", "--check", "--quiet", ".")),
        ("ruff check", _command(tools / "ruff", "check", "--quiet", ".")),
        ("mypy", _command(tools / "mypy")),
        ("import directions", _command(tools / "lint-imports", "--no-cache")),
    ]


def check_steps() -> list[Step]:
    """Return what `make check` runs."""
    formatted = _command(anvil.find("forge"), "fmt", "--check", CONTRACTS, _FORGE_TESTS)
    tsc = _command(NODE_MODULES / ".bin" / "tsc", "-p", _FRONTEND)
    return [
        *_python_steps(),
        ("forge fmt", formatted),
        ("page types", tsc),
        ("Slither", slither.run),
    ]


def test_steps(words: Sequence[str]) -> list[Step]:
    """Return what `make test` runs; `words` replace pytest's arguments."""
    steps: list[Step] = []
    if any(_BROWNIE_TESTS.glob("test_*.py")):
        steps.append(("brownie test", lambda: brownie.run(["test"])))
    steps.append(("forge test", forge.test))
    workers = ("-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadfile")
    steps.append(("pytest", _command(VENV / "bin" / "pytest", *(words or workers))))
    return steps


def _run(steps: Sequence[Step]) -> int:
    """Run all steps, the failed ones too; return 1 if any failed."""
    failed = []
    for name, step in steps:
        print(f"── {name}", flush=True)
        began = time.monotonic()
        if step() != 0:
            failed.append(name)
        print(f"   {time.monotonic() - began:.0f} s", flush=True)
    if failed:
        sys.stderr.write(f"failed: {', '.join(failed)}\n")
    return 1 if failed else 0


def _build_kubo() -> None:
    """Have Kubo for the tests; where it cannot be had they say so themselves."""
    try:
        kubo.build()
    except Refusal as refusal:
        sys.stderr.write(f"Kubo's tests cannot run: {refusal}\n")


def main(words: Sequence[str]) -> int:
    """Do what the first word says."""
    match list(words):
        case ["check"]:
            return _run(check_steps())
        case ["test", *more]:
            contracts.ensure()
            _build_kubo()
            return _run(test_steps(more))
    sys.stderr.write("usage: python -m scripts.checks check | test [pytest's arguments]\n")
    return 2


if __name__ == "__main__":
    sys.exit(exit_code_of(lambda: main(sys.argv[1:])))
