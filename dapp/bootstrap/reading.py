"""Where the index is read: on the primary, or on a replica of it."""

from contextlib import AsyncExitStack
from functools import partial

from psycopg_pool import AsyncConnectionPool

from dapp.domain.deployment import Deployment
from dapp.settings import Settings
from dapp.store import database, replica


async def read_from(
    settings: Settings, deployment: Deployment, primary: AsyncConnectionPool, stack: AsyncExitStack
) -> database.Connections:
    """A replica need not be there yet, nor stay. Raises DatabaseUnavailable."""
    if not settings.database_url_read:
        return primary
    url = database.schema_of(settings.database_url_read, settings.contracts_version)
    async with database.database_errors():
        known = await replica.identity(primary)
    others = database.pool(url, check=partial(replica.check_same, expected=known))
    found = replica.Replicated(
        primary, await stack.enter_async_context(others), deployment.chain_id
    )
    stack.push_async_callback(found.close)
    return found
