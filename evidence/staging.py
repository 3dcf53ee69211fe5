"""Blocks on their way into the vault: all of a DAG comes in, or none of it.

Each delivery has a folder of its own, locked for as long as its process lives; the kernel drops the
lock with the process, and whoever opens the vault next removes the folder.
"""

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from evidence.cid import CID, HASHES, IDENTITY
from evidence.disk import disk_errors, make_folder, sync_folder, write_new
from evidence.errors import BlockMissing, HashUnsupported
from evidence.quota import Quota

_SETTLE_SECONDS = 60
"""A folder younger than this may be one whose owner is about to lock it."""


def block_path(blocks: Path, cid: CID) -> Path:
    """By hash, not by CID: versions 0 and 1 of one block are one file. 256 folders.

    Raises HashUnsupported: such a block can't have come in.
    """
    if cid.hash_code not in HASHES:
        raise HashUnsupported(f"hash function of {cid}", cid=str(cid), hash=cid.hash_code)
    name = cid.multihash.hex()
    return blocks / name[-2:] / name


class Delivery:
    """Use as a context manager; what was not committed is gone at its end."""

    def __init__(self, staging: Path, blocks: Path, quota: Quota) -> None:
        self._blocks = blocks
        self._quota = quota
        self._folder = staging / secrets.token_hex(8)
        self._sizes: dict[str, int] = {}
        """Blocks written here and not yet committed, by file name, in bytes."""
        self._shared: set[Path] = set()
        """Folders with blocks that were there already, perhaps not yet on the disk for good."""

    def __enter__(self) -> "Delivery":
        with disk_errors():
            self._folder.mkdir()
            self._lock = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)
        shutil.rmtree(self._folder, ignore_errors=True)
        with disk_errors():
            self._quota.release(sum(self._sizes.values()))

    def put(self, cid: CID, block: bytes) -> None:
        """A block already checked. What is on disk stays, unless it has rotted."""
        if cid.hash_code == IDENTITY:  # the CID itself holds these bytes
            return
        final = block_path(self._blocks, cid)
        if final.name in self._sizes:
            return
        with disk_errors():
            if final.exists() and final.read_bytes() == block:
                self._shared.add(final.parent)
                return
            self._quota.reserve(len(block))
            self._sizes[final.name] = len(block)
            write_new(self._folder / final.name, block)

    def get(self, cid: CID) -> bytes:
        """From this delivery, else from the vault; not checked. Raises BlockMissing."""
        final = block_path(self._blocks, cid)
        path = self._folder / final.name if final.name in self._sizes else final
        return read_block(path, cid)

    def commit(self, root: CID, wanted: Iterable[CID] | None = None) -> None:
        """These blocks (or all) into the vault, the root after all others are on the disk."""
        if wanted is None:
            names = set(self._sizes)
        else:
            names = {cid.multihash.hex() for cid in wanted} & set(self._sizes)
        last = root.multihash.hex()
        with disk_errors():
            for folder in {self._move(name) for name in names - {last}} | self._shared:
                sync_folder(folder)
            if last in names:
                sync_folder(self._move(last))

    def _move(self, name: str) -> Path:
        folder = self._blocks / name[-2:]
        make_folder(folder)
        (self._folder / name).rename(folder / name)
        del self._sizes[name]
        return folder


def read_block(path: Path, cid: CID) -> bytes:
    """Raises BlockMissing, VaultIo."""
    with disk_errors():
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            raise BlockMissing(f"{cid} is not stored here", cid=str(cid)) from error


def remove_abandoned(staging: Path) -> None:
    """Deliveries whose process died."""
    for folder in staging.iterdir():
        try:
            if time.time() - folder.stat().st_mtime < _SETTLE_SECONDS:
                continue
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue  # another process was faster
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)
