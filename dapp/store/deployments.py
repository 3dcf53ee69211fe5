"""Which deployments a database holds, before it is known whose rows are read."""

from psycopg_pool import AsyncConnectionPool

from dapp.domain.deployment import Deployment
from dapp.store.database import database_errors
from dapp.store.rows import read


async def stored(pool: AsyncConnectionPool) -> list[Deployment]:
    """Every deployment that an indexer has introduced, by chain."""
    async with database_errors(), pool.connection() as connection:
        found = await connection.execute("SELECT body::text FROM deployment ORDER BY chain_id")
        return [read(text, Deployment) async for (text,) in found]
