"""`make up`: whatever ends, all ends, nothing is left running and nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.toolchain import anvil, process
from scripts.toolchain.paths import ROOT
from tests.patience import PATIENCE_SECONDS

# Stores the word it is called with, and logs it.
_KEEPER = "0x6b5f35805f555f5260205fa0005f52600c6014f3"


@dataclass
class Up:
    """A running `python -m scripts.stack up` on a data folder of the test's own."""

    data: Path
    runner: subprocess.Popen[str]
    node_url: str
    processes: dict[str, int]

    def end(self, number: int = signal.SIGINT) -> str:
        """Send the runner a signal, wait for its end, return what it printed."""
        self.runner.send_signal(number)
        return self.finish()

    def finish(self) -> str:
        """Wait for the runner's end and return what it printed."""
        return self.runner.communicate(timeout=PATIENCE_SECONDS)[0]


Start = Callable[[], Up]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that a stack was started on and ended in order."""
    data = tmp_path_factory.mktemp("stack") / "data"
    data.mkdir()
    (data / "played").touch()  # the demo's dispute has tests of its own
    up = _up(data, _ports())
    said = up.end()
    assert up.runner.returncode == 0, said
    return data


@pytest.fixture
def start(tmp_path: Path, deployed: Path) -> Iterator[Start]:
    """A function that starts the stack; always on the same data and ports."""
    data, ports = tmp_path / "data", _ports()
    # Not by shutil: the database's files have another owner.
    subprocess.run(["cp", "-a", deployed, data], check=True)
    started: list[Up] = []

    def start_one() -> Up:
        started.append(_up(data, ports))
        return started[-1]

    yield start_one
    for up in started:
        up.runner.kill()
        up.runner.communicate()


def _ports() -> dict[str, str]:
    return {"PORT": str(process.free_port()), "NODE_PORT": str(process.free_port())}


def _up(data: Path, ports: dict[str, str]) -> Up:
    runner = subprocess.Popen(
        [sys.executable, "-m", "scripts.stack", "up"],
        cwd=ROOT,
        env={**os.environ, **ports, "DATA": str(data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    running = json.loads(_appearing(data / "running.json", runner))
    return Up(data, runner, running["variables"]["REDRESS_NODE_URL"], running["processes"])


def _appearing(path: Path, runner: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not path.exists() or not path.read_text():
        assert runner.poll() is None, runner.communicate()[0]
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.05)
    return path.read_text()


def _left_after(processes: dict[str, int]) -> list[str]:
    """Return the parts that still run when patience is at its end."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        left = [name for name, pid in processes.items() if _runs(pid)]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("victim", ["anvil", "PostgreSQL", "indexer", "pages", "relay"])
def test_the_death_of_any_part_is_reported_and_ends_the_rest(start: Start, victim: str) -> None:
    up = start()
    os.kill(up.processes[victim], signal.SIGKILL)
    said = up.finish()
    assert up.runner.returncode == 1
    last = said.strip().splitlines()[-1]
    assert last.startswith(
        f"refused: {victim} (process {up.processes[victim]}) was ended by SIGKILL"
    )
    ends = [
        line.strip()
        for line in said.splitlines()
        if line.startswith("  stopped ") or line.endswith(" had ended")
    ]
    assert f"{victim} had ended" in ends
    ended = [line.removeprefix("stopped ").removesuffix(" had ended") for line in ends]
    assert ended == list(reversed(up.processes))
    assert _left_after(up.processes) == []
    assert "Traceback" not in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_in_order(start: Start, number: int) -> None:
    up = start()
    said = up.end(number)
    assert up.runner.returncode == 0, said
    assert _left_after(up.processes) == []
    assert not (up.data / "running.json").exists()


def test_nothing_outlives_a_runner_that_is_killed(start: Start) -> None:
    up = start()
    up.end(signal.SIGKILL)
    assert _left_after(up.processes) == []


