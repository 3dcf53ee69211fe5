"""Blocks in a folder: written whole or not at all, checked each time they are read.

    ROOT/blocks/c0/1220…c0   one file a block, named by its multihash
    ROOT/staging/…           deliveries that are not committed yet
    ROOT/usage               bytes held, where there is a quota

Any number of processes may use one vault at a time. Killing one at any point leaves the vault
whole: a root is there only if all below it is.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from evidence.car import CarReader, write_car
from evidence.cid import CID, HASHES, IDENTITY, digest_to_cid
from evidence.dag import check_block, load, walk
from evidence.disk import disk_errors, make_folder
from evidence.manifest import Manifest, digest, parse
from evidence.quota import Quota
from evidence.staging import Delivery, block_path, read_block, remove_abandoned
from evidence.unixfs import StoredFile, file_size, import_file, read_file


class Vault:
    def __init__(self, root: Path, quota_bytes: int | None = None) -> None:
        """Makes the folders where they are missing. `quota_bytes` bounds the blocks together."""
        self._blocks = root / "blocks"
        self._staging = root / "staging"
        with disk_errors():
            root.mkdir(parents=True, exist_ok=True)
            make_folder(self._blocks)
            make_folder(self._staging)
            remove_abandoned(self._staging)
            self._quota = Quota(root / "usage", quota_bytes, self.used_bytes)

    def put(self, cid: CID, block: bytes) -> None:
        """Raises BlockError for a block that is not what `cid` names, VaultError."""
        check_block(cid, block)
        with self._delivery() as delivery:
            delivery.put(cid, block)
            delivery.commit(cid)

    def get(self, cid: CID) -> bytes:
        """Raises BlockMissing; BlockMismatch where the disk has rotted."""
        return load(cid, self._read)

    def block(self, cid: CID) -> bytes:
        """As it lies on the disk, not checked. Raises BlockMissing, HashUnsupported, VaultIo."""
        return self._read(cid)

    def has(self, cid: CID) -> bool:
        if cid.hash_code == IDENTITY:
            return True
        return cid.hash_code in HASHES and block_path(self._blocks, cid).exists()

    def put_file(self, stream: BinaryIO, max_bytes: int | None = None) -> StoredFile:
        """The whole stream in the profile unixfs-v1-2025. Raises FileTooLarge, VaultError."""
        with self._delivery() as delivery:
            file = import_file(stream, delivery.put, max_bytes=max_bytes)
            delivery.commit(file.cid)
            return file

    def open_file(self, cid: CID) -> Iterator[bytes]:
        """Its bytes in pieces; raises at once if it is missing or no file, later if a part is."""
        return read_file(cid, self._read)

    def file_size(self, cid: CID) -> int:
        """Bytes. Raises what `open_file` raises."""
        return file_size(cid, self._read)

    def put_manifest(self, data: bytes) -> bytes:
        """Stores the very bytes and gives their digest (32 bytes). Raises ManifestError."""
        parse(data)
        key = digest(data)
        self.put(digest_to_cid(key), data)
        return key

    def get_manifest(self, key: bytes) -> Manifest:
        """By digest. Raises BlockMissing, ManifestError."""
        return parse(self.get(digest_to_cid(key)))

    def put_car(self, stream: BinaryIO, max_bytes: int | None = None) -> CID:
        """The root, once all below it has arrived (or was here) and is true to its CID.

        Blocks that hang on nothing are dropped. Raises CarError, BlockError, DagError, VaultError;
        then nothing was stored.
        """
        with self._delivery() as delivery:
            car = CarReader(stream, max_bytes=max_bytes)
            for cid, block in car.blocks():
                delivery.put(cid, block)
            wanted = [cid for cid, _ in walk(car.root, delivery.get)]
            delivery.commit(car.root, wanted)
            return car.root

    def car(self, root: CID) -> Iterator[bytes]:
        """All below `root` as a CAR. Raises BlockMissing, as late as it is found."""
        return write_car(root, self._read)

    def used_bytes(self) -> int:
        """Blocks and unfinished deliveries together, counted on disk."""
        with disk_errors():
            return _folder_bytes(self._blocks) + _folder_bytes(self._staging)

    def _read(self, cid: CID) -> bytes:
        return read_block(block_path(self._blocks, cid), cid)

    def _delivery(self) -> Delivery:
        return Delivery(self._staging, self._blocks, self._quota)


def _folder_bytes(root: Path) -> int:
    total = 0
    for folder in root.iterdir():
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    total += entry.stat().st_size
        except FileNotFoundError:
            continue  # a delivery that ended meanwhile
    return total
