"""No process outlives whoever started it."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts.toolchain import process
from scripts.toolchain.paths import ROOT
from scripts.toolchain.refusal import Refusal

# Starts a server that would run for ever, says its process id, then waits for ever itself.
_PARENT = """
import sys, time
from pathlib import Path
from scripts.toolchain import process
child = process.start([sys.executable, "-c", "import time; time.sleep(600)"], log=Path(sys.argv[1]))
print(child.pid, flush=True)
time.sleep(600)
"""
_STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(grandchild.pid, flush=True)
time.sleep(600)
"""


def _wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while _runs(pid):
        assert time.monotonic() < deadline, f"process {pid} still runs"
        time.sleep(0.02)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # a zombie has ended; whoever adopted it has not yet looked


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_dies_with_its_parent(tmp_path: Path, number: int) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(tmp_path / "log")], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert _runs(child)
    parent.send_signal(number)
    parent.wait()
    parent.stdout.close()
    _wait_until_gone(child)


def test_stop_ends_a_stubborn_process_and_what_it_started(tmp_path: Path) -> None:
    log = tmp_path / "log"
    stubborn = process.start([sys.executable, "-c", _STUBBORN], log=log)
    process.wait_until_ready("it", stubborn, lambda: log.read_text().endswith("\n"), log)
    process.stop(stubborn, patience_seconds=0.2)
    assert stubborn.returncode == -signal.SIGKILL
    _wait_until_gone(int(log.read_text()))


def test_stop_leaves_alone_who_was_given_the_number_of_one_that_ended(tmp_path: Path) -> None:
    log = tmp_path / "log"
    ended = process.start([sys.executable, "-c", ""], log=log)
    ended.wait()
    other = process.start([sys.executable, "-c", "import time; time.sleep(600)"], log=log)
    try:
        ended.pid = other.pid
        process.stop(ended)
        assert other.poll() is None
    finally:
        process.stop(other)


def test_stop_ends_what_one_that_ended_left_behind(tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = _STUBBORN.replace("time.sleep(600)\n", "")
    ended = process.start([sys.executable, "-c", program], log=log)
    ended.wait()
    left = int(log.read_text())
    assert _runs(left)
    process.stop(ended)
    _wait_until_gone(left)


def test_a_server_that_ends_at_once_is_refused_with_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = "import sys; print('first'); print('the lock is rusty'); sys.exit(3)"
    server = process.start([sys.executable, "-c", program], log=log)
    with pytest.raises(Refusal, match=r"exit code 3\): the lock is rusty"):
        process.wait_until_ready("the door", server, lambda: False, log)


def test_a_taken_port_is_seen_and_a_free_one_is_free() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert process.port_is_taken(other.getsockname()[1])
    assert not process.port_is_taken(process.free_port())
