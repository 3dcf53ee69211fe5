"""A world with an index beside it: a chain, a database, and short ways to index and to ask."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest

from dapp.chain.decode import Decoder
from dapp.chain.deployment import connect
from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.domain.deployment import Deployment
from dapp.indexer.loop import Indexer
from dapp.store import rows
from dapp.store.database import pool
from dapp.store.queries import Queries
from scripts.toolchain.anvil import Anvil
from tests.world import World

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Indexed:
    """One world, and the index of it in a database of its own.

    Attributes:
        deployments: the folder of CHAINID.json.
        database_url: of the database.
    """

    world: World
    deployments: Path
    database_url: str

    def index(self, *, node_url: str | None = None, witness_url: str | None = None) -> None:
        """Index up to the chain's head, through other addresses of nodes if given."""
        urls = [node_url or self.world.url, *([] if witness_url is None else [witness_url])]
        asyncio.run(self._index(urls))

    async def _index(self, node_urls: Sequence[str]) -> None:
        async with AsyncExitStack() as stack:
            nodes = [Node(await stack.enter_async_context(Rpc(url))) for url in node_urls]
            head = self.world.header(self.world.block_number()).block
            indexer = await self.indexer(*nodes)
            await indexer.run(until_block=head.number)

    async def indexer(self, node: Node, *others: Node) -> Indexer:
        """An indexer that hurries."""
        return self.indexer_of(
            node, await connect((others or (node,))[0], self.deployments), others
        )

    def indexer_of(
        self, node: Node, deployment: Deployment, others: Sequence[Node] = ()
    ) -> Indexer:
        """An indexer that hurries, and takes the deployment as given."""
        url = self.database_url
        return Indexer([node, *others], deployment, url, poll_seconds=0.02, patience_seconds=0.1)

    def rebuild(self) -> None:
        """Make the read model again from the log."""

        async def work() -> None:
            async with Rpc(self.world.url) as rpc:
                await (await self.indexer(Node(rpc))).rebuild()

        asyncio.run(work())

    def verify(self) -> list[str]:
        """What a comparison with the chain finds."""

        async def work() -> list[str]:
            async with Rpc(self.world.url) as rpc:
                report = await (await self.indexer(Node(rpc))).verify(lambda _done, _of: None)
                return report.faults

        return asyncio.run(work())

    def ask(self, question: Callable[[Queries], Awaitable[Answer]]) -> Answer:
        """What a query answers."""

        async def work() -> Answer:
            async with Rpc(self.world.url) as rpc, pool(self.database_url, size=2) as readers:
                deployment = await connect(Node(rpc), self.deployments)
                return await question(Queries(readers, deployment, decoder(deployment)))

        return asyncio.run(work())

    def read_model(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of the read model, byte for byte, in order."""
        return self._tables(rows.TABLES)

    def log(self) -> dict[str, list[tuple[object, ...]]]:
        """Every block and log, in order; not what they rest on, which is the node's doing."""
        return {
            **self._tables(("log",)),
            "block": self.sql(
                "SELECT (chain_id, number, hash, parent_hash, receipts_root, timestamp)::text"
                " FROM block ORDER BY 1"
            ),
        }

    def _tables(self, names: tuple[str, ...]) -> dict[str, list[tuple[object, ...]]]:
        with psycopg.connect(self.database_url) as connection:
            return {
                name: connection.execute(
                    f"SELECT t::text FROM {name} t ORDER BY 1".encode()  # noqa: S608
                ).fetchall()
                for name in names
            }

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement on the database; what it answers."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


def decoder(deployment: Deployment) -> Decoder:
    """The decoder of a deployment."""
    return Decoder(deployment.chain_id, {one.name: one.address for one in deployment.contracts})


@pytest.fixture
def indexed(fresh_anvil: Anvil, database_url: str, tmp_path: Path) -> Iterator[Indexed]:
    """Contracts on a chain of the test's own, and an empty database; nothing is indexed yet."""
    folder = tmp_path / "deployments"
    with World.deployed(fresh_anvil.url, folder) as world:
        yield Indexed(world, folder, database_url)
