"""Messages that wait for a signature, and who is signed in."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from psycopg_pool import AsyncConnectionPool

from dapp.domain.types import Address, ChainId, UnixTime
from dapp.store.database import Connection, database_errors

MOST_WAITING = 20_000
"""Messages kept at a time; the oldest make room, so that a flood locks nobody out."""
MOST_SESSIONS = 20
"""Of one account; the oldest make room."""

_KEEP = """
INSERT INTO sign_in (chain_id, digest, browser, account, nonce, issued_at, expires_at)
VALUES (%(chain)s, %(digest)s, %(browser)s, %(account)s, %(nonce)s, %(now)s, %(expires)s)
RETURNING number
"""
_TRIM = "DELETE FROM sign_in WHERE number <= %(last)s OR expires_at <= %(now)s"
_WAITING = """
SELECT account, nonce, issued_at, expires_at FROM sign_in
WHERE chain_id = %(chain)s AND digest = %(digest)s AND browser = %(browser)s
AND expires_at > %(now)s
"""
# One statement, so that of two at once with one message only one gets in.
_OPEN = """
WITH used AS (
    DELETE FROM sign_in
    WHERE chain_id = %(chain)s AND digest = %(digest)s AND browser = %(browser)s
    AND expires_at > %(now)s
    RETURNING account
)
INSERT INTO session (chain_id, digest, account, signed_in_at, expires_at)
SELECT %(chain)s, %(session)s, account, %(now)s, %(expires)s FROM used
RETURNING account
"""
_CLEAN = """
DELETE FROM session WHERE expires_at <= %(now)s OR (chain_id, digest) IN (
    SELECT chain_id, digest FROM session WHERE chain_id = %(chain)s AND account = %(account)s
    ORDER BY signed_in_at DESC, expires_at DESC OFFSET %(most)s
)
"""
_SESSION = """
SELECT account, signed_in_at, expires_at, digest FROM session
WHERE chain_id = %(chain)s AND digest = %(session)s AND expires_at > %(now)s
"""
_SESSIONS = """
SELECT account, signed_in_at, expires_at, digest FROM session
WHERE chain_id = %(chain)s AND account = %(account)s AND expires_at > %(now)s
ORDER BY signed_in_at DESC, expires_at DESC
"""
_CLOSE = "DELETE FROM session WHERE chain_id = %(chain)s AND digest = %(session)s"
_CLOSE_ALL = "DELETE FROM session WHERE chain_id = %(chain)s AND account = %(account)s"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that was given out and not used yet."""

    account: Address
    nonce: str
    issued_at: UnixTime
    expires_at: UnixTime


@dataclass(frozen=True, slots=True)
class Session:
    account: Address
    signed_in_at: UnixTime
    expires_at: UnixTime
    digest: bytes
    """SHA-256 of what the browser holds."""


class SessionRows:
    """One chain's rows. Every digest is a SHA-256, 32 bytes; all methods raise DatabaseUnavailable.

    Args:
        pool: connections to a database with our schema.
        chain_id: an account with code may be somebody else's on another chain.
    """

    def __init__(self, pool: AsyncConnectionPool, chain_id: ChainId) -> None:
        self._pool = pool
        self.chain_id = chain_id

    async def keep(self, digest: bytes, browser: bytes, message: Waiting) -> None:
        """Store the message with that digest for that browser; what is too old or too much goes."""
        values = {
            "chain": self.chain_id,
            "digest": digest,
            "browser": browser,
            "account": message.account,
            "nonce": message.nonce,
            "now": message.issued_at,
            "expires": message.expires_at,
        }
        async with self._transaction() as connection:
            ((number,),) = await _fetch(connection, _KEEP, values)
            trim = {"last": number - MOST_WAITING, "now": message.issued_at}
            await connection.execute(_TRIM, trim)

    async def waiting(self, digest: bytes, browser: bytes, now: UnixTime) -> Waiting | None:
        """The message with that digest, if that browser asked for it and it is in force."""
        rows = await self._rows(_WAITING, digest=digest, browser=browser, now=now)
        return Waiting(*rows[0]) if rows else None

    async def open(
        self, digest: bytes, browser: bytes, session: bytes, now: UnixTime, expires: UnixTime
    ) -> Session | None:
        """Use the message up for a session; None if it is gone."""
        values = {
            "chain": self.chain_id,
            "digest": digest,
            "browser": browser,
            "session": session,
            "now": now,
            "expires": expires,
        }
        async with self._transaction() as connection:
            rows = await _fetch(connection, _OPEN, values)
            if not rows:
                return None
            account = Address(rows[0][0])
            clean = {"chain": self.chain_id, "account": account, "now": now, "most": MOST_SESSIONS}
            await connection.execute(_CLEAN, clean)
        return Session(account, now, expires, session)

    async def session(self, session: bytes, now: UnixTime) -> Session | None:
        """The session with that digest, if it is in force."""
        rows = await self._rows(_SESSION, session=session, now=now)
        return Session(*rows[0]) if rows else None

    async def sessions(self, account: Address, now: UnixTime) -> list[Session]:
        """All of an account that are in force, the newest first."""
        rows = await self._rows(_SESSIONS, account=account, now=now)
        return [Session(*row) for row in rows]

    async def close(self, session: bytes) -> None:
        """End the session with that digest, if there is one."""
        await self._run(_CLOSE, session=session)

    async def close_all(self, account: Address) -> None:
        """End every session of an account; its messages that wait are no session yet."""
        await self._run(_CLOSE_ALL, account=account)

    async def _rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        async with self._transaction() as connection:
            return await _fetch(connection, statement, {"chain": self.chain_id, **values})

    async def _run(self, statement: str, **values: Any) -> None:
        async with self._transaction() as connection:
            await connection.execute(statement.encode(), {"chain": self.chain_id, **values})

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        async with (
            database_errors(),
            self._pool.connection() as connection,
            connection.transaction(),
        ):
            yield connection


async def _fetch(
    connection: Connection, statement: str, values: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    return await (await connection.execute(statement.encode(), values)).fetchall()
