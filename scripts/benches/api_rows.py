"""A hundred thousand complaints: copies of played ones, in the very tables that the service reads.

Each copy has a number, a customer, an order and times of its own; what was folded stays consistent,
since a line of each table is changed as a whole, its JSON with its columns.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import psycopg

from dapp.domain.case import Case
from dapp.domain.moments import waits_for_blocks
from dapp.store import rows as stored

FIRST = 1001
"""The first copy's number; below are those that were played."""

_TABLES = {
    "complaint": "id",
    "case_fact": "complaint",
    "seat": "dispute",
    "verification": "complaint",
}
_CUSTOMERS = 5000
_STEP_SECONDS = 30
"""Between the filings of two copies."""
_CASES_EACH = 30
"""For so many complaints there is an arbitrator."""
_POSITIONS = """
INSERT INTO position
SELECT chain_id, n, owner_, NULL, since_block,
    replace(replace(body::text, '"id":' || id || ',', '"id":' || n || ','), owner, owner_)::json
FROM (SELECT * FROM position ORDER BY id LIMIT 1) p, generate_series(%s::bigint, %s::bigint) n,
    LATERAL (SELECT '0x' || lpad(to_hex(n), 40, '0') AS owner_) o
"""
_ORGANISATIONS_OF = 200
"""Complaints that each organisation has about."""
_ORGANISATIONS = """
INSERT INTO organisation
SELECT chain_id, n, replace(body::text, '"id":' || id || ',', '"id":' || n || ',')::json
FROM (SELECT * FROM organisation ORDER BY id LIMIT 1) o,
    generate_series(%s::bigint, %s::bigint) n
"""
_TIME = re.compile(r"\b1[5-9]\d{8}\b")


@dataclass(frozen=True)
class _Played:
    """A complaint that was played: its lines by table, as COPY gives them."""

    number: int
    customer: str
    order: str
    lines: dict[str, list[str]]


def fill(database_url: str, copies: int) -> None:
    """Copy what was played so often, turn by turn, and have the tables analysed."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        played = _played(connection)
        for table in _TABLES:
            with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as sink:
                for line in _lines(played, table, copies):
                    sink.write(line)
        connection.execute(_POSITIONS, (FIRST, FIRST + copies // _CASES_EACH))
        connection.execute(_ORGANISATIONS, (FIRST, FIRST + copies // _ORGANISATIONS_OF))
        connection.execute("VACUUM ANALYZE")


def _played(connection: psycopg.Connection) -> list[_Played]:
    rows = connection.execute(
        "SELECT id, customer, order_key, body::text FROM complaint ORDER BY id"
    ).fetchall()
    return [
        _Played(
            number,
            customer,
            order,
            {table: _copied(connection, table, number) for table in _TABLES},
        )
        for number, customer, order, body in rows
        # Those are few at any time, and the only ones that every block makes others.
        if not waits_for_blocks(stored.read(body, Case))
    ]


def _copied(connection: psycopg.Connection, table: str, number: int) -> list[str]:
    which = f"SELECT * FROM {table} WHERE {_TABLES[table]} = {number}"  # noqa: S608 (names of ours)
    with connection.cursor() as cursor, cursor.copy(f"COPY ({which}) TO STDOUT") as source:
        return b"".join(source).decode().splitlines(keepends=True)


def _lines(played: list[_Played], table: str, copies: int) -> Iterator[str]:
    for count in range(copies):
        one = played[count % len(played)]
        for number, line in enumerate(one.lines[table]):
            changed = _changed(line, one, count, (count - copies) * _STEP_SECONDS)
            seat = FIRST + (count * 7 + number) % (copies // _CASES_EACH + 1)
            if table == "seat":
                changed = _seated(changed, seat)
            elif table != "verification":
                changed = _at(changed, FIRST + count % (copies // _ORGANISATIONS_OF + 1))
            yield changed


def _changed(line: str, played: _Played, count: int, shift: int) -> str:
    number, old = str(FIRST + count), str(played.number)
    chain, _, rest = line.partition("\t")
    rest = number + rest.removeprefix(old)
    rest = rest.replace(f'{{"id":{old},', f'{{"id":{number},', 1)
    rest = rest.replace(played.customer, _hex(f"customer {count % _CUSTOMERS}", 40))
    rest = rest.replace(played.order, _hex(f"order {count}", 64))
    moved = _TIME.sub(lambda found: str(int(found[0]) + shift), rest)
    return f"{chain}\t{moved}"


def _at(line: str, organisation: int) -> str:
    chain, number, old, rest = line.split("\t", 3)
    rest = rest.replace(f'"organisation":{old},', f'"organisation":{organisation},')
    return f"{chain}\t{number}\t{organisation}\t{rest}"


def _seated(line: str, position: int) -> str:
    """A seat of another arbitrator's, so that none has all."""
    fields = line.split("\t")
    return "\t".join([*fields[:4], str(position), f"0x{position:040x}", *fields[6:]])


def _hex(name: str, digits: int) -> str:
    return "0x" + sha256(name.encode()).hexdigest()[:digits]
