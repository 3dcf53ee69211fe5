"""Bytes sealed with age and opened again, as streams of any length.

Memory holds a few 64 KiB pieces. The work is done while Python's lock is held: a server, or whoever
has several files, gives it a process (`seal_files`).
"""

import hashlib
import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

import pyrage
from pyrage import x25519

from evidence.errors import IdentityWrong, PlainMismatch, RecipientCount, SealedInvalid
from evidence.identity import load_identity
from evidence.recipient import key_of

MAGIC = b"age-encryption.org/v1\n"
MAX_RECIPIENTS = 64
MAX_HEADER_BYTES = 16 * 1024
"""64 recipients take half of it. The time that a longer one costs grows with its square."""

_HEADER_END = b"\n--- "
_WRONG_KEY = "No matching keys found"
_PIECE_BYTES = 1 << 20
_POOL_FROM_BYTES = 16 << 20
"""Below, starting processes takes longer than the work."""


class Plain(NamedTuple):
    """What went into a sealed file, or came out of it."""

    size: int
    sha256: bytes


class _Sink(Protocol):
    def write(self, data: bytes, /) -> int: ...


def seal(source: BinaryIO, sink: _Sink, recipients: Sequence[str]) -> Plain:
    """Reads to the end. Raises RecipientInvalid, RecipientUnsupported, RecipientCount."""
    if not 1 <= len(recipients) <= MAX_RECIPIENTS:
        count = len(recipients)
        message = f"{count} recipients instead of 1 to {MAX_RECIPIENTS}"
        raise RecipientCount(message, count=count, limit=MAX_RECIPIENTS)
    for recipient in recipients:
        key_of(recipient)
    keys = [x25519.Recipient.from_str(recipient) for recipient in recipients]
    tally = _Tally()
    reader = _Reader(iter(lambda: source.read(_PIECE_BYTES), b""), tally)
    writer = _Writer(sink, None, None)
    _run(lambda: pyrage.encrypt_io(reader, writer, keys), reader, writer)
    return tally.plain()


def unseal(pieces: Iterable[bytes], sink: _Sink, identity: str, max_bytes: int) -> Plain:
    """What was written to `sink` counts only once this returns: the end may be missing.

    Raises IdentityInvalid, IdentityWrong, SealedInvalid, PlainMismatch beyond `max_bytes`, and
    what `pieces` and `sink` raise.
    """
    key = load_identity(identity)
    tally = _Tally()
    reader = _Reader(_with_header(pieces), None)
    writer = _Writer(sink, tally, max_bytes)
    _run(lambda: pyrage.decrypt_io(reader, writer, [key]), reader, writer)
    return tally.plain()


def check_sealed(stream: BinaryIO) -> None:
    """That it begins as an age file does; leaves the stream where it was. Raises SealedInvalid.

    Whether anything can be decrypted only the holder of a key can tell.
    """
    start = stream.tell()
    found = stream.read(len(MAGIC))
    stream.seek(start)
    if found != MAGIC:
        raise SealedInvalid("not an age file: this would be stored for all to read")


def seal_files(files: Sequence[tuple[Path, Path]], recipient: str) -> list[Plain]:
    """Each source to its target, which must not exist; several at once where that is quicker.

    Raises what `seal` raises, and OSError.
    """
    sources, targets = [one for one, _ in files], [one for _, one in files]
    workers = min(len(files), os.cpu_count() or 1)
    total = sum(source.stat().st_size for source in sources)
    if workers < 2 or total < _POOL_FROM_BYTES:
        return [seal_file(*pair, recipient) for pair in files]
    # A fresh interpreter: a copy of this one would hold the locks of its threads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        return list(pool.map(seal_file, sources, targets, [recipient] * len(files)))


def seal_file(source: Path, target: Path, recipient: str) -> Plain:
    with source.open("rb") as plain, target.open("xb") as sealed:
        return seal(plain, sealed, [recipient])


def _with_header(pieces: Iterable[bytes]) -> Iterable[bytes]:
    """The same bytes, once the header is known to be of age and not too long."""
    rest = iter(pieces)
    head = b""
    while len(head) < MAX_HEADER_BYTES and (piece := next(rest, None)) is not None:
        head += piece
    if not head.startswith(MAGIC) or _HEADER_END not in head[:MAX_HEADER_BYTES]:
        raise SealedInvalid("not an age file, or its header is cut off or too long")
    yield head
    yield from rest


class _Tally:
    def __init__(self) -> None:
        self._size = 0
        self._hash = hashlib.sha256()

    def add(self, data: bytes) -> None:
        self._size += len(data)
        self._hash.update(data)

    def plain(self) -> Plain:
        return Plain(self._size, self._hash.digest())


class _Reader:
    """Pieces of any length as a stream. `fault` keeps what was raised: age passes on its text."""

    def __init__(self, pieces: Iterable[bytes], tally: _Tally | None) -> None:
        self._pieces = iter(pieces)
        self._rest = memoryview(b"")
        self._tally = tally
        self.fault: BaseException | None = None

    def read(self, most: int = _PIECE_BYTES) -> bytes:
        try:
            while not self._rest:
                piece = next(self._pieces, None)
                if piece is None:
                    return b""
                if self._tally is not None:
                    self._tally.add(piece)
                self._rest = memoryview(piece)
        except BaseException as error:
            self.fault = error
            raise
        taken, self._rest = bytes(self._rest[:most]), self._rest[most:]
        return taken


class _Writer:
    def __init__(self, sink: _Sink, tally: _Tally | None, max_bytes: int | None) -> None:
        self._sink = sink
        self._tally = tally
        self._left = max_bytes
        self.fault: BaseException | None = None

    def write(self, data: bytes) -> int:
        try:
            if self._left is not None:
                self._left -= len(data)
                if self._left < 0:
                    raise PlainMismatch("more bytes come out than the author said")
            if self._tally is not None:
                self._tally.add(data)
            self._sink.write(data)
        except BaseException as error:
            self.fault = error
            raise
        return len(data)

    def flush(self) -> None:
        """Whoever opened the sink closes it."""


def _run(work: Callable[[], Any], reader: _Reader, writer: _Writer) -> None:
    """The one place where age's errors become ours."""
    try:
        work()
    except (pyrage.EncryptError, pyrage.DecryptError, OSError) as error:
        fault = reader.fault or writer.fault
        if fault is not None:
            raise fault from None
        if _WRONG_KEY in str(error):
            raise IdentityWrong("this key does not open it: it is sealed to others") from error
        raise SealedInvalid("the sealed bytes are changed or cut off") from error
