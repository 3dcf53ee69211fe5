"""Drafts that came by e-mail; what they say is encrypted before it comes here."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from dapp.domain.types import ChainId
from dapp.errors import DraftsFull
from dapp.store.database import Connection, database_errors

# One at a time, so that all together stay within the quota.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('redress-drafts' || current_schema(), 0))"
_FORGET = "DELETE FROM mail_draft WHERE expires_at <= %(now)s"
_KNOWN = "SELECT id FROM mail_draft WHERE chain_id = %(chain)s AND mark = %(mark)s"
_OF_SENDER = """
SELECT count(*) FROM mail_draft
WHERE chain_id = %(chain)s AND sender = %(sender)s AND made_at > %(since)s
"""
# Who asked us never to write again (see 0010) is marked there by the same hash.
_REFUSES = """
SELECT 1 FROM channel
WHERE chain_id = %(chain)s AND mark = %(sender)s AND state = 'refused' LIMIT 1
"""
_USED = "SELECT coalesce(sum(bytes), 0) FROM mail_draft"
_PUT = """
INSERT INTO mail_draft
    (chain_id, id, mark, sender, made_at, expires_at, content, bytes, answer, due_at)
VALUES (%(chain)s, %(id)s, %(mark)s, %(sender)s, %(now)s, %(expires)s, %(content)s, %(bytes)s,
    %(answer)s, %(now)s)
"""
_PUT_FILE = """
INSERT INTO mail_draft_file (chain_id, draft, place, content)
VALUES (%(chain)s, %(id)s, %(place)s, %(content)s)
"""
_GET = "SELECT content FROM mail_draft WHERE chain_id = %(chain)s AND id = %(id)s"
_FILE = """
SELECT content FROM mail_draft_file
WHERE chain_id = %(chain)s AND draft = %(id)s AND place = %(place)s
"""
_REMOVE = "DELETE FROM mail_draft WHERE chain_id = %(chain)s AND id = %(id)s"
# Whoever takes one has it for that long: one that was killed is followed by another.
_CLAIM = """
UPDATE mail_draft SET tries = tries + 1, due_at = %(until)s
WHERE chain_id = %(chain)s AND id IN (
    SELECT id FROM mail_draft
    WHERE chain_id = %(chain)s AND answer IS NOT NULL AND due_at <= %(now)s AND expires_at > %(now)s
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, answer, made_at, expires_at, tries
"""
_LATER = "UPDATE mail_draft SET due_at = %(due)s WHERE chain_id = %(chain)s AND id = %(id)s"
_ANSWERED = """
UPDATE mail_draft SET answer = NULL, due_at = NULL WHERE chain_id = %(chain)s AND id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class NewDraft:
    """What is kept of a message; every field but the number is sealed or a keyed hash."""

    id: UUID
    mark: bytes
    sender: bytes
    content: bytes
    answer: bytes
    files: Sequence[bytes]

    @property
    def size(self) -> int:
        return len(self.content) + sum(map(len, self.files))


@dataclass(frozen=True, slots=True)
class DueAnswer:
    id: UUID
    answer: bytes
    made_at: int
    expires_at: int
    tries: int
    """This one included."""


class MailDraftRows:
    """One chain's rows. Times are Unix seconds; all methods raise DatabaseUnavailable."""

    def __init__(self, pool: AsyncConnectionPool, chain_id: ChainId, quota_bytes: int) -> None:
        self._pool = pool
        self._chain = chain_id
        self._quota_bytes = quota_bytes

    async def put(self, draft: NewDraft, now: int, expires: int, most_a_day: int) -> str:
        """`new`; `known` for the same message again; `too-many` of one sender within a day;
        `refused` where that sender wants no mail from us.

        Raises DraftsFull.
        """
        values = {
            "mark": draft.mark,
            "sender": draft.sender,
            "id": draft.id,
            "now": now,
            "since": now - 86_400,
            "expires": expires,
            "content": draft.content,
            "bytes": draft.size,
            "answer": draft.answer,
        }
        async with self._transaction() as connection:
            await connection.execute(_LOCK.encode())
            await self._fetch(connection, _FORGET, values, has_rows=False)
            if await self._fetch(connection, _KNOWN, values):
                return "known"
            if (await self._fetch(connection, _OF_SENDER, values))[0][0] >= most_a_day:
                return "too-many"
            if await self._fetch(connection, _REFUSES, values):
                return "refused"
            if (await self._fetch(connection, _USED, values))[0][
                0
            ] + draft.size > self._quota_bytes:
                raise DraftsFull(
                    "there is no room for more drafts", remedy="Try again in some days"
                )
            await self._fetch(connection, _PUT, values, has_rows=False)
            for place, content in enumerate(draft.files):
                file = {"id": draft.id, "place": place, "content": content}
                await self._fetch(connection, _PUT_FILE, file, has_rows=False)
        return "new"

    async def content(self, draft: UUID) -> bytes | None:
        return await self._one(_GET, id=draft)

    async def file(self, draft: UUID, place: int) -> bytes | None:
        return await self._one(_FILE, id=draft, place=place)

    async def remove(self, draft: UUID) -> None:
        async with self._transaction() as connection:
            await self._fetch(connection, _REMOVE, {"id": draft}, has_rows=False)

    async def forget(self, now: int) -> None:
        """Removes what has expired."""
        async with self._transaction() as connection:
            await self._fetch(connection, _FORGET, {"now": now}, has_rows=False)

    async def claim(self, now: int, seconds: int) -> DueAnswer | None:
        """An answer that is due; nobody else gets it for so long."""
        async with self._transaction() as connection:
            rows = await self._fetch(connection, _CLAIM, {"now": now, "until": now + seconds})
        return DueAnswer(*rows[0]) if rows else None

    async def later(self, draft: UUID, due: int) -> None:
        async with self._transaction() as connection:
            await self._fetch(connection, _LATER, {"id": draft, "due": due}, has_rows=False)

    async def answered(self, draft: UUID) -> None:
        """It was sent, or given up: whom it was for is forgotten."""
        async with self._transaction() as connection:
            await self._fetch(connection, _ANSWERED, {"id": draft}, has_rows=False)

    async def _one(self, statement: str, **values: Any) -> bytes | None:
        async with self._transaction() as connection:
            rows = await self._fetch(connection, statement, values)
        return bytes(rows[0][0]) if rows else None

    async def _fetch(
        self,
        connection: Connection,
        statement: str,
        values: dict[str, Any],
        *,
        has_rows: bool = True,
    ) -> list[tuple[Any, ...]]:
        cursor = await connection.execute(statement.encode(), {"chain": self._chain, **values})
        return await cursor.fetchall() if has_rows else []

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        async with (
            database_errors(),
            self._pool.connection() as connection,
            connection.transaction(),
        ):
            yield connection
