"""wrk, pinned to a core, and what it tells."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.toolchain.refusal import Refusal

CONNECTIONS = 32
_SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class Load:
    """What one run gave.

    Attributes:
        requests: that were answered in `seconds`, with `bytes` altogether.
        p99_ms: what 99 of 100 answers took at most.
        cpu_us: of the server's process, a request.
    """

    requests: int
    seconds: float
    bytes: int
    p99_ms: float
    cpu_us: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def size(self) -> float:
        """Bytes of an answer, its head included."""
        return self.bytes / self.requests


@dataclass(frozen=True)
class Paths:
    """What is asked for, one path a line, over and over."""

    file: Path
    count: int

    @classmethod
    def of(cls, file: Path, paths: Sequence[str]) -> "Paths":
        file.write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")
        return cls(file, len(paths))


def program() -> str:
    """Where wrk is. Raises Refusal where it is not installed."""
    found = shutil.which("wrk")
    if found is None:
        raise Refusal("wrk is not installed", "Install the package 'wrk' (apt install wrk)")
    return found


def run(
    url: str,
    paths: Paths,
    pid: int,
    *,
    seconds: float,
    core: int,
    skip: int = 0,
    etag: str = "",
    most: int = 0,
) -> Load:
    """Ask a server for paths, `skip` of them left out, whose process is `pid`, so long at most.

    Args:
        most: requests, if it is to end with so many.

    Raises RuntimeError where anything but 2xx and 3xx came.
    """
    words = [
        program(),
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds:.0f}s",
        "-s",
        str(_SCRIPT),
        url,
        "--",
    ]
    words += [str(paths.file), str(skip), etag, str(most)]
    before = _cpu_seconds(pid)
    done = subprocess.run(
        words, capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, {core})
    )
    used = _cpu_seconds(pid) - before
    told = next((line for line in done.stdout.splitlines() if line.startswith("told ")), None)
    if told is None:
        raise RuntimeError(f"wrk says nothing: {done.stdout[-300:]}{done.stderr[-300:]}")
    requests, micros, size, p99, failed = (float(word) for word in told.split()[1:])
    if failed:
        raise RuntimeError(f"{failed:.0f} of {requests:.0f} requests to {url} failed")
    return Load(int(requests), micros / 1e6, int(size), p99 / 1e3, used / requests * 1e6)


def _cpu_seconds(pid: int) -> float:
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
