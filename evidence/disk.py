"""Writes that last: what these functions did is still there after a power cut."""

import errno
import os
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


def write_new(path: Path, data: bytes) -> None:
    """A file that must not exist yet, its bytes on the disk."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def make_folder(path: Path) -> None:
    """One level; its entry in the parent is on the disk as well."""
    try:
        path.mkdir()
    except FileExistsError:
        return
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
