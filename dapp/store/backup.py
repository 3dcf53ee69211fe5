"""What the chain cannot give back, out of a database and into one: each in one transaction.

Every version of the contracts has a schema of its own (docs/adr/0016); all of them are copied.
"""

from collections.abc import AsyncIterable, AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import IsolationLevel, sql

from dapp.errors import DatabaseNewer, Refused
from dapp.store import rows
from dapp.store.database import Connection, connect, database_errors
from dapp.store.schema import migrate, migrations

KEPT = (
    "envelope",
    "envelope_reader",
    "unopened",
    "erasure",
    "replication",
    "session",
    "api_key",
    "account_draft",
    "mail_draft",
    "mail_draft_file",
    "given_answer",
    "outgoing",
    "outgoing_attempt",
    "relay_batch",
    "relay_action",
    "relay_budget",
    "subscriber",
    "channel",
    "notice",
    "notice_cursor",
    "letter",
    "help_count",
    "help_answer",
    "anchored_complaint",
    "anchor_batch",
    "anchor_leaf",
)
"""Nothing else holds what is in these; each comes after those that it refers to."""
REBUILT = (*rows.TABLES, "deployment", "checkpoint", "block", "log", "verification", "uncompared")
"""The chain gives these back (`redress index run`)."""
LEFT = ("redress_schema", "help_article", "replication_target", "undone_block", "sign_in")
"""Made anew by whoever finds them empty; who was about to sign in begins again."""

_SCHEMAS = """
SELECT substr(n.nspname, 11) FROM pg_namespace n
JOIN pg_class t ON t.relnamespace = n.oid AND t.relname = 'redress_schema'
WHERE n.nspname ~ '^contracts_[a-z0-9]{1,32}$' ORDER BY 1
"""
_TABLES = """
SELECT c.table_name, array_agg(c.column_name::text ORDER BY c.ordinal_position)
FROM information_schema.columns c
WHERE c.table_schema = current_schema() AND c.table_name = ANY(%s) GROUP BY 1
"""
_COUNTERS = """
SELECT c.table_name, c.column_name, s.last_value
FROM information_schema.columns c
JOIN pg_sequences s ON s.schemaname = c.table_schema AND format('%%I.%%I', s.schemaname,
    s.sequencename) = pg_get_serial_sequence(format('%%I', c.table_name), c.column_name)
WHERE c.table_schema = current_schema() AND c.table_name = ANY(%s) AND c.is_identity = 'YES'
    AND s.last_value IS NOT NULL
"""
# Whatever the server's own settings are, the text of a row is the same.
_PLAINLY = "SET LOCAL client_encoding = 'UTF8'; SET LOCAL datestyle = 'ISO, YMD'"


@dataclass(frozen=True, slots=True)
class Table:
    """A kept table as it is in a schema.

    Attributes:
        counters: by column, the last number that was given out; none where none was.
    """

    name: str
    columns: tuple[str, ...]
    counters: dict[str, int]


