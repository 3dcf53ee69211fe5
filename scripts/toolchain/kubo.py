"""Finds or builds Kubo, the IPFS node, and starts one that talks to nobody."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.toolchain import process
from scripts.toolchain.paths import ROOT, TOOLCHAIN
from scripts.toolchain.refusal import Refusal, exit_code_of

_MODULE = ROOT / "scripts" / "kubo"


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
    """Return Kubo's program: from PATH, else the one built here.

    Raises:
        Refusal: there is neither; the remedy says how to get one.
    """
    on_path = shutil.which("ipfs")
    if on_path is not None:
        return Path(on_path)
    if _built().is_file():
        return _built()
    raise Refusal(
        "Kubo is not installed", "Run 'make kubo' (builds it with Go), or put ipfs on PATH"
    )


def build() -> Path:
    """Return Kubo's program, building it from scripts/kubo/go.mod when it is nowhere (minutes).

    Raises:
        Refusal: Go is missing, or the build failed.
    """
    try:
        return find()
    except Refusal:
        go = shutil.which("go")
    if go is None:
        raise Refusal(
            "Kubo is not installed and Go is missing", "Install Go 1.26, or put ipfs on PATH"
        )
    print("  building Kubo with Go (about three minutes on two cores) …", flush=True)
    built = _built()
    built.parent.mkdir(parents=True, exist_ok=True)
    half_done = built.with_suffix(f".{os.getpid()}")
    command = [go, "build", "-mod=readonly", "-trimpath", "-ldflags=-s -w", "-o", str(half_done)]
    done = subprocess.run(
        [*command, "github.com/ipfs/kubo/cmd/ipfs"], cwd=_MODULE, capture_output=True, text=True
    )
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["go said nothing"]
        raise Refusal(
            f"Kubo cannot be built: {said[-1]}", "Go 1.26 and the module proxy are needed"
        )
    half_done.replace(built)
    return built


def _built() -> Path:
    """Return where the program built from this go.sum lies, or will."""
    version = hashlib.sha256((_MODULE / "go.sum").read_bytes()).hexdigest()[:12]
    return TOOLCHAIN / "bin" / f"ipfs-{version}"


def start(repository: Path, *, log: Path, profiles: str = "test") -> Kubo:
    """Start an off-line daemon on `repository`, making that first if it is not there.

    `profiles` are Kubo's own names for sets of settings, with commas between.
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
    api_port, gateway_port = process.free_port(), process.free_port()
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
