"""Sessions on a real database and a real chain, by a clock that the test holds."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psycopg
import pytest
from eth_account.messages import encode_defunct

from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.chain.signatures import Signatures
from dapp.domain.site import site_of
from dapp.domain.types import Address, ChainId
from dapp.errors import RedressError
from dapp.service.sessions import Asked, Opened, Sessions
from dapp.store import database
from dapp.store.schema import migrate
from dapp.store.sessions import SessionRows
from scripts.toolchain.anvil import Anvil
from tests.api_player import Person

SITE = site_of("https://redress.example")
HOURS = 3600
NOBODYS = Address("0x" + "11" * 20)


@dataclass
class Hall:
    """The sessions of one chain.

    Attributes:
        now: what their clock says.
    """

    sessions: Sessions
    now: float

    async def signed(self, person: Person, account: str | None = None) -> tuple[Asked, str]:
        """A message, and the person's signature of it; the account may be another than theirs."""
        asked = await self.sessions.ask(Address(account or person.address), SITE)
        return asked, "0x" + signature(person, asked.text).hex()

    async def enter(self, person: Person, account: str | None = None) -> Opened:
        asked, signature = await self.signed(person, account)
        return await self.sessions.sign_in(asked.text, signature, asked.browser, SITE)

    async def refused(self, text: str, signature: str, browser: str) -> str:
        with pytest.raises(RedressError) as error:
            await self.sessions.sign_in(text, signature, browser, SITE)
        return error.value.code


def signature(person: Person, text: str) -> bytes:
    return bytes(person.account.sign_message(encode_defunct(text=text)).signature)


@asynccontextmanager
async def hall(database_url: str, node_url: str, chain_id: int = 31_337) -> AsyncIterator[Hall]:
    connection = await database.connect(database_url)
    await migrate(connection)
    await connection.close()
    async with database.pool(database_url) as pool, Rpc(node_url) as rpc:
        rows = SessionRows(pool, ChainId(chain_id))

        def wall() -> float:
            return found.now

        found = Hall(Sessions(rows, Signatures(Node(rpc)), wall, 12 * HOURS), 1_800_000_000.5)
        yield found


@dataclass(frozen=True)
class Place:
    database_url: str
    node_url: str

    def run(self, work: Callable[[Hall], Awaitable[None]]) -> None:
        async def session() -> None:
            async with hall(self.database_url, self.node_url) as found:
                await work(found)

        asyncio.run(session())

    def count(self, table: str) -> int:
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608
            return int(row[0]) if row else -1


@pytest.fixture
def place(database_url: str, anvil: Anvil) -> Place:
    return Place(database_url, anvil.url)
