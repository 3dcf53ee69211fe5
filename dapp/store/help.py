"""Articles as PostgreSQL searches them, and how often they helped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from dapp.store.database import database_errors

MARKS = ("\ue000", "\ue001")
"""Stand around what was looked for, in a snippet; characters that no article has."""

_CONFIGURATIONS = {"en": "english", "ru": "russian", "zh": "simple"}
# Any number, the same for all of us.
_LOCK = 0x68656C70
_DIGEST = "SELECT digest FROM help_article LIMIT 1"
_PUT = """
INSERT INTO help_article (slug, language, digest, title, body, words)
VALUES (
    %(slug)s, %(language)s, %(digest)s, %(title)s, %(body)s,
    setweight(to_tsvector(%(words_of)s::regconfig, %(title_words)s), 'A')
    || setweight(to_tsvector(%(words_of)s::regconfig, %(tag_words)s), 'B')
    || setweight(to_tsvector(%(words_of)s::regconfig, %(heading_words)s), 'C')
    || setweight(to_tsvector(%(words_of)s::regconfig, %(body_words)s), 'D')
)
"""
# Any of the words will do; whoever asks in whole sentences uses some that no article has.
_SEARCH = """
WITH asked AS (
    SELECT replace(plainto_tsquery(%(words_of)s::regconfig, %(query)s)::text, ' & ', ' | ')::tsquery
        AS query
)
SELECT slug, ts_rank(%(weights)s::float4[], words, query)::float8 AS rank,
    ts_headline(%(words_of)s::regconfig, body, query, %(options)s)
FROM help_article, asked
WHERE language = %(language)s AND slug = ANY(%(slugs)s) AND words @@ query
ORDER BY rank DESC, slug LIMIT %(limit)s
"""
_WEIGHTS = [0.1, 0.3, 0.6, 1.0]
"""Of body, headings, tags, title."""
_OPTIONS = f'StartSel="{MARKS[0]}", StopSel="{MARKS[1]}", MaxWords=28, MinWords=14, MaxFragments=1'

_USE = "INSERT INTO help_answer (id, until) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING id"
_COUNT = """
INSERT INTO help_count (slug, kind, day, helped, not_helped)
VALUES (%(slug)s, %(kind)s, %(day)s, %(helped)s, %(not_helped)s)
ON CONFLICT (day, slug, kind) DO UPDATE
SET helped = help_count.helped + excluded.helped,
    not_helped = help_count.not_helped + excluded.not_helped
"""
_FORGET = "DELETE FROM help_answer WHERE until < %s"
_COUNTS = """
SELECT {by}, sum(helped)::bigint, sum(not_helped)::bigint FROM help_count
WHERE day >= %(since)s GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Searched:
    """An article as it is searched: all texts are words parted by spaces."""

    slug: str
    language: str
    title: str
    title_words: str
    tag_words: str
    heading_words: str
    body_words: str
    body: str
    """What snippets are taken from."""


@dataclass(frozen=True, slots=True)
class Hit:
    slug: str
    rank: float
    snippet: str
    """Plain text; `MARKS` around what was looked for."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Answers to "did this solve it?" of one article, kind or day."""

    name: str
    helped: int
    not_helped: int


class HelpRows:
    """The same for all chains. All methods raise DatabaseUnavailable."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool

    async def fill(self, articles: Sequence[Searched], digest: bytes) -> bool:
        """Has the table hold these articles, of that digest; False if it did already."""
        async with (
            database_errors(),
            self._pool.connection() as connection,
            connection.transaction(),
        ):
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            row = await (await connection.execute(_DIGEST.encode())).fetchone()
            if row is not None and bytes(row[0]) == digest:
                return False
            await connection.execute("DELETE FROM help_article")
            for one in articles:
                await connection.execute(_PUT.encode(), _put(one, digest))
        return True

    async def search(
        self, query: str, language: str, slugs: Sequence[str], limit: int
    ) -> list[Hit]:
        """Those of `slugs` that have any of the words, the best first. Any `query` will do."""
        values = {
            "query": query,
            "language": language,
            "slugs": list(slugs),
            "words_of": _CONFIGURATIONS[language],
            "weights": _WEIGHTS,
            "options": _OPTIONS,
            "limit": limit,
        }
        return [Hit(*row) for row in await self._rows(_SEARCH, values)]

    async def count(
        self, slug: str, kind: str, day: date, *, helped: bool, answer: UUID, until: int
    ) -> bool:
        """Counts an answer, unless it was counted already; until then the same may come again."""
        async with (
            database_errors(),
            self._pool.connection() as connection,
            connection.transaction(),
        ):
            used = await (await connection.execute(_USE.encode(), (answer, until))).fetchone()
            if used is None:
                return False
            values = {
                "slug": slug,
                "kind": kind,
                "day": day,
                "helped": int(helped),
                "not_helped": int(not helped),
            }
            await connection.execute(_COUNT.encode(), values)
        return True

    async def forget(self, now: float) -> None:
        """Of answers that can't come again, not even the number stays."""
        async with database_errors(), self._pool.connection() as connection:
            await connection.execute(_FORGET.encode(), (int(now),))

    async def counts(self, by: str, since: date) -> list[Tally]:
        """By `slug`, `kind` or `day`, from that day on."""
        column = {"slug": "slug", "kind": "kind", "day": "day::text"}[by]
        rows = await self._rows(_COUNTS.format(by=column), {"since": since})
        return [Tally(*row) for row in rows]

    async def _rows(self, statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        async with database_errors(), self._pool.connection() as connection:
            return await (await connection.execute(statement.encode(), values)).fetchall()


def _put(one: Searched, digest: bytes) -> dict[str, Any]:
    names = ("slug", "language", "title", "title_words", "tag_words", "heading_words")
    values = {name: getattr(one, name) for name in (*names, "body_words", "body")}
    return {**values, "digest": digest, "words_of": _CONFIGURATIONS[one.language]}
