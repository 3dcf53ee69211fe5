"""What an account sends, for the one process that holds its lock. Times are the database's.

Everything is written through the connection that holds the lock: who has lost it can store nothing
any more, and what is not stored is never sent.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from dapp.domain.types import Address, BlockNumber, ChainId, Hash32, Wei, hash32, raw
from dapp.errors import SenderRunning
from dapp.store.database import Connection, connect, database_errors
from dapp.store.outgoing import COLUMNS, COUNTS, Outgoing, Row, Status, outgoing_of


@dataclass(frozen=True, slots=True)
class Attempt:
    """Signed bytes.

    Attributes:
        most, tip: wei for a unit of gas.
        age_seconds: since signed.
        cancels: nothing but the nonce is spent.
    """

    raw: bytes
    hash: Hash32
    most: Wei
    tip: Wei
    age_seconds: float = 0.0
    cancels: bool = False


# Not by schema: other versions of the contracts send from the same account on the same chain.
_LOCK = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
_OPEN = f"""
SELECT {COLUMNS} FROM outgoing
WHERE chain_id = %(chain)s AND sender = %(sender)s AND NOT is_settled AND nonce IS NOT NULL
ORDER BY nonce
"""  # noqa: S608
_ATTEMPTS = """
SELECT a.outgoing, a.raw, a.hash, a.max_fee, a.priority_fee,
    extract(epoch FROM now() - a.signed_at)::float8, a.cancels
