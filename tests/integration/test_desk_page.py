"""The desk with two hundred open cases: how much of a page it is, and how many statements."""

import asyncio
import gzip
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from dapp.bootstrap.parts import build
from dapp.settings import Settings
from dapp.store.reader import Reader
from dapp.web.app import create_app
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.indexing import Indexed
from tests.world import World

BUDGET_BYTES = 60_000
FEW, MANY = 3, 200

# Copies of the first case, each with a number of its own.
_COPIES = """
INSERT INTO complaint
SELECT c.chain_id, 1000 + n, c.organisation, c.customer, '0x' || lpad(to_hex(n), 64, '0'),
    c.outside_ruling, c.state, c.updated_block, lpad(to_hex(n), 64, '0'),
    jsonb_set(c.body::jsonb, '{id}', to_jsonb(1000 + n))::text::json, c.category, c.token, c.amount,
    c.filed_at, c.acknowledgement_missed_at, c.answer_missed_at
FROM generate_series(1, %(many)s) n, (SELECT * FROM complaint WHERE id = 1) c;
"""
_FACTS = """
INSERT INTO case_fact
SELECT (jsonb_populate_record(
    NULL::case_fact, to_jsonb(f) || jsonb_build_object('complaint', 1000 + n))).*
FROM generate_series(1, %(many)s) n, (SELECT * FROM case_fact WHERE complaint = 1) f;
"""


@pytest.fixture(scope="module")
def indexed(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Indexed]:
    folder: Path = tmp_path_factory.mktemp("desk")
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        World.deployed(node.url, folder) as world,
    ):
        organisation = world.register()
        for _ in range(FEW):
            world.file(world.pay(organisation))
        found = Indexed(world, folder, url)
        found.index()
        yield found


def opened(indexed: Indexed, path: str, folder: Path) -> tuple[httpx.Response, list[str]]:
    """The page, and the statements that were made for it."""
    statements: list[str] = []

    async def rows(
        self: Reader, statement: str, values: Mapping[str, Any], *, anew: bool
    ) -> list[Any]:
        statements.append(statement)
        return await plain(self, statement, values, anew=anew)

    async def numbered(self: Reader, statement: str, values: Sequence[Any]) -> list[Any]:
        statements.append(statement)
        return await plain_numbered(self, statement, values)

    async def work() -> httpx.Response:
        settings = Settings(
            node_url=indexed.world.url,
            database_url=indexed.database_url,
            deployments_dir=indexed.deployments,
            data_dir=folder,
        )
        async with build(settings) as parts:
            transport = httpx.ASGITransport(create_app(parts))
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                statements.clear()
                return await client.get(path)

    plain, plain_numbered = Reader.rows, Reader.numbered
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reader, "rows", rows)
        patch.setattr(Reader, "numbered", numbered)
        return asyncio.run(work()), statements


def test_two_hundred_open_cases(indexed: Indexed, tmp_path: Path) -> None:
    path = f"/desk?account={indexed.world.organisation}"
    few, statements_of_few = opened(indexed, path, tmp_path)
    assert few.status_code == 200
    assert few.text.count('data-pick="') == FEW
    with psycopg.connect(indexed.database_url, autocommit=True) as connection:
        for statement in (_COPIES, _FACTS):
            connection.execute(statement.encode(), {"many": MANY - FEW})
    many, statements_of_many = opened(indexed, path, tmp_path)
    assert many.text.count('data-pick="') == 100
    assert f"{MANY} cases wait for you." in many.text
    assert "<title>(200) Organisation 1" in many.text
    assert len(statements_of_many) == len(statements_of_few) > 0
    assert len(gzip.compress(many.content)) < BUDGET_BYTES // 2
    last, _ = opened(indexed, f"{path}&page=2", tmp_path)
    assert last.text.count('data-pick="') == 100
    assert 'rel="prev"' in last.text
    assert 'rel="next"' not in last.text


def test_the_other_pages_of_a_desk(indexed: Indexed, tmp_path: Path) -> None:
    account = indexed.world.organisation
    for name in ("record", "organisation"):
        page, statements = opened(indexed, f"/desk/{name}?account={account}", tmp_path)
        assert page.status_code == 200
        assert len(gzip.compress(page.content)) < BUDGET_BYTES // 2
        assert len(statements) < 30
