"""Folders for deliveries that are under way, and for the blocks that have come in.

The folder of a delivery is locked for as long as its process lives; the kernel drops the lock with
the process, and whoever opens the vault next removes the folder.
"""

import fcntl
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from evidence.cid import CID, HASHES
from evidence.disk import disk_errors
from evidence.errors import BlockMissing, HashUnsupported


@dataclass(frozen=True, slots=True)
class Places:
    """Where a vault has its things."""

    blocks: Path
    staging: Path
    lock: Path
    """Held by whoever changes blocks or pins."""

    def block(self, name: str) -> Path:
        """In one of 256 folders."""
        return self.blocks / name[-2:] / name


def block_name(cid: CID) -> str:
    """By hash, not by CID: versions 0 and 1 of one block are one file.

    Raises HashUnsupported: such a block can't have come in.
    """
    if cid.hash_code not in HASHES:
        raise HashUnsupported(f"hash function of {cid}", cid=str(cid), hash=cid.hash_code)
    return cid.multihash.hex()


def read_block(path: Path, cid: CID) -> bytes:
    """Raises BlockMissing, VaultIo."""
    with disk_errors():
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            raise missing(cid) from error


def remove_abandoned(staging: Path) -> None:
    """Deliveries whose process died."""
    for folder in staging.iterdir():
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except (FileNotFoundError, NotADirectoryError):
            continue  # another process was faster, or it is none of ours
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


def claim(staging: Path) -> tuple[Path, int]:
    """A new folder, locked. One that is not locked yet looks abandoned, and may be gone again."""
    while True:
        folder = staging / secrets.token_hex(8)
        folder.mkdir()
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return folder, lock
        os.close(lock)


def missing(cid: CID) -> BlockMissing:
    return BlockMissing(f"{cid} is not stored here", cid=str(cid))
