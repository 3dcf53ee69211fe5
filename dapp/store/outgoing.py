"""Transactions that we send, from what they are for to the final block.

Anybody may enqueue and look; see `dapp.store.outgoing_held` for who signs and sends.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from psycopg_pool import AsyncConnectionPool

from dapp.domain.types import Address, BlockNumber, ChainId, Hash32, Wei, hash32
from dapp.store.database import database_errors

Row = tuple[Any, ...]


class Status(StrEnum):
    QUEUED = "queued"
    SIGNED = "signed"
    """Stored; it may be at a node."""
    SENT = "sent"
    """A node took it."""
    MINED = "mined"
    FAILED = "failed"
    """Mined and reverted; or refused by the chain before it was signed, without a `nonce`."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A transaction that is to be sent, or was.

    Attributes:
        purpose: what it is for; unique on its chain.
        gas: None for what the node estimates.
        nonce: None until it is signed.
        is_settled: nothing changes any more: its block is final, or it failed unsigned.
        hash: of the attempt that was mined.
        paid: for gas.
        error_code: why it failed; else what it waits for, or None.
    """

    number: int
    sender: Address
    purpose: str
    to: Address
    data: bytes
    value: Wei
    gas: int | None
    nonce: int | None
    status: Status
    is_settled: bool
    hash: Hash32 | None
    block: BlockNumber | None
    block_hash: Hash32 | None
    paid: Wei | None
    error_code: str | None
    error_text: str | None


COLUMNS = """number, sender, purpose, target, data, value, gas, nonce, status, is_settled,
hash, block_number, block_hash, paid, error_code, error_text"""
_ENQUEUE = """
INSERT INTO outgoing (chain_id, sender, purpose, target, data, value, gas)
VALUES (%(chain)s, %(sender)s, %(purpose)s, %(to)s, %(data)s, %(value)s, %(gas)s)
ON CONFLICT (chain_id, purpose) DO NOTHING
"""
_FIND = f"SELECT {COLUMNS} FROM outgoing WHERE chain_id = %(chain)s AND purpose = %(purpose)s"  # noqa: S608
COUNTS = """
SELECT status, count(*) FROM outgoing
WHERE chain_id = %(chain)s AND sender = %(sender)s AND NOT is_settled GROUP BY status
"""


class OutgoingRows:
    """One chain's rows; all methods raise DatabaseUnavailable.

    Args:
        pool: connections to a database with our schema.
    """

    def __init__(self, pool: AsyncConnectionPool, chain_id: ChainId) -> None:
        self._pool = pool
        self._chain_id = chain_id

    async def enqueue(
        self, sender: Address, purpose: str, to: Address, data: bytes, value: Wei, gas: int | None
    ) -> Outgoing:
        """The transaction with that purpose: this one, unless there was one already."""
        given = {"sender": sender, "to": to, "data": data, "value": value, "gas": gas}
        await self._run(_ENQUEUE, purpose=purpose, **given)
        rows = await self._run(_FIND, purpose=purpose)
        return outgoing_of(rows[0])

    async def find(self, purpose: str) -> Outgoing | None:
        rows = await self._run(_FIND, purpose=purpose)
        return outgoing_of(rows[0]) if rows else None

    async def counts(self, sender: Address) -> dict[Status, int]:
        """How many of an account's are in each status, without those that are settled."""
        return {Status(name): n for name, n in await self._run(COUNTS, sender=sender)}

    async def _run(self, statement: str, **values: Any) -> list[Row]:
        async with database_errors(), self._pool.connection() as connection:
            given = {"chain": self._chain_id, **values}
            found = await connection.execute(statement.encode(), given)
            return await found.fetchall() if found.description else []


def outgoing_of(row: Row) -> Outgoing:
    """Of `COLUMNS`."""
    number, sender, purpose, to, data, value, gas, nonce, status, is_settled = row[:10]
    hash_, block, block_hash, paid, code, text = row[10:]
    return Outgoing(
        number,
        Address(sender),
        purpose,
        Address(to),
        bytes(data),
        Wei(int(value)),
        gas,
        nonce,
        Status(status),
        is_settled,
        None if hash_ is None else hash32(bytes(hash_)),
        None if block is None else BlockNumber(block),
        None if block_hash is None else hash32(bytes(block_hash)),
        None if paid is None else Wei(int(paid)),
        code,
        text,
    )
