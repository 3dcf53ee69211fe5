"""The stack's own rules: one at a time, whole files, parts ended in reverse order."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from scripts.stack.chain_file import ChainFile
from scripts.stack.layout import Layout
from scripts.stack.supervisor import Part, Stopped, Supervisor
from scripts.toolchain import process
from scripts.toolchain.refusal import Refusal


def _layout(data: Path, pages_port: int = 0) -> Layout:
    return Layout(data, pages_port or process.free_port(), process.free_port(), durable=False)


def test_two_stacks_never_share_their_data(tmp_path: Path) -> None:
    first, second = _layout(tmp_path / "data"), _layout(tmp_path / "data")
    with first.held(), pytest.raises(Refusal, match="a stack runs already"), second.held():
        pass
    with second.held():
        assert (tmp_path / "data").is_dir()


def test_a_taken_port_is_refused_with_another_to_take(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Refusal, match=rf"port {port} is taken.* make up PORT={port + 1}"):
            _layout(tmp_path, port).prepare()


def test_a_half_written_chain_is_replaced_by_the_last_whole_copy(tmp_path: Path) -> None:
    chain = tmp_path / "chain.json"
    file = ChainFile(chain)
    chain.write_text('{"block": 7}')
    file.keep()
    chain.write_text('{"block": 8, "accou')
    file.keep()
    assert file.restore()
    assert json.loads(chain.read_text()) == {"block": 7}


def test_a_whole_chain_is_left_alone(tmp_path: Path) -> None:
    chain = tmp_path / "chain.json"
    chain.write_text('{"block": 7}')
    ChainFile(chain).keep()
    chain.write_text('{"block": 8}')
    assert not ChainFile(chain).restore()
    assert json.loads(chain.read_text()) == {"block": 8}


def test_a_chain_broken_before_any_copy_begins_anew(tmp_path: Path) -> None:
    chain = tmp_path / "chain.json"
    chain.write_text("{")
    assert ChainFile(chain).restore()
    assert not chain.exists()


def _sleeper(tmp_path: Path, name: str) -> Part:
    log = tmp_path / f"{name}.log"
    program = "import time; time.sleep(600)"
    return Part(name, process.start([sys.executable, "-c", program], log=log), log)


@pytest.fixture
def _signals_restored() -> object:
    kept = {
        number: signal.getsignal(number)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_signals_restored")
def test_the_death_of_one_part_is_named_and_ends_the_rest_in_reverse(tmp_path: Path) -> None:
    said: list[str] = []
    parts = [_sleeper(tmp_path, name) for name in ("first", "second", "third")]
    with (
        pytest.raises(Refusal, match=r"second \(process \d+\) was ended by SIGKILL.*second\.log"),
        Supervisor(said.append) as supervisor,
    ):
        for part in parts:
            supervisor.add(part)
        parts[1].process.send_signal(signal.SIGKILL)
        supervisor.wait(lambda: False, "never", patience_seconds=10)
    assert said == ["stopped third", "second had ended", "stopped first"]
    assert all(part.process.poll() is not None for part in parts)


@pytest.mark.usefixtures("_signals_restored")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_part(tmp_path: Path, number: int) -> None:
    part = _sleeper(tmp_path, "only")
    with pytest.raises(Stopped), Supervisor(lambda line: None) as supervisor:
        supervisor.add(part)
        threading.Timer(0.3, os.kill, (os.getpid(), number)).start()
        supervisor.wait(lambda: False, "never", patience_seconds=10)
    assert part.process.returncode == -signal.SIGTERM


@pytest.mark.usefixtures("_signals_restored")
def test_waiting_has_an_end(tmp_path: Path) -> None:
    refused = pytest.raises(Refusal, match="not within 0 s: the pages answer")
    with refused, Supervisor(lambda line: None) as supervisor:
        supervisor.add(_sleeper(tmp_path, "pages"))
        supervisor.wait(lambda: False, "the pages answer", patience_seconds=0.1)


def test_the_stack_says_how_it_is_called() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.stack", "dance"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("usage:")


@pytest.mark.usefixtures("_signals_restored")
def test_a_part_that_refuses_is_quoted(tmp_path: Path) -> None:
    log = tmp_path / "pages.log"
    program = "import sys; print('refused: the database is not ours.'); sys.exit(1)"
    child = process.start([sys.executable, "-c", program], log=log)
    quoted = pytest.raises(Refusal, match=r"exit code 1 \(refused: the database is not ours\.\)")
    with quoted, Supervisor(lambda line: None) as supervisor:
        supervisor.add(Part("pages", child, log))
        supervisor.wait(lambda: False, "the pages answer", patience_seconds=10)
