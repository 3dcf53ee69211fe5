"""What the rows say of how the service is doing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg_pool import AsyncConnectionPool

from dapp.domain.parts import ComplaintState
from dapp.domain.types import BlockNumber, ChainId, UnixTime
from dapp.store.database import database_errors

_DAY = 86_400
_AWAITED = [int(ComplaintState.FILED), int(ComplaintState.ASKED)]
"""States in which it is the organisation's turn."""

_INDEX = """
SELECT block_number, indexed_at, (
    SELECT count(*) FROM undone_block WHERE chain_id = %(chain)s AND reorg = (
        SELECT max(reorg) FROM undone_block WHERE chain_id = %(chain)s
    )
) FROM checkpoint WHERE chain_id = %(chain)s
"""
_QUEUES = """
SELECT target, state, count(*) FROM replication WHERE chain_id = %(chain)s GROUP BY target, state
"""
_SLA = """
SELECT
    count(*) FILTER (WHERE acknowledgement_missed_at < %(now)s
        AND body ->> 'acknowledgement' IS NULL),
    count(*) FILTER (WHERE answer_missed_at BETWEEN %(now)s AND %(soon)s)
FROM complaint WHERE chain_id = %(chain)s AND state = ANY(%(awaited)s)
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured at one moment.

    Attributes:
        block: the last that is indexed; None before the first.
        indexed_at: our clock, in Unix seconds.
        reorg_depth: blocks taken off the last time.
        queues: DAGs by target and state.
        acknowledgements_late: complaints without a first reply whose time for it is over.
        answers_due: complaints whose answer is due within a day.
    """

    block: BlockNumber | None
    indexed_at: float
    reorg_depth: int
    queues: Mapping[tuple[str, str], int]
    acknowledgements_late: int
    answers_due: int


class MeterRows:
    """Reads of one chain's rows.

    Args:
        pool: connections to a database with our schema.
        chain_id: of the chain.
    """

    def __init__(self, pool: AsyncConnectionPool, chain_id: ChainId) -> None:
        self._pool = pool
        self._chain_id = chain_id

    async def read(self, now: UnixTime) -> Reading:
        """Everything, at the chain's time `now`. Raises DatabaseUnavailable."""
        values = {
            "chain": self._chain_id,
            "now": now,
            "soon": now + _DAY,
            "awaited": _AWAITED,
        }
        index, queues, sla = [await self._rows(one, values) for one in (_INDEX, _QUEUES, _SLA)]
        block, indexed_at, depth = index[0] if index else (None, 0.0, 0)
        late, due = sla[0]
        counted = {(target, state): count for target, state, count in queues}
        return Reading(block, indexed_at, depth, counted, late, due)

    async def _rows(self, statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        async with database_errors(), self._pool.connection() as connection:
            return await (await connection.execute(statement.encode(), values)).fetchall()
