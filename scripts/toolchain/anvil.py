"""Finds and starts anvil, the local chain, and moves its clock."""

import json
import platform
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.toolchain import process
from scripts.toolchain.paths import NODE_MODULES
from scripts.toolchain.refusal import Refusal

CHAIN_ID = 31337
HARDFORK = "prague"
ACCOUNTS = 30  # funded and unlocked, of anvil's well-known mnemonic
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Anvil:
    """A running local chain.

    Attributes:
        url: its JSON-RPC address.
        process: the node's process.
    """

    url: str
    process: subprocess.Popen[bytes]

    def rpc(self, method: str, *params: Any) -> Any:
        """Call the node; raise `RuntimeError` with its message when it answers with an error."""
        return rpc(self.url, method, *params)

    def increase_time(self, seconds: int) -> int:
        """Move the chain's clock `seconds` ahead, mine a block, return that block's time."""
        self.rpc("evm_increaseTime", seconds)
        return self.mine(1)

    def mine(self, blocks: int = 1) -> int:
        """Mine `blocks` blocks one second apart at the least; return the head's time."""
        self.rpc("anvil_mine", hex(blocks))
        return self.now()

    def now(self) -> int:
        """Return the time of the chain's head, in Unix seconds."""
        return int(self.rpc("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def receipt(self, transaction: str, patience_seconds: float = 90.0) -> dict[str, Any]:
        """Wait until `transaction` is mined and return its receipt as the node gives it."""
        deadline = time.monotonic() + patience_seconds
        while (found := self.rpc("eth_getTransactionReceipt", transaction)) is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{transaction} is not mined after {patience_seconds:.0f} s")
            time.sleep(0.02)
        return dict(found)

    def snapshot(self) -> str:
        """Remember the chain's state; `revert` with the id returned brings it back, once."""
        return str(self.rpc("evm_snapshot"))

    def revert(self, snapshot: str) -> None:
        """Bring the chain back to `snapshot`."""
        if self.rpc("evm_revert", snapshot) is not True:
            raise RuntimeError(f"anvil knows no snapshot {snapshot}")


def rpc(url: str, method: str, *params: Any) -> Any:
    """Make one JSON-RPC call over HTTP and return its result.

    Raises:
        OSError: the node cannot be reached.
        RuntimeError: the node answered with an error.
    """
    call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
    request = urllib.request.Request(  # noqa: S310 (the address is one we started or were given)
        url, json.dumps(call).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
        answer = json.load(response)
    if "error" in answer:
        raise RuntimeError(f"{method}: {answer['error'].get('message')}")
    return answer["result"]


def answers(url: str) -> bool:
    """Tell whether a JSON-RPC node answers at `url`."""
    try:
        rpc(url, "eth_chainId")
    except (OSError, RuntimeError, ValueError):
        return False
    return True


def find(tool: str) -> Path:
    """Return the path of a Foundry tool (`anvil`, `forge`): npm's binary package, else PATH.

    npm's comes first because its version is pinned by the lock.
    """
    machine = _MACHINES.get(platform.machine().lower(), "unknown")
    package = f"{tool}-{platform.system().lower()}-{machine}"
    binary = NODE_MODULES / "@foundry-rs" / package / "bin" / tool
    if binary.is_file():
        return binary
    on_path = shutil.which(tool)
    if on_path is None:
        raise Refusal(f"{tool} is not installed", "Run 'make environments', or put it on PATH")
    return Path(on_path)


def start(
    *,
    port: int,
    log: Path,
    state: Path | None = None,
    state_interval_seconds: int = 5,
    chain_id: int = CHAIN_ID,
    options: Sequence[str] = (),
) -> Anvil:
    """Start anvil on 127.0.0.1:`port` and wait until it answers.

    With `state` the chain is read from that file if it is there, and written to it every
    `state_interval_seconds` and at the end. `options` are further ones of anvil's own.
    """
    # Anvil keeps old states on disk, gigabytes of them, and never takes them away: by itself in the
    # user's home. Here they lie beside the log, until the next start at the latest.
    states = log.parent / "anvil-states"
    shutil.rmtree(states, ignore_errors=True)
    command: list[str | Path] = [find("anvil"), "--host", "127.0.0.1", "--port", str(port)]
    command += ["--chain-id", str(chain_id), "--hardfork", HARDFORK]
    command += ["--accounts", str(ACCOUNTS), "--cache-path", states, *options]
    if state is not None:
        command += ["--state", state, "--state-interval", str(state_interval_seconds)]
        command += ["--timestamp", str(_genesis_time(state))]
    url = f"http://127.0.0.1:{port}"
    child = process.start(command, log=log)
    node = Anvil(url, child)
    try:
        process.wait_until_ready("anvil", child, lambda: answers(url), log)
        if state is not None:
            _set_clock(node)
    except BaseException:
        process.stop(child)
        raise
    return node


def _genesis_time(state: Path) -> int:
    """Return the time of block 0 of the chain in `state`, in Unix seconds; now if there is none.

    Anvil makes a new block 0 at each start and keeps it beside the old one; only one with the same
    time is the same block.
    """
    if not state.is_file():
        return int(time.time())
    headers = [block["header"] for block in json.loads(state.read_bytes())["blocks"]]
    return next(int(head["timestamp"], 16) for head in headers if int(head["number"], 16) == 0)


def _set_clock(node: Anvil) -> None:
    """Set the chain's clock to the wall's, or past its head where that is further.

    A chain read from a file counts from block 0 again and has forgotten how far it was moved.
    """
    node.rpc("evm_setTime", max(node.now() + 1, int(time.time())))


@contextmanager
def running(
    state: Path | None = None, chain_id: int = CHAIN_ID, options: Sequence[str] = ()
) -> Iterator[Anvil]:
    """A chain of its own on a free port, ended on the way out."""
    with tempfile.TemporaryDirectory(prefix="redress-anvil-") as scratch:
        log = Path(scratch) / "anvil.log"
        port = process.free_port()
        node = start(port=port, log=log, state=state, chain_id=chain_id, options=options)
        try:
            yield node
        finally:
            process.stop(node.process)
