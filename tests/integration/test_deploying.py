"""A deployment to a public testnet, rehearsed on a chain of that one's id (docs/deploying.md).

On geth where it is built, else on anvil.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dapp.chain.keccak import keccak
from scripts.release import NAMES
from scripts.toolchain import networks
from scripts.toolchain.anvil import Anvil
from scripts.toolchain.networks import Network
from scripts.toolchain.paths import ROOT
from tests import chains

_PATIENCE_SECONDS = 300.0
_DEPLOYED = "0x" + keccak(b"Deployed(address,bytes32,bytes32,address,bytes32)").hex()
PUBLIC = [one for one in networks.ALL if one.chain_id is not None]


@contextmanager
def _slots(node: Anvil) -> Iterator[None]:
    """Blocks come by themselves meanwhile, as on a network."""
    over = threading.Event()

    def mine() -> None:
        while not over.wait(0.1):
            node.rpc("evm_mine")

    thread = threading.Thread(target=mine)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _deploying(
    node: Anvil, network: Network, folder: Path, **settings: str
) -> subprocess.Popen[str]:
    words = ["-m", "scripts.toolchain.brownie", "run", "deploy", "--network", network.name]
    where = {"REDRESS_NODE_URL": node.url, "REDRESS_DEPLOYMENTS": str(folder)}
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, **where, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _deploy(node: Anvil, network: Network, folder: Path, **settings: str) -> tuple[int, str]:
    with _deploying(node, network, folder, **settings) as run, _slots(node):
        said, _ = run.communicate(timeout=_PATIENCE_SECONDS)
        return run.returncode, said


def _until(done: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def _created(node: Anvil) -> dict[str, str]:
    """The parts on the chain, and the transaction that made each."""
    which = {"fromBlock": "0x0", "toBlock": "latest", "topics": [_DEPLOYED]}
    logs: list[dict[str, Any]] = node.rpc("eth_getLogs", which)
    names = [bytes.fromhex(log["topics"][3][2:]).rstrip(b"\0").decode() for log in logs]
    assert len(set(names)) == len(names), "a part was made twice"
    return dict(zip(names, (log["transactionHash"] for log in logs), strict=True))


def _kill_half_way(node: Anvil, network: Network, folder: Path) -> dict[str, str]:
    """Brownie dies while some parts are there, and others' transaction waits; those there."""
    node.rpc("evm_setAutomine", False)
    run = _deploying(node, network, folder)
    with _slots(node):
        _until(lambda: _created(node), "no part was made")
    # Its confirmations may be missing: the next transaction is not sent before.
    while node.rpc("txpool_status")["pending"] == "0x0":
        node.rpc("evm_mine")
        time.sleep(0.2)
    made = _created(node)
    (brownie,) = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
    os.kill(int(brownie), signal.SIGKILL)
    run.communicate(timeout=_PATIENCE_SECONDS)
    assert run.returncode != 0
    assert 0 < len(made) < len(NAMES)
    assert not list(folder.glob("*"))
    return made


@pytest.mark.parametrize("network", PUBLIC, ids=lambda one: one.name)
def test_a_deployment_killed_half_way_is_finished_by_the_same_command(
    network: Network, tmp_path: Path
) -> None:
    assert network.chain_id is not None
    with chains.running(network.chain_id, chains.strictest()) as node:
        made = _kill_half_way(node, network, tmp_path)
        code, said = _deploy(node, network, tmp_path)
        assert code == 0, said
        everything = _created(node)
        head = int(node.rpc("eth_blockNumber"), 16)
        deployed = json.loads((tmp_path / f"{network.chain_id}.json").read_text())
        blocks = [
            int(node.rpc("eth_getTransactionByHash", one)["blockNumber"], 16)
            for one in everything.values()
        ]
        # Once more: there is nothing to do.
        again, said = _deploy(node, network, tmp_path)
        assert (again, _created(node)) == (0, everything), said
    assert set(everything) == set(NAMES)
    assert made.items() <= everything.items()
    told = {name: one["transaction"] for name, one in deployed["contracts"].items()}
    assert told == everything
    assert (deployed["chainId"], deployed["deployedAtBlock"]) == (network.chain_id, min(blocks))
    assert head - max(blocks) + 1 >= network.confirmations


def test_what_must_not_be_deployed_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    sepolia, optimism = PUBLIC[0], PUBLIC[1]
    assert optimism.chain_id is not None
    poor = {"REDRESS_DEPLOYER_KEY": "0x" + "22" * 32}
    with chains.running(optimism.chain_id, chains.strictest()) as node:
        for network, settings, words in (
            (sepolia, {}, f"of chain {optimism.chain_id}, and sepolia is {sepolia.chain_id}"),
            (optimism, {networks.MAX_FEE: "0.0001"}, "more than the 0.0001 that may be paid"),
            (optimism, {networks.CONFIRMATIONS: "no"}, "redress_confirmations is no"),
            (optimism, poor, "insufficient funds"),
        ):
            code, said = _deploy(node, network, tmp_path, **settings)
            assert code == 1, said
            assert words in said.lower()
            assert "Traceback" not in said
        assert _created(node) == {}
    assert not list(tmp_path.iterdir())
