"""What is to go over which channel, and who is at work on it. Our own clock comes as `now`."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from psycopg_pool import AsyncConnectionPool

from dapp.domain.types import Address, ChainId
from dapp.store.database import Connection, database_errors
from dapp.store.subscribers import Channel, channel

Row = tuple[Any, ...]

LETTERS = "redress_letters_"
"""With the schema's name: notified when there is something to send."""


class LetterKind(StrEnum):
    NOTICES = "notices"
    CONFIRM = "confirm"
    """Asks whether its reader wants any more."""
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Claim:
    """A letter that is ours until its lease ends, and its channel.

    Attributes:
        number: what `sent` and `failed` prove with that nobody has taken it since.
        tries: with this one.
        notices: numbers; the same at each try.
        made_at: by our clock.
    """

    id: UUID
    kind: LetterKind
    notices: tuple[int, ...]
    tries: int
    number: int
    made_at: float
    channel: Channel


@dataclass(frozen=True, slots=True)
class Dead:
    """A letter that was given up."""

    id: UUID
    channel: UUID
    kind: LetterKind
    notices: int
    tries: int
    error_code: str | None
    made_at: float
    settled_at: float


@dataclass(frozen=True, slots=True)
class Delivery:
    """A letter that was tried, and what came of it.

    Attributes:
        state: `sent`, `dead`, or `pending` while it is tried again.
        settled_at: None while it is pending.
    """

    id: UUID
    channel: UUID
    kind: LetterKind
    notices: int
    state: str
    tries: int
    error_code: str | None
    made_at: float
    settled_at: float | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Attributes: oldest_at: by our clock; None where nothing waits."""

    pending: int
    dead: int
    oldest_at: float | None


POST = """
INSERT INTO letter (chain_id, id, channel, kind, notices, next_try_at, made_at)
VALUES (%(chain)s, %(id)s, %(channel)s, %(kind)s, %(notices)s, %(at)s, %(now)s)
"""
_WAKE = f"SELECT pg_notify('{LETTERS}' || current_schema(), '')"

# With its channel, so that nobody else sends over that meanwhile. Tests, and what has failed, go
# last: many slow ones hold up nothing else.
_DUE = """
SELECT l.id, c.id FROM letter l
JOIN channel c ON c.chain_id = l.chain_id AND c.id = l.channel
WHERE l.chain_id = %(chain)s AND l.state = 'pending' AND l.next_try_at <= %(now)s
    AND c.next_at <= %(now)s
    AND (c.state = 'active' OR (c.state = 'unconfirmed' AND l.kind = 'confirm'))
    AND (%(any)s OR (l.kind <> 'test' AND c.failing_since IS NULL))
ORDER BY l.next_try_at LIMIT 1 FOR UPDATE OF l, c SKIP LOCKED
"""
_CLAIM = """
UPDATE letter SET tries = tries + 1, claims = claims + 1, next_try_at = %(now)s + %(lease)s
WHERE chain_id = %(chain)s AND id = %(id)s
RETURNING id, kind, notices, tries, claims, made_at
"""
_REST = """
UPDATE channel SET next_at = %(next)s WHERE chain_id = %(chain)s AND id = %(channel)s
RETURNING id, account, kind, target, state, secret_version, former_until, failing_since,
    error_code, made_at
"""
_SETTLE = """
UPDATE letter SET
    state = %(state)s, next_try_at = %(at)s, error_code = %(error)s,
    settled_at = CASE WHEN %(state)s <> 'pending' THEN %(now)s::double precision END
WHERE chain_id = %(chain)s AND id = %(id)s AND claims = %(number)s AND state = 'pending'
RETURNING id
"""
_WENT_WELL = """
UPDATE channel SET next_at = %(next)s, failing_since = NULL, error_code = NULL
WHERE chain_id = %(chain)s AND id = %(channel)s
"""
_WENT_WRONG = """
UPDATE channel SET
    next_at = %(next)s, failing_since = coalesce(failing_since, %(now)s), error_code = %(error)s
