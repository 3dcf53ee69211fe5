"""Cases, orders and disputes about which anyone may have something to do. Nothing here is written.

What has ended is not looked at, so it takes no longer where much has.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from psycopg_pool import AsyncConnectionPool

from dapp.domain.anchoring import ANCHOR_GRACE_SECONDS
from dapp.domain.case import Case
from dapp.domain.deployment import Deployment
from dapp.domain.events import APPEALS
from dapp.domain.payment import PaidOrder
from dapp.domain.public import PublicDispute
from dapp.domain.types import Address, ComplaintId, UnixTime, Wei, raw
from dapp.store.anchored_reads import AnchoredReads, AnchoredRow
from dapp.store.answers import OPEN_STATES, Row
from dapp.store.database import database_errors
from dapp.store.rows import read

_OPEN = [int(state) for state in OPEN_STATES]
_SOME = 500
"""So many orders or disputes are answered with at once; the others are when these are done."""

# Ended ones count where money was put up for appeals; few are.
UNDONE = """
SELECT id, body::text FROM complaint
WHERE chain_id = %(chain)s AND state = ANY(%(open)s) AND id > %(after)s
ORDER BY id LIMIT %(limit)s
"""
APPEALED = """
SELECT DISTINCT topic1 FROM log WHERE chain_id = %(chain)s AND address = %(fund)s
"""
_CASES = """
SELECT body::text FROM complaint WHERE chain_id = %(chain)s AND id = ANY(%(ids)s)
"""
# Each policy's own protection time; the complaint that counts is the latest about the order.
HELD = """
WITH policy AS (
    SELECT o.id AS organisation, (v ->> 'version')::integer AS version,
        (v #>> '{policy,protection_hours}')::integer AS hours
    FROM organisation o, json_array_elements(o.body -> 'policies') v
    WHERE o.chain_id = %(chain)s
)
SELECT p.body::text, t.hours
FROM policy t CROSS JOIN LATERAL (
    SELECT body, key, paid_at FROM paid_order
    WHERE chain_id = %(chain)s AND is_held AND organisation = t.organisation
        AND version = t.version AND paid_at <= %(now)s - %(grace)s - t.hours * 3600
        AND NOT EXISTS (
            SELECT FROM complaint c
            WHERE c.chain_id = paid_order.chain_id AND c.order_key = paid_order.key
                AND c.state = ANY(%(open)s))
    ORDER BY paid_at, key LIMIT %(limit)s
) p
ORDER BY p.paid_at, p.key LIMIT %(limit)s
"""
DISPUTES = """
SELECT body::text FROM public_dispute WHERE chain_id = %(chain)s AND is_open
ORDER BY id DESC LIMIT %(limit)s
"""
_SPENT = """
SELECT coalesce(sum(coalesce(paid, gas * (
    SELECT max(max_fee) FROM outgoing_attempt a WHERE a.outgoing = o.number))), 0)::text
FROM outgoing o
WHERE chain_id = %(chain)s AND sender = %(sender)s AND created_at > now() - interval '1 day'
"""
_TALLY = """
SELECT count(*) FILTER (WHERE status = 'mined'),
    count(*) FILTER (WHERE status = 'failed' AND nonce IS NULL),
    count(*) FILTER (WHERE status = 'failed' AND nonce IS NOT NULL),
    coalesce(sum(paid), 0)::text
FROM outgoing
WHERE chain_id = %(chain)s AND sender = %(sender)s AND purpose LIKE 'keeper/%%'
"""


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of what a keeper has sent.

    Attributes:
        dropped: somebody else was first, before it was signed: it cost nothing.
        reverted: somebody else was first, after it was sent: its gas is lost.
        paid: for gas, in wei.
    """

    done: int
    dropped: int
    reverted: int
    paid: Wei


class Chores:
    """Reads of one chain's rows; all methods raise DatabaseUnavailable."""

    def __init__(self, pool: AsyncConnectionPool, deployment: Deployment) -> None:
        self._pool = pool
        self._chain_id = deployment.chain_id
        self._fund = deployment.address_of(APPEALS)
        self._anchored = AnchoredReads(pool, deployment.chain_id)

    async def open_cases(self, after: ComplaintId) -> list[Case]:
        """Cases that have not ended, by number; the next ones after the last of these."""
        rows = await self._rows(UNDONE, open=_OPEN, after=after, limit=_SOME)
        return [read(text, Case) for _, text in rows]

    async def appealed(self) -> list[ComplaintId]:
        """The complaints about which anybody put up money for an appeal, ended or not."""
        rows = await self._rows(APPEALED, fund=raw(self._fund))
        numbers = {int.from_bytes(bytes(topic)) for (topic,) in rows if topic is not None}
        return [ComplaintId(number) for number in sorted(numbers)]

    async def cases(self, ids: Collection[ComplaintId]) -> list[Case]:
        """Those of them that there are."""
        return [read(text, Case) for (text,) in await self._rows(_CASES, ids=list(ids))]

    async def held_orders(self, now: UnixTime) -> list[tuple[PaidOrder, int]]:
        """Orders whose money may go: without a complaint, their protection (hours, beside them) and
        its grace over."""
        rows = await self._rows(HELD, now=now, open=_OPEN, limit=_SOME, grace=ANCHOR_GRACE_SECONDS)
        return [(read(text, PaidOrder), hours) for text, hours in rows]

    async def lapsing(self, now: UnixTime, seconds: int) -> list[AnchoredRow]:
        """Anchored complaints that can be opened for no longer than so many seconds."""
        return await self._anchored.lapsing(now, seconds, _SOME)

    async def open_disputes(self) -> list[PublicDispute]:
        """Disputes that other contracts brought, of which they have not heard a ruling yet."""
        rows = await self._rows(DISPUTES, limit=_SOME)
        return [read(text, PublicDispute) for (text,) in rows]

    async def spent(self, sender: Address) -> Wei:
        """What an account's transactions of the last day cost in gas, or may cost at the most."""
        ((total,),) = await self._rows(_SPENT, sender=sender)
        return Wei(int(total))

    async def tally(self, sender: Address) -> Tally:
        """What came of all that an account has sent as a keeper."""
        ((done, dropped, reverted, paid),) = await self._rows(_TALLY, sender=sender)
        return Tally(done, dropped, reverted, Wei(int(paid)))

    async def _rows(self, statement: str, **values: Any) -> list[Row]:
        async with database_errors(), self._pool.connection() as connection:
            given = {"chain": self._chain_id, **values}
            return await (await connection.execute(statement.encode(), given)).fetchall()
