"""Keepers with keys of their own, on a real chain with an index in a real database."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from eth_account import Account

from dapp.bootstrap.keeper import build_keeper
from dapp.chain.deployment import connect
from dapp.chain.mempool import Mempool
from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.chain.signer import KeystoreSigner
from dapp.domain.types import Address, Wei
from dapp.service.clock import Clock
from dapp.service.duties import Pace
from dapp.service.keeper import Keeper, Waits
from dapp.service.keeping import Terms, Verdict
from dapp.service.sender import Sender
from dapp.service.sending import Terms as SendingTerms
from dapp.store import database
from dapp.store.chores import Tally
from dapp.store.news import News
from dapp.store.outgoing import OutgoingRows
from dapp.store.queries import Queries
from dapp.store.schema import migrate
from tests.indexing import Indexed, decoder, indexed
from tests.patience import PATIENCE_SECONDS
from tests.world import ETHER, World

__all__ = ["ALL", "PROFITABLE", "Yard", "indexed", "yard"]

GWEI = 10**9
ALL = Terms(False, Wei(ETHER), Wei(ETHER // 2), Wei(1000 * GWEI))
PROFITABLE = replace(ALL, profitable_only=True)
HURRY = Waits(poll=0.1, scan=5.0, retry=0.1, mining=PATIENCE_SECONDS)


@dataclass
class Yard:
    """A world, the index of it, and the key of a keeper."""

    indexed: Indexed
    account: Any = field(default_factory=Account.create)
    terms: Terms = ALL
    pace: Pace = field(default_factory=lambda: Pace(recheck=1, spread=0))
    waits: Waits = HURRY

    @property
    def world(self) -> World:
        return self.indexed.world

    @property
    def address(self) -> Address:
        return Address(self.account.address)

    def endow(self, wei: int = ETHER) -> None:
        self.world.rpc("anvil_setBalance", self.address, hex(wei))

    def balance(self) -> int:
        return int(self.world.rpc("eth_getBalance", self.address, "latest"), 16)

    def count(self) -> int:
        """Transactions of the keeper that were mined."""
        return int(self.world.rpc("eth_getTransactionCount", self.address, "latest"), 16)

    def once(self, terms: Terms | None = None) -> dict[str, str]:
        """Indexes, and does what is due: the outcome of each step by its name."""
        self.indexed.index()
        return self.stale(terms)

    def look(self, terms: Terms | None = None) -> dict[str, str]:
        """The same without doing anything."""
        self.indexed.index()
        return self._run(terms, dry=True)

    def stale(self, terms: Terms | None = None) -> dict[str, str]:
        """As `once`, with the index as it is."""
        return self._run(terms, dry=False)

    def tally(self) -> Tally:
        async def work() -> Tally:
            async with self.keeper() as keeper:
                return await keeper.tally()

        return asyncio.run(work())

    def _run(self, terms: Terms | None, *, dry: bool) -> dict[str, str]:
        async def work() -> list[Verdict]:
            async with self.keeper(terms) as keeper:
                return await (keeper.look() if dry else keeper.once())

        return _said(asyncio.run(work()))

    @asynccontextmanager
    async def keeper(
        self, terms: Terms | None = None, node_url: str | None = None
    ) -> AsyncIterator[Keeper]:
        url = self.indexed.database_url
        connection = await database.connect(url)
        await migrate(connection)
        await connection.close()
        async with (
            database.pool(url) as pool,
            Rpc(node_url or self.world.url, PATIENCE_SECONDS) as rpc,
        ):
            node = Node(rpc)
            deployment = await connect(node, self.indexed.deployments)
            sender = Sender(
                deployment.chain_id,
                OutgoingRows(pool, deployment.chain_id),
                url,
                node,
                Mempool(rpc),
                KeystoreSigner(self.account),
                SendingTerms((terms or self.terms).most_fee, 3600, 0.05),
            )
            clock = Clock(Queries(pool, deployment, decoder(deployment)), time.time)
            yield build_keeper(
                pool,
                deployment,
                node,
                clock,
                News(url, deployment.chain_id),
                sender,
                terms or self.terms,
                self.pace,
                self.waits,
            )

    @asynccontextmanager
    async def at_work(self, node_url: str | None = None) -> AsyncIterator[Keeper]:
        """Index and keeper, both following the chain."""
        url = node_url or self.world.url
        async with Rpc(self.world.url) as rpc, self.keeper(node_url=url) as keeper:
            indexer, stop = await self.indexed.indexer(Node(rpc)), asyncio.Event()
            tasks = [
                asyncio.create_task(indexer.run()),
                asyncio.create_task(keeper.run(stop)),
            ]
            try:
                yield keeper
            finally:
                stop.set()
                indexer.stop()
                await asyncio.gather(*tasks)


def _said(found: list[Verdict]) -> dict[str, str]:
    return {
        one.step.name: one.outcome.value + (f" {one.code}" if one.code else "")
        for one in reversed(found)  # where a slow node lets it be looked at again, what was done
    }


@pytest.fixture
def yard(indexed: Indexed) -> Iterator[Yard]:
    """One keeper with some money."""
    made = Yard(indexed)
    made.endow()
    yield made