WHERE chain_id = %(chain)s AND id = %(channel)s
RETURNING failing_since
"""
_DISABLE = """
UPDATE channel SET state = 'disabled', error_code = %(error)s
WHERE chain_id = %(chain)s AND id = %(channel)s AND state = 'active' RETURNING account
"""
# What cannot be sent any more, because its channel is off.
_BURY = """
UPDATE letter l SET state = 'dead', settled_at = %(now)s, error_code = 'channel-off'
FROM channel c
WHERE c.chain_id = %(chain)s AND c.state IN ('disabled', 'removed', 'refused')
    AND l.chain_id = c.chain_id AND l.channel = c.id AND l.state = 'pending'
    AND l.next_try_at <= %(now)s
"""
# Of the first ones; should a later one be due before them, it is found at the next look.
_NEXT = """
SELECT min(at) FROM (
    SELECT greatest(l.next_try_at, c.next_at) AS at FROM letter l
    JOIN channel c ON c.chain_id = l.chain_id AND c.id = l.channel
    WHERE l.chain_id = %(chain)s AND l.state = 'pending'
        AND (c.state = 'active' OR (c.state = 'unconfirmed' AND l.kind = 'confirm'))
    ORDER BY l.next_try_at LIMIT 100) first
"""
_DEAD = """
SELECT l.id, l.channel, l.kind, cardinality(l.notices), l.tries, l.error_code, l.made_at,
    l.settled_at
FROM letter l JOIN channel c ON c.chain_id = l.chain_id AND c.id = l.channel
WHERE l.chain_id = %(chain)s AND c.account = %(account)s AND l.state = 'dead'
    AND c.state NOT IN ('removed', 'refused')
ORDER BY l.settled_at DESC, l.id LIMIT %(limit)s
"""
_TRIED = """
SELECT l.id, l.channel, l.kind, cardinality(l.notices), l.state, l.tries, l.error_code, l.made_at,
    l.settled_at
FROM letter l JOIN channel c ON c.chain_id = l.chain_id AND c.id = l.channel
WHERE l.chain_id = %(chain)s AND c.account = %(account)s AND l.tries > 0
    AND c.state NOT IN ('removed', 'refused')
ORDER BY l.made_at DESC, l.id LIMIT %(limit)s
"""
_COUNTS = """
SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'dead'),
    min(made_at) FILTER (WHERE state = 'pending')
