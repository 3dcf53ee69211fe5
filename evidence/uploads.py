"""Files that come in parts, over broken connections, restarts and other processes.

    ROOT/ID/state   what the file is, whose, and how much of it has come
    ROOT/ID/data    its bytes, and beyond those that came perhaps some that do not count
    ROOT/lock       held by whoever begins an upload

`state` is replaced after `data` is on the disk, so the bytes that it speaks of are there whatever
happens. Whoever adds to an upload, uses or removes it holds the lock of its folder, which the
kernel drops with the process.
"""

import fcntl
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import BinaryIO

from evidence import disk
from evidence.budget import Budget, Held, Holder
from evidence.disk import disk_errors, locked, sync_folder
from evidence.errors import (
    UploadBusy,
    UploadExpired,
    UploadIncomplete,
    UploadMissing,
    UploadTooLarge,
)
from evidence.parts import Part

LEAST_BYTES = 1 << 20
"""What even an empty upload counts as: else somebody could begin any number."""

_ID = re.compile(r"[0-9a-f]{64}")
_STATE, _DATA, _SCRATCH = "state", "data", "state.new"


@dataclass(frozen=True, slots=True)
class Upload:
    """Attributes:
    name: as its sender calls the file; checked by nobody yet.
    size: the bytes that were announced; `offset` of them have come.
    touched_at: Unix seconds, when the last of them did.
    """

    id: str
    name: str
    media_type: str
    size: int
    holder: Holder
    touched_at: int
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """Attributes:
    file_bytes: of one file.
    total_bytes: of all of them, as they were announced.
    seconds: until one of which nothing comes any more is given up.
    """

    file_bytes: int
    total_bytes: int
    budget: Budget
    seconds: int = 24 * 3600


