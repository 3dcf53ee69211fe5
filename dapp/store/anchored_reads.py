"""Signed complaints as they stand: what we hold of them, beside what the index knows."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from psycopg_pool import AsyncConnectionPool

from dapp.domain.anchoring import (
    ANCHOR_GRACE_SECONDS,
    AnchoredComplaint,
    AnchorStatus,
    Batch,
    Revocation,
)
from dapp.domain.payment import PaidOrder
from dapp.domain.types import (
    Address,
    ChainId,
    ComplaintId,
    Hash32,
    OrganisationId,
    UnixTime,
    hash32,
)
from dapp.store import cursors
from dapp.store.answers import OPEN_STATES, Row
from dapp.store.database import Connection, database_errors
from dapp.store.rows import read
from dapp.store.views import Page

_OPEN = [int(state) for state in OPEN_STATES]


@dataclass(frozen=True, slots=True)
class Stood:
    """The batch that speaks for a complaint: the first in time, else any that holds it.

    Attributes:
        proof: its siblings there, from below.
        batch: as the chain has it; None while it is not there.
    """

    sender: Address
    root: Hash32
    proof: tuple[Hash32, ...]
    batch: Batch | None


@dataclass(frozen=True, slots=True)
class AnchoredRow:
    """A signed complaint.

    Attributes:
        number: in which order they were taken.
        signature: its customer's, 0x… text.
        sender: who is to anchor it; None of one that came with the file of a batch.
        receipt: the sender's signature, if it has promised that.
        paid: its order, if the index knows it.
        opened_as: the complaint at the desk.
        open_before: when its order can be released; None for an unknown order.
        is_disputed: a complaint about the order is open.
    """

    leaf: Hash32
    number: int
    complaint: AnchoredComplaint
    signature: str
    sender: Address | None
    receipt: str | None
    taken_at: UnixTime
    stood: Stood | None
    opened_as: ComplaintId | None
    revocation: Revocation | None
    paid: PaidOrder | None
    open_before: UnixTime | None
    is_disputed: bool
    status: AnchorStatus

    @property
    def is_openable(self) -> bool:
        """Whether the desk takes it now."""
        return self.status is AnchorStatus.ANCHORED and not self.is_disputed


@dataclass(frozen=True, slots=True)
class Which:
    """Which of them; everything, where all is None."""

    customer: Address | None = None
    organisation: OrganisationId | None = None
    order: Hash32 | None = None
    statuses: Collection[AnchorStatus] | None = None
    batch: tuple[Address, Hash32] | None = None


_FACTS = """
SELECT a.*, l.sender AS stood_sender, l.root AS stood_root, l.proof, l.batch, l.anchored_at,
    c.id AS complaint, r.body AS revocation, p.body AS paid, p.is_held,
    p.paid_at + 3600 * t.hours + %(grace)s AS open_before,
    EXISTS (
        SELECT FROM complaint o WHERE o.chain_id = a.chain_id AND o.order_key = a.order_key
            AND o.state = ANY(%(open)s)) AS is_disputed
