"""kill -9: whatever the indexer was doing, the next one ends where nothing had happened."""

import random
import time
from pathlib import Path

import pytest

from dapp.errors import IndexerRunning
from tests.api_player import environment, redress, until
from tests.faults import dying
from tests.faults.chain_story import Story
from tests.faults.sameness import assert_same
from tests.faults.stage import Stage

_MOST_COMMITS = 60
_KILLS = 8


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("from_nothing", [True, False], ids=["backfill", "reorg"])
def test_killed_at_every_commit(stage: Stage, from_nothing: bool, before: bool) -> None:
    """A backfill from nothing, or the way from one branch to another."""
    stage.begin(from_nothing=from_nothing)
    story = stage.story
    orphan = _two_branches(story)
    truth = stage.fresh(from_nothing=from_nothing)
    url, head = story.world.url, story.world.block_number()
    for commit in range(1, _MOST_COMMITS):
        stage.clear(from_nothing=from_nothing)
        if not from_nothing:
            stage.lying.true_url = orphan
            assert stage.follow() is None
        where = (url, stage.index_url, stage.folder, head)
        if not dying.index(*where, commit, before=before):
            assert commit > 3, "too few commits to speak of"
            return
        while not _finishes(stage):
            # The database may not have noticed yet that the last one is gone.
            time.sleep(0.01)
        assert_same(stage.index(), truth)
    pytest.fail("it never comes to an end")


def test_killed_at_random_moments(stage: Stage, tmp_path: Path) -> None:
    """The command as people run it, while the chain goes on and back."""
    lots = random.Random(9)
    stage.begin(from_nothing=True)
    story, log = stage.story, tmp_path / "index.log"
    env = environment(story.world.url, stage.index_url, stage.folder, tmp_path)
    env["REDRESS_POLL_SECONDS"] = "0.005"
    for _ in range(_KILLS):
        with redress(log, env, "index", "run") as child:
            dies_at = time.monotonic() + lots.uniform(0.5, 2.0)
            while time.monotonic() < dies_at:
                story.served.mark()
                story.act(lots, 2)
                if lots.random() < 0.2:
                    story.served.back(-1)
                    story.mine(1)
                time.sleep(0.02)
            child.kill()
            child.wait()
    head = story.world.header(story.world.block_number()).block.hash
    with redress(log, env, "index", "run"):
        until(lambda: stage.has_stored(head), "the head is stored")
    assert_same(stage.index(), stage.fresh(from_nothing=True))


def _two_branches(story: Story) -> str:
    """The other node's address, whose branch is not the served one."""
    lots = random.Random(5)
    story.act(lots, 3)
    story.fork()
    for _ in range(2):
        story.act(lots, 6)
        story.mine(2)
        story.swap()
    return story.other.world.url


def _finishes(stage: Stage) -> bool:
    stage.lying.true_url = stage.story.world.url
    error = stage.follow()
    assert error is None or isinstance(error, IndexerRunning), error
    return error is None