FROM letter WHERE chain_id = %(chain)s AND state <> 'sent'
"""
_SWEEP = """
DELETE FROM letter WHERE chain_id = %(chain)s AND state <> 'pending' AND settled_at < %(before)s
"""
_SWEEP_CHANNELS = """
DELETE FROM channel
WHERE chain_id = %(chain)s AND state IN ('removed', 'unconfirmed') AND made_at < %(before)s
"""


class LetterRows:
    """One chain's rows; all methods raise DatabaseUnavailable."""

    def __init__(self, pool: AsyncConnectionPool, chain_id: ChainId) -> None:
        self._pool = pool
        self.chain_id = chain_id

    async def send_soon(self, channels: Iterable[UUID], kind: LetterKind, now: float) -> None:
        """A letter without notices over each channel."""
        async with self._transaction() as connection:
            for one in channels:
                values = {"id": uuid4(), "channel": one, "kind": kind, "notices": []}
                more = {"chain": self.chain_id, "at": now, "now": now}
                await connection.execute(POST.encode(), {**values, **more})
            await connection.execute(_WAKE.encode())

    async def claim(self, now: float, lease_seconds: float) -> Claim | None:
        """A letter that is due, for us alone; None where there is none."""
        async with self._transaction() as connection:
            due = await self._fetch(connection, _DUE, now=now, any=False)
            due = due or await self._fetch(connection, _DUE, now=now, any=True)
            if not due:
                return None
            ((letter, over),) = due
            lease = {"now": now, "lease": lease_seconds}
            ((number, kind, notices, tries, claims, made_at),) = await self._fetch(
                connection, _CLAIM, id=letter, **lease
            )
            (row,) = await self._fetch(connection, _REST, channel=over, next=now + lease_seconds)
        kind = LetterKind(kind)
        return Claim(number, kind, tuple(notices), tries, claims, made_at, channel(row))

    async def sent(self, claim: Claim, now: float, rest_seconds: float) -> bool:
        """It got there; the channel rests. False where the letter was not ours any more."""
        async with self._transaction() as connection:
            if not await self._settle(connection, claim, "sent", now, now, None):
                return False
            over = {"channel": claim.channel.id, "next": now + rest_seconds}
            await self._fetch(connection, _WENT_WELL, **over)
        return True

    async def failed(
        self, claim: Claim, now: float, error_code: str, again_at: float | None
    ) -> float | None:
        """It did not; since when the channel fails. None where the letter was not ours any more.

        `again_at` is when it is tried again; None gives it up.
        """
        state = "dead" if again_at is None else "pending"
        at = now if again_at is None else again_at
        async with self._transaction() as connection:
            if not await self._settle(connection, claim, state, at, now, error_code):
                return None
            over = {"channel": claim.channel.id, "next": at, "now": now}
            rows = await self._fetch(connection, _WENT_WRONG, **over, error=error_code)
        return float(rows[0][0])

    async def disable(self, channel: UUID, error_code: str) -> bool:
        """Sends nothing over it any more; whether that is new."""
        return bool(await self._run(_DISABLE, channel=channel, error=error_code))

    async def bury(self, now: float) -> None:
        """Gives up what is due over channels that are off."""
        await self._run(_BURY, now=now)

    async def next_at(self) -> float | None:
        """When something can be sent, as far as one look tells; None where nothing waits."""
        rows = await self._run(_NEXT)
        return None if rows[0][0] is None else float(rows[0][0])

    async def dead(self, account: Address, limit: int) -> list[Dead]:
        """The account's letters that were given up, the latest first."""
        rows = await self._run(_DEAD, account=account, limit=limit)
        return [Dead(number, over, LetterKind(kind), *rest) for number, over, kind, *rest in rows]

    async def tried(self, account: Address, limit: int) -> list[Delivery]:
        """The account's letters that were tried, the latest first."""
        rows = await self._run(_TRIED, account=account, limit=limit)
        return [
            Delivery(number, over, LetterKind(kind), *rest) for number, over, kind, *rest in rows
        ]

    async def waiting(self) -> Waiting:
        """How much there is to do, and how much was given up."""
        return Waiting(*(await self._run(_COUNTS))[0])

    async def sweep(self, before: float) -> None:
        """Forgets what was settled before then, and channels long gone or never confirmed."""
        await self._run(_SWEEP, before=before)
        await self._run(_SWEEP_CHANNELS, before=before)

    async def _settle(
        self,
        connection: Connection,
        claim: Claim,
        state: str,
        at: float,
        now: float,
        error: str | None,
    ) -> bool:
        own = {"id": claim.id, "number": claim.number, "state": state}
        rows = await self._fetch(connection, _SETTLE, **own, at=at, now=now, error=error)
        return bool(rows)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        async with (
            database_errors(),
            self._pool.connection() as connection,
            connection.transaction(),
        ):
            yield connection

    async def _run(self, statement: str, **values: Any) -> list[Row]:
        async with database_errors(), self._pool.connection() as connection:
            return await self._fetch(connection, statement, **values)

    async def _fetch(self, connection: Connection, statement: str, **values: Any) -> list[Row]:
        parameters: Mapping[str, Any] = {"chain": self.chain_id, **values}
        found = await connection.execute(statement.encode(), parameters)
        return await found.fetchall() if found.description else []
