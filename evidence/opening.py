"""A sealed item out of a manifest, with the envelope: all checked before it gets its name."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from evidence.dag import BlockSource
from evidence.disk import disk_errors
from evidence.envelope import Enclosed, Envelope, sealed_items
from evidence.errors import NameTaken, PlainMismatch, SealedMismatch
from evidence.manifest import Item
from evidence.seal import unseal
from evidence.unixfs import file_size, read_file

_PRIVATE = 0o600
"""It was sealed to be read by few."""


def open_item(
    manifest_bytes: bytes, envelope: Envelope, number: int, source: BlockSource, folder: Path
) -> Path:
    """Writes the sealed item `number` (from 0, of the sealed ones) into `folder`; gives its path.

    `source` gives blocks by CID and need not be trusted. Raises EnvelopeMismatch, BlockError,
    DagError, SealedMismatch, SealedInvalid, IdentityWrong, PlainMismatch, NameTaken, VaultError;
    then no file of that name was made.
    """
    item, enclosed = sealed_items(manifest_bytes, envelope)[number]
    target = folder / enclosed.name
    with disk_errors(), _temporary(target) as (file, path):
        _open(item, enclosed, envelope.content_key, source, file)
        file.flush()
        os.fsync(file.fileno())
        _give_name(path, target)
    return target


def _open(
    item: Item, enclosed: Enclosed, content_key: str, source: BlockSource, file: BinaryIO
) -> None:
    size = file_size(item.cid, source)
    if size != item.size:
        message = f"{item.name} has {size} bytes, its manifest says {item.size}"
        raise SealedMismatch(message, expected=item.size, actual=size)
    plain = unseal(read_file(item.cid, source), file, content_key, enclosed.size)
    if plain != (enclosed.size, enclosed.sha256):
        raise PlainMismatch(f"what came out of {item.name} is not what its author bound")


@contextmanager
def _temporary(target: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A file beside the target, gone at the end unless it was renamed."""
    if target.exists() or target.is_symlink():
        raise _taken(target)
    path = target.parent / f".{secrets.token_hex(8)}.part"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb") as file:
            yield file, path
    finally:
        path.unlink(missing_ok=True)


def _give_name(path: Path, target: Path) -> None:
    """Without replacing what came in between."""
    try:
        target.open("xb").close()
    except FileExistsError as error:
        raise _taken(target) from error
    path.replace(target)


def _taken(target: Path) -> NameTaken:
    return NameTaken(f"{target.name} is in the folder already", name=target.name)