class Copying:
    """One transaction on a database; opened by `reading` or `writing`."""

    def __init__(self, connection: Connection, home: str) -> None:
        self._connection = connection
        self._home = home

    async def versions(self) -> list[str]:
        """Of the contracts that have a schema; the one without a name is empty."""
        found = [str(name) for (name,) in await self._all(_SCHEMAS)]
        return ["", *found] if await self.applied("") else found

    async def applied(self, version: str) -> set[int]:
        """The migrations of a version's schema, which is where later calls go; empty for none."""
        path = f"contracts_{version}" if version else self._home
        await self._all("SELECT set_config('search_path', %s, true)", path)
        if await self._all("SELECT to_regclass('redress_schema')") == [(None,)]:
            return set()
        return {int(one) for (one,) in await self._all("SELECT version FROM redress_schema")}

    async def tables(self) -> list[Table]:
        """The kept ones that are there, in the order in which they can be filled."""
        columns = {str(name): tuple(found) for name, found in await self._all(_TABLES, list(KEPT))}
        counters: dict[str, dict[str, int]] = {name: {} for name in columns}
        for name, column, last in await self._all(_COUNTERS, list(KEPT)):
            counters[name][column] = last
        return [Table(name, columns[name], counters[name]) for name in KEPT if name in columns]

    async def rows(self, table: Table) -> AsyncIterator[bytes]:
        """As COPY gives them."""
        command = sql.SQL("COPY {} ({}) TO STDOUT").format(*_names(table))
        async with self._connection.cursor() as cursor, cursor.copy(command) as copy:
            async for piece in copy:
                yield bytes(piece)

    async def make(self, version: str, only: Collection[int]) -> None:
        """The version's schema with just these migrations, if it is not there.

        Raises:
            Refused: it is there with others.
            DatabaseForeign: there are tables, and they are not ours.
        """
        applied = await self.applied(version)
        if applied and applied != set(only):
            raise Refused(
                "the database has another schema than the backup",
                remedy="Restore into an empty database: it is upgraded when the rows are there",
                code="backup-schema-differs",
            )
        await migrate(self._connection, only)
        await self.applied(version)

    async def filled(self, tables: Sequence[Table]) -> list[str]:
        """Those that have rows."""
        found = []
        for table in tables:
            name = sql.Identifier(table.name)
            rows = await self._connection.execute(
                sql.SQL("SELECT EXISTS (SELECT FROM {})").format(name)
            )
            if await rows.fetchone() == (True,):
                found.append(table.name)
        return found

    async def empty(self, tables: Sequence[Table]) -> None:
        """Every row goes."""
        names = sql.SQL(", ").join(sql.Identifier(table.name) for table in tables)
        await self._connection.execute(sql.SQL("TRUNCATE {}").format(names))

    async def fill(self, table: Table, pieces: AsyncIterable[bytes]) -> int:
        """How many rows came in. Raises Refused where they do not fit the table."""
        command = sql.SQL("COPY {} ({}) FROM STDIN").format(*_names(table))
        try:
            async with self._connection.cursor() as cursor:
                async with cursor.copy(command) as copy:
                    async for piece in pieces:
                        await copy.write(piece)
                count = cursor.rowcount
            for column, last in table.counters.items():
                await self._all(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", table.name, column, last
                )
        except (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError) as error:
            raise Refused(
                f"the rows of {table.name} do not fit: {type(error).__name__}",
                remedy="Take another backup; nothing was written",
                code="backup-damaged",
            ) from None
        return count

    async def upgrade(self) -> None:
        """From the backup's schema to the newest."""
        await migrate(self._connection)

    async def _all(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        found = await self._connection.execute(statement.encode(), values or None)
        return await found.fetchall()


@asynccontextmanager
async def reading(url: str) -> AsyncIterator[Copying]:
    """All of it as it was at one moment. Raises DatabaseUnavailable, DatabaseUnset."""
    connection = await connect(url)
    await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
    await connection.set_read_only(True)
    async with _copying(connection) as copying:
        yield copying


@asynccontextmanager
async def writing(url: str) -> AsyncIterator[Copying]:
    """All or nothing of it. Raises DatabaseUnavailable, DatabaseUnset."""
    async with _copying(await connect(url)) as copying:
        yield copying


@asynccontextmanager
async def _copying(connection: Connection) -> AsyncIterator[Copying]:
    async with database_errors(), connection, connection.transaction():
        found = await (await connection.execute("SHOW search_path")).fetchone()
        await connection.execute(_PLAINLY)
        yield Copying(connection, str(found[0]) if found else "public")


def check_known(applied: Collection[int]) -> None:
    """Raises DatabaseNewer for migrations of a later version of the program."""
    newer = set(applied) - {version for version, _ in migrations()}
    if newer:
        raise DatabaseNewer(
            f"schema {max(newer)} is not known to this program",
            remedy="Use the later version of the program",
        )


def _names(table: Table) -> tuple[sql.Identifier, sql.Composed]:
    return sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, table.columns))
