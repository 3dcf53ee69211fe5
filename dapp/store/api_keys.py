"""Keys by which programs act for an account in what is private."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from dapp.domain.types import Address, ChainId, UnixTime
from dapp.store.database import database_errors

MOST_KEYS = 20
"""Of one account."""
_DAY = 86_400

_ADD = """
INSERT INTO api_key (chain_id, digest, account, name, made_at, expires_at)
SELECT %(chain)s, %(digest)s, %(account)s, %(name)s, %(now)s, %(expires)s
WHERE (SELECT count(*) FROM api_key
       WHERE chain_id = %(chain)s AND account = %(account)s AND expires_at > %(now)s) < %(most)s
RETURNING id, account, name, made_at, expires_at, used_on
"""
_CLEAN = """
DELETE FROM api_key
WHERE chain_id = %(chain)s AND account = %(account)s AND expires_at <= %(now)s
"""
_FIND = """
SELECT id, account, name, made_at, expires_at, used_on FROM api_key
WHERE chain_id = %(chain)s AND digest = %(digest)s AND expires_at > %(now)s
"""
_USED = """
UPDATE api_key SET used_on = %(day)s
WHERE chain_id = %(chain)s AND digest = %(digest)s AND used_on IS DISTINCT FROM %(day)s
"""
_ALL = """
SELECT id, account, name, made_at, expires_at, used_on FROM api_key
WHERE chain_id = %(chain)s AND account = %(account)s AND expires_at > %(now)s
ORDER BY made_at DESC, id
"""
_REMOVE = """
DELETE FROM api_key WHERE chain_id = %(chain)s AND account = %(account)s AND id = %(id)s
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Attributes: used_on: the beginning of the day (UTC) on which it was used last, if ever."""

    id: UUID
    account: Address
    name: str
    made_at: UnixTime
    expires_at: UnixTime
    used_on: UnixTime | None


class ApiKeyRows:
    """One chain's keys. A digest is a SHA-256, 32 bytes; all methods raise DatabaseUnavailable."""

    def __init__(self, pool: AsyncConnectionPool, chain_id: ChainId) -> None:
        self._pool = pool
        self._chain_id = chain_id

    async def add(
        self, digest: bytes, account: Address, name: str, now: UnixTime, expires: UnixTime
    ) -> ApiKey | None:
        """None where the account has as many as it may."""
        given = {"digest": digest, "account": account, "name": name, "now": now}
        await self._rows(_CLEAN, account=account, now=now)
        rows = await self._rows(_ADD, **given, expires=expires, most=MOST_KEYS)
        return ApiKey(*rows[0]) if rows else None

    async def find(self, digest: bytes, now: UnixTime) -> ApiKey | None:
        """The key with that digest, if it is in force; notes down that it was used."""
        rows = await self._rows(_FIND, digest=digest, now=now)
        if not rows:
            return None
        found, today = ApiKey(*rows[0]), UnixTime(now - now % _DAY)
        if found.used_on != today:
            await self._rows(_USED, digest=digest, day=today)
        return found

    async def all_of(self, account: Address, now: UnixTime) -> list[ApiKey]:
        """Those in force, the newest first."""
        return [ApiKey(*row) for row in await self._rows(_ALL, account=account, now=now)]

    async def remove(self, account: Address, key: UUID) -> bool:
        """Whether it was there."""
        return bool(await self._rows(_REMOVE, account=account, id=key))

    async def _rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        async with database_errors(), self._pool.connection() as connection:
            given = {"chain": self._chain_id, **values}
            found = await connection.execute(statement.encode(), given)
            return await found.fetchall() if found.description else []
