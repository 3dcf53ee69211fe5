"""Makes and upgrades our tables, in databases that are ours."""

from collections.abc import Collection
from importlib import resources

from dapp.errors import DatabaseForeign, DatabaseNewer
from dapp.store.database import Connection, database_errors

# One at a time: any number, the same for all of us.
_LOCK = 0x7265647265737300


def migrations() -> list[tuple[int, str]]:
    """Version and SQL of each migration, in order."""
    folder = resources.files("dapp.store") / "migrations"
    files = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return sorted((int(file.name[:4]), file.read_text(encoding="utf-8")) for file in files)


async def migrate(connection: Connection, only: Collection[int] | None = None) -> int:
    """Bring the database to the newest schema; return its version.

    Args:
        only: of the migrations, these and no others.

    Raises:
        DatabaseForeign: it holds tables that are not ours; nothing is written.
        DatabaseNewer: a later version made it; nothing is written.
        DatabaseUnavailable: it does not answer.
    """
    async with database_errors(), connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        await _make_schema(connection)
        applied = await _applied(connection)
        known = migrations()
        newest = known[-1][0]
        if (latest := max(applied, default=0)) > newest:
            raise DatabaseNewer(
                f"the database has schema {latest}, this program knows {newest}",
                remedy="Use the later version of the program, or another database",
            )
        for version, statements in known:
            if only is not None and version not in only:
                continue
            # Not only those after the latest: two written side by side come in any order.
            if version not in applied:
                await connection.execute(statements.encode())
                await connection.execute(
                    "INSERT INTO redress_schema (version) VALUES (%s)", (version,)
                )
        return newest


async def _make_schema(connection: Connection) -> None:
    """The one that the connection names, where there is none yet: see `database.schema_of`."""
    await connection.execute(
        "DO $$ BEGIN IF current_schema() IS NULL"
        " AND current_setting('search_path') LIKE 'contracts\\_%' THEN"
        " EXECUTE 'CREATE SCHEMA ' || current_setting('search_path'); END IF; END $$"
    )


async def _applied(connection: Connection) -> set[int]:
    """Its migrations; none in an empty database, which gets the table that marks it ours."""
    rows = await connection.execute(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
    )
    tables = {str(name) for (name,) in await rows.fetchall()}
    if "redress_schema" in tables:
        found = await connection.execute("SELECT version FROM redress_schema")
        return {int(version) for (version,) in await found.fetchall()}
    if tables:
        raise DatabaseForeign(
            f"the database holds tables that are not ours, such as {min(tables)!r}",
            remedy="Give DATABASE_URL an empty database",
        )
    await connection.execute(
        "CREATE TABLE redress_schema ("
        " version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
    )
    return set()
