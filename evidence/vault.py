"""Blocks in a folder: written whole or not at all, checked each time they are read.

    ROOT/blocks/c0/1220…c0   one file a block, named by its multihash
    ROOT/staging/…           deliveries under way
    ROOT/pins/OWNER          the roots that stay for an owner
    ROOT/removing/OWNER      the same, while they are being removed
    ROOT/waiting/OWNER       whose they are and since when, where nothing speaks for them yet
    ROOT/usage               bytes held, where there is a quota
    ROOT/lock                held by whoever changes blocks or pins

Any number of processes may use one vault at a time; the disk must know hard links and `flock`.
Killing one at any point leaves the vault whole: what is pinned is all there. What is not pinned
stays until the next `collect`.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from evidence.car import write_car
from evidence.cid import CID, HASHES, IDENTITY, digest_to_cid
from evidence.dag import load
from evidence.delivery import Delivery
from evidence.disk import disk_errors, locked, sync_folder
from evidence.errors import BlockError, CidInvalid, DagError, VaultDamaged
from evidence.manifest import Manifest, parse
from evidence.pins import Pins
from evidence.quota import Quota, room
from evidence.staging import Places, block_name, read_block, remove_abandoned
from evidence.sweep import (
    Collected,
    Removed,
    discard_blocks,
    pinned_names,
    reached_names,
    stored_names,
)
from evidence.unixfs import StoredFile, file_size, read_file
from evidence.waiting import Waiting, WaitingList


class Vault:
    def __init__(self, root: Path, quota_bytes: int | None = None) -> None:
        """Makes the folders where they are missing. `quota_bytes` bounds the blocks together."""
        self._places = Places(root / "blocks", root / "staging", root / "lock")
        self._pins = Pins(root / "pins")
        self._removing = Pins(root / "removing")
        self._waiting = WaitingList(root / "waiting")
        with disk_errors():
            for name in ("blocks", "staging", "pins", "removing", "waiting"):
                (root / name).mkdir(parents=True, exist_ok=True)
            sync_folder(root)
            remove_abandoned(self._places.staging)
            self._quota = Quota(root / "usage", quota_bytes, self._count)

    def delivery(self) -> Delivery:
        """For several things that come in together, with one pin or none."""
        return Delivery(self._places, self._pins, self._waiting, self._quota)

    def put(self, cid: CID, block: bytes) -> None:
        """Raises BlockError for a block that is not what `cid` names, VaultError."""
        with self.delivery() as delivery:
            delivery.put(cid, block)

    def get(self, cid: CID) -> bytes:
        """Raises BlockMissing; BlockMismatch where the disk has rotted."""
        return load(cid, self._read)

    def block(self, cid: CID) -> bytes:
        """As it lies on the disk, not checked. Raises BlockMissing, HashUnsupported, VaultIo."""
        return self._read(cid)

    def has(self, cid: CID) -> bool:
        if cid.hash_code == IDENTITY:
            return True
        return cid.hash_code in HASHES and self._places.block(block_name(cid)).exists()

    def put_file(self, stream: BinaryIO, max_bytes: int | None = None) -> StoredFile:
        """See `Delivery.put_file`; so for the next two."""
        with self.delivery() as delivery:
            return delivery.put_file(stream, max_bytes)

    def put_manifest(self, data: bytes) -> bytes:
        with self.delivery() as delivery:
            return delivery.put_manifest(data)

    def put_car(self, stream: BinaryIO, max_bytes: int | None = None) -> CID:
        with self.delivery() as delivery:
            return delivery.put_car(stream, max_bytes)

    def open_file(self, cid: CID) -> Iterator[bytes]:
        """Its bytes in pieces; raises at once if it is missing or no file, later if a part is."""
        return read_file(cid, self._read)

    def file_size(self, cid: CID) -> int:
        """Bytes. Raises what `open_file` raises."""
        return file_size(cid, self._read)

    def get_manifest(self, key: bytes) -> Manifest:
        """By digest. Raises BlockMissing, ManifestError."""
        return parse(self.get(digest_to_cid(key)))

    def car(self, root: CID) -> Iterator[bytes]:
        """All below `root` as a CAR. Raises BlockMissing, as late as it is found."""
        return write_car(root, self._read)

    def pin(self, root: CID, owner: str) -> None:
        """All below `root` stays while one owner is left who pinned it.

        Reads and checks every block first. Raises OwnerInvalid, BlockError, DagError, VaultError.
        """
        with self.delivery() as delivery:
            delivery.pin(owner)
            delivery.add(root)

    def unpin(self, root: CID, owner: str) -> None:
        """Nothing where it is not pinned. Raises OwnerInvalid, VaultError."""
        with disk_errors(), locked(self._places.lock):
            roots = self._pins.roots(owner)
            if root in roots:
                self._pins.write(owner, (each for each in roots if each != root))
                self._pins.sync()

    def roots(self, owner: str) -> tuple[CID, ...]:
        """In the order pinned. Raises OwnerInvalid, VaultDamaged."""
        with disk_errors():
            return self._pins.roots(owner)

    def pins(self) -> dict[str, tuple[CID, ...]]:
        """The roots of each owner, in the order pinned. Raises VaultDamaged."""
        found = {owner: self.roots(owner) for owner in self.owners()}
        return {owner: roots for owner, roots in found.items() if roots}

    def owners(self) -> frozenset[str]:
        """Who has pinned something, readable or not, or had: where `remove` was cut off.

        Raises VaultError.
        """
        with disk_errors():
            return frozenset((*self._pins.owners(), *self._removing.owners()))

    def collect(self) -> Collected:
        """Removes every block that no pin reaches, and what processes that died have left.

        Raises VaultError; VaultDamaged before anything is removed.
        """
        with disk_errors():
            remove_abandoned(self._places.staging)
            with locked(self._places.lock):
                pinned = pinned_names(self._pins, self._read)
                doomed = (name for name in stored_names(self._places) if name not in pinned)
                collected = discard_blocks(doomed, self._places, self._quota)
                for owner in self._removing.owners():
                    self._removing.write(owner, ())
            self._quota.recount()
        return collected

    def remove(self, owner: str) -> Removed:
        """Lets go all that the owner pinned, and removes at once what no other pin reaches.

        Needs no room on the disk. One that was cut off is ended by calling it again; what it had
        let go, `collect` takes as well. Raises OwnerInvalid, VaultError; VaultDamaged, where it is
        not the owner's own that is damaged, before anything is removed.
        """
        with disk_errors(), locked(self._places.lock):
            return self._remove((owner,))

    def waiting(self) -> dict[str, Waiting]:
        """By owner: what is pinned, and goes again unless something comes to speak for it."""
        with disk_errors():
            return self._waiting.all()

    def keep(self, owner: str) -> None:
        """It waits no longer: it stays like all that is pinned."""
        with disk_errors(), locked(self._places.lock):
            self._waiting.discard(owner)

    def wait_anew(self, owner: str, since: int) -> None:
        """From `since` on, Unix seconds; nothing where it does not wait."""
        with disk_errors(), locked(self._places.lock):
            self._waiting.renew(owner, since)

    def give_up(self, waiting: Mapping[str, Waiting]) -> Removed:
        """As `remove`, of each that still waits just as it is given here: nobody came meanwhile."""
        with disk_errors(), locked(self._places.lock):
            same = [owner for owner in waiting if self._waiting.get(owner) == waiting[owner]]
            return self._remove(same)

    def _remove(self, owners: Collection[str]) -> Removed:
        if not owners:
            return Removed((), 0, 0)
        pinned = pinned_names(self._pins, self._read, but=owners)
        roots, reached = self._left_by(owners)
        doomed = [name for name in reached if name not in pinned]
        for owner in owners:
            self._pins.move(owner, self._removing)
        gone = discard_blocks(doomed, self._places, self._quota)
        for owner in owners:
            self._removing.write(owner, ())
            self._waiting.discard(owner)
        mine = (root for root in roots if root.multihash.hex() not in pinned)
        return Removed(tuple(mine), gone.blocks, gone.bytes)

    def _left_by(self, owners: Iterable[str]) -> tuple[tuple[CID, ...], Iterable[str]]:
        """Their roots, also those of removals begun, and the names of the blocks below them."""
        seen: set[bytes] = set()
        names: dict[str, None] = {}
        roots: dict[CID, None] = {}
        is_whole = True
        for owner in owners:
            try:
                own = (*self._removing.roots(owner), *self._pins.roots(owner))
                roots.update(dict.fromkeys(own))
                for root in own:
                    names.update(dict.fromkeys(reached_names(root, self._read, seen)))
            except (BlockError, DagError, CidInvalid, VaultDamaged):
                is_whole = False
        # What is damaged says not what lies below it: then all unpinned goes.
        return tuple(roots), names if is_whole else stored_names(self._places)

    def used_bytes(self) -> int:
        """Blocks and unfinished deliveries together, counted on disk: see `quota.room`."""
        with disk_errors():
            return self._count()

    def _count(self) -> int:
        """Deliveries first: what is linked to its place meanwhile is counted, and once."""
        staged = dict(_file_sizes(self._places.staging))
        blocks = (size for file, size in _file_sizes(self._places.blocks) if file not in staged)
        return sum(map(room, staged.values())) + sum(map(room, blocks))

    def _read(self, cid: CID) -> bytes:
        return read_block(self._places.block(block_name(cid)), cid)


def _file_sizes(root: Path) -> Iterator[tuple[int, int]]:
    """Inode and bytes of each file in the folders of `root`."""
    for folder in root.iterdir():
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # a delivery that ended, a block swept away
                    found = entry.stat(follow_symlinks=False)
                    yield found.st_ino, found.st_size
