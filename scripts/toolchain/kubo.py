"""Finds or builds Kubo, the IPFS node, and starts one that talks to nobody."""

import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.toolchain import golang, process
from scripts.toolchain.paths import ROOT, TOOLCHAIN
from scripts.toolchain.refusal import Refusal, exit_code_of

_PROGRAM = golang.Program(
    title="Kubo",
    name="ipfs",
    package="github.com/ipfs/kubo/cmd/ipfs",
    module=ROOT / "scripts" / "kubo",
    folder=TOOLCHAIN / "bin",
    minutes=3,
    make="kubo",
)


@dataclass(frozen=True)
class Kubo:
    """A running node, off line.

    Attributes:
        api_port: the port of its RPC API on 127.0.0.1.
        gateway_port: the port of its gateway on 127.0.0.1.
        process: the daemon's process.
    """

    api_port: int
    gateway_port: int
    process: subprocess.Popen[bytes]

    @property
    def api_url(self) -> str:
        """The RPC API's address, as http://…"""
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def api_multiaddr(self) -> str:
        """The RPC API's address, as /ip4/…, which ipfshttpclient takes."""
        return f"/ip4/127.0.0.1/tcp/{self.api_port}/http"

    @property
    def gateway_url(self) -> str:
        """The gateway's address."""
        return f"http://127.0.0.1:{self.gateway_port}"


def find() -> Path:
    """Return Kubo's program. Raises Refusal as `golang.Program.find`."""
    return _PROGRAM.find()


def build() -> Path:
    """Return Kubo's program, building it when it is nowhere. Raises as `golang.Program.build`."""
    return _PROGRAM.build()


def start(
    repository: Path, *, log: Path, profiles: str = "test", ports: tuple[int, int] | None = None
) -> Kubo:
    """Start an off-line daemon on `repository`, making that first if it is not there.

    `profiles` are Kubo's own names for sets of settings, with commas between; `ports` those of API
    and gateway, where it must not be any that are free.
    """
    program = find()
    environment = {**os.environ, "IPFS_PATH": str(repository), "IPFS_TELEMETRY": "off"}
    environment.pop("IPFS_LOGGING", None)

    def ipfs(*words: str) -> None:
        done = subprocess.run([program, *words], env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise Refusal(f"Kubo refused '{' '.join(words)}': {done.stderr.strip()}", f"See {log}")

    if not (repository / "config").is_file():
        repository.mkdir(parents=True, exist_ok=True)
        ipfs("init", f"--profile={profiles}", "--empty-repo")
    api_port, gateway_port = ports or (process.free_port(), process.free_port())
    ipfs("config", "Addresses.API", f"/ip4/127.0.0.1/tcp/{api_port}")
    ipfs("config", "Addresses.Gateway", f"/ip4/127.0.0.1/tcp/{gateway_port}")
    child = process.start([program, "daemon", "--offline"], log=log, env=environment)
    node = Kubo(api_port, gateway_port, child)
    try:
        process.wait_until_ready("Kubo", child, lambda: answers(node.api_url), log)
    except BaseException:
        process.stop(child)
        raise
    return node


def answers(api_url: str) -> bool:
    """Tell whether Kubo's RPC API answers at `api_url`."""
    call = urllib.request.Request(f"{api_url}/api/v0/id", method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(call, timeout=5) as response:  # noqa: S310
            return bool(response.status == 200)
    except OSError:
        return False


@contextmanager
def running(profiles: str = "test") -> Iterator[Kubo]:
    """A node of its own on an empty repository, thrown away on the way out."""
    with tempfile.TemporaryDirectory(prefix="redress-kubo-") as scratch:
        log = Path(scratch) / "kubo.log"
        node = start(Path(scratch) / "repository", log=log, profiles=profiles)
        try:
            yield node
        finally:
            process.stop(node.process)


if __name__ == "__main__":
    sys.exit(exit_code_of(lambda: build() is None))
