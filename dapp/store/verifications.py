"""What the chain said when a case's fold was compared with it."""

from dataclasses import dataclass

from dapp.domain.types import ChainId, ComplaintId, Hash32, raw
from dapp.store.database import Connection, database_errors
from dapp.store.projection import Checkpoint


@dataclass(frozen=True, slots=True)
class Compared:
    """A complaint's trail as folded and as the desk has it."""

    complaint: ComplaintId
    folded: Hash32
    on_chain: Hash32


async def pending(
    connection: Connection, chain_id: ChainId, limit: int
) -> list[tuple[ComplaintId, Hash32]]:
    """Complaints not compared since their last event, or found wrong, with their folds."""
    async with database_errors():
        found = await connection.execute(
            "SELECT c.id, c.trail FROM complaint c LEFT JOIN verification v"
            " ON v.chain_id = c.chain_id AND v.complaint = c.id"
            " WHERE c.chain_id = %s AND (v.folded IS NULL OR v.folded <> c.trail"
            " OR v.folded <> v.on_chain)"
            " ORDER BY c.id LIMIT %s",
            (chain_id, limit),
        )
        return [(ComplaintId(number), Hash32(trail)) async for number, trail in found]


async def folds(
    connection: Connection, chain_id: ChainId, after: int, limit: int
) -> list[tuple[ComplaintId, Hash32]]:
    """The folds of complaints with numbers above `after`, in order."""
    async with database_errors():
        found = await connection.execute(
            "SELECT id, trail FROM complaint WHERE chain_id = %s AND id > %s ORDER BY id LIMIT %s",
            (chain_id, after, limit),
        )
        return [(ComplaintId(number), Hash32(trail)) async for number, trail in found]


async def count(connection: Connection, chain_id: ChainId) -> int:
    """How many complaints are indexed."""
    async with database_errors():
        found = await connection.execute(
            "SELECT count(*) FROM complaint WHERE chain_id = %s", (chain_id,)
        )
        row = await found.fetchone()
        return int(row[0]) if row else 0


async def save(
    connection: Connection,
    chain_id: ChainId,
    at: Checkpoint,
    compared: list[Compared],
    complaints_on_chain: int,
) -> None:
    """Store what was compared at a block, and the desk's count there."""
    async with database_errors(), connection.transaction():
        async with connection.cursor() as cursor:
            await cursor.executemany(
                "INSERT INTO verification (chain_id, complaint, block_number, block_hash, folded,"
                " on_chain) VALUES (%s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (chain_id, complaint) DO UPDATE SET"
                " block_number = EXCLUDED.block_number, block_hash = EXCLUDED.block_hash,"
                " folded = EXCLUDED.folded, on_chain = EXCLUDED.on_chain",
                [
                    (chain_id, one.complaint, at.block, raw(at.hash), one.folded, one.on_chain)
                    for one in compared
                ],
            )
        await connection.execute(
            "UPDATE checkpoint SET complaints_on_chain = %s WHERE chain_id = %s",
            (complaints_on_chain, chain_id),
        )
