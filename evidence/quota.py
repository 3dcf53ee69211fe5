"""How many bytes the vault holds, agreed on by every process that writes to it."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from evidence.errors import VaultFull

_DIGITS = 20


class Quota:
    """The sum lives in a file under a lock. A reservation comes before its write, and a process
    that dies keeps what it reserved, so the sum may run high: a refusal counts again first.
    """

    def __init__(self, path: Path, limit_bytes: int | None, count: Callable[[], int]) -> None:
        """`count` gives the bytes on disk now. Without a limit nothing is kept at all."""
        self._path = path
        self._limit = limit_bytes
        self._count = count
        if limit_bytes is not None:
            with self._locked() as file:
                _write(file, count())

    def reserve(self, size: int) -> None:
        """Raises VaultFull."""
        if self._limit is None:
            return
        with self._locked() as file:
            used = _read(file)
            if used is None or used + size > self._limit:
                used = self._count()
            if used + size > self._limit:
                _write(file, used)
                message = f"{size} bytes more would pass the quota of {self._limit}"
                raise VaultFull(message, used=used, limit=self._limit, bytes=size)
            _write(file, used + size)

    def release(self, size: int) -> None:
        if self._limit is None:
            return
        with self._locked() as file:
            used = _read(file)
            _write(file, self._count() if used is None else max(0, used - size))

    @contextmanager
    def _locked(self) -> Iterator[int]:
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)


def _read(file: int) -> int | None:
    text = os.pread(file, _DIGITS + 1, 0)
    return int(text) if len(text) == _DIGITS and text.isdigit() else None


def _write(file: int, used: int) -> None:
    os.pwrite(file, b"%0*d" % (_DIGITS, used), 0)
