"""A process that is stopped, or refused, at one of its steps on the disk."""

import errno
import fcntl
import os
import signal
from collections.abc import Callable
from typing import Any

_STEPS = (
    "open", "close", "write", "pwrite", "ftruncate", "fsync",
    "link", "unlink", "rename", "replace", "mkdir", "rmdir",
)  # fmt: skip
_NEED_ROOM = {"write", "pwrite", "ftruncate", "fsync", "link", "rename", "replace", "mkdir"}

At = Callable[[str, int], None]
"""Told a step's name and number, from 1, before it is done; may raise."""


class Steps:
    """Takes the place of `os`'s functions, in this process, for as long as it lives."""

    def __init__(self) -> None:
        self.seen = 0
        self._at: At | None = None
        for name in _STEPS:
            setattr(os, name, self._counted(name, getattr(os, name)))
        fcntl.flock = self._counted("flock", fcntl.flock)

    def count(self, at: At) -> None:
        """From now on, from 1."""
        self.seen = 0
        self._at = at

    def stop_counting(self) -> None:
        self._at = None

    def _counted(self, name: str, do: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            if self._at is None:
                return do(*args, **kwargs)
            self._step(_kind(name, args))
            if name not in ("write", "pwrite"):
                return do(*args, **kwargs)
            # A write may end in its middle, and the rest be written, or never.
            file, data, *offset = args
            half = do(file, data[: len(data) // 2], *offset)
            self._step(name)
            rest = do(file, data[half:], *(each + half for each in offset))
            return half + rest

        return step

    def _step(self, name: str) -> None:
        assert self._at is not None
        self.seen += 1
        self._at(name, self.seen)


def _kind(name: str, args: tuple[Any, ...]) -> str:
    makes = name == "open" and args[1] & os.O_CREAT and not os.path.exists(args[0])  # noqa: PTH110
    return "create" if makes else name


def kill_at(last: int) -> At:
    def at(_: str, number: int) -> None:
        if number == last:
            os.kill(os.getpid(), signal.SIGKILL)

    return at


def full_from(first: int) -> At:
    """A disk that has no room left from this step on; what needs none goes on."""

    def at(name: str, number: int) -> None:
        if number >= first and (name == "create" or name in _NEED_ROOM):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return at
