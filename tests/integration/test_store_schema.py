"""Databases that are ours, empty, somebody else's, or of a later version."""

import asyncio
from collections.abc import Awaitable, Callable

import psycopg
import pytest

from dapp.errors import (
    DatabaseForeign,
    DatabaseNewer,
    DatabaseUnavailable,
    DatabaseUnset,
    RedressError,
)
from dapp.store.database import Connection, connect, pool
from dapp.store.schema import migrate, migrations


def _with(url: str, work: Callable[[Connection], Awaitable[int]]) -> int:
    async def session() -> int:
        async with await connect(url) as connection:
            return await work(connection)

    return asyncio.run(session())


def _sql(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def _tables(url: str) -> set[object]:
    rows = _sql(url, "SELECT table_name FROM information_schema.tables WHERE table_schema='public'")
    return {name for (name,) in rows}


def test_an_empty_database_gets_the_newest_schema_once(database_url: str) -> None:
    newest = migrations()[-1][0]
    assert _with(database_url, migrate) == newest
    before = _tables(database_url)
    assert {"redress_schema", "log", "complaint", "checkpoint"} <= before
    assert _with(database_url, migrate) == newest
    assert _tables(database_url) == before
    assert _sql(database_url, "SELECT version FROM redress_schema") == [
        (version,) for version, _ in migrations()
    ]


def test_two_at_once_migrate_once(database_url: str) -> None:
    async def both() -> list[int]:
        connections = [await connect(database_url) for _ in range(2)]
        try:
            return await asyncio.gather(*(migrate(one) for one in connections))
        finally:
            for one in connections:
                await one.close()

    assert asyncio.run(both()) == [migrations()[-1][0]] * 2


def test_a_database_of_others_is_left_alone(database_url: str) -> None:
    _sql(database_url, "CREATE TABLE customers (id int)")
    with pytest.raises(DatabaseForeign, match="'customers'") as refused:
        _with(database_url, migrate)
    assert refused.value.remedy
    assert _tables(database_url) == {"customers"}


def test_a_newer_schema_is_left_alone(database_url: str) -> None:
    _with(database_url, migrate)
    _sql(database_url, "INSERT INTO redress_schema (version) VALUES (9999)")
    before = _tables(database_url)
    with pytest.raises(DatabaseNewer, match="schema 9999"):
        _with(database_url, migrate)
    assert _tables(database_url) == before


def test_a_failed_migration_leaves_nothing(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = [(1, "CREATE TABLE half (id int); SELECT broken")]
    monkeypatch.setattr("dapp.store.schema.migrations", lambda: broken)
    with pytest.raises(psycopg.errors.UndefinedColumn):
        _with(database_url, migrate)
    assert _tables(database_url) == set()


@pytest.mark.parametrize("url", ["postgresql://postgres:secret@127.0.0.1:1/none"])
def test_no_server_is_retryable_and_shows_no_password(url: str) -> None:
    async def both() -> None:
        with pytest.raises(DatabaseUnavailable) as refused:
            await connect(url)
        assert "secret" not in str(refused.value)
        with pytest.raises(DatabaseUnavailable):
            async with pool(url):
                pytest.fail("there is no server")

    asyncio.run(both())


def test_no_address_is_not_the_drivers_choice() -> None:
    with pytest.raises(DatabaseUnset):
        _with("", migrate)
    assert issubclass(DatabaseUnset, RedressError)
