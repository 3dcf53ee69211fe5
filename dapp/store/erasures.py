"""What was erased: the digest and the fact stay, nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from psycopg_pool import AsyncConnectionPool

from dapp.domain.types import Address, ChainId, Hash32, UnixTime, hash32
from dapp.store.answers import OPEN_STATES
from dapp.store.database import database_errors

OPERATOR = "operator"
"""Stands for whoever runs this instance, among accounts."""


class Reason(StrEnum):
    PERSONAL = "personal"
    """The author's wish. The same bytes may come again."""
    LEGAL = "legal"
    """The law's. The same bytes are refused from then on."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """Attributes: roots: CIDs of the manifest and its files; erased_by: an account, `OPERATOR`."""

    digest: Hash32
    number: int
    reason: Reason
    erased_by: str
    erased_at: UnixTime
    roots: tuple[str, ...]


_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(encode(%(digest)s, 'hex'), %(chain)s))"
_FORGET = "DELETE FROM envelope WHERE chain_id = %(chain)s AND digest = %(digest)s"
# A legal reason stands over a personal one, and never the other way round.
_ADD = """
INSERT INTO erasure (chain_id, digest, reason, erased_by, roots)
VALUES (%(chain)s, %(digest)s, %(reason)s, %(by)s, %(roots)s)
ON CONFLICT (chain_id, digest) DO UPDATE SET
    number = DEFAULT, reason = EXCLUDED.reason, erased_by = EXCLUDED.erased_by, erased_at = now(),
    roots = ARRAY(SELECT unnest(erasure.roots) UNION SELECT unnest(EXCLUDED.roots))
    WHERE erasure.reason = 'personal' AND EXCLUDED.reason = 'legal'
"""
_SELECT = """
SELECT digest, number, reason, erased_by, extract(epoch FROM erased_at)::bigint, roots FROM erasure
WHERE chain_id = %(chain)s
"""
_FIND = _SELECT + " AND digest = %(digest)s"
_MARK = "SELECT count(*), max(number) FROM erasure WHERE chain_id = %(chain)s"
_LIFT = """
DELETE FROM erasure
WHERE chain_id = %(chain)s AND digest = %(digest)s AND reason = 'personal'
"""
_REMOVE_REPLICAS = """
UPDATE replication SET
    state = 'removing', since = now(), tries = 0, claims = claims + 1, next_try_at = now(),
    error_code = NULL, updated_at = now()
WHERE chain_id = %(chain)s AND root = ANY(%(roots)s) AND state NOT IN ('removing', 'erased')
"""
# Whoever filed it, the author's own side and seats: a stranger's complaint binds nobody else.
_IN_USE = """
SELECT c.id FROM complaint c
WHERE c.chain_id = %(chain)s AND c.state = ANY(%(open)s)
    AND position(%(text)s IN c.body::text) > 0
    AND (c.customer = %(author)s
        OR EXISTS (
            SELECT FROM operator o WHERE o.chain_id = c.chain_id
                AND o.organisation = c.organisation AND o.account = %(author)s)
        OR EXISTS (
            SELECT FROM seat s WHERE s.chain_id = c.chain_id
                AND s.dispute = c.id AND s.owner = %(author)s))
ORDER BY c.id LIMIT 1
"""


class ErasureRows:
    """One chain's rows. Every method raises DatabaseUnavailable."""

    def __init__(self, pool: AsyncConnectionPool, chain_id: ChainId) -> None:
        self._pool = pool
        self._chain_id = chain_id

    async def add(self, digest: Hash32, reason: Reason, by: str, roots: Sequence[str]) -> None:
        """Notes it down and deletes the digest's envelopes, in one step; again does no harm."""
        values = {"digest": _raw(digest), "reason": reason.value, "by": by, "roots": list(roots)}
        async with (
            database_errors(),
            self._pool.connection() as connection,
            connection.transaction(),
        ):
            for statement in (_LOCK, _FORGET, _ADD):
                await connection.execute(statement.encode(), {"chain": self._chain_id, **values})

    async def find(self, digest: Hash32) -> Erasure | None:
        rows = await self._run(_FIND, digest=_raw(digest))
        return _erasure(rows[0]) if rows else None

    async def all(self) -> list[Erasure]:
        return [_erasure(row) for row in await self._run(_SELECT)]

    async def mark(self) -> tuple[int, int]:
        """Another one each time that the rows are others."""
        ((count, newest),) = await self._run(_MARK)
        return count, newest or 0

    async def lift(self, digest: Hash32) -> None:
        """The author submitted it again; a legal erasure stays."""
        await self._run(_LIFT, digest=_raw(digest))

    async def remove_replicas(self, roots: Sequence[str]) -> None:
        """Has targets asked to let go of these; once only."""
        await self._run(_REMOVE_REPLICAS, roots=list(roots))

    async def open_case_with(self, digest: Hash32, author: Address) -> int | None:
        """A complaint of the author's that is not over and rests on the digest."""
        states = [int(state) for state in OPEN_STATES]
        rows = await self._run(_IN_USE, open=states, text=digest, author=author)
        return int(rows[0][0]) if rows else None

    async def _run(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        async with database_errors(), self._pool.connection() as connection:
            parameters = {"chain": self._chain_id, **values}
            found = await connection.execute(statement.encode(), parameters)
            return await found.fetchall() if found.description else []


def _erasure(row: tuple[Any, ...]) -> Erasure:
    digest, number, reason, by, at, roots = row
    return Erasure(hash32(bytes(digest)), number, Reason(reason), by, UnixTime(at), tuple(roots))


def _raw(digest: Hash32) -> bytes:
    return bytes.fromhex(digest[2:])
