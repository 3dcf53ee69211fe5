"""Wakes whoever sends messages: something was indexed, or a message was posted."""

from collections.abc import AsyncIterator

from dapp.store.database import connect, database_errors
from dapp.store.letters import LETTERS
from dapp.store.projection import CHANNEL


class Bell:
    """Args: url: of the database."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def listen(self) -> AsyncIterator[None]:
        """Once when it listens, and once for each ring; over a connection of its own.

        Raises DatabaseUnavailable.
        """
        connection = await connect(self._url)
        async with database_errors(), connection:
            for name in (CHANNEL, LETTERS):
                await connection.execute(
                    f"DO $$ BEGIN EXECUTE 'LISTEN {name}' || current_schema(); END $$".encode()
                )
            yield
            async for _ in connection.notifies():
                yield
