"""Blocks on their way into the vault: all of a delivery comes in, and its pin, or nothing of it.

In a delivery's folder lies a link to each of its blocks, also to those that the vault had already.
So nobody who sweeps the vault can take one away from it, and the vault need not be locked while
bytes come in, however slowly: only for the moment in which they are linked to their places.
"""

import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from evidence.car import CarReader
from evidence.cid import CID, IDENTITY, digest_to_cid
from evidence.dag import MAX_BLOCKS, check_block, reach
from evidence.disk import discard, disk_errors, fill, locked, open_new, sync_folder
from evidence.errors import BlockMismatch, DagTooLarge
from evidence.manifest import digest, parse
from evidence.pins import Pins, check_owner
from evidence.quota import Quota
from evidence.staging import Places, block_name, claim, missing, read_block
from evidence.unixfs import StoredFile, import_file
from evidence.waiting import Wait, WaitingList


class Delivery:
    """Use as a context manager, in one thread: left in order, all of it is in the vault; left by an
    error, nothing of it.
    """

    def __init__(self, places: Places, pins: Pins, waiting: WaitingList, quota: Quota) -> None:
        self._places = places
        self._pins = pins
        self._waiting = waiting
        self._quota = quota
        self._held: set[str] = set()
        """Names of the blocks that lie in the folder, each found true to its name."""
        self._rotten: set[str] = set()
        """Names of those whose like in the vault is not what it says."""
        self._roots: dict[CID, None] = {}
        self._owner: str | None = None
        self._wait: Wait | None = None

    def __enter__(self) -> "Delivery":
        with disk_errors():
            self._folder, self._lock = claim(self._places.staging)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                with disk_errors():
                    self._commit()
        finally:
            # What this leaves undone is for `remove_abandoned` and for the next count.
            with suppress(OSError):
                self._quota.discard(self._folder.iterdir())
                self._folder.rmdir()
            os.close(self._lock)

    def put(self, cid: CID, block: bytes) -> bool:
        """Whether it is new to the delivery. Raises BlockError, VaultError."""
        check_block(cid, block)
        return self._put(cid, block)

    def put_file(self, stream: BinaryIO, max_bytes: int | None = None) -> StoredFile:
        """The whole stream in the profile unixfs-v1-2025. Raises FileTooLarge, VaultError."""
        file = import_file(stream, self._put, max_bytes=max_bytes)
        self._roots[file.cid] = None
        return file

    def put_manifest(self, data: bytes) -> bytes:
        """Takes the very bytes and gives their digest (32 bytes). Raises ManifestError."""
        parse(data)
        key = digest(data)
        root = digest_to_cid(key)
        self._put(root, data)
        self._roots[root] = None
        return key

    def put_car(self, stream: BinaryIO, max_bytes: int | None = None) -> CID:
        """The root, once all below it has arrived (or was here) and is true to its CID.

        Blocks that hang on nothing are dropped. Raises CarError, BlockError, DagError, VaultError.
        """
        car = CarReader(stream, max_bytes=max_bytes)
        brought = {block_name(cid) for cid, block in car.blocks() if self._put(cid, block)}
        with disk_errors():
            self._drop(brought - self.add(car.root))
        return car.root

    def add(self, root: CID) -> set[str]:
        """All below a root that has come, or that the vault has. Gives the blocks' file names.

        Each block that did not come with this delivery is read and checked.
        Raises BlockError, DagError, VaultError.
        """
        names = set()
        for cid in reach(root, self.get, set()):
            if cid.hash_code == IDENTITY:
                continue
            self._hold(cid)
            names.add(block_name(cid))
            if len(names) > MAX_BLOCKS:
                message = f"more than {MAX_BLOCKS} blocks"
                raise DagTooLarge(message, root=str(root), blocks=MAX_BLOCKS)
        self._roots[root] = None
        return names

    def pin(self, owner: str, wait: Wait | None = None) -> None:
        """All roots of this delivery, those to come as well, stay until `owner` lets them go.

        With `wait` they come in only within its bounds, and then wait until something speaks for
        them, unless the owner has pinned something that does not wait; else BudgetError is raised
        at the end. Raises OwnerInvalid.
        """
        check_owner(owner)
        self._owner, self._wait = owner, wait

    def get(self, cid: CID) -> bytes:
        """From this delivery, else from the vault. Raises BlockMissing, BlockMismatch."""
        return read_block(self._folder / self._hold(cid), cid)

    def _put(self, cid: CID, block: bytes) -> bool:
        """A block already checked. What is on disk stays, unless it has rotted."""
        if cid.hash_code == IDENTITY:  # the CID itself holds these bytes
            return False
        name = block_name(cid)
        if name in self._held:
            return False
        with disk_errors():
            if not self._find(name, cid):
                self._write(name, block)
        return True

    def _hold(self, cid: CID) -> str:
        name = block_name(cid)
        if name not in self._held:
            with disk_errors():
                found = self._find(name, cid)
            if name in self._rotten:
                raise BlockMismatch(f"block does not hash to {cid}", cid=str(cid))
            if not found:
                raise missing(cid)
        return name

    def _find(self, name: str, cid: CID) -> bool:
        """Whether the vault has it, and it is true."""
        mine = self._folder / name
        try:
            os.link(self._places.block(name), mine)
        except FileNotFoundError:
            return False
        try:
            cid.verify(mine.read_bytes())
        except BlockMismatch:
            self._rotten.add(name)
            self._drop({name})
            return False
        self._held.add(name)
        return True

    def _write(self, name: str, block: bytes) -> None:
        path = self._folder / name
        with self._quota.reserved(len(block)):
            file = open_new(path, len(block))
        try:
            fill(file, block)
        except BaseException:
            self._drop({name})
            raise
        self._held.add(name)

    def _drop(self, names: set[str]) -> None:
        self._held.difference_update(names)
        self._quota.discard(self._folder / name for name in names)

    def _commit(self) -> None:
        """Roots last, each step on the disk before the next, the pin after all."""
        last = {cid.multihash.hex() for cid in self._roots} & self._held
        with locked(self._places.lock):
            linked: list[Path] = []
            waits = self._begin_to_wait()
            try:
                self._link(self._held - last, linked)
                self._link(last, linked)
                if self._owner is not None:
                    self._pins.write(self._owner, (*self._pins.roots(self._owner), *self._roots))
            except Exception:  # no interrupt: it may come when the pin is there already
                for path in linked:
                    with suppress(OSError):
                        path.unlink()
                if waits and self._owner is not None:
                    with suppress(OSError):
                        self._waiting.discard(self._owner)
                raise
            if self._owner is not None:
                self._pins.sync()

    def _begin_to_wait(self) -> bool:
        """Whether that is noted now: before there is a pin, or it would be one that stays."""
        owner, wait = self._owner, self._wait
        if owner is None or wait is None:
            return False
        others = self._waiting.all()
        mine = others.pop(owner, None)
        if mine is None and self._pins.roots(owner):
            return False  # something spoke for it before
        total = sum(one.bytes for one in others.values()) + wait.waiting.bytes
        wait.check(others.values(), self._quota.share(wait.percent, total))
        self._waiting.write(owner, wait.waiting)
        return mine is None

    def _link(self, names: set[str], linked: list[Path]) -> None:
        folders = {self._places.block(name).parent for name in names}
        for folder in folders:
            folder.mkdir(exist_ok=True)
        sync_folder(self._places.blocks)  # also where one who died has made the folder
        for name in names:
            final = self._places.block(name)
            if name in self._rotten:
                discard(final)  # not from the quota: its size may be any
            try:
                os.link(self._folder / name, final)
                linked.append(final)
            except FileExistsError:
                pass  # here already; perhaps not yet for good, so its folder is synced as well
        for folder in folders:
            sync_folder(folder)
