"""Holds a stack's processes: starts them in order, sees one die, ends the rest in reverse order."""

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from scripts.toolchain import process
from scripts.toolchain.refusal import Refusal

_TICK_SECONDS = 0.2


class Stopped(Exception):
    """Somebody asked the stack to end, by Ctrl-C or SIGTERM."""


@dataclass(frozen=True)
class Part:
    """One running process of the stack.

    Attributes:
        name: as people know it.
        process: the process itself.
        log: where its output is.
        ask: the signal that asks it to end in order.
    """

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    ask: int = signal.SIGTERM


class Supervisor:
    """The parts that run, in the order of their start.

    As a context it turns Ctrl-C and SIGTERM into `Stopped` and ends every part on the way out,
    whatever the reason; signals that come meanwhile change nothing.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._parts: list[Part] = []
        self._say = say

    def __enter__(self) -> "Supervisor":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _raise_stopped)
        return self

    def __exit__(self, *_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for part in reversed(self._parts):
            ran = part.process.poll() is None
            process.stop(part.process, part.ask)
            # A part may end of itself where one that it needs is gone.
            self._say(f"stopped {part.name}" if ran else f"{part.name} had ended")

    def add(self, part: Part) -> None:
        """Hold a part that runs."""
        self._parts.append(part)

    def processes(self) -> dict[str, int]:
        """Return the process id of each part, by name, in the order of their start."""
        return {part.name: part.process.pid for part in self._parts}

    def wait(
        self, until: Callable[[], bool], what: str, patience_seconds: float | None = None
    ) -> None:
        """Wait until `until()`, watching every part.

        Raises:
            Refusal: a part ended, or `patience_seconds` went by (None: no limit).
            Stopped: Ctrl-C or SIGTERM.
        """
        began = time.monotonic()
        while not until():
            self._check()
            if patience_seconds is not None and time.monotonic() - began > patience_seconds:
                logs = ", ".join(str(part.log) for part in self._parts[-2:])
                raise Refusal(f"not within {patience_seconds:.0f} s: {what}", f"See {logs}")
            time.sleep(_TICK_SECONDS)

    def _check(self) -> None:
        for part in self._parts:
            code = part.process.poll()
            if code is not None:
                ended = f"{part.name} (process {part.process.pid}) {_ending(code, part.log)}"
                raise Refusal(
                    f"{ended}, so the rest is stopped", f"See {part.log}; the data are kept"
                )


def _ending(code: int, log: Path) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code} ({process.last_line(log)[:200]})"


def _raise_stopped(number: int, frame: FrameType | None) -> NoReturn:
    raise Stopped
