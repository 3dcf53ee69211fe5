"""One part of a file on its way to the disk."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from evidence.disk import disk_errors
from evidence.errors import ChecksumMismatch, OffsetMismatch, UploadTooLarge

RECORD_BYTES = 8 << 20
"""After so many it is noted down how far a part has come: as much is lost when the process dies."""


class Part:
    """Use as a context manager, one thread at a time. Left in order, all of it counts; left by an
    error, what came before it, or nothing where the part has a checksum.
    """

    def __init__(self, data: Path, offset: int, size: int, record: Callable[[int], None]) -> None:
        """`offset` bytes of `size` have come before; `record` notes down for good how many have."""
        self._data = data
        self._begin = self._recorded = self._came = offset
        self._size = size
        self._record = record
        self._expected = b""
        self._hash: hashlib._Hash | None = None

    def expect(self, offset: int, length: int | None, checksum: tuple[str, bytes] | None) -> None:
        """What its sender says of the part: where it begins, its bytes, algorithm and hash.

        Raises OffsetMismatch, UploadTooLarge.
        """
        if offset != self._begin:
            message = f"the part begins at {offset}, and the next one must at {self._begin}"
            raise OffsetMismatch(message, offset=self._begin)
        self._check_room(length or 0)
        if checksum is not None:
            algorithm, self._expected = checksum
            self._hash = hashlib.new(algorithm, usedforsecurity=False)

    def __enter__(self) -> "Part":
        with disk_errors():
            self._file = os.open(self._data, os.O_WRONLY)
            try:
                os.ftruncate(self._file, self._begin)  # a part that was cut off may have left more
                os.lseek(self._file, 0, os.SEEK_END)
            except BaseException:
                os.close(self._file)
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        try:
            with disk_errors():
                if kind is None:
                    self._check_hash()
                if kind is None or self._hash is None:
                    self._note()
        finally:
            os.close(self._file)

    def write(self, data: bytes) -> None:
        """Raises UploadTooLarge, VaultError."""
        self._check_room(len(data))
        if self._hash is not None:
            self._hash.update(data)
        with disk_errors():
            left = memoryview(data)
            while left:
                written = os.write(self._file, left)
                self._came += written
                left = left[written:]
            if self._hash is None and self._came - self._recorded >= RECORD_BYTES:
                self._note()

    def _check_room(self, length: int) -> None:
        if self._came + length > self._size:
            message = f"more bytes than the {self._size} that were announced"
            raise UploadTooLarge(message, limit=self._size)

    def _check_hash(self) -> None:
        if self._hash is not None and self._hash.digest() != self._expected:
            message = "the part is not what its checksum says: send it again"
            raise ChecksumMismatch(message, offset=self._begin)

    def _note(self) -> None:
        if self._came > self._recorded:
            os.fsync(self._file)
            self._record(self._came)
            self._recorded = self._came
