"""What servers use: processors' time, and room on the disk."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

_SIZES = """
SELECT relname, pg_total_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
ORDER BY 2 DESC LIMIT 8
"""


@dataclass(frozen=True)
class Stored:
    """What a database takes, and its largest tables with their indexes, in bytes."""

    bytes: int
    tables: Mapping[str, int]


def stored(database_url: str) -> Stored:
    """Of the whole database."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        assert row is not None
        return Stored(row[0], dict(connection.execute(_SIZES).fetchall()))


def cpu_seconds(pid: int) -> float:
    """Of a process, of its children that have ended, and of those that run."""
    return sum(_ticks(one) for one in (pid, *_children(pid))) / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(word) for word in stat.rsplit(")", 1)[1].split()[11:15])


def _children(pid: int) -> Iterator[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8")
    yield from map(int, listed.split())
