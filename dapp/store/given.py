"""Answers that were given to requests with a key of their own, so that they are given again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg_pool import AsyncConnectionPool

from dapp.domain.types import ChainId
from dapp.store.database import database_errors

KEPT_SECONDS = 24 * 3600
WORK_SECONDS = 1_000
"""After so long, who began and did not end is taken for dead: a body alone may take 900."""

_BEGIN = """
INSERT INTO given_answer (chain_id, name, request) VALUES (%(chain)s, %(name)s, '')
ON CONFLICT (chain_id, name) DO UPDATE SET asked_at = now()
    WHERE given_answer.status IS NULL
        AND given_answer.asked_at < now() - make_interval(secs => %(work)s)
RETURNING true
"""
_FIND = """
SELECT request, status, headers::text, body FROM given_answer
WHERE chain_id = %(chain)s AND name = %(name)s
"""
_KEEP = """
UPDATE given_answer SET request = %(request)s, status = %(status)s, headers = %(headers)s,
    body = %(body)s
WHERE chain_id = %(chain)s AND name = %(name)s AND status IS NULL
"""
_FORGET = """
DELETE FROM given_answer WHERE chain_id = %(chain)s AND name = %(name)s AND status IS NULL
"""
_CLEAN = "DELETE FROM given_answer WHERE asked_at < now() - make_interval(secs => %(kept)s)"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered.

    Attributes:
        request: SHA-256 of the body that was answered so.
    """

    request: bytes
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody has begun with it already.

    Attributes:
        answer: what they answered; None while they are at it.
    """

    answer: Answer | None


class GivenAnswers:
    """One chain's rows. Names are SHA-256, 32 bytes; all methods raise DatabaseUnavailable.

    Args:
        pool: connections to a database with our schema.
        chain_id: of the chain.
    """

    def __init__(self, pool: AsyncConnectionPool, chain_id: ChainId) -> None:
        self._pool = pool
        self._chain_id = chain_id

    async def begin(self, name: bytes) -> Taken | None:
        """Take a name for one's own; None says that it is, until `keep` or `forget`."""
        await self._rows(_CLEAN, kept=KEPT_SECONDS)
        if await self._rows(_BEGIN, name=name, work=WORK_SECONDS):
            return None
        rows = await self._rows(_FIND, name=name)
        if not rows or rows[0][1] is None:  # just given up, or not done yet
            return Taken(None)
        request, status, headers, body = rows[0]
        return Taken(Answer(bytes(request), status, json.loads(headers), bytes(body)))

    async def keep(self, name: bytes, answer: Answer) -> None:
        """What was begun under the name was answered so."""
        await self._rows(
            _KEEP,
            name=name,
            request=answer.request,
            status=answer.status,
            headers=json.dumps(dict(answer.headers)),
            body=answer.body,
        )

    async def forget(self, name: bytes) -> None:
        """What was begun under the name came to nothing."""
        await self._rows(_FORGET, name=name)

    async def _rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        parameters = {"chain": self._chain_id, **values}
        async with database_errors(), self._pool.connection() as connection:
            cursor = await connection.execute(statement.encode(), parameters)
            return await cursor.fetchall() if cursor.description else []
