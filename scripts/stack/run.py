"""Starts the parts in order and says what stands between them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping

from scripts.stack import parts
from scripts.stack.chain_file import ChainFile
from scripts.stack.layout import Layout
from scripts.stack.supervisor import Supervisor
from scripts.toolchain import anvil, process
from scripts.toolchain.paths import ROOT
from scripts.toolchain.refusal import Refusal

_PATIENCE_SECONDS = 60.0
_FIRST_SENDER = 20


def say(line: str) -> None:
    """Print a line of progress at once."""
    print(f"  {line}", flush=True)


def start(
    layout: Layout, supervisor: Supervisor, chain_file: ChainFile, *, sends: bool
) -> dict[str, str]:
    """Start chain, database, contracts, IPFS node, indexer and pages, each when the last is well.

    Where it `sends`, also what sends for people who only sign: the relay, and what anchors.

    Returns:
        The variables that tell the service, and whoever plays through it, where the parts are.
    """
    began = time.monotonic()
    node = parts.start_chain(layout, supervisor, chain_file)
    say(f"anvil: {node.url}")
    database_url = parts.start_database(layout, supervisor)
    say(f"PostgreSQL: {layout.postgres}")
    deployment = parts.deploy(layout, node)
    say(f"contracts: {len(deployment.addresses)} on chain {deployment.chain_id}")
    kubo = parts.start_kubo(layout, supervisor)
    variables = {
        "DATABASE_URL": database_url,
        "REDRESS_NODE_URL": node.url,
        "REDRESS_CHAIN_ID": str(deployment.chain_id),
        "REDRESS_DEPLOYMENTS": str(layout.deployments),
        "REDRESS_DATA_DIR": str(layout.service),
        "REDRESS_API_URL": f"http://127.0.0.1:{layout.pages_port}",
    }
    if kubo is not None:
        variables["REDRESS_KUBO_URL"] = kubo.api_url
        say(f"Kubo: {kubo.api_url}")
    if sends:
        variables |= _senders(node)
    _start_service(layout, supervisor, variables)
    if sends:
        _start_senders(layout, supervisor, variables)
    running = {"processes": supervisor.processes(), "variables": variables}
    layout.running.write_text(json.dumps(running, indent=2) + "\n", encoding="utf-8")
    say(f"ready in {time.monotonic() - began:.1f} s")
    return variables


def _start_service(layout: Layout, supervisor: Supervisor, variables: Mapping[str, str]) -> None:
    environment = {**os.environ, **variables}
    parts.start_service(layout, supervisor, "indexer", ("index", "run"), environment)
    say("indexer: running")
    port = str(layout.pages_port)
    words = ("serve", "--host", "127.0.0.1", "--port", port)
    parts.start_service(layout, supervisor, "pages", words, environment)
    supervisor.wait(
        parts.answers(f"{variables['REDRESS_API_URL']}/readyz"),
        "the pages answer and the index has caught up",
        _PATIENCE_SECONDS,
    )
    say(f"pages and API: {variables['REDRESS_API_URL']}")


def _senders(node: anvil.Anvil) -> dict[str, str]:
    """The node signs for its accounts, as an external signer would; the story has those before."""
    relay, anchor = node.rpc("eth_accounts")[_FIRST_SENDER : _FIRST_SENDER + 2]
    return {
        "REDRESS_SIGNER_URL": node.url,
        "REDRESS_RELAY_ADDRESS": relay,
        "REDRESS_ANCHOR_ADDRESS": anchor,
        "REDRESS_RELAY_BATCH_SECONDS": "1",
        "REDRESS_ANCHOR_INTERVAL_SECONDS": "10",
    }


def _start_senders(layout: Layout, supervisor: Supervisor, variables: Mapping[str, str]) -> None:
    environment = {**os.environ, **variables}
    for name in ("relay", "anchor"):
        parts.start_service(layout, supervisor, name, (name, "run"), environment)
    say("relay and anchor: whoever signs pays no fee")


def play(layout: Layout, supervisor: Supervisor, variables: Mapping[str, str]) -> None:
    """Play one dispute through the running stack, its output being ours.

    Raises:
        Refusal: it did not come to its end, or a part of the stack ended meanwhile.
    """
    player = subprocess.Popen(
        [sys.executable, "-m", "scripts.demo"],
        env={**os.environ, **variables, "PYTHONUNBUFFERED": "1"},  # progress, also down a pipe
        cwd=ROOT,
        start_new_session=True,
        preexec_fn=process.die_with_parent(signal.SIGKILL),
    )
    try:
        supervisor.wait(lambda: player.poll() is not None, "the dispute is played")
    finally:
        process.stop(player, patience_seconds=2)
    if player.returncode != 0:
        raise Refusal(
            f"the dispute was not played to its end (exit code {player.returncode})",
            f"Read the lines above, and the logs in {layout.log('anvil').parent}",
        )
    layout.played.touch()
