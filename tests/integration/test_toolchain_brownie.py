"""A run of brownie, however it ends, leaves no chain behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.toolchain.paths import ROOT
from tests.patience import PATIENCE_SECONDS


@pytest.fixture
def console() -> Iterator[subprocess.Popen[bytes]]:
    """Brownie's console, waiting for a line that never comes."""
    run = subprocess.Popen(
        [sys.executable, "-m", "scripts.toolchain.brownie", "console"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield run
    run.kill()
    run.communicate()


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def _is_anvil(pid: int) -> bool:
    return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].endswith(b"/bin/anvil")


def _brownie_and_anvil(run: subprocess.Popen[bytes]) -> tuple[int, int]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for brownie in _children(run.pid):
            for child in _children(brownie):
                if _is_anvil(child):
                    return brownie, child
        time.sleep(0.05)
    raise AssertionError("brownie started no anvil")


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize(
    ("victim", "number"),
    [("wrapper", signal.SIGTERM), ("wrapper", signal.SIGKILL), ("brownie", signal.SIGKILL)],
)
def test_the_chain_ends_with_brownie(
    console: subprocess.Popen[bytes], victim: str, number: int
) -> None:
    brownie, chain = _brownie_and_anvil(console)
    signalled = console.pid if victim == "wrapper" else brownie
    os.kill(signalled, number)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _runs(chain) or _runs(brownie):
        assert time.monotonic() < deadline, f"left running: {brownie} {chain}"
        time.sleep(0.05)
