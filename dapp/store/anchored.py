"""Signed complaints that wait to be anchored, and the batches that are made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg_pool import AsyncConnectionPool

from dapp.domain.anchor_file import Signed
from dapp.domain.anchoring import UNOPENED, AnchoredComplaint
from dapp.domain.types import Address, ChainId, Digest, Hash32, UnixTime, raw
from dapp.errors import TooMany
from dapp.store.anchored_reads import row_of, statement, values
from dapp.store.answers import Row
from dapp.store.database import Connection, database_errors
from dapp.store.rows import body, read

RETRY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """How many may wait at a time."""

    customer: int
    organisation: int
    all: int


@dataclass(frozen=True, slots=True)
class Due:
    """Those with a receipt and without a batch; `first` must be anchored before all others."""

    count: int
    age_seconds: float
    first: UnixTime


@dataclass(frozen=True, slots=True)
class OwnBatch:
    """A batch of ours; `digest` is None until its file is stored."""

    root: Hash32
    leaves: int
    digest: Digest | None


_LOCK = (
    "SELECT pg_advisory_xact_lock(hashtextextended('redress-anchored/' || %(order)s, %(chain)s))"
)
_INSERT = """
INSERT INTO anchored_complaint
    (chain_id, leaf, organisation, customer, order_key, anchor_by, body, signature, sender)
VALUES (%(chain)s, %(leaf)s, %(organisation)s, %(customer)s, %(order)s, %(anchor_by)s, %(body)s,
    %(signature)s, %(sender)s)
ON CONFLICT (chain_id, leaf) DO """
_ADD = _INSERT + "NOTHING"
# One that came with the file of a batch may be given to us as well.
_TAKE = _INSERT + "UPDATE SET sender = excluded.sender WHERE anchored_complaint.sender IS NULL"
_QUEUE = "chain_id = %(chain)s AND sender = %(sender)s AND root IS NULL"
_COUNT = f"""
SELECT count(*) FROM (
    SELECT 1 FROM anchored_complaint WHERE {_QUEUE} AND anchor_by >= %(now)s{{}} LIMIT %(limit)s
) queue
"""  # noqa: S608 (ours)
_SCOPES = {
    "customer": " AND customer = %(customer)s",
    "organisation": " AND organisation = %(organisation)s",
    "all": "",
}
_UNSIGNED = f"""
SELECT leaf, anchor_by FROM anchored_complaint
WHERE {_QUEUE} AND receipt IS NULL AND anchor_by >= %(least)s ORDER BY number LIMIT %(limit)s
"""  # noqa: S608 (ours)
_RECEIPT = """
UPDATE anchored_complaint SET receipt = %(receipt)s
WHERE chain_id = %(chain)s AND leaf = %(leaf)s AND receipt IS NULL
"""
_PROMISED = f"{_QUEUE} AND receipt IS NOT NULL AND anchor_by > %(now)s"
_DUE = f"""
SELECT count(*), extract(epoch FROM now() - min(created_at))::float8, min(anchor_by)
FROM anchored_complaint WHERE {_PROMISED}
"""  # noqa: S608 (ours)
_WAITING = f"""
SELECT leaf FROM anchored_complaint WHERE {_PROMISED} ORDER BY anchor_by LIMIT %(limit)s
"""  # noqa: S608 (ours)
_MAKE = """
INSERT INTO anchor_batch (chain_id, sender, root, leaves)
VALUES (%(chain)s, %(sender)s, %(root)s, %(count)s)
"""
_PUT = f"""
UPDATE anchored_complaint SET root = %(root)s
WHERE {_QUEUE} AND leaf = ANY(%(leaves)s) RETURNING 1
"""  # noqa: S608 (ours)
_PLACE = """
INSERT INTO anchor_leaf (chain_id, leaf, sender, root, proof)
SELECT %(chain)s, l, %(sender)s, %(root)s, p
FROM unnest(%(leaves)s::text[], %(proofs)s::bytea[]) AS t (l, p) ON CONFLICT DO NOTHING
"""
_BATCH = "chain_id = %(chain)s AND sender = %(sender)s AND root = %(root)s"
_STORED = f"UPDATE anchor_batch SET digest = %(digest)s WHERE {_BATCH}"  # noqa: S608 (ours)
_SETTLED = f"UPDATE anchor_batch SET is_settled = true WHERE {_BATCH}"  # noqa: S608 (ours)
_OPEN = """
SELECT root, leaves, digest FROM anchor_batch
WHERE chain_id = %(chain)s AND sender = %(sender)s AND NOT is_settled ORDER BY created_at
"""
_CONTENT = """
SELECT a.leaf, a.body::text, a.signature FROM anchor_leaf l
JOIN anchored_complaint a ON a.chain_id = l.chain_id AND a.leaf = l.leaf
WHERE l.chain_id = %(chain)s AND l.sender = %(sender)s AND l.root = %(root)s
"""
_STANDS = f"""
SELECT count(*) FILTER (WHERE anchor_by >= %(now)s),
    count(*) FILTER (WHERE anchor_by >= %(now)s AND receipt IS NULL),
    count(*) FILTER (WHERE anchor_by < %(now)s AND receipt IS NOT NULL),
    min(anchor_by) FILTER (WHERE anchor_by >= %(now)s)
