"""Writes that last: what these functions did is still there after a power cut.

They go through `os`, one call a step: the tests stop a process at each of these.
"""

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evidence.errors import VaultFull, VaultIo


@contextmanager
def disk_errors() -> Iterator[None]:
    """The one place where the disk's errors become ours."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise VaultFull("the disk is full", errno=error.errno or 0) from error
        raise VaultIo(f"the disk refused: {error}", errno=error.errno or 0) from error


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """One process, and one thread of it, at a time; gives the file's descriptor.

    The kernel drops the lock with the process. It is dropped by name here, since a child that was
    forked meanwhile has the descriptor too and would hold it on.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
        os.close(file)


def open_new(path: Path, size: int) -> int:
    """A descriptor of a file that must not exist yet. It has its `size` at once: a count sees it
    before its bytes are there."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        os.ftruncate(file, size)
    except BaseException:
        os.close(file)
        raise
    return file


def fill(file: int, data: bytes) -> None:
    """All of `data`, on the disk; closes the descriptor."""
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(file, left) :]
        os.fsync(file)
    finally:
        os.close(file)


def secret(path: Path) -> bytes:
    """32 random bytes, the same for everybody who asks here."""
    with disk_errors(), locked(path) as file:
        os.fchmod(file, 0o600)
        found = os.pread(file, 32, 0)
        if len(found) < 32:
            found = secrets.token_bytes(32)
            os.pwrite(file, found, 0)
        return found


def replace(path: Path, data: bytes, scratch: Path) -> None:
    """The old file or the new one, at any time. That it is the new one for good needs
    `sync_folder`. `scratch` lies in the same folder and may be left by one who died."""
    fill(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), data)
    scratch.replace(path)


def discard(path: Path) -> int:
    """Unlinks; gives the bytes that this made free: none while another link is left."""
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return 0
    try:
        path.unlink(missing_ok=True)
        found = os.fstat(file)
        return 0 if found.st_nlink else found.st_size
    finally:
        os.close(file)


def sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
