"""No read walks through a whole table: every statement is explained, over many rows."""

import asyncio
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dapp.domain.types import ComplaintId, Hash32
from dapp.store import verifications
from dapp.store.queries import Queries
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests import chains, every_case
from tests.explaining import Explaining, Plans, asking, explained
from tests.indexing import Indexed
from tests.named_reads import READS
from tests.world import World

BIG = {"block", "complaint", "credit", "log", "paid_order", "position", "seat", "verification"}

# Copies of what is there, each with a number and people of its own; some hundred of a kind.
_MANY = """
INSERT INTO complaint
SELECT c.chain_id, 1000 + n, 1 + n % 500, '0x' || lpad(to_hex(n % 5000), 40, '0'),
    '0x' || lpad(to_hex(n), 64, '0'), NULL, CASE WHEN n % 50 = 0 THEN 4 ELSE 1 + n % 3 * 3 END,
    c.updated_block - 1, lpad(to_hex(n), 64, '0'), c.body, n % 7,
    CASE WHEN n % 100 > 0 THEN '0x' || repeat('00', 20) ELSE '0x' || repeat('5e', 20) END, n, n,
    CASE WHEN n % 100 = 0 THEN n END, CASE WHEN n % 200 = 0 THEN n END
FROM generate_series(1, 50000) n, (SELECT * FROM complaint WHERE id = 1) c;
INSERT INTO verification
SELECT chain_id, id, 5, '', trail, trail, true FROM complaint ON CONFLICT DO NOTHING;
INSERT INTO seat
SELECT s.chain_id, 1000 + n, 0, 0, n % 1000, '0x' || lpad(to_hex(n % 2000), 40, '0'),
    s.armed_at_block, s.pay, s.taken, s.has_bounty
FROM generate_series(1, 50000) n, (SELECT * FROM seat LIMIT 1) s;
INSERT INTO position
SELECT p.chain_id, 1000 + n, '0x' || lpad(to_hex(n), 40, '0'), NULL, p.since_block, p.body
FROM generate_series(1, 50000) n, (SELECT * FROM position WHERE id = 1) p;
INSERT INTO paid_order
SELECT o.chain_id, '0x' || lpad(to_hex(n), 64, '0'), 1 + n % 500,
    '0x' || lpad(to_hex(n % 5000), 40, '0'), o.token, n, 0, o.body, o.version, o.is_held
FROM generate_series(1, 50000) n, (SELECT * FROM paid_order LIMIT 1) o;
INSERT INTO credit
SELECT chain_id, 'OrderEscrow', '0x' || lpad(to_hex(n), 40, '0'), '0x' || repeat('00', 20), 1
FROM generate_series(1, 50000) n, (SELECT chain_id FROM checkpoint) c;
INSERT INTO block
SELECT b.chain_id, 100000 + n, sha256(n::text::bytea), b.hash, b.hash, b.timestamp, 2
FROM generate_series(1, 50000) n, (SELECT * FROM block LIMIT 1) b;
INSERT INTO log
SELECT l.chain_id, sha256(n::text::bytea), 0, 100000 + n, l.timestamp, l.address, l.topic0,
    sha256(n::text::bytea), NULL, NULL, l.data, sha256(n::text::bytea), 0, true
FROM generate_series(1, 50000) n, (SELECT * FROM log LIMIT 1) l;
"""


@pytest.fixture(scope="module")
def indexed(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Indexed]:
    folder: Path = tmp_path_factory.mktemp("plans")
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        World.deployed(node.url, folder) as world,
    ):
        every_case.play(world)
        found = Indexed(world, folder, url)
        found.index()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_MANY.encode())
            connection.execute("VACUUM ANALYZE")
        yield found


def walked(plan: dict[str, Any]) -> set[str]:
    """The tables that a plan reads from end to end."""
    own = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set()
    return own.union(*(walked(child) for child in plan.get("Plans", [])))


@pytest.mark.parametrize("name", READS)
def test_no_read_walks_through_a_big_table(indexed: Indexed, name: str) -> None:
    plans = Plans()

    async def work() -> None:
        url, deployments = indexed.world.url, indexed.deployments
        async with asking(indexed.database_url, url, deployments, plans) as sources:
            await READS[name](*sources)

    asyncio.run(work())
    assert plans.found, "nothing was explained"
    for one in plans.found:
        assert not walked(one.plan) & BIG, (one.statement, json.dumps(one.plan, indent=1))


def test_every_named_read_is_among_them() -> None:
    named = {
        name
        for name, _ in inspect.getmembers(Queries, callable)
        if not name.startswith("_") and name not in ("log", "cases")
    }
    assert named - READS.keys() == set()


def test_a_walk_would_be_seen(indexed: Indexed) -> None:
    plans = Plans()

    async def work() -> None:
        async with await Explaining.connect(indexed.database_url) as connection:
            await connection.execute("SELECT * FROM complaint WHERE trail = 'x'")

    with explained(plans):
        asyncio.run(work())
    assert walked(plans.found[0].plan) == {"complaint"}


def test_the_next_to_be_compared_are_found_by_their_place(indexed: Indexed) -> None:
    """After a backfill all of them wait: not each part may look at the rest."""
    plans = Plans()

    async def work() -> list[tuple[ComplaintId, Hash32]]:
        async with await Explaining.connect(indexed.database_url, autocommit=True) as connection:
            chain = indexed.world.chain_id
            await connection.execute(
                "INSERT INTO uncompared SELECT chain_id, id FROM complaint ON CONFLICT DO NOTHING"
            )
            await connection.execute("ANALYZE uncompared")
            found = await verifications.pending(connection, chain, 20_000, 200)
            await connection.execute("DELETE FROM uncompared")
            return found

    with explained(plans):
        found = asyncio.run(work())
    assert [number for number, _ in found] == list(range(20_001, 20_201))
    (one,) = plans.found
    assert not walked(one.plan) & {*BIG, "uncompared"}, json.dumps(one.plan, indent=1)
    assert most_rows(one.plan) <= 400


def most_rows(plan: dict[str, Any]) -> float:
    """Of those that PostgreSQL expects to pass on anywhere below a limit, or without one."""
    below = [] if plan["Node Type"] == "Limit" else map(most_rows, plan.get("Plans", []))
    return max([float(plan["Plan Rows"]), *below])