FROM anchored_complaint WHERE {_QUEUE}
"""  # noqa: S608 (ours)


class _Gone(Exception):
    """Somebody else has put one of them into a batch."""


class AnchoredRows:
    """One chain's rows; all methods raise DatabaseUnavailable."""

    def __init__(self, pool: AsyncConnectionPool, chain_id: ChainId) -> None:
        self._pool = pool
        self._chain_id = chain_id

    async def take(self, signed: Signed, sender: Address, limits: Limits, now: UnixTime) -> Hash32:
        """Its leaf; or that of another about the same order, from which something can still come.

        Raises TooMany: `anchor-queue-full`.
        """
        given = {**_values(signed), "sender": sender}
        async with (
            database_errors(),
            self._pool.connection() as connection,
            connection.transaction(),
        ):
            await self._ask(connection, _LOCK, given)
            known = await self._known(connection, given, now)
            if known is not None:
                return known
            await self._require_room(connection, given, limits, now)
            await self._ask(connection, _TAKE, given)
        return signed.leaf

    async def add(
        self,
        sender: Address,
        root: Hash32,
        complaints: Sequence[Signed],
        proofs: Mapping[Hash32, Sequence[Hash32]],
    ) -> None:
        """The complaints of somebody's batch; those that are here stay as they are."""
        async with (
            database_errors(),
            self._pool.connection() as connection,
            connection.transaction(),
        ):
            nobody = {"chain": self._chain_id, "sender": None}
            rows = [{**nobody, **_values(one)} for one in complaints]
            async with connection.cursor() as cursor:
                await cursor.executemany(_ADD.encode(), rows)
            await self._place(connection, sender, root, proofs)

    async def unsigned(
        self, sender: Address, least: UnixTime, limit: int
    ) -> list[tuple[Hash32, UnixTime]]:
        """Those without a receipt that are to be anchored at `least` or later."""
        given = {"sender": sender, "least": least, "limit": limit}
        rows = await self._run(_UNSIGNED, given)
        return [(Hash32(leaf), UnixTime(by)) for leaf, by in rows]

    async def promise(self, leaf: Hash32, receipt: str) -> None:
        """Its receipt, unless there is one."""
        await self._run(_RECEIPT, {"leaf": leaf, "receipt": raw(receipt)})

    async def due(self, sender: Address, now: UnixTime) -> Due | None:
        """What the next batch could hold; None for nothing."""
        ((count, age, first),) = await self._run(_DUE, {"sender": sender, "now": now})
        return None if not count else Due(count, age, UnixTime(first))

    async def waiting(self, sender: Address, now: UnixTime, limit: int) -> list[Hash32]:
        """These, the most urgent first."""
        rows = await self._run(_WAITING, {"sender": sender, "now": now, "limit": limit})
        return [Hash32(leaf) for (leaf,) in rows]

    async def make(
        self, sender: Address, root: Hash32, proofs: Mapping[Hash32, Sequence[Hash32]]
    ) -> OwnBatch | None:
        """A batch of these leaves; None where one of them is in another."""
        given = {"sender": sender, "root": root, "count": len(proofs), "leaves": list(proofs)}
        try:
            async with (
                database_errors(),
                self._pool.connection() as connection,
                connection.transaction(),
            ):
                if len(await self._ask(connection, _PUT, given)) != len(proofs):
                    raise _Gone
                await self._ask(connection, _MAKE, given)
                await self._place(connection, sender, root, proofs)
        except _Gone:
            return None
        return OwnBatch(root, len(proofs), None)

    async def open(self, sender: Address) -> list[OwnBatch]:
        """Those whose block is not final, the oldest first."""
        rows = await self._run(_OPEN, {"sender": sender})
        return [
            OwnBatch(Hash32(root), leaves, None if digest is None else Digest(digest))
            for root, leaves, digest in rows
        ]

    async def content(self, sender: Address, root: Hash32) -> list[Signed]:
        """The complaints of a batch."""
        rows = await self._run(_CONTENT, {"sender": sender, "root": root})
        return [
            Signed(Hash32(leaf), read(text, AnchoredComplaint), "0x" + bytes(signature).hex())
            for leaf, text, signature in rows
        ]

    async def stored(self, sender: Address, root: Hash32, digest: Digest) -> None:
        """Its file is safe under that digest."""
        await self._run(_STORED, {"sender": sender, "root": root, "digest": digest})

    async def settle(self, sender: Address, root: Hash32) -> None:
        """Its block is final."""
        await self._run(_SETTLED, {"sender": sender, "root": root})

    async def stands(self, sender: Address, now: UnixTime) -> tuple[int, int, int, UnixTime | None]:
        """How many wait, how many of these without a receipt; how many receipts are broken; and
        until when the most urgent one must be anchored."""
        ((waiting, unsigned, broken, first),) = await self._run(
            _STANDS, {"sender": sender, "now": now}
        )
        return waiting, unsigned, broken, None if first is None else UnixTime(first)

    async def _known(
        self, connection: Connection, given: dict[str, Any], now: UnixTime
    ) -> Hash32 | None:
        about = values(now, leaf=given["leaf"], order=given["order"], limit=1)
        rows = await self._ask(connection, statement(["leaf"]), about)
        if rows and row_of(rows[0]).sender is not None:
            return row_of(rows[0]).leaf
        about |= {"statuses": list(UNOPENED)}
        rows = await self._ask(connection, statement(["order"], by_status=True), about)
        return row_of(rows[0]).leaf if rows else None

    async def _require_room(
        self, connection: Connection, given: dict[str, Any], limits: Limits, now: UnixTime
    ) -> None:
        for scope, condition in _SCOPES.items():
            limit = getattr(limits, scope)
            asked = {**given, "now": now, "limit": limit}
            ((found,),) = await self._ask(connection, _COUNT.format(condition), asked)
            if found >= limit:
                raise TooMany(
                    "too many complaints wait to be anchored"
                    + ("" if scope == "all" else f", of this {scope}"),
                    remedy="File it yourself, or send it again later",
                    code="anchor-queue-full",
                    fields={"scope": scope, "limit": limit, "retry_after_seconds": RETRY_SECONDS},
                )

    async def _place(
        self,
        connection: Connection,
        sender: Address,
        root: Hash32,
        proofs: Mapping[Hash32, Sequence[Hash32]],
    ) -> None:
        joined = [b"".join(map(raw, proof)) for proof in proofs.values()]
        given = {"sender": sender, "root": root, "leaves": list(proofs), "proofs": joined}
        await self._ask(connection, _PLACE, given)

    async def _run(self, text: str, given: dict[str, Any]) -> list[Row]:
        async with database_errors(), self._pool.connection() as connection:
            return await self._ask(connection, text, given)

    async def _ask(self, connection: Connection, text: str, given: dict[str, Any]) -> list[Row]:
        found = await connection.execute(text.encode(), {"chain": self._chain_id, **given})
        return await found.fetchall() if found.description else []


def _values(signed: Signed) -> dict[str, Any]:
    order = signed.complaint.order
    return {
        "leaf": signed.leaf,
        "organisation": order.organisation,
        "customer": order.customer,
        "order": order.key,
        "anchor_by": signed.complaint.anchor_by,
        "body": body(signed.complaint),
        "signature": raw(signed.signature),
    }
