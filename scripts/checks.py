"""`make check`, `make test`, `make test-chains`: runs every step, then says which of them failed.

check: formats, lint, types, import directions, the pages' types, Slither, known vulnerabilities.
test:  brownie's tests of the contracts and forge's, then everything else by pytest.
test-chains: what of pytest's talks to a chain most closely, on other clients than anvil.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from scripts.releasing import audit
from scripts.toolchain import anvil, brownie, edr, forge, geth, kubo, slither
from scripts.toolchain import compile as contracts
from scripts.toolchain.paths import CONTRACTS, NODE_MODULES, ROOT, VENV
from scripts.toolchain.refusal import Refusal, exit_code_of

Step = tuple[str, Callable[[], int]]
_FRONTEND = ROOT / "dapp" / "web" / "frontend"
_BROWNIE_TESTS = ROOT / "tests" / "contracts"
_FORGE_TESTS = _BROWNIE_TESTS / "forge"
_OTHER_CHAINS = ("edr", "geth")
_ON_OTHER_CHAINS = (
    "toolchain_servers",
    "indexer",
    "indexer_reorgs",
    "indexer_facts",
    "receipts",
    "bundle_nodes",
    "sender",
    "relay",
    "keeper_cases",
    "messages_chain",
    "domain_phases",
    "anchor",
    "indexer_several",
    "promises",
    "api_conventions",
    "api_actions",
    "api_dispute",
    "api_keys",
    "api_service",
    "api_session",
    "cli_dispute",
    "cli_lists",
    "desk_page",
    "desk_queue",
    "envelopes",
    "erasure",
    "help_and_mail_api",
)
_ON_GETH = (
    "anchored",
    "api_bundles",
    "api_reads",
    "api_scorecards",
    "api_transactions",
    "api_outages",
    "domain_court",
    "indexer_doors",
)
"""They look at what is not final yet, or at errors and mempools as nodes of the network have them:
EDR's newest block is final at once, and Hardhat says some things in words of its own."""


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
        ("known vulnerabilities", audit.run),
    ]


def _brownie_test() -> int:
    with forge.built_meanwhile():
        return brownie.run(["test"])


def test_steps(words: Sequence[str]) -> list[Step]:
    """Return what `make test` runs; `words` replace pytest's arguments."""
    steps: list[Step] = []
    if any(_BROWNIE_TESTS.glob("test_*.py")):
        steps.append(("brownie test", _brownie_test))
    steps.append(("forge test", forge.test))
    steps.append(("pytest", _command(VENV / "bin" / "pytest", *(words or _workers()))))
    return steps


def chain_steps(chains: Sequence[str]) -> list[Step]:
    """Return what `make test-chains` runs; `chains` as in tests/chains.py, all of them by default.

    One whose client is not here is left out, which is said.
    """
    steps: list[Step] = []
    for chain in chains or _OTHER_CHAINS:
        try:
            {"edr": edr.find, "geth": geth.find}[chain]()
        except Refusal as refusal:
            sys.stderr.write(f"NOT TESTED on {chain}: {refusal}\n")
            continue
        names = _ON_OTHER_CHAINS + (_ON_GETH if chain == "geth" else ())
        files = [f"tests/integration/test_{name}.py" for name in names]
        on = _command(
            "env", f"REDRESS_TEST_CHAIN={chain}", VENV / "bin" / "pytest", *_workers(), *files
        )
        steps.append((f"pytest on {chain}", on))
    return steps


def _workers() -> tuple[str, ...]:
    # In the order of the folders, browsers first: a long file that comes last has one core alone.
    workers = str(min(4, os.cpu_count() or 1))
    return ("-n", workers, "--dist", "loadfile", "--no-loadscope-reorder")


def run(steps: Sequence[Step]) -> int:
    """Run all steps, the failed ones too; return 1 if any failed.

    One that could not be done, for now, is named at the end and fails nothing.
    """
    failed, undone = [], []
    for name, step in steps:
        print(f"── {name}", flush=True)
        began = time.monotonic()
        code = step()
        if code == audit.NOT_CHECKED:
            undone.append(name)
        elif code != 0:
            failed.append(name)
        print(f"   {time.monotonic() - began:.0f} s", flush=True)
    if undone:
        sys.stderr.write(f"NOT CHECKED, see above: {', '.join(undone)}\n")
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
            return run(check_steps())
        case ["test", *more]:
            contracts.ensure()
            _build_kubo()
            return run(test_steps(more))
        case ["test-chains", *more] if set(more) <= set(_OTHER_CHAINS):
            contracts.ensure()
            return run(chain_steps(more))
    usage = "check | test [pytest's arguments] | test-chains [edr] [geth]"
    sys.stderr.write(f"usage: python -m scripts.checks {usage}\n")
    return 2


if __name__ == "__main__":
    sys.exit(exit_code_of(lambda: main(sys.argv[1:])))
