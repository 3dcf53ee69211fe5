"""Child processes that never outlive the program that started them."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from scripts.toolchain.refusal import Refusal

_PR_SET_PDEATHSIG = 1


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def port_is_taken(port: int) -> bool:
    """Tell whether something on 127.0.0.1 already listens on `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
        return False


def die_with_parent(death_signal: int) -> Callable[[], None]:
    """Return a function for a child to run before exec: it dies when its parent does.

    The kernel sends `death_signal` (Linux only) when the thread that started the child ends, so
    children must be started from the main thread. Elsewhere the function does nothing.
    """
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def before_exec() -> None:
        prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the line above took effect
            os.kill(os.getpid(), signal.SIGKILL)

    return before_exec


def start(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    death_signal: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a server in a process group of its own, its output going to `log`.

    Its own group keeps a Ctrl-C at the terminal away from it: whoever started it ends it, in order.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=die_with_parent(death_signal),
        )


def stop(
    process: subprocess.Popen[bytes], ask: int = signal.SIGTERM, patience_seconds: float = 15.0
) -> None:
    """Ask `process` to end, then make its whole group end; return when it is gone."""
    if process.poll() is None:
        process.send_signal(ask)
        try:
            process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    with suppress(ProcessLookupError):
        if not _runs(process.pid):
            os.killpg(process.pid, signal.SIGKILL)


def _runs(pid: int) -> bool:
    """Whether somebody has that number: who has ended may have left it to another group's first."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_ready(
    name: str,
    process: subprocess.Popen[bytes],
    ready: Callable[[], bool],
    log: Path,
    patience_seconds: float = 60.0,
) -> None:
    """Wait until `ready()`.

    Raises:
        Refusal: the process ended, or was not ready within `patience_seconds`.
    """
    deadline = time.monotonic() + patience_seconds
    while not ready():
        code = process.poll()
        if code is not None:
            raise Refusal(
                f"{name} ended at once (exit code {code}): {last_line(log)}", f"See {log}"
            )
        if time.monotonic() > deadline:
            raise Refusal(f"{name} is not ready after {patience_seconds:.0f} s", f"See {log}")
        time.sleep(0.05)


def last_line(log: Path) -> str:
    """Return the last line of a log that says something, or a word that there is none."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "no output"