FROM outgoing_attempt a JOIN outgoing o ON o.number = a.outgoing AND o.nonce = a.nonce
WHERE o.chain_id = %(chain)s AND o.sender = %(sender)s AND NOT o.is_settled
ORDER BY a.outgoing, a.cancels, a.max_fee
"""
_QUEUED = f"""
SELECT {COLUMNS} FROM outgoing
WHERE chain_id = %(chain)s AND sender = %(sender)s AND NOT is_settled AND nonce IS NULL
ORDER BY error_code IS NOT NULL, number LIMIT %(limit)s
"""  # noqa: S608
_NEXT_NONCE = """
SELECT coalesce(max(nonce) + 1, 0) FROM outgoing WHERE chain_id = %(chain)s AND sender = %(sender)s
"""
_SET = "UPDATE outgoing SET updated_at = now(), {} WHERE number = %(number)s"
_SIGNED = _SET.format(
    "status = 'signed', nonce = %(nonce)s, gas = %(gas)s, error_code = NULL, error_text = NULL"
)
_ATTEMPT = """
INSERT INTO outgoing_attempt (outgoing, hash, nonce, raw, max_fee, priority_fee, cancels)
VALUES (%(number)s, %(hash)s, %(nonce)s, %(raw)s, %(most)s, %(tip)s, %(cancels)s)
"""
_SENT = _SET.format("status = 'sent', error_code = NULL, error_text = NULL")
_MINED = _SET.format(
    "status = %(status)s, hash = %(hash)s, block_number = %(block)s, block_hash = %(block_hash)s,"
    " paid = %(paid)s, error_code = %(code)s, error_text = %(text)s"
)
_DROPPED = _SET.format(
    "status = 'signed', hash = NULL, block_number = NULL, block_hash = NULL, paid = NULL,"
    " error_code = NULL, error_text = NULL"
)
_SETTLED = _SET.format("is_settled = true")
_REFUSED = _SET.format(
    "status = 'failed', is_settled = true, error_code = %(code)s, error_text = %(text)s"
)
_NOTED = _SET.format("error_code = %(code)s, error_text = %(text)s")
_LOST = _SET.format("status = 'queued', nonce = NULL, error_code = NULL, error_text = NULL")


class HeldRows:
    """One account's rows, through the connection that holds its lock."""

    def __init__(self, connection: Connection, chain_id: ChainId, sender: Address) -> None:
        self._connection = connection
        self._key = {"chain": chain_id, "sender": sender}

    async def open(self) -> list[tuple[Outgoing, list[Attempt]]]:
        """What has a nonce and is not settled, by nonce; the attempts with the last one last."""
        attempts: dict[int, list[Attempt]] = {}
        for number, *row in await self._run(_ATTEMPTS):
            attempts.setdefault(number, []).append(_attempt(row))
        rows = [outgoing_of(row) for row in await self._run(_OPEN)]
        return [(one, attempts[one.number]) for one in rows]

    async def queued(self, limit: int) -> list[Outgoing]:
        """The next to be signed; those that waited for something already come last."""
        return [outgoing_of(row) for row in await self._run(_QUEUED, limit=limit)]

    async def next_nonce(self) -> int:
        """After every one that was ever used here."""
        ((found,),) = await self._run(_NEXT_NONCE)
        return int(found)

    async def counts(self) -> dict[Status, int]:
        """As `OutgoingRows.counts`."""
        return {Status(name): number for name, number in await self._run(COUNTS)}

    async def signed(self, number: int, nonce: int, gas: int, attempt: Attempt) -> None:
        """Bytes that may go out from now on."""
        async with database_errors(), self._connection.transaction():
            await self._run(_SIGNED, number=number, nonce=nonce, gas=gas)
            await self._run(
                _ATTEMPT,
                number=number,
                nonce=nonce,
                hash=raw(attempt.hash),
                raw=attempt.raw,
                most=attempt.most,
                tip=attempt.tip,
                cancels=attempt.cancels,
            )

    async def sent(self, number: int) -> None:
        await self._run(_SENT, number=number)

    async def mined(
        self,
        number: int,
        status: Status,
        hash_: Hash32,
        block: tuple[BlockNumber, Hash32],
        paid: Wei,
        error: tuple[str, str] | None,
    ) -> None:
        """In that block; `error` where it reverted."""
        await self._run(
            _MINED,
            number=number,
            status=status.value,
            hash=raw(hash_),
            block=block[0],
            block_hash=raw(block[1]),
            paid=paid,
            **_reason(error),
        )

    async def dropped(self, number: int) -> None:
        """Its block is gone: to be sent again, the same bytes."""
        await self._run(_DROPPED, number=number)

    async def settled(self, number: int) -> None:
        await self._run(_SETTLED, number=number)

    async def refused(self, number: int, error: tuple[str, str]) -> None:
        """It would revert: it is not sent at all."""
        await self._run(_REFUSED, number=number, **_reason(error))

    async def noted(self, number: int, error: tuple[str, str]) -> None:
        """What it waits for."""
        await self._run(_NOTED, number=number, **_reason(error))

    async def lost(self, number: int) -> None:
        """Its nonce was used, for good, by a transaction that is not ours: to be signed anew."""
        await self._run(_LOST, number=number)

    async def _run(self, statement: str, **values: Any) -> list[Row]:
        async with database_errors():
            given = {**self._key, **values}
            found = await self._connection.execute(statement.encode(), given)
            return await found.fetchall() if found.description else []


@asynccontextmanager
async def held(url: str, chain_id: ChainId, sender: Address) -> AsyncIterator[HeldRows]:
    """The account's rows, for us alone, on a connection of their own.

    Raises:
        SenderRunning: somebody else has them.
        DatabaseUnavailable: it does not answer.
    """
    connection = await connect(url)
    try:
        async with database_errors():
            key = f"redress-sender/{chain_id}/{sender}"
            ((is_ours,),) = await (await connection.execute(_LOCK, (key,))).fetchall()
        if not is_ours:
            raise SenderRunning(
                f"another process sends from {sender}",
                remedy="Stop it, or give each process an account of its own",
                fields={"sender": sender},
            )
        yield HeldRows(connection, chain_id, sender)
    finally:
        await connection.close()


def _reason(error: tuple[str, str] | None) -> dict[str, str | None]:
    code, text = error or (None, None)
    return {"code": code, "text": text}


def _attempt(row: list[Any]) -> Attempt:
    raw_, hash_, most, tip, age, cancels = row
    fees = (Wei(int(most)), Wei(int(tip)))
    return Attempt(bytes(raw_), hash32(bytes(hash_)), *fees, float(age), cancels)