class Uploads:
    """Any number of processes may share the folder. Every method raises VaultError."""

    def __init__(self, root: Path, limits: Limits, clock: Callable[[], float]) -> None:
        """`clock` gives Unix seconds."""
        self.limits = limits
        self._root = root
        self._clock = clock
        with disk_errors():
            root.mkdir(parents=True, exist_ok=True)

    def create(self, size: int, name: str, media_type: str, holder: Holder) -> Upload:
        """Raises UploadTooLarge, BudgetError."""
        limit = self.limits.file_bytes
        if size > limit:
            raise UploadTooLarge(f"a file may have at most {limit} bytes", limit=limit)
        new = Upload(secrets.token_hex(32), name, media_type, size, holder, int(self._clock()))
        with disk_errors(), locked(self._root / "lock"):
            held = map(_held, self._all())
            self.limits.budget.check(held, _held(new), self.limits.total_bytes)
            self._begin(new)
        return new

    def find(self, name: str) -> Upload:
        """Raises UploadMissing, UploadExpired."""
        with disk_errors():
            upload = _read(self._folder(name))
        if upload is None:
            raise _missing()
        if self._is_over(upload):
            raise UploadExpired("nothing came of it for too long: begin it anew")
        return upload

    def expires_at(self, upload: Upload) -> int:
        """Unix seconds."""
        return upload.touched_at + self.limits.seconds

    @contextmanager
    def part(
        self, name: str, offset: int, length: int | None, checksum: tuple[str, bytes] | None
    ) -> Iterator[Part]:
        """Takes in what follows `offset`; see `Part`.

        Raises UploadMissing, UploadExpired, UploadBusy, UploadTooLarge, OffsetMismatch.
        """
        with self._locked(name) as folder:
            upload = self.find(name)

            def record(came: int) -> None:
                _save(folder, replace(upload, offset=came, touched_at=int(self._clock())))

            part = Part(folder / _DATA, upload.offset, upload.size, record)
            part.expect(offset, length, checksum)
            with part:
                yield part

    def remove(self, name: str) -> None:
        """Raises UploadMissing, UploadBusy."""
        with self._locked(name) as folder, disk_errors():
            if _read(folder) is None:
                raise _missing()
            self._discard(folder)

    @contextmanager
    def used(self, names: Sequence[str]) -> Iterator[list[tuple[Upload, BinaryIO]]]:
        """Whole uploads with their bytes, kept from others meanwhile; left in order, they are gone.

        Raises UploadMissing, UploadExpired, UploadBusy, UploadIncomplete.
        """
        with ExitStack() as stack:
            folders = [stack.enter_context(self._locked(name)) for name in names]
            found = [self._whole(name) for name in names]
            with disk_errors():
                streams = [stack.enter_context((one / _DATA).open("rb")) for one in folders]
            yield list(zip(found, streams, strict=True))
            for folder in folders:
                with suppress(OSError):  # what was taken over already expires by itself
                    self._discard(folder)

    def all(self) -> list[Upload]:
        """Those that have not expired."""
        with disk_errors():
            return list(self._all())

    def sweep(self) -> int:
        """Removes what has expired, and what was never begun for good; gives how many."""
        with disk_errors():
            return sum(self._swept(folder) for folder in self._folders())

    def _swept(self, folder: Path) -> bool:
        with suppress(UploadBusy, UploadMissing), self._locked(folder.name):
            upload = _read(folder)
            begun_at = folder.stat().st_mtime
            if self._is_over(upload) if upload else self._clock() - begun_at > self.limits.seconds:
                self._discard(folder)
                return True
        return False

    def _all(self) -> Iterator[Upload]:
        for folder in self._folders():
            if (upload := _read(folder)) is not None and not self._is_over(upload):
                yield upload

    def _folders(self) -> Iterator[Path]:
        return (path for path in self._root.iterdir() if _ID.fullmatch(path.name))

    def _is_over(self, upload: Upload) -> bool:
        return self._clock() >= self.expires_at(upload)

    def _begin(self, upload: Upload) -> None:
        folder = self._root / upload.id
        folder.mkdir(mode=0o700)
        try:
            disk.fill(disk.open_new(folder / _DATA, 0), b"")
            _save(folder, upload)
            sync_folder(self._root)
        except BaseException:
            self._discard(folder)
            raise

    def _discard(self, folder: Path) -> None:
        """The state first: without it there is no upload."""
        for name in (_STATE, _SCRATCH, _DATA):
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()

    def _whole(self, name: str) -> Upload:
        upload = self.find(name)
        if upload.offset < upload.size:
            message = f"{upload.offset} of {upload.size} bytes have come: send the rest first"
            raise UploadIncomplete(message, offset=upload.offset, size=upload.size)
        return upload

    def _folder(self, name: str) -> Path:
        """Raises UploadMissing for what no upload is called."""
        if not _ID.fullmatch(name):
            raise _missing()
        return self._root / name

    @contextmanager
    def _locked(self, name: str) -> Iterator[Path]:
        folder = self._folder(name)
        with disk_errors():
            try:
                lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            except FileNotFoundError as error:
                raise _missing() from error
        try:
            _take(lock)
            yield folder
        finally:
            os.close(lock)


def _take(lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise UploadBusy("somebody adds to it, or uses it, at this moment") from error


def _read(folder: Path) -> Upload | None:
    """None also for one that was cut off as it began, or damaged: nothing is known of its bytes."""
    try:
        said = json.loads((folder / _STATE).read_bytes())
        return Upload(**{**said, "holder": Holder(**said["holder"])})
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError, KeyError):
        return None


def _save(folder: Path, upload: Upload) -> None:
    disk.replace(folder / _STATE, json.dumps(asdict(upload)).encode(), folder / _SCRATCH)
    sync_folder(folder)


def _held(upload: Upload) -> Held:
    return Held(upload.holder, max(upload.size, LEAST_BYTES))


def _missing() -> UploadMissing:
    return UploadMissing("there is no such upload: it was used, given up, or never begun")
