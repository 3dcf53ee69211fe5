"""Key envelopes: who has one of which digest, and who said that none can be opened."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

from psycopg import AsyncCursor
from psycopg_pool import AsyncConnectionPool

from dapp.domain.keys import EncryptionKey
from dapp.domain.types import Address, ChainId, ComplaintId, Hash32, PositionId, UnixTime, hash32
from dapp.store.answers import OPEN_STATES
from dapp.store.database import Connection, database_errors
from dapp.store.rows import read

CLERK = "clerk"
"""Stands for the clerk among accounts: it has a key, and no account on the chain."""
MOST = 64
"""Envelopes of a digest."""
MOST_OF_OTHERS = 32
"""Of them by readers who are neither author nor clerk: these always have room left."""

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(encode(%(digest)s, 'hex'), %(chain)s))"
_ERASED = "SELECT FROM erasure WHERE chain_id = %(chain)s AND digest = %(digest)s"
_COUNT = """
SELECT count(*), count(*) FILTER (WHERE NOT trusted) FROM envelope
WHERE chain_id = %(chain)s AND digest = %(digest)s
"""
# By the files' size: adding up every row's would take longer the more there are.
_BYTES = "SELECT pg_total_relation_size('envelope')"
_PUT = """
WITH put AS (
    INSERT INTO envelope (chain_id, digest, sealed_by, trusted, body)
    VALUES (%(chain)s, %(digest)s, %(by)s, %(trusted)s, %(body)s)
    RETURNING number
)
INSERT INTO envelope_reader (chain_id, digest, account, number, key_version)
SELECT %(chain)s, %(digest)s, account, number, version
FROM put CROSS JOIN unnest(%(accounts)s::text[], %(versions)s::integer[]) AS r (account, version)
"""
# Whoever was given the key could send nonsense to others: what the author, the clerk or the reader
# made comes first.
_FOR = """
SELECT e.number, e.body FROM envelope_reader r JOIN envelope e USING (chain_id, digest, number)
WHERE r.chain_id = %(chain)s AND r.digest = %(digest)s AND r.account = %(account)s
ORDER BY (e.trusted OR e.sealed_by = r.account) DESC, e.number DESC
LIMIT 1 OFFSET %(skip)s
"""
_HAS = """
SELECT FROM envelope_reader
WHERE chain_id = %(chain)s AND digest = %(digest)s AND account = %(account)s LIMIT 1
"""
_READERS = """
SELECT r.digest, r.account, extract(epoch FROM max(e.sealed_at))::bigint,
    coalesce(max(r.key_version) FILTER (WHERE e.trusted OR e.sealed_by = r.account), -1)
FROM envelope_reader r JOIN envelope e USING (chain_id, digest, number)
WHERE r.chain_id = %(chain)s AND r.digest = ANY(%(digests)s)
GROUP BY r.digest, r.account
"""
# Only the newest word of each, and only until something newer came that counts.
_UNOPENED = """
SELECT u.digest, u.account, u.round, u.reason, extract(epoch FROM u.stated_at)::bigint,
    NOT EXISTS (
        SELECT FROM envelope_reader r JOIN envelope e USING (chain_id, digest, number)
        WHERE r.chain_id = u.chain_id AND r.digest = u.digest AND r.account = u.account
            AND (e.trusted OR e.sealed_by = r.account) AND e.sealed_at > u.stated_at)
FROM unopened u
WHERE u.chain_id = %(chain)s AND u.complaint = %(complaint)s
ORDER BY u.stated_at, u.account
"""
_STATE = """
INSERT INTO unopened (chain_id, complaint, digest, account, round, reason)
VALUES (%(chain)s, %(complaint)s, %(digest)s, %(account)s, %(round)s, %(reason)s)
ON CONFLICT (chain_id, complaint, digest, account, round) DO UPDATE SET
    reason = EXCLUDED.reason, stated_at = now()
"""
_KEYS = """
SELECT account, body::text FROM encryption_key
WHERE chain_id = %(chain)s AND account = ANY(%(accounts)s)
"""
_VOTING_KEYS = """
SELECT id, owner, voting_key FROM position
WHERE chain_id = %(chain)s AND id = ANY(%(positions)s) AND voting_key IS NOT NULL
"""
_OF_CLERK = """
SELECT DISTINCT c.id
FROM complaint c CROSS JOIN json_array_elements(c.body->'evidence') AS e (item)
WHERE c.chain_id = %(chain)s AND c.state = ANY(%(open)s) AND c.id > %(after)s
    AND decode(substr(e.item->>'digest', 3), 'hex') IN (
        SELECT digest FROM envelope_reader WHERE chain_id = %(chain)s AND account = %(account)s)
ORDER BY c.id LIMIT %(limit)s
"""

Put = Literal["stored", "erased", "too-many", "full"]


@dataclass(frozen=True, slots=True)
class NewEnvelope:
    """Attributes: recipients: accounts, or `CLERK`; sealed_by: one of these too."""

    digest: Hash32
    recipients: Sequence[str]
    sealed_by: str
    trusted: bool
    body: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    number: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who has an envelope of a digest.

    Attributes:
        sealed_at: of the newest.
        key_version: of the reader's key on chain as the newest came that author, clerk or the
            reader made; -1 where none of them did.
    """

    digest: Hash32
    account: str
    sealed_at: UnixTime
    key_version: int


