"""PostgreSQL goes away and comes back; two indexers want the same rows."""

import random
import signal
import time
from contextlib import closing
from pathlib import Path

import pytest

from dapp.errors import IndexerRunning
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain import process
from tests.api_player import environment, redress, until
from tests.faults.reader import Loop, Reader
from tests.faults.sameness import assert_same
from tests.faults.stage import Stage
from tests.indexing import Indexed


@pytest.mark.parametrize(
    "how", [postgres_tool.FAST_SHUTDOWN, signal.SIGQUIT], ids=["in order", "at once"]
)
def test_postgres_is_restarted_in_the_middle(
    stage: Stage, tmp_path: Path, how: signal.Signals
) -> None:
    lots = random.Random(3)
    stage.begin(from_nothing=False)
    story, cluster, log = stage.story, tmp_path / "cluster", tmp_path / "postgres.log"
    server = postgres_tool.start(cluster, log=log, durable=False)
    try:
        url = server.create_database("index")
        with closing(Loop()) as loop:
            reader = Reader(loop, story.world.url, stage.deployment, url)
            for _ in range(3):
                story.act(lots, 5)
                time.sleep(lots.uniform(0.02, 0.2))
                process.stop(server.process, how)
                story.served.mark()
                story.act(lots, 2)
                story.served.back(-1)
                story.mine(1)
                server = postgres_tool.start(cluster, log=log, durable=False)
            index = Indexed(story.world, stage.folder, url)
            head = story.world.header(story.world.block_number()).block.hash[2:]
            until(lambda: head in str(_blocks(index)), "the head is stored")
            assert reader.is_alive, reader.error
            reader.stop()
            assert reader.join() and reader.error is None, reader.error
        assert_same(index, stage.fresh(from_nothing=True))
    finally:
        postgres_tool.stop(server)


def test_a_second_indexer_is_refused(stage: Stage, tmp_path: Path) -> None:
    """The first is a process; when it is killed, the second may."""
    stage.begin(from_nothing=True)
    story = stage.story
    env = environment(story.world.url, stage.index_url, stage.folder, tmp_path)
    head = story.world.header(story.world.block_number()).block.hash
    with redress(tmp_path / "index.log", env, "index", "run") as first:
        until(lambda: stage.has_stored(head), "the head is stored")
        for _ in range(3):
            assert isinstance(stage.follow(), IndexerRunning)
        assert first.poll() is None
        first.kill()
        first.wait()
    until(lambda: stage.follow() is None, "the second is let in")
    assert_same(stage.index(), stage.fresh(from_nothing=True))


def _blocks(index: Indexed) -> list[tuple[object, ...]]:
    """The stored ones; none before there is a table for them."""
    if index.sql("SELECT to_regclass('block')") == [(None,)]:
        return []
    return index.log()["block"]
