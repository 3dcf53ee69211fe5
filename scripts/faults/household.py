"""Every process of the service, killed and started again as a supervisor would."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from scripts.toolchain import process
from scripts.toolchain.refusal import Refusal

_REST_SECONDS = 1.0
"""Between an end and the next start."""
_TICK_SECONDS = 0.05


@dataclass
class Part:
    """One process, from one start to the next.

    Attributes:
        begin: starts it.
        ask: the signal that asks it to end in order.
        kills: how often it was killed by us.
        falls: how often it ended by itself, as where the database was gone when it started.
    """

    name: str
    begin: Callable[[], subprocess.Popen[bytes]]
    ask: int = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None
    kills: int = 0
    falls: int = 0
    again_at: float = 0.0

    def kill(self) -> None:
        """kill -9, wherever it is; what it started has to see that for itself."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.kills += 1
        self._ended()

    def kill_child(self, lots: random.Random) -> None:
        """kill -9 of one of what it started, where it has children; else of itself."""
        pid = 0 if self.process is None else self.process.pid
        listed = Path(f"/proc/{pid}/task/{pid}/children")
        children = listed.read_text().split() if listed.exists() else []
        if not children:
            self.kill()
            return
        os.kill(int(lots.choice(children)), signal.SIGKILL)
        self.kills += 1

    def look(self) -> None:
        """Starts it where it does not run. From the main thread alone: children die with it."""
        if self.process is not None and self.process.poll() is not None:
            self.falls += 1
            self._ended()
        if self.process is None and time.monotonic() >= self.again_at:
            try:
                self.process = self.begin()
            except Refusal:
                # As PostgreSQL while what a killed one started is still there.
                self.falls += 1
                self._ended()

    def end(self) -> None:
        """In order."""
        if self.process is not None:
            process.stop(self.process, self.ask)
            self.process = None

    def _ended(self) -> None:
        self.process = None
        self.again_at = time.monotonic() + _REST_SECONDS


@dataclass
class Household:
    """The parts in the order of their start. As a context it ends them, the last one first."""

    parts: dict[str, Part] = field(default_factory=dict)

    def __enter__(self) -> "Household":
        return self

    def __exit__(self, *_: object) -> None:
        for part in reversed(self.parts.values()):
            part.end()

    def add(self, part: Part) -> None:
        """A part that is kept running from now on."""
        self.parts[part.name] = part
        part.look()

    def keep(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Keep all of them running for so long, or until something is so; tell whether it is."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for part in self.parts.values():
                part.look()
            if until():
                return True
            time.sleep(_TICK_SECONDS)
        return until()
