"""A sender on a real chain and a real database."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from eth_account import Account

from dapp.chain.mempool import Mempool
from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.chain.signer import KeystoreSigner, Signer
from dapp.domain.types import Address, ChainId, Wei
from dapp.service.sender import Sender
from dapp.service.sending import Terms
from dapp.store import database
from dapp.store.outgoing import OutgoingRows, Status
from dapp.store.schema import migrate
from scripts.toolchain.anvil import Anvil
from tests.patience import PATIENCE_SECONDS

GWEI = 10**9
ETHER = 10**18
TO = Address("0x000000000000000000000000000000000000dEaD")
TERMS = Terms(Wei(1000 * GWEI), stuck_seconds=3600, poll_seconds=0.02)
FINAL_BLOCKS = 70
"""Anvil calls a block final when there are two epochs of 32 slots on it."""


@dataclass(frozen=True)
class Yard:
    """Where transactions are sent from.

    Attributes:
        node_url: what the sender asks; `anvil` is the real one behind it.
    """

    database_url: str
    anvil: Anvil
    account: Any
    node_url: str

    @property
    def address(self) -> Address:
        return Address(self.account.address)

    def run(self, work: Callable[[Sender], Awaitable[None]], terms: Terms = TERMS) -> None:
        async def session() -> None:
            async with self.sender(terms) as sender:
                await work(sender)

        asyncio.run(session())

    @asynccontextmanager
    async def sender(
        self, terms: Terms = TERMS, signer: Signer | None = None
    ) -> AsyncIterator[Sender]:
        async with (
            database.pool(self.database_url) as pool,
            Rpc(self.node_url, PATIENCE_SECONDS) as rpc,
        ):
            node, chain = Node(rpc), ChainId(31_337)
            yield Sender(
                chain,
                OutgoingRows(pool, chain),
                self.database_url,
                node,
                Mempool(rpc),
                signer or KeystoreSigner(self.account),
                terms,
            )

    def through(self, node_url: str) -> "Yard":
        return replace(self, node_url=node_url)

    def count(self) -> int:
        """Transactions of the account that are mined."""
        return int(self.anvil.rpc("eth_getTransactionCount", self.address, "latest"), 16)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(statement.encode()).fetchall()

    def held(self) -> int:
        """What has arrived."""
        return int(self.anvil.rpc("eth_getBalance", TO, "latest"), 16)


@pytest.fixture
def yard(database_url: str, fresh_anvil: Anvil) -> Yard:
    async def prepare() -> None:
        connection = await database.connect(database_url)
        await migrate(connection)
        await connection.close()

    asyncio.run(prepare())
    account = Account.create()
    fresh_anvil.rpc("anvil_setBalance", account.address, hex(ETHER))
    return Yard(database_url, fresh_anvil, account, fresh_anvil.url)


async def status(sender: Sender, purpose: str) -> Status:
    found = await sender.find(purpose)
    assert found is not None
    return found.status


async def becomes(sender: Sender, purpose: str, wanted: Status) -> None:
    """Waits until it is in that status."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (now := await status(sender, purpose)) is not wanted:
        assert time.monotonic() < deadline, f"{purpose} is {now}, not {wanted}"
        await asyncio.sleep(0.02)


def keystore(folder: Path, account: Any, password: str) -> Path:
    """One that is cheap to open."""
    file = folder / "keystore.json"
    file.write_text(json.dumps(Account.encrypt(account.key, password, iterations=2)))
    return file
