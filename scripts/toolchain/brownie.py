"""Runs brownie in its own environment: `python -m scripts.toolchain.brownie test`, `… run deploy`.

Each run has a project folder and a home of its own that point at this checkout, so that two runs at
once never meet. It takes brownie's own words and knows these networks:

development     an anvil of the run's own, on a free port; the default
redress         the node at REDRESS_NODE_URL, whichever chain that is
sepolia, …      the same, but it must be a node of that chain (scripts/toolchain/networks.py)
"""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from scripts.toolchain import anvil, networks, process, solc
from scripts.toolchain import compile as contracts
from scripts.toolchain.paths import BROWNIE_VENV, ROOT
from scripts.toolchain.refusal import Refusal, exit_code_of

NODE_URL = "REDRESS_NODE_URL"
_LINKED = ("brownie-config.yaml", "contracts", "node_modules", "scripts", "tests")

_NETWORKS = """\
development:
- name: Local chain of this run
  id: development
  cmd: anvil
  host: http://127.0.0.1
  cmd_settings:
    port: {port}
    chain_id: {chain_id}
    evm_version: {hardfork}
    base_fee: 0
    gas_limit: 30000000
    accounts: 20
live:
- name: Redress
  networks:
"""
_LIVE = """\
  - name: {title}
    id: {name}
    chainid: '{chain_id}'
    host: {node_url}
"""


def run(
    words: Sequence[str],
    environment: Mapping[str, str] | None = None,
    output: IO[bytes] | None = None,
) -> int:
    """Run brownie with `words` and return its exit code.

    Args:
        words: brownie's arguments, without the program's name.
        environment: variables besides those of this process.
        output: where what it prints goes; None for our own output.
    """
    if not (BROWNIE_VENV / "bin" / "python").exists():
        raise Refusal("brownie is not installed", "Run 'make environments'")
    contracts.ensure()
    if "compile" in words:  # the other commands find everything compiled
        solc.ensure()
    scratch = Path(tempfile.mkdtemp(prefix="redress-brownie-"))
    try:
        variables = {**solc.environment(), **(environment or {})}
        project = _prepare(scratch, variables)
        return _launch(words, project, variables, output)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _prepare(scratch: Path, variables: dict[str, str]) -> Path:
    """Make the run's project folder and home; put what brownie must see in `variables`."""
    project, home, programs = scratch / "project", scratch / "home", scratch / "bin"
    for folder in (project / "build" / "brownie", home / ".brownie", programs):
        folder.mkdir(parents=True)
    for name in _LINKED:
        (project / name).symlink_to(ROOT / name)
    _write_anvil(programs / "anvil")
    (home / ".brownie" / "network-config.yaml").write_text(_networks(variables.get(NODE_URL)))
    variables["HOME"] = str(home)
    variables["PATH"] = f"{programs}{os.pathsep}{variables.get('PATH', '')}"
    variables["PYTHONPATH"] = str(ROOT)
    return project


def _write_anvil(program: Path) -> None:
    """Write the anvil that brownie starts; the kernel ends it with brownie, however that ends."""
    real = shlex.quote(str(anvil.find("anvil")))
    setpriv = shutil.which("setpriv")
    begin = "exec" if setpriv is None else f"exec {shlex.quote(setpriv)} --pdeathsig KILL"
    program.write_text(f'#!/bin/sh\n{begin} {real} "$@"\n')
    program.chmod(0o755)


def _networks(node_url: str | None) -> str:
    node_chain_id = 0
    if node_url is not None:
        try:
            node_chain_id = int(anvil.rpc(node_url, "eth_chainId"), 16)
        except (OSError, RuntimeError, ValueError) as error:
            raise Refusal(
                f"no node answers at {NODE_URL} ({error})",
                "Start the chain, or correct the address",
            ) from error
    own = _NETWORKS.format(
        port=process.free_port(), chain_id=anvil.CHAIN_ID, hardfork=anvil.HARDFORK
    )
    live = (
        _LIVE.format(
            title=one.title,
            name=one.name,
            chain_id=one.chain_id or node_chain_id,
            node_url=json.dumps(node_url or "http://127.0.0.1:1"),
        )
        for one in networks.ALL
    )
    return own + "".join(live)


def _launch(
    words: Sequence[str], project: Path, variables: Mapping[str, str], output: IO[bytes] | None
) -> int:
    command = [str(BROWNIE_VENV / "bin" / "python"), "-m", "scripts.toolchain.brownie_launch"]
    child = subprocess.Popen(
        [*command, *words],
        cwd=project,
        env=dict(variables),
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=process.die_with_parent(signal.SIGTERM),
    )
    try:
        return child.wait()
    finally:
        process.stop(child)


if __name__ == "__main__":
    # As an exception it lets `run` end brownie and remove the run's folder.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sys.exit(exit_code_of(lambda: run(sys.argv[1:])))
