"""How many bytes the vault holds, agreed on by every process that writes to it."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from evidence.disk import discard, locked
from evidence.errors import VaultFull

_DIGITS = 20
_PAGE_BYTES = 4096


def room(size: int) -> int:
    """What a file of `size` bytes takes of the disk: else a quota would let one be filled with
    files of one byte."""
    return -(-size // _PAGE_BYTES) * _PAGE_BYTES


class Quota:
    """The sum lives in a file under a lock. A reservation comes before its write, and a process
    that dies keeps what it reserved, so the sum may run high, never low: a refusal counts again
    first.
    """

    def __init__(self, path: Path, limit_bytes: int | None, count: Callable[[], int]) -> None:
        """`count` gives the bytes on disk now. Without a limit nothing is kept at all."""
        self._path = path
        self._limit = limit_bytes
        self._count = count
        self.recount()

    def recount(self) -> None:
        if self._limit is not None:
            with locked(self._path) as file:
                _write(file, self._count())

    @contextmanager
    def reserved(self, size: int) -> Iterator[None]:
        """Make the file inside, at its full length, and no count will miss it. Raises VaultFull."""
        if self._limit is None:
            yield
            return
        size = room(size)
        with locked(self._path) as file:
            used = _read(file)
            if used is None or used + size > self._limit:
                used = self._count()
            if used + size > self._limit:
                _write(file, used)
                message = f"{size} bytes more would pass the quota of {self._limit}"
                raise VaultFull(message, used=used, limit=self._limit, bytes=size)
            _write(file, used + size)
            yield

    def share(self, percent: int, waiting: int) -> int | None:
        """What `waiting` bytes, some of those held, may grow to: so much of what the others leave.

        None where there is no limit.
        """
        if self._limit is None:
            return None
        with locked(self._path) as file:
            used = _read(file)
            if used is None:
                used = self._count()
                _write(file, used)
        return (self._limit - max(0, used - waiting)) * percent // 100

    def discard(self, paths: Iterable[Path]) -> int:
        """Unlinks these files; gives the bytes that became free.

        No count may come between a file's end and its subtraction: it would be subtracted twice.
        """
        if self._limit is None:
            return sum(map(discard, paths))
        with locked(self._path) as file:
            freed = [discard(path) for path in paths]
            used = _read(file)
            left = None if used is None else used - sum(map(room, freed))
            _write(file, self._count() if left is None else max(0, left))
            return sum(freed)


def _read(file: int) -> int | None:
    text = os.pread(file, _DIGITS + 1, 0)
    return int(text) if len(text) == _DIGITS and text.isdigit() else None


def _write(file: int, used: int) -> None:
    os.pwrite(file, b"%0*d" % (_DIGITS, used), 0)
