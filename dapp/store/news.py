"""Tells readers, as it happens, that rows have changed."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from dapp.domain.types import BlockNumber, ChainId, ComplaintId, Hash32
from dapp.errors import DatabaseUnavailable
from dapp.store.database import Connection, connect, database_errors
from dapp.store.projection import CHANNEL

_QUIET_SECONDS = 20.0
"""After so long without news, it is asked whether the connection still is one."""
_ANSWER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Change:
    """The rows account for another block now.

    Attributes:
        block: the new head; None where the rows are empty again.
        complaints: those that changed; None if too many to name.
        block_hash: of the head.
    """

    block: BlockNumber | None
    complaints: frozenset[ComplaintId] | None
    block_hash: Hash32 | None = None


class News:
    """What the indexer of one chain notifies.

    Args:
        url: of the database.
        chain_id: others' news are left out.
    """

    def __init__(self, url: str, chain_id: ChainId) -> None:
        self._url = url
        self._chain_id = chain_id

    async def listen(self) -> AsyncGenerator[Change | None]:
        """None as soon as nothing can be missed any more, then every change; over a connection of
        its own.

        Raises:
            DatabaseUnavailable: the connection cannot be had, or is lost.
        """
        connection = await connect(self._url)
        async with database_errors(), connection:
            await connection.execute(
                f"DO $$ BEGIN EXECUTE 'LISTEN {CHANNEL}' || current_schema(); END $$".encode()
            )
            yield None
            while True:
                notes = [
                    json.loads(note.payload)
                    async for note in connection.notifies(timeout=_QUIET_SECONDS, stop_after=1)
                ]
                if not notes:
                    await _check(connection)
                for said in notes:
                    if said["chain"] == self._chain_id:
                        named = said["complaints"]
                        moved = None if named is None else frozenset(named)
                        yield Change(said["block"], moved, said["hash"])


async def _check(connection: Connection) -> None:
    """Raises DatabaseUnavailable where nothing comes any more, and nobody would have said so."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            await connection.execute("SELECT 1")
    except TimeoutError:
        raise DatabaseUnavailable("the database does not answer (Timeout)") from None
