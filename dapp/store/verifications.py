"""What the chain said when a case's fold was compared with it."""

from collections.abc import Collection
from dataclasses import dataclass

from dapp.domain.types import BlockNumber, ChainId, ComplaintId, Hash32, raw
from dapp.store.database import Connection, database_errors

# As many of each as are wanted at the most: what waits after a backfill is as much as there is.
PENDING = """
SELECT c.id, c.trail FROM (
    (SELECT complaint FROM uncompared
        WHERE chain_id = %(chain)s AND complaint > %(after)s ORDER BY complaint LIMIT %(limit)s)
    UNION
    (SELECT complaint FROM verification
        WHERE chain_id = %(chain)s AND complaint > %(after)s AND NOT matches
        ORDER BY complaint LIMIT %(limit)s)
) w JOIN complaint c ON c.chain_id = %(chain)s AND c.id = w.complaint
ORDER BY c.id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Compared:
    """A complaint's trail as folded and as the desk has it."""

    complaint: ComplaintId
    folded: Hash32
    on_chain: Hash32


async def expect(
    connection: Connection, chain_id: ChainId, complaints: Collection[ComplaintId]
) -> None:
    """Say that these have changed, and are to be compared."""
    await connection.execute(
        "INSERT INTO uncompared SELECT %s, number FROM unnest(%s::bigint[]) number"
        " ON CONFLICT DO NOTHING",
        (chain_id, list(complaints)),
    )


async def expect_all(connection: Connection, chain_id: ChainId) -> None:
    """As `expect`, of every one that is another than what was compared."""
    await connection.execute(
        "INSERT INTO uncompared SELECT c.chain_id, c.id FROM complaint c LEFT JOIN verification v"
        " ON v.chain_id = c.chain_id AND v.complaint = c.id"
        " WHERE c.chain_id = %s AND v.folded IS DISTINCT FROM c.trail ON CONFLICT DO NOTHING",
        (chain_id,),
    )


async def forget(
    connection: Connection, chain_id: ChainId, complaints: Collection[ComplaintId]
) -> None:
    """A reorganisation may have taken these away: then there is nothing to compare."""
    await connection.execute(
        "DELETE FROM uncompared u WHERE chain_id = %s AND complaint = ANY(%s) AND NOT EXISTS ("
        " SELECT FROM complaint c WHERE c.chain_id = u.chain_id AND c.id = u.complaint)",
        (chain_id, list(complaints)),
    )


async def pending(
    connection: Connection, chain_id: ChainId, after: int, limit: int
) -> list[tuple[ComplaintId, Hash32]]:
    """Complaints not compared since their last event, or found wrong, with their folds.

    The first of those above `after`, in order.
    """
    async with database_errors():
        values = {"chain": chain_id, "after": after, "limit": limit}
        found = await connection.execute(PENDING, values)
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
            "SELECT complaints FROM checkpoint WHERE chain_id = %s", (chain_id,)
        )
        row = await found.fetchone()
        return int(row[0]) if row else 0


async def save(
    connection: Connection,
    chain_id: ChainId,
    at: tuple[BlockNumber, Hash32],
    compared: list[Compared],
    complaints_on_chain: int,
) -> None:
    """Store what was compared at a block, and the desk's count there."""
    block, block_hash = at
    async with database_errors(), connection.transaction():
        numbers = [one.complaint for one in compared]
        await connection.execute(
            "INSERT INTO verification (chain_id, complaint, block_number, block_hash, folded,"
            " on_chain, matches) SELECT %(chain)s, n, %(block)s, %(hash)s, f, o, f = o"
            " FROM unnest(%(numbers)s::bigint[], %(folded)s::text[], %(on_chain)s::text[])"
            " found (n, f, o)"
            " ON CONFLICT (chain_id, complaint) DO UPDATE SET"
            " block_number = EXCLUDED.block_number, block_hash = EXCLUDED.block_hash,"
            " folded = EXCLUDED.folded, on_chain = EXCLUDED.on_chain,"
            " matches = EXCLUDED.matches",
            {
                "chain": chain_id,
                "block": block,
                "hash": raw(block_hash),
                "numbers": numbers,
                "folded": [one.folded for one in compared],
                "on_chain": [one.on_chain for one in compared],
            },
        )
        await connection.execute(
            "DELETE FROM uncompared WHERE chain_id = %s AND complaint = ANY(%s)",
            (chain_id, numbers),
        )
        await connection.execute(
            "UPDATE checkpoint SET complaints_on_chain = %s WHERE chain_id = %s",
            (complaints_on_chain, chain_id),
        )
