"""Who wants to be told what, and over which channels. Our own clock comes as `now`."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from dapp.domain.quiet import QuietHours
from dapp.domain.types import Address, ChainId, UnixTime
from dapp.store.database import Connection, database_errors

Row = tuple[Any, ...]


class ChannelKind(StrEnum):
    WEBHOOK = "webhook"
    EMAIL = "email"
    CHAT = "chat"


class ChannelState(StrEnum):
    UNCONFIRMED = "unconfirmed"
    ACTIVE = "active"
    DISABLED = "disabled"
    """It failed for too long."""
    REMOVED = "removed"
    REFUSED = "refused"
    """Whoever reads mail there never asked for any: nobody can enter it again."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """What somebody wants.

    Attributes:
        language: BCP 47.
        kinds: None for all.
        since: the chain's time from which on there is something to tell.
    """

    account: Address
    language: str
    time_zone: str
    quiet: QuietHours | None
    kinds: frozenset[str] | None
    lead_seconds: int
    since: UnixTime


@dataclass(frozen=True, slots=True)
class Channel:
    """Where somebody is told.

    Attributes:
        target: encrypted; None once removed.
        former_until: until then the secret before signs as well.
        failing_since: None while the last message got there.
    """

    id: UUID
    account: Address
    kind: ChannelKind
    target: bytes | None
    state: ChannelState
    secret_version: int
    former_until: float
    failing_since: float | None
    error_code: str | None
    made_at: float


_SUBSCRIBER = """
SELECT account, language, time_zone, quiet_starts, quiet_ends, kinds, lead_seconds, since
FROM subscriber WHERE chain_id = %(chain)s
"""
_PUT = """
INSERT INTO subscriber (
    chain_id, account, language, time_zone, quiet_starts, quiet_ends, kinds, lead_seconds, since)
VALUES (
    %(chain)s, %(account)s, %(language)s, %(time_zone)s, %(starts)s, %(ends)s, %(kinds)s,
    %(lead)s, %(since)s)
ON CONFLICT (chain_id, account) DO UPDATE SET
    language = EXCLUDED.language, time_zone = EXCLUDED.time_zone,
    quiet_starts = EXCLUDED.quiet_starts, quiet_ends = EXCLUDED.quiet_ends,
    kinds = EXCLUDED.kinds, lead_seconds = EXCLUDED.lead_seconds, planned = false
"""
_CALENDAR = """
UPDATE subscriber SET calendar = %(digest)s
WHERE chain_id = %(chain)s AND account = %(account)s
"""
# One statement, so that of two at once one is told to wait.
_MAY_TEST = """
UPDATE subscriber SET tested_at = %(now)s
WHERE chain_id = %(chain)s AND account = %(account)s AND tested_at <= %(now)s - %(pause)s
RETURNING account
"""

_CHANNEL = """
SELECT id, account, kind, target, state, secret_version, former_until, failing_since, error_code,
    made_at
FROM channel WHERE chain_id = %(chain)s
"""
_LISTED = " AND account = %(account)s AND state <> ALL('{removed,refused}') ORDER BY made_at, id"
# Whoever else adds one for the account, or to the target, waits: the numbers of both are limited.
# Always in this order, so that no two wait for each other.
_LOCK_ACCOUNT = """
SELECT pg_advisory_xact_lock(hashtextextended('redress-channels/' || %(account)s, 0))
"""
_LOCK_MARK = """
SELECT pg_advisory_xact_lock(hashtextextended('redress-targets/' || encode(%(mark)s, 'hex'), 0))
"""
_ADDED = """
SELECT
    count(*) FILTER (
        WHERE account = %(account)s AND state IN ('unconfirmed', 'active', 'disabled')),
    count(*) FILTER (WHERE account = %(account)s AND made_at > %(since)s),
    count(*) FILTER (WHERE mark = %(mark)s AND made_at > %(since)s),
    count(*) FILTER (WHERE mark = %(mark)s AND state = 'refused'),
    count(*) FILTER (WHERE mark = %(mark)s AND account = %(account)s
        AND state IN ('unconfirmed', 'active', 'disabled'))
FROM channel WHERE chain_id = %(chain)s AND (account = %(account)s OR mark = %(mark)s)
"""
_ADD = """
INSERT INTO channel (chain_id, id, account, kind, target, mark, state, made_at)
VALUES (%(chain)s, %(id)s, %(account)s, %(kind)s, %(target)s, %(mark)s, %(state)s, %(now)s)
"""
_END = """
UPDATE channel SET state = %(state)s, target = NULL
WHERE chain_id = %(chain)s AND id = %(id)s AND state IN ('unconfirmed', 'active', 'disabled')
RETURNING id
"""
_CONFIRM = """
UPDATE channel SET state = 'active'
WHERE chain_id = %(chain)s AND id = %(id)s AND state IN ('unconfirmed', 'active')
RETURNING id
"""
_ENABLE = """
UPDATE channel SET state = 'active', failing_since = NULL, error_code = NULL, next_at = 0
WHERE chain_id = %(chain)s AND id = %(id)s AND state IN ('disabled', 'active')
RETURNING id
"""
_ROTATE = """
UPDATE channel SET secret_version = secret_version + 1, former_until = %(until)s
WHERE chain_id = %(chain)s AND id = %(id)s AND account = %(account)s AND kind = 'webhook'
    AND state IN ('active', 'disabled')
