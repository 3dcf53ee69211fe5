"""PostgreSQL goes away and comes back; two indexers want the same rows."""

import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import psycopg
import pytest

from dapp.errors import IndexerRunning
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain import process
from scripts.toolchain.postgres import Postgres
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
            until(partial(_has, index, head), "the head is stored")
            assert reader.is_alive, reader.error
            reader.stop()
            assert reader.join() and reader.error is None, reader.error
        assert_same(index, stage.fresh(from_nothing=True))
    finally:
        postgres_tool.stop(server)


def test_a_full_disk_is_waited_out(stage: Stage) -> None:
    """Nothing is half stored, and once there is room again the index goes on by itself."""
    stage.begin(from_nothing=True)
    story = stage.story
    with _small_disk() as disk, postgres_tool.running() as server:
        url = _database_on(server, disk)
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(shutil.disk_usage(disk).free - 400_000))
        index = Indexed(story.world, stage.folder, url)
        lots = random.Random(5)
        with closing(Loop()) as loop:
            reader = Reader(loop, story.world.url, stage.deployment, url)
            full = False
            for _ in range(60):
                story.act(lots, 10)
                story.mine(5)
                head = story.world.header(story.world.block_number()).block.hash[2:]
                is_there = partial(_has, index, head)
                until(partial(_is_decided, is_there, disk), "the head, or no room")
                try:
                    # What little room is left may do for it.
                    until(is_there, "the head", 3.0)
                except AssertionError:
                    full = True
                    break
            assert full, "the disk was never full"
            assert reader.is_alive, reader.error
            ballast.unlink()
            until(partial(_has, index, head), "the head is stored")
            reader.stop()
            assert reader.join() and reader.error is None, reader.error
        assert_same(index, stage.fresh(from_nothing=True))


def _has(index: Indexed, block: str) -> bool:
    return block in str(_blocks(index))


def _is_decided(is_there: Callable[[], bool], disk: Path) -> bool:
    """Stored, or no room for it."""
    return is_there() or shutil.disk_usage(disk).free < 300_000


@contextmanager
def _small_disk() -> Iterator[Path]:
    """24 MiB, which PostgreSQL may write to; not below a closed folder, which it asks after."""
    folder = Path(tempfile.mkdtemp(prefix="redress-disk-"))
    folder.chmod(0o755)
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=777", "none", folder])
    if made.returncode != 0:
        folder.rmdir()
        pytest.skip("NOT TESTED: this account may not mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()


def _database_on(server: Postgres, disk: Path) -> str:
    """Its rows lie there, and the log of what is written elsewhere, as on many a real server."""
    place = disk / "rows"
    place.mkdir(mode=0o777)
    place.chmod(0o777)
    if os.geteuid() == 0:
        shutil.chown(place, "nobody")
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'".encode())
        connection.execute("CREATE DATABASE small TABLESPACE small TEMPLATE template0")
    return server.url("small")


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
