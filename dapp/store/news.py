"""Tells readers, as it happens, that rows have changed."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

from dapp.domain.types import BlockNumber, ChainId, ComplaintId
from dapp.store.database import connect, database_errors
from dapp.store.projection import CHANNEL


@dataclass(frozen=True, slots=True)
class Change:
    """The rows account for another block now.

    Attributes:
        block: the new head; None where the rows are empty again.
        complaints: those that changed; None if too many to name.
    """

    block: BlockNumber | None
    complaints: frozenset[ComplaintId] | None

    def concerns(self, complaint: ComplaintId) -> bool:
        """Whether the complaint may have changed."""
        return self.complaints is None or complaint in self.complaints


class News:
    """What the indexer of one chain notifies.

    Args:
        url: of the database.
        chain_id: others' news are left out.
    """

    def __init__(self, url: str, chain_id: ChainId) -> None:
        self._url = url
        self._chain_id = chain_id

    async def listen(self) -> AsyncIterator[Change]:
        """Every change from now on, over a connection of its own.

        Raises:
            DatabaseUnavailable: the connection cannot be had, or is lost.
        """
        connection = await connect(self._url)
        async with database_errors(), connection:
            await connection.execute(
                f"DO $$ BEGIN EXECUTE 'LISTEN {CHANNEL}' || current_schema(); END $$".encode()
            )
            async for note in connection.notifies():
                said = json.loads(note.payload)
                if said["chain"] == self._chain_id:
                    named = said["complaints"]
                    yield Change(said["block"], None if named is None else frozenset(named))
