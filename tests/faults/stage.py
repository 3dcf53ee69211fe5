"""What many seeds share: two nodes, a proxy before them, two databases."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dapp.chain.deployment import connect
from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.domain.deployment import Deployment
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests.faults.chain_story import Story, telling
from tests.indexing import Indexed
from tests.lying_node import LyingNode, lying_node


@dataclass(frozen=True)
class Stage:
    """The servers of a simulation.

    Attributes:
        lying: the only node that the indexer under test knows.
        folder: of CHAINID.json.
        index_url: the database of the indexer under test.
        fresh_url: a database to index the truth into.
    """

    story: Story
    lying: LyingNode
    deployment: Deployment
    folder: Path
    index_url: str
    fresh_url: str

    def index(self) -> Indexed:
        """The index under test."""
        return Indexed(self.story.world, self.folder, self.index_url)

    def fresh(self) -> Indexed:
        """An index of the truth, made from nothing, straight from the node."""
        fresh = Indexed(self.story.world, self.folder, self.fresh_url)
        _empty(fresh)
        fresh.index()
        return fresh

    def begin(self) -> None:
        """Forget the last story."""
        self.story.begin()
        self.lying.true_url = self.story.world.url
        self.lying.twist = None
        self.lying.faults.clear()
        self.lying.asked.clear()
        _empty(self.index())


def _empty(indexed: Indexed) -> None:
    """Every row goes; the tables stay, because making them takes longer than a story."""
    found = indexed.sql(
        "SELECT string_agg(format('%I', table_name), ', ') FROM information_schema.tables"
        " WHERE table_schema = 'public' AND table_name <> 'redress_schema'"
    )
    if found[0][0] is not None:
        indexed.sql(f"TRUNCATE {found[0][0]}")


@contextmanager
def staged(server: Postgres, folder: Path) -> Iterator[Stage]:
    """The servers, ended on the way out."""
    with (
        telling(folder) as story,
        lying_node(story.world.url) as lying,
        postgres_tool.database(server) as index_url,
        postgres_tool.database(server) as fresh_url,
    ):
        deployment = asyncio.run(_deployment(story.world.url, folder))
        yield Stage(story, lying, deployment, folder, index_url, fresh_url)


async def _deployment(url: str, folder: Path) -> Deployment:
    async with Rpc(url) as rpc:
        return await connect(Node(rpc), folder)
