"""What the watch asks of the rows: money owed, evidence named, folds to compare."""

from dataclasses import dataclass
from typing import Any

from psycopg_pool import AsyncConnectionPool

from dapp.domain.events import APPEALS, CLAIMS, COURT, ESCROW, REGISTRY
from dapp.domain.payment import OrderState
from dapp.domain.types import (
    NATIVE_COIN,
    Address,
    BlockNumber,
    ChainId,
    ComplaintId,
    Digest,
    Hash32,
    Wei,
    hash32,
)
from dapp.store.answers import OPEN_STATES
from dapp.store.database import Connection, database_errors

# Orders in escrow as long as they have not ended, what went to organisations and was not taken yet,
# and credits; by coin. Claims have no money of their own there.
_ESCROW = b"""
    SELECT token, sum(amount) FROM (
        SELECT %(coin)s AS token, 0 AS amount
        UNION ALL
        SELECT token, (body->>'amount')::numeric AS amount FROM paid_order
        WHERE chain_id = %(chain)s AND body->>'claim' IS NULL AND (body->>'state')::int = %(held)s
        UNION ALL
        SELECT token, to_organisation FROM paid_order
        WHERE chain_id = %(chain)s AND body->>'claim' IS NULL
        UNION ALL
        SELECT w->>'token', -(w->>'amount')::numeric
        FROM organisation, json_array_elements(body->'withdrawn') w WHERE chain_id = %(chain)s
        UNION ALL
        SELECT token, amount FROM credit WHERE chain_id = %(chain)s AND contract = %(contract)s
    ) owed GROUP BY token
"""
_REGISTRY = b"""
    SELECT %(coin)s, coalesce(sum(amount), 0) FROM (
        SELECT (body->>'bond')::numeric AS amount FROM organisation WHERE chain_id = %(chain)s
        UNION ALL
        SELECT amount FROM credit WHERE chain_id = %(chain)s AND contract = %(contract)s
    ) owed
"""
# The least it owes: stakes and credits, without rewards and what disputes have advanced.
_COURT = b"""
    SELECT %(coin)s, coalesce(sum(amount), 0) FROM (
        SELECT (body->>'tickets')::numeric * %(ticket)s AS amount FROM position
        WHERE chain_id = %(chain)s AND body->>'left_at' IS NULL
        UNION ALL
        SELECT amount FROM credit WHERE chain_id = %(chain)s AND contract = %(contract)s
    ) owed
"""
# Deposits of claims that are not decided, and what is left of the money sent along with any.
_CLAIMS = b"""
    SELECT %(coin)s, coalesce(sum(amount), 0) FROM (
        SELECT (p.body->'claim'->>'deposit')::numeric AS amount FROM paid_order p
        JOIN complaint c ON c.chain_id = p.chain_id AND c.order_key = p.key
        WHERE p.chain_id = %(chain)s AND p.body->>'claim' IS NOT NULL AND c.state = ANY(%(open)s)
        UNION ALL
        SELECT (body->'funding'->>'left')::numeric FROM complaint
        WHERE chain_id = %(chain)s
        UNION ALL
        SELECT amount FROM credit WHERE chain_id = %(chain)s AND contract = %(contract)s
    ) owed
"""
# Of each ruling: both pots until one opens an appeal; then what the other one still has, the stake
# until it is decided upon, and what came to a pot and was not taken. Not: what waits for a bond.
_APPEALS = b"""
    WITH level AS (
        SELECT a FROM complaint, json_array_elements(body->'appeals') a WHERE chain_id = %(chain)s
    ), pot AS (
        SELECT side, (side = 'higher') IS NOT DISTINCT FROM (a->>'is_higher')::bool AS won,
            a->>'is_higher' IS NOT NULL AS opened, a->side AS body
        FROM level, unnest(ARRAY['higher', 'lower']) side
    )
    SELECT %(coin)s, coalesce(sum(amount), 0) FROM (
        SELECT (a->>'stake')::numeric AS amount FROM level
        WHERE a->>'is_higher' IS NOT NULL AND a->>'resolved_at' IS NULL
        UNION ALL
        SELECT (body->>'raised')::numeric FROM pot WHERE NOT opened
        UNION ALL
        SELECT (c->>'amount')::numeric FROM pot, json_array_elements(body->'contributions') c
        WHERE opened AND NOT won AND NOT (c->>'refunded')::bool
        UNION ALL
        SELECT (body->>'shared')::numeric FROM pot
        UNION ALL
        SELECT -(c->>'taken')::numeric FROM pot, json_array_elements(body->'contributions') c
        UNION ALL
        SELECT amount FROM credit WHERE chain_id = %(chain)s AND contract = %(contract)s
    ) owed
"""
_OWED = {
    ESCROW: _ESCROW,
    REGISTRY: _REGISTRY,
    COURT: _COURT,
    CLAIMS: _CLAIMS,
    APPEALS: _APPEALS,
}
_HEAD = b"SELECT block_number, block_hash FROM checkpoint WHERE chain_id = %(chain)s"
_EVIDENCE = b"""
    SELECT c.id, e->>'digest' FROM (
        SELECT id, body FROM complaint WHERE chain_id = %(chain)s AND id > %(after)s
        ORDER BY id LIMIT %(limit)s
    ) c, json_array_elements(c.body->'evidence') e ORDER BY c.id
"""
_LAST = b"""
    SELECT max(id) FROM (
        SELECT id FROM complaint WHERE chain_id = %(chain)s AND id > %(after)s
        ORDER BY id LIMIT %(limit)s
    ) part
"""
_FOLDS = b"""
    SELECT id, trail FROM complaint WHERE chain_id = %(chain)s AND id > %(after)s
    AND updated_block <= %(block)s ORDER BY id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Owed:
    """What a contract must hold of a coin, at least."""

    contract: str
    token: Address
    amount: Wei


class WatchRows:
    def __init__(self, pool: AsyncConnectionPool, chain_id: ChainId, ticket: Wei) -> None:
        self._pool = pool
        self._chain_id = chain_id
        self._ticket = ticket

    async def owed(self) -> tuple[BlockNumber, Hash32, list[Owed]] | None:
        """What is owed as of the last indexed block; None before the first.

        The native coin of each contract is always there.
        """
        async with (
            database_errors(),
            self._pool.connection() as connection,
            connection.transaction(),
        ):
            # All of it as it was at one moment, whatever the indexer writes meanwhile.
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            head = await self._ask(connection, _HEAD)
            if not head:
                return None
            found = [
                Owed(name, Address(token), Wei(int(amount)))
                for name, statement in _OWED.items()
                for token, amount in await self._ask(connection, statement, contract=name)
            ]
        ((number, block_hash),) = head
        return BlockNumber(number), hash32(bytes(block_hash)), found

    async def evidence(
        self, after: int, limit: int
    ) -> tuple[list[tuple[ComplaintId, Digest]], int | None]:
        """Digests named by the next complaints, and the last of these; None after the last."""
        rows = await self._rows(_EVIDENCE, after=after, limit=limit)
        ((last,),) = await self._rows(_LAST, after=after, limit=limit)
        return [(ComplaintId(number), Digest(Hash32(digest))) for number, digest in rows], last

    async def folds(self, after: int, limit: int, block: int) -> list[tuple[ComplaintId, Hash32]]:
        """The next complaints' folds, of those that have not changed after a block."""
        rows = await self._rows(_FOLDS, after=after, limit=limit, block=block)
        return [(ComplaintId(number), Hash32(trail)) for number, trail in rows]

    async def _rows(self, statement: bytes, **values: Any) -> list[tuple[Any, ...]]:
        async with database_errors(), self._pool.connection() as connection:
            return await self._ask(connection, statement, **values)

    async def _ask(
        self, connection: Connection, statement: bytes, **values: Any
    ) -> list[tuple[Any, ...]]:
        given = {
            "chain": self._chain_id,
            "coin": NATIVE_COIN,
            "ticket": self._ticket,
            "held": int(OrderState.HELD),
            "open": [int(state) for state in OPEN_STATES],
            **values,
        }
        return await (await connection.execute(statement, given)).fetchall()
