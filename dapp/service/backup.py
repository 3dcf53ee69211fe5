"""A file with all that chain and IPFS cannot give back, and the way back from it.

    VERSION/TABLE.copy   the rows as PostgreSQL's COPY writes them; "-" for the version without name
    manifest.json        what the file holds; the last one in: a file that was cut off has none

It holds what lies encrypted in the database just so, and beside it who signed up for what: whoever
has the file is to keep it like the database.
"""

import hashlib
import re
import time
import zipfile
import zlib
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

import msgspec

from dapp.errors import Refused
from dapp.store import backup
from dapp.store.backup import Copying, Table

FORMAT = "redress-backup/1"
_MANIFEST = "manifest.json"
_MAX_MANIFEST_BYTES = 1 << 20
_PIECE_BYTES = 1 << 20
_VERSION = re.compile(r"[a-z0-9]{0,32}")
# Named: what looks for sentences to translate takes every text given to a `count` for one.
_LINE_END = b"\n"


@dataclass(frozen=True, slots=True)
class Rows:
    """One table of the file.

    Attributes:
        counters: the last number given out, by column.
        sha256: of what COPY wrote, in hex.
    """

    table: str
    columns: tuple[str, ...]
    counters: dict[str, int]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Schema:
    """What one version of the contracts has; `migrations` made its tables."""

    version: str
    migrations: tuple[int, ...]
    tables: tuple[Rows, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """Attributes: made_at: Unix seconds."""

    format: str
    made_at: int
    schemas: tuple[Schema, ...]

    @property
    def rows(self) -> int:
        """All together."""
        return sum(one.rows for schema in self.schemas for one in schema.tables)


async def write(url: str, file: IO[bytes]) -> Manifest:
    """All versions' kept tables, as they were at one moment.

    Raises:
        Refused: the database is empty.
        DatabaseNewer: a later version of the program made it; what it holds is not known here.
        DatabaseUnavailable.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        async with backup.reading(url) as copying:
            schemas = [await _write(copying, one, archive) for one in await copying.versions()]
        if not schemas:
            raise Refused(
                "the database holds nothing of ours",
                remedy="Check DATABASE_URL",
                code="backup-empty",
            )
        manifest = Manifest(FORMAT, int(time.time()), tuple(schemas))
        archive.writestr(_MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def read(file: IO[bytes]) -> Manifest:
    """What a file holds, once every byte of it was looked at.

    Raises Refused for a file that is damaged, cut off, or of another format.
    """
    with _damage(), zipfile.ZipFile(file) as archive:
        manifest = _manifest(archive)
        expected = {_place(s.version, one.table) for s in manifest.schemas for one in s.tables}
        if sorted(archive.namelist()) != sorted([*expected, _MANIFEST]):
            raise ValueError("other members than the manifest has")
        for schema in manifest.schemas:
            for one in schema.tables:
                _check(archive, schema.version, one)
    return manifest


async def restore(url: str, file: IO[bytes], *, replace: bool = False) -> Manifest:
    """Bring back what a file holds; nothing of it where that fails.

    Args:
        replace: rows that are there go first.

    Raises:
        Refused: as `read`; rows are there; or the database has another schema than the file.
        DatabaseNewer: the file is from a later version of the program.
        DatabaseForeign, DatabaseUnavailable.
    """
    manifest = read(file)
    for schema in manifest.schemas:
        backup.check_known(schema.migrations)
    with _damage(), zipfile.ZipFile(file) as archive:
        async with backup.writing(url) as copying:
            for schema in manifest.schemas:
                await copying.make(schema.version, schema.migrations)
                await _fill(copying, schema, archive, replace)
                await copying.upgrade()
    return manifest


async def _write(copying: Copying, version: str, archive: zipfile.ZipFile) -> Schema:
    applied = await copying.applied(version)
    backup.check_known(applied)
    tables = []
    for table in await copying.tables():
        digest, lines = hashlib.sha256(), 0
        with archive.open(_place(version, table.name), "w", force_zip64=True) as member:
            async for piece in copying.rows(table):
                digest.update(piece)
                lines += piece.count(_LINE_END)
                member.write(piece)
        shown = (table.name, table.columns, table.counters, lines, digest.hexdigest())
        tables.append(Rows(*shown))
    return Schema(version, tuple(sorted(applied)), tuple(tables))


async def _fill(copying: Copying, schema: Schema, archive: zipfile.ZipFile, replace: bool) -> None:
    there = {table.name: table for table in await copying.tables()}
    for one in schema.tables:
        if one.table not in there or set(one.columns) != set(there[one.table].columns):
            raise ValueError(f"{one.table} is another table")
    filled = await copying.filled(list(there.values()))
    if filled and not replace:
        raise Refused(
            f"the database has rows already, in {', '.join(filled)}",
            remedy="Restore into an empty database, or give --replace: these rows go then",
            code="backup-would-replace",
        )
    if filled:
        await copying.empty(list(there.values()))
    for one in schema.tables:
        table = Table(one.table, one.columns, one.counters)
        if await copying.fill(table, _pieces(archive, schema.version, one)) != one.rows:
            raise ValueError(f"{one.table} has not {one.rows} rows")


async def _pieces(archive: zipfile.ZipFile, version: str, one: Rows) -> AsyncIterator[bytes]:
    for piece in _read(archive, version, one.table):
        yield piece


def _read(archive: zipfile.ZipFile, version: str, table: str) -> Iterator[bytes]:
    with archive.open(_place(version, table)) as member:
        while piece := member.read(_PIECE_BYTES):
            yield piece


def _check(archive: zipfile.ZipFile, version: str, one: Rows) -> None:
    digest = hashlib.sha256()
    for piece in _read(archive, version, one.table):
        digest.update(piece)
    if digest.hexdigest() != one.sha256:
        raise ValueError(f"{one.table} is not what was written")


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    with archive.open(_MANIFEST) as member:
        found = msgspec.json.decode(member.read(_MAX_MANIFEST_BYTES), type=Manifest)
    if found.format != FORMAT:
        raise Refused(
            f"the backup has the format {found.format[:40]!r}, this program knows {FORMAT!r}",
            remedy="Use the version of the program that made it",
            code="backup-format-unknown",
        )
    for schema in found.schemas:
        _check_names(schema.version, [one.table for one in schema.tables])
    return found


def _check_names(version: str, tables: Sequence[str]) -> None:
    if not _VERSION.fullmatch(version) or not _is_ordered(tables):
        raise ValueError("not the tables of a backup")


def _is_ordered(tables: Collection[str]) -> bool:
    """Whether they are kept ones, each once, and in the order in which they can be filled."""
    return list(tables) == [name for name in backup.KEPT if name in set(tables)]


def _place(version: str, table: str) -> str:
    return f"{version or '-'}/{table}.copy"


@contextmanager
def _damage() -> Iterator[None]:
    """Whatever is wrong with the bytes of a file becomes one refusal."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        EOFError,
        KeyError,
        NotImplementedError,
        OSError,
        RuntimeError,
        ValueError,
        msgspec.DecodeError,
        zlib.error,
    ) as error:
        raise Refused(
            f"the backup is damaged or not whole ({type(error).__name__})",
            remedy="Take another one; nothing was written",
            code="backup-damaged",
        ) from error
