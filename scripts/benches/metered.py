"""Runs a command as the child of a small process, and tells what the command used.

Linux starts a program with the peak memory of the process that forked it, so a child of a bench
that has grown would seem as large as the bench.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.toolchain import process
from scripts.toolchain.paths import ROOT

_PATIENCE_SECONDS = 1800.0
# What the kernel counts the peak in, in bytes.
_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Used:
    """What a command used, from its start to its end.

    Attributes:
        seconds: by the clock on the wall.
        cpu_seconds: of its own process, in user and system mode.
        peak_bytes: of memory resident.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def run(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    patience_seconds: float = _PATIENCE_SECONDS,
) -> Used:
    """Run a command in the checkout, its output in `log`. Raises RuntimeError where it fails."""
    log.unlink(missing_ok=True)
    told = log.with_suffix(".used.json")
    words = [sys.executable, "-m", __spec__.name, told, *command]
    child = process.start(words, log=log, env=env, cwd=ROOT)
    try:
        code = child.wait(patience_seconds)
    finally:
        process.stop(child)
    if code != 0:
        raise RuntimeError(f"{command[0]} ended with {code}: {process.last_line(log)}")
    return Used(**json.loads(told.read_text(encoding="utf-8")))


def _main(told: str, command: Sequence[str]) -> int:
    began = time.monotonic()
    child = subprocess.Popen(command, preexec_fn=process.die_with_parent(signal.SIGTERM))
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.monotonic() - began
    found = Used(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * _PEAK_UNIT)
    Path(told).write_text(json.dumps(asdict(found)), encoding="utf-8")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], sys.argv[2:]))
