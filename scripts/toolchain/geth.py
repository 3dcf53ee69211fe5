"""Finds or builds geth, and starts one that waits for somebody to play its consensus client.

Not `geth --dev`: its blocks come when it likes, and its clock cannot be moved. Behind the engine
API a block has the time and the randomness that it is told, and another block may take its place.
"""

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.toolchain import genesis, golang, process
from scripts.toolchain.anvil import CHAIN_ID, answers
from scripts.toolchain.paths import ROOT, TOOLCHAIN
from scripts.toolchain.refusal import Refusal, exit_code_of

_PROGRAM = golang.Program(
    title="geth",
    name="geth",
    package="github.com/ethereum/go-ethereum/cmd/geth",
    module=ROOT / "scripts" / "geth",
    folder=TOOLCHAIN / "geth",
    minutes=3,
    make="geth",
)
# Every state is kept: tests ask old blocks. `PRUNING` is what most nodes do.
ARCHIVE = ("--state.scheme=hash", "--gcmode=archive")
PRUNING = ("--state.scheme=path", "--gcmode=full", "--history.state=0")


@dataclass(frozen=True)
class Geth:
    """A running node without peers, at its genesis until it is told of blocks.

    Attributes:
        url: its JSON-RPC address.
        engine_url: of its engine API, for who holds the secret.
        secret: 32 bytes that sign the tokens for it (JWT, HS256).
        process: the node's process.
    """

    url: str
    engine_url: str
    secret: bytes
    process: subprocess.Popen[bytes]


def find() -> Path:
    """Return geth's program. Raises Refusal as `golang.Program.find`."""
    return _PROGRAM.find()


def build() -> Path:
    """Return geth's program, building it when it is nowhere. Raises as `golang.Program.build`."""
    return _PROGRAM.build(
        "-p", "1"
    )  # its packages at once take more memory than small machines have


def start(
    folder: Path, *, log: Path, chain_id: int = CHAIN_ID, options: Sequence[str] = ARCHIVE
) -> Geth:
    """Start geth on `folder`, making a chain of ours there first if there is none.

    Raises:
        Refusal: it is nowhere, or does not start.
    """
    program = find()
    if not (folder / "geth").is_dir():
        _initialize(program, folder, chain_id, options)
    secret = secrets.token_bytes(32)
    (folder / "jwt").write_text(secret.hex())
    port, engine_port = process.free_port(), process.free_port()
    command: list[str | Path] = [
        program,
        "--datadir",
        folder,
        *options,
        "--syncmode=full",
        "--snapshot=false",
    ]
    command += ["--http", "--http.addr=127.0.0.1", f"--http.port={port}"]
    command += ["--http.api=eth,net,web3,debug,txpool,testing"]
    command += [f"--authrpc.port={engine_port}", "--authrpc.jwtsecret", folder / "jwt"]
    command += [
        "--nodiscover",
        "--maxpeers=0",
        "--port=0",
        "--nat=none",
        "--ipcdisable",
    ]
    child = process.start(command, log=log)
    url = f"http://127.0.0.1:{port}"
    try:
        process.wait_until_ready("geth", child, lambda: answers(url), log)
    except BaseException:
        process.stop(child)
        raise
    return Geth(url, f"http://127.0.0.1:{engine_port}", secret, child)


def _initialize(program: Path, folder: Path, chain_id: int, options: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    dev = subprocess.run([program, "--dev", "dumpgenesis"], capture_output=True, check=True)
    file = folder / "genesis.json"
    file.write_text(json.dumps(_genesis(json.loads(dev.stdout), chain_id)))
    scheme = [option for option in options if option.startswith("--state.scheme")]
    done = subprocess.run(
        [program, "--datadir", folder, *scheme, "init", file], capture_output=True, text=True
    )
    if done.returncode != 0:
        raise Refusal(f"geth refuses the genesis: {done.stderr[-300:]}", f"See {file}")


def _genesis(known: dict[str, Any], chain_id: int) -> dict[str, Any]:
    """Geth's own for development, which holds the system's contracts, with our people; Osaka."""
    schedule = known["config"]["blobSchedule"]
    config = {**known["config"], "chainId": chain_id, "osakaTime": 0}
    config["blobSchedule"] = {**schedule, "osaka": schedule["prague"]}
    config.pop("bogotaTime", None)
    people = {one.address: {"balance": hex(genesis.WEI_EACH)} for one in genesis.people()}
    return {
        **known,
        "config": config,
        "timestamp": hex(int(time.time())),
        "gasLimit": hex(genesis.GAS_LIMIT),
        "alloc": {
            **known["alloc"],
            genesis.PROXY: {"balance": "0x0", "code": genesis.PROXY_CODE},
            **people,
        },
    }


if __name__ == "__main__":
    sys.exit(exit_code_of(lambda: build() is None))
