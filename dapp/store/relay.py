"""Signed actions that wait for the relay, what became of them, and what they cost whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg_pool import AsyncConnectionPool

from dapp.domain.signing import SignedAction
from dapp.domain.types import (
    Address,
    BlockNumber,
    ChainId,
    Hash32,
    OrganisationId,
    UnixTime,
    Wei,
    hash32,
    raw,
)
from dapp.errors import BudgetExhausted, Refused, Retryable
from dapp.store.database import Connection, database_errors
from dapp.store.outgoing import Status

Row = tuple[Any, ...]

MOST_QUEUED = 2_000
"""Actions that wait at a time."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be paid in a day. Attributes: scope: `all`, `organisation` or `signer`."""

    scope: str
    subject: str
    limit: Wei


@dataclass(frozen=True, slots=True)
class NewAction:
    """An action as it is taken.

    Attributes:
        id: what was signed.
        gas: with room.
        cost: the most that it may cost; charged to the day's budgets.
        day: since 1970.
    """

    id: Hash32
    signed: SignedAction
    function: str
    organisation: OrganisationId | None
    gas: int
    cost: Wei
    day: int


@dataclass(frozen=True, slots=True)
class Relayed:
    """An action that was taken, and what became of it.

    Attributes:
        batch: the transaction's; None while it waits.
        outcome: `done` or `failed`, by `read_block`; None if that is not known yet.
        read_block: hash of the block by which the outcome was read.
        sent: how its transaction stands.
        block, block_hash, hash: of the transaction, once that is mined.
    """

    number: int
    id: Hash32
    signed: SignedAction
    function: str
    organisation: OrganisationId | None
    gas: int
    charged: Wei
    day: int
    batch: int | None
    outcome: str | None
    is_final: bool
    error_code: str | None
    error_text: str | None
    taken_at: UnixTime
    age_seconds: float
    read_block: Hash32 | None
    sent: Status | None
    hash: Hash32 | None
    block: BlockNumber | None
    block_hash: Hash32 | None


_SELECT = """
SELECT a.number, a.id, a.target, a.action, a.actor, a.nonce, a.deadline, a.signature, a.function,
    a.organisation, a.gas, a.charged, a.day, a.batch, a.outcome, a.is_final, a.error_code,
    a.error_text, extract(epoch FROM a.created_at)::bigint,
    extract(epoch FROM now() - a.created_at)::float8,
    b.read_block, o.status, o.hash, o.block_number, o.block_hash
FROM relay_action a
LEFT JOIN relay_batch b ON b.number = a.batch
LEFT JOIN outgoing o ON o.chain_id = a.chain_id AND o.purpose = 'relay/' || a.batch
WHERE a.chain_id = %(chain)s AND """
_BY_ID = _SELECT + "a.id = %(id)s"
_QUEUE = _SELECT + "a.batch IS NULL AND a.outcome IS NULL ORDER BY a.number LIMIT %(limit)s"
_OF_BATCH = _SELECT + "a.batch = %(batch)s ORDER BY a.position"
_LENGTH = """
SELECT count(*) FROM (
    SELECT 1 FROM relay_action WHERE chain_id = %(chain)s AND batch IS NULL AND outcome IS NULL
    LIMIT %(limit)s
) queue
"""
_SPENT = """
SELECT coalesce(sum(spent), 0) FROM relay_budget
WHERE chain_id = %(chain)s AND scope = %(scope)s AND subject = %(subject)s AND day = %(day)s
"""
# One statement, so that of two at once only so many get through as there is money for.
_SPEND = """
INSERT INTO relay_budget AS b (chain_id, scope, subject, day, spent)
SELECT %(chain)s, %(scope)s, %(subject)s, %(day)s, %(cost)s::numeric
WHERE %(cost)s::numeric <= %(limit)s
ON CONFLICT (chain_id, scope, subject, day) DO UPDATE SET spent = b.spent + excluded.spent
WHERE b.spent + excluded.spent <= %(limit)s
RETURNING spent
"""
_TAKE = """
INSERT INTO relay_action (chain_id, id, target, function, action, actor, nonce, deadline,
    signature, organisation, gas, charged, day)
VALUES (%(chain)s, %(id)s, %(target)s, %(function)s, %(action)s, %(actor)s, %(nonce)s,
    %(deadline)s, %(signature)s, %(organisation)s, %(gas)s, %(cost)s, %(day)s)
ON CONFLICT DO NOTHING RETURNING number
"""


class _IsThere(Exception):
    """Another has its id or its nonce."""