def test_the_next_start_goes_on_from_the_same_data(start: Start) -> None:
    up = start()
    node = up.node_url
    sender = anvil.rpc(node, "eth_accounts")[0]
    contract = _send(node, {"from": sender, "data": _KEEPER})["contractAddress"]
    anvil.rpc(node, "evm_increaseTime", 49 * 3600)
    for word in range(1, 6):
        _send(node, {"from": sender, "to": contract, "data": f"0x{word:064x}"})
    before = _facts(node, contract)
    assert len(before["logs"]) == 5
    up.end()
    start().end()  # anvil forgets things at a second start that it knew at the first
    deployed = (up.data / "deployments" / "31337.json").read_text()

    again = start()
    assert _facts(again.node_url, contract) == before
    assert (again.data / "deployments" / "31337.json").read_text() == deployed
    after = _send(again.node_url, {"from": sender, "to": contract, "data": "0x"})
    block = anvil.rpc(again.node_url, "eth_getBlockByHash", after["blockHash"], False)
    assert int(block["timestamp"], 16) > int(before["blocks"][-1]["timestamp"], 16)


def test_a_killed_chain_loses_little_and_goes_on(start: Start) -> None:
    up = start()
    anvil.rpc(up.node_url, "anvil_mine", hex(3))
    height = int(anvil.rpc(up.node_url, "eth_blockNumber"), 16)
    head = anvil.rpc(up.node_url, "eth_getBlockByNumber", hex(height), False)
    _wait_for_copy(up.data, height)
    os.kill(up.processes["anvil"], signal.SIGKILL)
    up.finish()
    (up.data / "chain.json").write_text('{"block": {"number": "0x')  # killed while it wrote
    again = start()
    assert anvil.rpc(again.node_url, "eth_getBlockByNumber", hex(height), False) == head


def _wait_for_copy(data: Path, height: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    kept = data / "chain.kept.json"
    while not kept.exists() or json.loads(kept.read_text())["best_block_number"] != height:
        assert time.monotonic() < deadline, "the chain was not kept"
        time.sleep(0.1)


def _send(node: str, transaction: dict[str, str]) -> dict[str, Any]:
    sent = anvil.rpc(node, "eth_sendTransaction", transaction)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (receipt := anvil.rpc(node, "eth_getTransactionReceipt", sent)) is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return dict(receipt)


def _facts(node: str, contract: str) -> dict[str, Any]:
    """What an indexer or an auditor asks a chain about its past."""
    height = int(anvil.rpc(node, "eth_blockNumber"), 16)
    blocks = [
        anvil.rpc(node, "eth_getBlockByNumber", hex(number), False) for number in range(height + 1)
    ]
    transactions = [hash_ for block in blocks for hash_ in block["transactions"]]
    query = {"address": contract, "fromBlock": "0x0", "toBlock": "latest"}
    return {
        "blocks": blocks,
        "receipts": [anvil.rpc(node, "eth_getTransactionReceipt", sent) for sent in transactions],
        "logs": anvil.rpc(node, "eth_getLogs", query),
        "proof": anvil.rpc(node, "eth_getProof", contract, [f"0x{0:064x}"], hex(height)),
    }


def test_a_taken_port_is_refused_before_anything_starts(start: Start) -> None:
    up = start()
    port = json.loads((up.data / "running.json").read_text())["variables"]["REDRESS_API_URL"]
    done = subprocess.run(
        [sys.executable, "-m", "scripts.stack", "up"],
        cwd=ROOT,
        env={**os.environ, "DATA": f"{up.data}-2", "PORT": port.rpartition(":")[2]},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("refused: port ")
    assert done.stderr.count("\n") == 1
    assert up.runner.poll() is None


def test_a_demo_that_is_interrupted_leaves_nothing() -> None:
    demo = subprocess.Popen(
        [sys.executable, "-m", "scripts.stack", "demo"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert demo.stdout is not None
    said = ""
    while "organisation: " not in said:  # the story has begun
        line = demo.stdout.readline()
        assert line, said
        said += line
    children = {str(pid): pid for pid in _children(demo.pid)}
    assert len(children) >= 5
    demo.send_signal(signal.SIGINT)
    demo.communicate(timeout=PATIENCE_SECONDS)
    assert demo.returncode == 130
    assert _left_after(children) == []


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