@dataclass(frozen=True, slots=True)
class Unopened:
    """An arbitrator's word. Attributes: stands: nothing was sealed to the account since."""

    digest: Hash32
    account: Address
    round: int
    reason: str
    stated_at: UnixTime
    stands: bool


class EnvelopeRows:
    """One chain's rows. Every method raises DatabaseUnavailable."""

    def __init__(self, pool: AsyncConnectionPool, chain_id: ChainId, quota_bytes: int) -> None:
        """`quota_bytes` bounds all envelopes together, on disk."""
        self._pool = pool
        self._chain_id = chain_id
        self._quota_bytes = quota_bytes

    async def put(self, new: NewEnvelope) -> Put:
        """Stores it, or says why not."""
        values = {"digest": _raw(new.digest), "by": new.sealed_by, "trusted": new.trusted}
        async with self._transaction() as connection:
            await self._fetch(connection, _LOCK, **values)
            if await self._fetch(connection, _ERASED, **values):
                return "erased"
            ((count, of_others),) = await self._fetch(connection, _COUNT, **values)
            if count >= MOST or (not new.trusted and of_others >= MOST_OF_OTHERS):
                return "too-many"
            ((used,),) = await self._fetch(connection, _BYTES)
            if used + len(new.body) > self._quota_bytes:
                return "full"
            keys = await self._keys(connection, new.recipients)
            versions = [keys[one].version if one in keys else 0 for one in new.recipients]
            accounts = list(new.recipients)
            more = {"body": new.body, "accounts": accounts, "versions": versions}
            await self._run(connection, _PUT, **values, **more)
        return "stored"

    async def find(self, digest: Hash32, account: str, skip: int = 0) -> Stored | None:
        """The one to try first, or the next after `skip` others."""
        rows = await self._rows(_FOR, digest=_raw(digest), account=account, skip=skip)
        return Stored(rows[0][0], bytes(rows[0][1])) if rows else None

    async def has(self, digest: Hash32, account: str) -> bool:
        return bool(await self._rows(_HAS, digest=_raw(digest), account=account))

    async def readers(self, digests: Sequence[Hash32]) -> list[Reader]:
        """Everybody who has an envelope of one of these."""
        rows = await self._rows(_READERS, digests=[_raw(one) for one in digests])
        return [
            Reader(hash32(bytes(digest)), account, UnixTime(at), version)
            for digest, account, at, version in rows
        ]

    async def unopened(self, complaint: ComplaintId) -> list[Unopened]:
        """What was said about a complaint's evidence, the oldest first."""
        rows = await self._rows(_UNOPENED, complaint=complaint)
        return [
            Unopened(
                hash32(bytes(digest)), Address(account), round_, reason, UnixTime(at), bool(stands)
            )
            for digest, account, round_, reason, at, stands in rows
        ]

    async def state_unopened(
        self, complaint: ComplaintId, round_: int, digest: Hash32, account: Address, reason: str
    ) -> None:
        """Over what the account said of it in that round before."""
        values = {"complaint": complaint, "round": round_, "digest": _raw(digest)}
        async with self._transaction() as connection:
            await self._run(connection, _STATE, **values, account=account, reason=reason)

    async def keys(self, accounts: Sequence[str]) -> dict[str, EncryptionKey]:
        """The registered keys of those who ever had one."""
        async with self._transaction() as connection:
            return await self._keys(connection, accounts)

    async def voting_keys(
        self, seats: Mapping[PositionId, Address]
    ) -> dict[Address, frozenset[Address]]:
        """By owner: who else votes for these positions, where they are still that owner's."""
        found: dict[Address, frozenset[Address]] = {}
        for number, owner, key in await self._rows(_VOTING_KEYS, positions=list(seats)):
            if seats.get(PositionId(number)) == owner:
                found[Address(owner)] = found.get(Address(owner), frozenset()) | {Address(key)}
        return found

    async def cases_of_clerk(self, after: ComplaintId, limit: int) -> list[ComplaintId]:
        """Open complaints with evidence of which the clerk has an envelope, by number."""
        states = [int(state) for state in OPEN_STATES]
        rows = await self._rows(_OF_CLERK, open=states, after=after, account=CLERK, limit=limit)
        return [ComplaintId(number) for (number,) in rows]

    async def _keys(
        self, connection: Connection, accounts: Sequence[str]
    ) -> dict[str, EncryptionKey]:
        rows = await self._fetch(connection, _KEYS, accounts=list(accounts))
        return {account: read(text, EncryptionKey) for account, text in rows}

    async def _rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        async with self._transaction() as connection:
            return await self._fetch(connection, statement, **values)

    async def _fetch(
        self, connection: Connection, statement: str, **values: Any
    ) -> list[tuple[Any, ...]]:
        found = await self._run(connection, statement, **values)
        return await found.fetchall()

    async def _run(
        self, connection: Connection, statement: str, **values: Any
    ) -> AsyncCursor[tuple[Any, ...]]:
        return await connection.execute(statement.encode(), {"chain": self._chain_id, **values})

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        async with (
            database_errors(),
            self._pool.connection() as connection,
            connection.transaction(),
        ):
            yield connection


def _raw(digest: Hash32) -> bytes:
    return bytes.fromhex(digest[2:])