class RelayRows:
    """One chain's rows; all methods raise DatabaseUnavailable."""

    def __init__(self, pool: AsyncConnectionPool, chain_id: ChainId) -> None:
        self.pool = pool
        self.chain_id = chain_id

    async def take(self, new: NewAction, budgets: Sequence[Budget]) -> Relayed:
        """Queue the action and charge it; one that was taken before, with the same id, is that one.

        Raises:
            Refused: `nonce-used`, by another action that waits or was done.
            BudgetExhausted: one of the budgets has too little left today.
            Retryable: `relay-busy`, too many wait.
        """
        try:
            async with (
                database_errors(),
                self.pool.connection() as connection,
                connection.transaction(),
            ):
                await self._require_room(connection)
                for budget in budgets:
                    await self._charge(connection, new.cost, new.day, budget)
                values = _values(new)
                if not await self._ask(connection, _TAKE, **values):
                    raise _IsThere
        except _IsThere:
            pass
        found = await self.find(new.id)
        if found is None:
            raise nonce_used()
        return found

    async def spend(self, cost: Wei, day: int, budgets: Sequence[Budget]) -> None:
        """Charge what has no row here to all of them, or to none. Raises BudgetExhausted."""
        async with (
            database_errors(),
            self.pool.connection() as connection,
            connection.transaction(),
        ):
            for budget in budgets:
                await self._charge(connection, cost, day, budget)

    async def find(self, id_: Hash32) -> Relayed | None:
        """The action of which that was signed."""
        rows = await self._rows(_BY_ID, id=raw(id_))
        return relayed_of(rows[0]) if rows else None

    async def queue(self, limit: int) -> list[Relayed]:
        """Those that are in no batch yet, the oldest first."""
        return [relayed_of(row) for row in await self._rows(_QUEUE, limit=limit)]

    async def length(self) -> int:
        """How many are in no batch yet, up to `MOST_QUEUED`."""
        ((found,),) = await self._rows(_LENGTH, limit=MOST_QUEUED)
        return int(found)

    async def of_batch(self, batch: int) -> list[Relayed]:
        """Those of a batch, in its order."""
        return [relayed_of(row) for row in await self._rows(_OF_BATCH, batch=batch)]

    async def spent(self, scope: str, subject: str, day: int) -> Wei:
        """Of a day's budget."""
        ((found,),) = await self._rows(_SPENT, scope=scope, subject=subject, day=day)
        return Wei(int(found))

    async def _require_room(self, connection: Connection) -> None:
        ((length,),) = await self._ask(connection, _LENGTH, limit=MOST_QUEUED)
        if length >= MOST_QUEUED:
            raise Retryable(
                "too many signed actions wait", remedy="Send it again later", code="relay-busy"
            )

    async def _charge(self, connection: Connection, cost: Wei, day: int, budget: Budget) -> None:
        given = {"scope": budget.scope, "subject": budget.subject, "limit": budget.limit}
        if not await self._ask(connection, _SPEND, day=day, cost=cost, **given):
            raise BudgetExhausted(
                f"the relay has paid what it pays in a day ({_of(budget)})",
                remedy="Send it tomorrow (UTC), or send the transaction yourself",
                fields={**given, "limit": str(budget.limit), "needed": str(cost)},
            )

    async def _rows(self, statement: str, **values: Any) -> list[Row]:
        async with database_errors(), self.pool.connection() as connection:
            return await self._ask(connection, statement, **values)

    async def _ask(self, connection: Connection, statement: str, **values: Any) -> list[Row]:
        given = {"chain": self.chain_id, **values}
        return await (await connection.execute(statement.encode(), given)).fetchall()


def nonce_used() -> Refused:
    return Refused(
        "this nonce is used already",
        remedy="Prepare the action again and sign it with a new nonce",
        code="nonce-used",
        fields={"field": "nonce"},
    )


def _of(budget: Budget) -> str:
    if budget.scope == "all":
        return "for everybody together"
    return f"for {budget.scope} {budget.subject}"


def _values(new: NewAction) -> dict[str, Any]:
    return {
        "id": raw(new.id),
        "target": new.signed.target,
        "function": new.function,
        "action": raw(new.signed.action),
        "actor": new.signed.actor,
        "nonce": new.signed.nonce,
        "deadline": new.signed.deadline,
        "signature": raw(new.signed.signature),
        "organisation": new.organisation,
        "gas": new.gas,
        "cost": new.cost,
        "day": new.day,
    }


def relayed_of(row: Row) -> Relayed:
    """Of `_SELECT`."""
    number, id_, target, action, actor, nonce, deadline, signature, function = row[:9]
    organisation, gas, charged, day, batch, outcome, is_final, code, text, at, age = row[9:20]
    read_block, sent, hash_, block, block_hash = row[20:]
    return Relayed(
        number,
        hash32(bytes(id_)),
        SignedAction(
            Address(target),
            "0x" + bytes(action).hex(),
            Address(actor),
            int(nonce),
            UnixTime(deadline),
            "0x" + bytes(signature).hex(),
        ),
        function,
        None if organisation is None else OrganisationId(organisation),
        gas,
        Wei(int(charged)),
        day,
        batch,
        outcome,
        is_final,
        code,
        text,
        UnixTime(at),
        float(age),
        _hash(read_block),
        None if sent is None else Status(sent),
        _hash(hash_),
        None if block is None else BlockNumber(block),
        _hash(block_hash),
    )


def _hash(value: bytes | None) -> Hash32 | None:
    return None if value is None else hash32(bytes(value))