RETURNING secret_version
"""


@dataclass(frozen=True, slots=True)
class Added:
    """What there is before a channel is added.

    Attributes:
        of_account: channels that the account has; `of_account_today` counts those gone as well.
        to_target_today: how often anybody has entered the same target lately.
        is_refused: its reader wants none.
        is_there: the account has it already.
    """

    of_account: int
    of_account_today: int
    to_target_today: int
    is_refused: bool
    is_there: bool


class SubscriberRows:
    """One chain's rows; all methods raise DatabaseUnavailable."""

    def __init__(self, pool: AsyncConnectionPool, chain_id: ChainId) -> None:
        self._pool = pool
        self._chain_id = chain_id

    async def find(self, account: Address) -> Subscriber | None:
        """None for somebody who never said anything."""
        rows = await self._run(_SUBSCRIBER + " AND account = %(account)s", account=account)
        return subscriber(rows[0]) if rows else None

    async def put(self, wanted: Subscriber) -> None:
        """The row of the account; `since` stays as it was."""
        await self._run(
            _PUT,
            account=wanted.account,
            language=wanted.language,
            time_zone=wanted.time_zone,
            starts=wanted.quiet.starts if wanted.quiet else None,
            ends=wanted.quiet.ends if wanted.quiet else None,
            kinds=sorted(wanted.kinds) if wanted.kinds is not None else None,
            lead=wanted.lead_seconds,
            since=wanted.since,
        )

    async def set_calendar(self, account: Address, digest: bytes | None) -> None:
        """SHA-256 of what opens it from now on; None for nothing."""
        await self._run(_CALENDAR, account=account, digest=digest)

    async def of_calendar(self, digest: bytes) -> Subscriber | None:
        """Whose calendar it opens."""
        rows = await self._run(_SUBSCRIBER + " AND calendar = %(digest)s", digest=digest)
        return subscriber(rows[0]) if rows else None

    async def has_calendar(self, account: Address) -> bool:
        statement = _SUBSCRIBER + " AND account = %(account)s AND calendar IS NOT NULL"
        return bool(await self._run(statement, account=account))

    async def may_test(self, account: Address, now: float, pause_seconds: float) -> bool:
        """Whether the last test was long enough ago; if so, this is the last one now."""
        return bool(await self._run(_MAY_TEST, account=account, now=now, pause=pause_seconds))

    async def channels(self, account: Address) -> list[Channel]:
        """The account's, without those that are gone, the oldest first."""
        return [channel(row) for row in await self._run(_CHANNEL + _LISTED, account=account)]

    async def channel(self, number: UUID) -> Channel | None:
        rows = await self._run(_CHANNEL + " AND id = %(id)s", id=number)
        return channel(rows[0]) if rows else None

    async def add(
        self, new: Channel, mark: bytes, since: float, judge: Callable[[Added], None]
    ) -> None:
        """Adds it unless `judge` raises, to what there is; `since` is where lately begins."""
        values = {"chain": self._chain_id, "account": new.account, "mark": mark, "since": since}
        more = {"id": new.id, "kind": new.kind, "target": new.target, "state": new.state}
        async with self._transaction() as connection:
            await connection.execute(_LOCK_ACCOUNT.encode(), values)
            await connection.execute(_LOCK_MARK.encode(), values)
            found = await connection.execute(_ADDED.encode(), values)
            of_account, today, to_target, refused, there = await found.fetchone() or (0,) * 5
            judge(Added(of_account, today, to_target, refused > 0, there > 0))
            await connection.execute(_ADD.encode(), {**values, **more, "now": new.made_at})

    async def end(self, number: UUID, state: ChannelState) -> bool:
        """It is gone, its target with it; False where it was already."""
        return bool(await self._run(_END, id=number, state=state))

    async def confirm(self, number: UUID) -> bool:
        """Whether it is there to be confirmed."""
        return bool(await self._run(_CONFIRM, id=number))

    async def enable(self, number: UUID) -> bool:
        """Whether it is there, and was confirmed."""
        return bool(await self._run(_ENABLE, id=number))

    async def rotate(self, number: UUID, account: Address, until: float) -> int | None:
        """The version of a webhook's new secret; None if the account has no such webhook."""
        rows = await self._run(_ROTATE, id=number, account=account, until=until)
        return rows[0][0] if rows else None

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        async with (
            database_errors(),
            self._pool.connection() as connection,
            connection.transaction(),
        ):
            yield connection

    async def _run(self, statement: str, **values: Any) -> Sequence[Row]:
        parameters: Mapping[str, Any] = {"chain": self._chain_id, **values}
        async with database_errors(), self._pool.connection() as connection:
            found = await connection.execute(statement.encode(), parameters)
            return await found.fetchall() if found.description else []


def subscriber(row: Row) -> Subscriber:
    account, language, zone, starts, ends, kinds, lead, since = row
    return Subscriber(
        account=Address(account),
        language=language,
        time_zone=zone,
        quiet=None if starts is None else QuietHours(starts, ends),
        kinds=None if kinds is None else frozenset(kinds),
        lead_seconds=lead,
        since=UnixTime(since),
    )


def channel(row: Row) -> Channel:
    number, account, kind, target, state, *rest = row
    opened = None if target is None else bytes(target)
    return Channel(number, account, ChannelKind(kind), opened, ChannelState(state), *rest)
