"""Starts Hardhat's node, out of npm's `@nomicfoundation/edr`."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.toolchain import genesis, process
from scripts.toolchain.anvil import CHAIN_ID, Anvil, answers
from scripts.toolchain.paths import NODE_MODULES
from scripts.toolchain.refusal import Refusal

_SERVER = Path(__file__).with_name("edr_node.mjs")


def find() -> Path:
    """Return Node's program, once the package is there too.

    Raises:
        Refusal: either is missing.
    """
    node = shutil.which("node")
    if node is None or not (NODE_MODULES / "@nomicfoundation" / "edr-linux-x64-gnu").is_dir():
        raise Refusal("Hardhat's EDR is not installed", "Run 'make environments'")
    return Path(node)


@contextmanager
def running(chain_id: int = CHAIN_ID) -> Iterator[Anvil]:
    """A chain of its own on a free port, ended on the way out; it takes anvil's own methods."""
    with tempfile.TemporaryDirectory(prefix="redress-edr-") as scratch:
        log, beginning = Path(scratch) / "edr.log", Path(scratch) / "genesis.json"
        beginning.write_text(json.dumps(_genesis()))
        port = process.free_port()
        child = process.start([find(), _SERVER, str(port), str(chain_id), beginning], log=log)
        node = Anvil(f"http://127.0.0.1:{port}", child)
        try:
            process.wait_until_ready("EDR", child, lambda: answers(node.url), log)
            yield node
        finally:
            process.stop(child)


def _genesis() -> dict[str, list[object]]:
    people = genesis.people()
    funded = [{"address": one.address, "balance": str(genesis.WEI_EACH)} for one in people]
    proxy = {"address": genesis.PROXY, "code": genesis.PROXY_CODE}
    return {"keys": ["0x" + bytes(one.key).hex() for one in people], "accounts": [*funded, proxy]}
