"""Which signed actions go into one transaction, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dapp.domain.types import Hash32, Wei, hash32, raw
from dapp.store.database import database_errors
from dapp.store.relay import RelayRows, Row


@dataclass(frozen=True, slots=True)
class Batch:
    """Attributes: read_block: hash of the block by which the outcomes were read, if they were."""

    number: int
    gas_each: int
    read_block: Hash32 | None

    @property
    def purpose(self) -> str:
        """Of its transaction."""
        return f"relay/{self.number}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an action.

    Attributes:
        charged: what it cost.
        error: code and words; None where it was done.
    """

    number: int
    charged: Wei
    error: tuple[str, str] | None


_MAKE = """
INSERT INTO relay_batch (chain_id, gas_each) VALUES (%(chain)s, %(gas_each)s) RETURNING number
"""
_PUT = """
UPDATE relay_action a SET batch = %(batch)s, position = p.position - 1
FROM unnest(%(numbers)s::bigint[]) WITH ORDINALITY AS p (number, position)
WHERE a.number = p.number AND a.batch IS NULL AND a.outcome IS NULL RETURNING 1
"""
_OPEN = """
SELECT number, gas_each, read_block FROM relay_batch
WHERE chain_id = %(chain)s AND NOT is_settled ORDER BY number
"""
_READ = "UPDATE relay_batch SET read_block = %(block)s WHERE number = %(batch)s RETURNING 1"
_SETTLE = "UPDATE relay_batch SET is_settled = true WHERE number = %(batch)s RETURNING 1"
_FINAL = "UPDATE relay_action SET is_final = true WHERE batch = %(batch)s RETURNING 1"
# The budgets get back what was charged too much, and are charged what was too little.
_OUTCOME = """
WITH before AS (
    SELECT number, actor, organisation, day, charged FROM relay_action
    WHERE number = %(number)s AND batch IS NOT DISTINCT FROM %(batch)s FOR UPDATE
), corrected AS (
    UPDATE relay_budget b SET spent = greatest(0, b.spent + %(charged)s - before.charged)
    FROM before WHERE b.chain_id = %(chain)s AND b.day = before.day AND (
        b.scope = 'all' OR b.scope = 'signer' AND b.subject = before.actor
        OR b.scope = 'organisation' AND b.subject = before.organisation::text
    )
)
UPDATE relay_action a SET charged = %(charged)s, outcome = %(outcome)s, error_code = %(code)s,
    error_text = %(text)s, is_final = %(is_final)s
FROM before WHERE a.number = before.number RETURNING 1
"""


class _Gone(Exception):
    """Somebody else has put one of them into a batch."""


class RelayBatches:
    """One chain's batches; all methods raise DatabaseUnavailable."""

    def __init__(self, rows: RelayRows) -> None:
        self._pool = rows.pool
        self._chain_id = rows.chain_id

    async def make(self, numbers: Sequence[int], gas_each: int) -> Batch | None:
        """A batch of these actions, in this order; None where one of them is in another."""
        try:
            async with (
                database_errors(),
                self._pool.connection() as connection,
                connection.transaction(),
            ):
                given = {"chain": self._chain_id, "gas_each": gas_each, "numbers": list(numbers)}
                made = await connection.execute(_MAKE.encode(), given)
                ((batch,),) = await made.fetchall()
                put = await connection.execute(_PUT.encode(), {**given, "batch": batch})
                if len(await put.fetchall()) != len(numbers):
                    raise _Gone
        except _Gone:
            return None
        return Batch(batch, gas_each, None)

    async def open(self) -> list[Batch]:
        """Those whose block is not final yet."""
        rows = await self._all([(_OPEN, {})])
        return [
            Batch(number, gas, None if block is None else hash32(bytes(block)))
            for number, gas, block in rows
        ]

    async def read(self, batch: Batch, block: Hash32, outcomes: Sequence[Outcome]) -> None:
        """What became of all, by that block; later ones take its place."""
        await self._all(
            [
                *((_OUTCOME, _values(one, batch, is_final=False)) for one in outcomes),
                (_READ, {"batch": batch.number, "block": raw(block)}),
            ]
        )

    async def settle(self, batch: Batch) -> None:
        """Its block is final, or it will never have one."""
        given = {"batch": batch.number}
        await self._all([(_FINAL, given), (_SETTLE, given)])

    async def refuse(self, outcome: Outcome, batch: Batch | None = None) -> None:
        """It is not sent at all; nothing happens where it is in another batch than that."""
        await self._all([(_OUTCOME, _values(outcome, batch, is_final=True))])

    async def _all(self, statements: Sequence[tuple[str, dict[str, Any]]]) -> list[Row]:
        """In one transaction; the rows of the last."""
        found: list[Row] = []
        async with (
            database_errors(),
            self._pool.connection() as connection,
            connection.transaction(),
        ):
            for statement, values in statements:
                given = {"chain": self._chain_id, **values}
                found = await (await connection.execute(statement.encode(), given)).fetchall()
        return found


def _values(one: Outcome, batch: Batch | None, *, is_final: bool) -> dict[str, Any]:
    code, text = one.error or (None, None)
    return {
        "batch": None if batch is None else batch.number,
        "number": one.number,
        "charged": one.charged,
        "outcome": "done" if one.error is None else "failed",
        "code": code,
        "text": text,
        "is_final": is_final,
    }
