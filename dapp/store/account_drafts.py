"""Drafts that an account keeps with us; what they say is encrypted before it comes here."""

from dataclasses import dataclass
from typing import Any

from psycopg_pool import AsyncConnectionPool

from dapp.domain.types import Address, ChainId
from dapp.store.database import database_errors

_FORGET = "DELETE FROM account_draft WHERE expires_at <= %(now)s"
# So that two at once do not both find the last place free.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('redress-drafts/' || %(account)s, 0))"
_OTHERS = """
SELECT count(*) FROM account_draft
WHERE chain_id = %(chain)s AND account = %(account)s AND id <> %(id)s
"""
_PUT = """
INSERT INTO account_draft (chain_id, account, id, body, changed_at, expires_at)
VALUES (%(chain)s, %(account)s, %(id)s, %(body)s, %(now)s, %(expires)s)
ON CONFLICT (chain_id, account, id) DO UPDATE
SET body = excluded.body, changed_at = excluded.changed_at, expires_at = excluded.expires_at
"""
_ALL = """
SELECT id, body, changed_at, expires_at FROM account_draft
WHERE chain_id = %(chain)s AND account = %(account)s AND expires_at > %(now)s
ORDER BY changed_at DESC, id
"""
_REMOVE = """
DELETE FROM account_draft WHERE chain_id = %(chain)s AND account = %(account)s AND id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """Times are Unix seconds."""

    id: str
    body: bytes
    changed_at: int
    expires_at: int


class AccountDraftRows:
    """One chain's rows; all methods raise DatabaseUnavailable."""

    def __init__(self, pool: AsyncConnectionPool, chain_id: ChainId) -> None:
        self._pool = pool
        self._chain = chain_id

    async def put(self, account: Address, draft: KeptDraft, most: int) -> bool:
        """False where the account has as many others; what has expired makes room."""
        values = {
            "chain": self._chain,
            "account": account,
            "id": draft.id,
            "body": draft.body,
            "now": draft.changed_at,
            "expires": draft.expires_at,
        }
        async with (
            database_errors(),
            self._pool.connection() as connection,
            connection.transaction(),
        ):
            await connection.execute(_FORGET.encode(), values)
            await connection.execute(_LOCK.encode(), values)
            row = await (await connection.execute(_OTHERS.encode(), values)).fetchone()
            if row is None or row[0] >= most:
                return False
            await connection.execute(_PUT.encode(), values)
        return True

    async def all_of(self, account: Address, now: int) -> list[KeptDraft]:
        """The latest first."""
        values: dict[str, Any] = {"chain": self._chain, "account": account, "now": now}
        async with database_errors(), self._pool.connection() as connection:
            rows = await (await connection.execute(_ALL.encode(), values)).fetchall()
        return [KeptDraft(*row) for row in rows]

    async def remove(self, account: Address, draft: str) -> None:
        values = {"chain": self._chain, "account": account, "id": draft}
        async with database_errors(), self._pool.connection() as connection:
            await connection.execute(_REMOVE.encode(), values)
