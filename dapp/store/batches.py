"""Batches of anchored complaints, as the index knows them."""

from dapp.domain.types import Address, BlockNumber, ChainId, Hash32
from dapp.store.database import Connection, database_errors

_LISTS = """
SELECT sender, trail FROM batch_list
WHERE chain_id = %s AND updated_block > %s AND sender > %s ORDER BY sender LIMIT %s
"""


async def lists(
    connection: Connection, chain_id: ChainId, since: BlockNumber, after: str, limit: int
) -> list[tuple[Address, Hash32]]:
    """Senders, ascending from behind `after`, with their lists' words; those that grew later."""
    async with database_errors():
        found = await connection.execute(_LISTS, (chain_id, since, after, limit))
        return [(Address(sender), Hash32(trail)) async for sender, trail in found]
