"""Rows can be spread over servers: a statement says by the key what rows it is about.

A schema for each version of the contracts (docs/adr/0016), the chain in every row, the complaint in
rows about a case: see docs/operations.md.
"""

import ast
import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from dapp.store.backup import KEPT, LEFT, REBUILT
from dapp.store.database import connect
from dapp.store.schema import migrate

STORE = Path(__file__).parents[2] / "dapp" / "store"
TABLES = (*KEPT, *REBUILT, *LEFT)
ABOUT_A_CASE = ("case_fact", "verification", "uncompared", "unopened")
UNSPREAD = {
    "redress_schema": "of the schema, not of a chain",
    "help_article": "the program's own words, the same for all",
    "help_count": "names nobody and no case",
    "help_answer": "names nobody and no case",
    "outgoing": "a sender's: a few a minute, in order",
    "outgoing_attempt": "with its transaction",
    "relay_batch": "as the sender's transactions",
    "relay_action": "as the sender's transactions",
    "sign_in": "waits for minutes",
}
"""Tables whose key does not begin with the chain, and why that is no matter."""
_OLD = "what is too old, wherever it is"
_CONDITION = "its condition, written once, names the chain"
_NUMBER = "by the number of a row that was found by the chain"
KEYLESS = {
    ("account_drafts", "account_draft"): _OLD,
    ("event_log", "undone_block"): _OLD,
    ("given", "given_answer"): _OLD,
    ("mail_drafts", "mail_draft"): "what is too old, and what all take together",
    ("sessions", "sign_in"): _OLD,
    ("outgoing_held", "outgoing"): _NUMBER,
    ("outgoing_held", "outgoing_attempt"): _NUMBER,
    ("relay_batches", "relay_action"): _NUMBER,
    ("relay_batches", "relay_batch"): _NUMBER,
    ("replication", "replication"): "what it ends with names the chain",
    ("anchored", "anchored_complaint"): _CONDITION,
    ("anchored", "anchor_batch"): _CONDITION,
    ("verifications", "uncompared"): "the chain is the first value",
    ("backup", "redress_schema"): UNSPREAD["redress_schema"],
    ("schema", "redress_schema"): UNSPREAD["redress_schema"],
    ("help", "help_article"): UNSPREAD["help_article"],
    ("help", "help_answer"): UNSPREAD["help_answer"],
    ("help", "help_count"): UNSPREAD["help_count"],
}
_PRIMARY_KEYS = """
SELECT c.relname::text, array_agg(a.attname::text ORDER BY k.place)
FROM pg_index i
CROSS JOIN unnest(i.indkey) WITH ORDINALITY k (number, place)
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
JOIN pg_class c ON c.oid = i.indrelid AND c.relnamespace = 'public'::regnamespace
WHERE i.indisprimary GROUP BY 1
"""
_STATEMENT = re.compile(r"\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH|TRUNCATE|COPY)\s")
_TABLE = re.compile(
    r"(?<!DISTINCT )(?<!epoch )\b(?:FROM|JOIN|INTO|UPDATE|TRUNCATE|COPY)\s+(?:ONLY\s+)?([\w.]+)"
)


def _statements() -> Iterator[tuple[str, str]]:
    for path in sorted(STORE.glob("*.py")):
        for text in _texts(ast.parse(path.read_text(encoding="utf-8"))):
            if _STATEMENT.match(text):
                yield path.stem, text


def _texts(node: ast.AST) -> Iterator[str]:
    """Every text in it once; what an f-string puts in is `{}`."""
    if isinstance(node, ast.JoinedStr):
        parts = (one.value if isinstance(one, ast.Constant) else "{}" for one in node.values)
        yield "".join(map(str, parts))
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, bytes):
            yield node.value.decode(errors="replace")
        elif isinstance(node.value, str):
            yield node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from _texts(child)


def test_a_statement_names_the_chain() -> None:
    """Or is of the few that need not, and says why."""
    found = list(_statements())
    assert len(found) > 200
    keyless = {
        (where, table)
        for where, text in found
        if not re.search(r"chain_id|%\(chain\)s", text)
        for table in set(_TABLE.findall(text)).intersection(TABLES)
    }
    assert keyless == set(KEYLESS)


def test_no_statement_leaves_its_schema() -> None:
    """The connection says which one it is; only what is the server's own is named in full."""
    named = {table for _, text in _statements() for table in _TABLE.findall(text) if "." in table}
    assert {table.partition(".")[0] for table in named} <= {"information_schema"}
    across = {where for where, text in _statements() if "public." in text or "contracts_" in text}
    # Copies whole schemas, one after the other.
    assert across == {"backup"}


@pytest.fixture
def keys(database_url: str) -> dict[str, list[str]]:
    """The columns of each table's primary key."""

    async def work() -> None:
        async with await connect(database_url) as connection:
            await migrate(connection)

    asyncio.run(work())
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(_PRIMARY_KEYS).fetchall()
    return {str(name): list(columns) for name, columns in rows}


def test_rows_are_keyed_by_what_they_are_spread_by(keys: dict[str, list[str]]) -> None:
    assert sorted(keys) == sorted(TABLES)
    assert {name for name, columns in keys.items() if columns[0] != "chain_id"} == set(UNSPREAD)
    cases = {name: keys[name][1] for name in ("complaint", "seat", *ABOUT_A_CASE)}
    # A dispute has the number of the complaint it is about.
    assert cases.pop("complaint") == "id" and cases.pop("seat") == "dispute"
    assert set(cases.values()) == {"complaint"}


def test_what_names_a_complaint_is_kept_with_it(
    keys: dict[str, list[str]], database_url: str
) -> None:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT table_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'complaint'"
        ).fetchall()
    # A notice is its reader's, and found by them.
    assert {name for (name,) in rows} - {"notice"} == set(ABOUT_A_CASE)