FROM anchored_complaint a
LEFT JOIN LATERAL (
    SELECT l.sender, l.root, l.proof, b.body AS batch, b.anchored_at
    FROM anchor_leaf l
    LEFT JOIN batch b ON b.chain_id = l.chain_id AND b.key = l.sender || '/' || l.root
    WHERE l.chain_id = a.chain_id AND l.leaf = a.leaf
    ORDER BY (b.anchored_at <= a.anchor_by) DESC NULLS LAST, b.anchored_at, l.sender LIMIT 1
) l ON true
LEFT JOIN LATERAL (
    SELECT id FROM complaint WHERE chain_id = a.chain_id AND leaf = a.leaf ORDER BY id LIMIT 1
) c ON true
LEFT JOIN revocation r ON r.chain_id = a.chain_id AND r.leaf = a.leaf
LEFT JOIN paid_order p ON p.chain_id = a.chain_id AND p.key = a.order_key
LEFT JOIN LATERAL (
    SELECT (v #>> '{policy,protection_hours}')::bigint AS hours
    FROM organisation g, json_array_elements(g.body -> 'policies') v
    WHERE g.chain_id = a.chain_id AND g.id = p.organisation
        AND (v ->> 'version')::bigint = p.version LIMIT 1
) t ON true
WHERE a.chain_id = %(chain)s
"""
_STATUS = """
CASE
    WHEN f.complaint IS NOT NULL THEN 'opened'
    WHEN f.revocation IS NOT NULL THEN 'revoked'
    WHEN f.anchored_at <= f.anchor_by AND (NOT f.is_held OR f.open_before <= %(now)s) THEN 'closed'
    WHEN f.anchored_at <= f.anchor_by THEN 'anchored'
    WHEN f.anchor_by < %(now)s AND f.receipt IS NULL THEN 'lapsed'
    WHEN f.anchor_by < %(now)s THEN 'overdue'
    WHEN NOT f.is_held THEN 'closed'
    ELSE 'waiting'
END
"""
_CONDITIONS = {
    "leaf": "a.leaf = %(leaf)s",
    "customer": "a.customer = %(customer)s",
    "organisation": "a.organisation = %(organisation)s",
    "order": "a.order_key = %(order)s",
    "below": "a.number < %(below)s",
    "root": """a.leaf IN (
        SELECT leaf FROM anchor_leaf
        WHERE chain_id = %(chain)s AND sender = %(sender)s AND root = %(root)s)""",
}
# What has been released or refunded is not looked at, so it takes no longer where much has.
_LAPSING = """ AND a.order_key IN (
    SELECT h.key FROM organisation g CROSS JOIN LATERAL json_array_elements(g.body -> 'policies') v
    JOIN paid_order h ON h.chain_id = g.chain_id AND h.is_held AND h.organisation = g.id
        AND h.version = (v ->> 'version')::integer
        AND h.paid_at <= %(lapse)s - %(grace)s - 3600 * (v #>> '{policy,protection_hours}')::bigint
    WHERE g.chain_id = %(chain)s)"""
_BATCHES = """
SELECT b.body::text, (
    SELECT count(*) FROM anchor_leaf l
    WHERE l.chain_id = b.chain_id AND l.sender = b.sender AND l.root = b.body ->> 'root')
FROM batch b WHERE b.chain_id = %(chain)s
"""
_SPENT = """
SELECT EXISTS (SELECT FROM complaint WHERE chain_id = %(chain)s AND leaf = %(leaf)s),
    EXISTS (SELECT FROM revocation WHERE chain_id = %(chain)s AND leaf = %(leaf)s)
"""


def statement(conditions: Collection[str], *, more: str = "", by_status: bool = False) -> str:
    """Those under some of `_CONDITIONS`, the newest first."""
    found = "".join(f" AND {_CONDITIONS[name]}" for name in conditions)
    facts = f"SELECT f.*, {_STATUS} AS status FROM ({_FACTS}{found}{more}) f"  # noqa: S608 (ours)
    wanted = " WHERE s.status = ANY(%(statuses)s)" if by_status else ""
    return f"""
SELECT leaf, number, body::text, signature, sender, receipt,
    extract(epoch FROM created_at)::bigint, stood_sender, stood_root, proof, batch::text,
    complaint, revocation::text, paid::text, open_before, is_disputed, status
FROM ({facts}) s{wanted} ORDER BY number DESC LIMIT %(limit)s"""  # noqa: S608 (ours)


def values(now: UnixTime, **more: Any) -> dict[str, Any]:
    """What each of these statements needs beside its conditions."""
    return {"now": now, "open": _OPEN, "grace": ANCHOR_GRACE_SECONDS, **more}


class AnchoredReads:
    """One chain's rows; all methods raise DatabaseUnavailable."""

    def __init__(self, pool: AsyncConnectionPool, chain_id: ChainId) -> None:
        self._pool = pool
        self._chain_id = chain_id

    async def find(self, leaf: Hash32, now: UnixTime) -> AnchoredRow | None:
        """How one stands; None of one that was never handed in."""
        given = values(now, leaf=leaf, limit=1)
        rows = await self._rows(statement(["leaf"]), given)
        return row_of(rows[0]) if rows else None

    async def page(
        self, which: Which, now: UnixTime, cursor: str | None, limit: int
    ) -> Page[AnchoredRow]:
        """The newest first. Raises InvalidInput for a cursor that is not ours."""
        given = {
            "customer": which.customer,
            "organisation": which.organisation,
            "order": which.order,
            "below": cursors.number(cursor),
        }
        if which.batch is not None:
            given |= {"sender": which.batch[0], "root": which.batch[1]}
        by_status = which.statuses is not None
        asked = [name for name in _CONDITIONS if given.get(name) is not None]
        more = {"statuses": list(which.statuses or ()), "limit": limit + 1}
        rows = await self._rows(statement(asked, by_status=by_status), values(now, **given, **more))
        found = [row_of(row) for row in rows[:limit]]
        return Page(tuple(found), str(found[-1].number) if len(rows) > limit else None)

    async def lapsing(self, now: UnixTime, seconds: int, limit: int) -> list[AnchoredRow]:
        """Anchored, not opened, and to be opened within so many seconds or never."""
        given = values(now, lapse=now + seconds, statuses=[AnchorStatus.ANCHORED], limit=limit)
        text = statement([], more=_LAPSING, by_status=True)
        return [row_of(row) for row in await self._rows(text, given)]

    async def spent(self, leaf: Hash32) -> tuple[bool, bool]:
        """Whether the chain says that it was opened, and that it was revoked."""
        ((opened, revoked),) = await self._rows(_SPENT, {"leaf": leaf})
        return bool(opened), bool(revoked)

    async def batch(self, sender: Address, root: Hash32) -> tuple[Batch, int] | None:
        """A batch on chain, and how many of its complaints are here."""
        given = {"key": f"{sender}/{root}"}
        rows = await self._rows(_BATCHES + " AND b.key = %(key)s", given)
        return _batch(rows[0]) if rows else None

    async def batches(
        self, sender: Address | None, cursor: str | None, limit: int
    ) -> Page[tuple[Batch, int]]:
        """The newest first. Raises InvalidInput for a cursor that is not ours."""
        text = _BATCHES
        given: dict[str, Any] = {"limit": limit + 1, "sender": sender}
        if sender is not None:
            text += " AND b.sender = %(sender)s"
        if (before := cursors.batch(cursor)) is not None:
            text += " AND (b.anchored_at, b.key) < (%(before)s, %(key)s)"
            given |= {"before": before[0], "key": before[1]}
        text += " ORDER BY b.anchored_at DESC, b.key DESC LIMIT %(limit)s"
        rows = [_batch(row) for row in await self._rows(text, given)]
        last = rows[limit - 1][0] if len(rows) > limit else None
        more = None if last is None else f"{last.anchored_at}-{last.sender}/{last.root}"
        return Page(tuple(rows[:limit]), more)

    async def _rows(self, text: str, given: dict[str, Any]) -> list[Row]:
        async with database_errors(), self._pool.connection() as connection:
            return await rows_of(connection, self._chain_id, text, given)


async def rows_of(
    connection: Connection, chain_id: ChainId, text: str, given: dict[str, Any]
) -> list[Row]:
    found = await connection.execute(text.encode(), {"chain": chain_id, **given})
    return await found.fetchall()


def row_of(row: Row) -> AnchoredRow:
    """Of `statement`."""
    leaf, number, body, signature, sender, receipt, taken, by, root, proof, batch = row[:11]
    opened_as, revocation, paid, open_before, is_disputed, status = row[11:]
    stood = None
    if root is not None:
        found = None if batch is None else read(batch, Batch)
        stood = Stood(Address(by), Hash32(root), siblings(bytes(proof)), found)
    return AnchoredRow(
        leaf=Hash32(leaf),
        number=number,
        complaint=read(body, AnchoredComplaint),
        signature="0x" + bytes(signature).hex(),
        sender=None if sender is None else Address(sender),
        receipt=None if receipt is None else "0x" + bytes(receipt).hex(),
        taken_at=UnixTime(taken),
        stood=stood,
        opened_as=None if opened_as is None else ComplaintId(opened_as),
        revocation=None if revocation is None else read(revocation, Revocation),
        paid=None if paid is None else read(paid, PaidOrder),
        open_before=None if open_before is None else UnixTime(open_before),
        is_disputed=is_disputed,
        status=AnchorStatus(status),
    )


def siblings(proof: bytes) -> tuple[Hash32, ...]:
    return tuple(hash32(proof[start : start + 32]) for start in range(0, len(proof), 32))


def _batch(row: Row) -> tuple[Batch, int]:
    return read(row[0], Batch), int(row[1])
