"""What many seeds share: two nodes, a proxy before them, two databases."""

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import psycopg

from dapp.chain.deployment import connect
from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.domain.deployment import Deployment
from dapp.domain.types import BlockNumber, Hash32
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests.faults.chain_story import Story, telling
from tests.faults.reader import Loop, Reader
from tests.indexing import Indexed
from tests.lying_node import LyingNode, lying_node
from tests.patience import PATIENCE_SECONDS


@dataclass(frozen=True)
class Stage:
    """The servers of a simulation.

    Attributes:
        lying: the only node that the indexer under test knows.
        folder: of CHAINID.json.
        index_url: the database of the indexer under test.
        fresh_url: a database to index the truth into.
        index_rows: a connection to the first of them that stays open, as making one takes longer
            than most questions.
        fresh_rows: one to the second.
        loop: where the indexers run.
    """

    story: Story
    lying: LyingNode
    deployment: Deployment
    folder: Path
    index_url: str
    fresh_url: str
    index_rows: psycopg.Connection
    fresh_rows: psycopg.Connection
    loop: Loop

    def begin(self, *, from_nothing: bool) -> None:
        """Forget the last story.

        Args:
            from_nothing: the beginning that all stories share is not indexed yet.
        """
        self.story.begin()
        self.clear(from_nothing=from_nothing)

    def clear(self, *, from_nothing: bool) -> None:
        """Forget what was indexed, and every fault; the chain stays as it is."""
        self.lying.true_url = self.story.world.url
        self.lying.twist = None
        self.lying.turn = nullcontext
        self.lying.faults.clear()
        self.lying.asked.clear()
        _empty(self.index_rows)
        if not from_nothing:
            _restore(self.index_rows)

    def reader(self, url: str, until_block: BlockNumber | None = None) -> Reader:
        """An indexer into the database under test, from the node at `url`."""
        return Reader(self.loop, url, self.deployment, self.index_url, until_block)

    def follow(self, patience_seconds: float = PATIENCE_SECONDS) -> BaseException | None:
        """Index up to the head from the node that may lie; return what stopped it, if anything.

        Raises:
            AssertionError: it does not come to an end.
        """
        reader = self.reader(self.lying.url, self.story.world.block_number())
        try:
            assert reader.join(patience_seconds), "the head is not reached"
        finally:
            reader.kill()
            reader.join()
        return reader.error

    def keep_beginning(self) -> None:
        """Index the beginning that all stories share, and keep it for them to go on from."""
        self.story.begin()
        for url, rows in ((self.index_url, self.index_rows), (self.fresh_url, self.fresh_rows)):
            self._index_truth(url)
            rows.execute("CREATE SCHEMA kept")
            for table in _tables(rows):
                rows.execute(f"CREATE TABLE kept.{table} AS TABLE public.{table}".encode())

    def index(self) -> Indexed:
        """The index under test."""
        return Indexed(self.story.world, self.folder, self.index_url)

    def fresh(self, *, from_nothing: bool) -> Indexed:
        """An index of the truth, straight from the node."""
        _empty(self.fresh_rows)
        if not from_nothing:
            _restore(self.fresh_rows)
        self._index_truth(self.fresh_url)
        return Indexed(self.story.world, self.folder, self.fresh_url)

    def _index_truth(self, database_url: str) -> None:
        world = self.story.world
        head = world.block_number()
        reader = Reader(self.loop, world.url, self.deployment, database_url, head)
        assert reader.join() and reader.error is None, reader.error

    def has_stored(self, block: Hash32) -> bool:
        """Whether the block is in the index under test."""
        if self.index_rows.execute("SELECT to_regclass('block')").fetchone() == (None,):
            return False
        found = self.index_rows.execute(
            "SELECT 1 FROM block WHERE hash = %s", (bytes.fromhex(block[2:]),)
        )
        return found.fetchone() is not None

    def cut_off(self) -> None:
        """End every other connection to the database under test."""
        self.index_rows.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _tables(rows: psycopg.Connection) -> list[str]:
    found = rows.execute(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = 'public' AND table_name <> 'redress_schema'"
    )
    return [name for (name,) in found.fetchall()]


def _empty(rows: psycopg.Connection) -> None:
    """Every row goes; the tables stay, because making them takes longer than a story."""
    statements = [f"DELETE FROM public.{table}" for table in _tables(rows)]  # noqa: S608
    rows.execute("; ".join(statements).encode())


def _restore(rows: psycopg.Connection) -> None:
    statements = [
        f"INSERT INTO public.{table} OVERRIDING SYSTEM VALUE TABLE kept.{table}"
        for table in _tables(rows)
    ]
    rows.execute("; ".join(statements).encode())


@contextmanager
def staged(server: Postgres, folder: Path) -> Iterator[Stage]:
    """The servers, ended on the way out."""
    with (
        telling(folder) as story,
        lying_node(story.world.url) as lying,
        postgres_tool.database(server) as index_url,
        postgres_tool.database(server) as fresh_url,
        psycopg.connect(index_url, autocommit=True) as index_rows,
        psycopg.connect(fresh_url, autocommit=True) as fresh_rows,
        closing(Loop()) as loop,
    ):
        known = asyncio.run(_deployment(story.world.url, folder))
        urls = (index_url, fresh_url)
        stage = Stage(story, lying, known, folder, *urls, index_rows, fresh_rows, loop)
        stage.keep_beginning()
        yield stage


async def _deployment(url: str, folder: Path) -> Deployment:
    async with Rpc(url) as rpc:
        return await connect(Node(rpc), folder)
