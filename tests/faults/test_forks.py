"""Forks as deep as a chain without finality may have them, and just beyond what is walked."""

import random

import pytest

from tests.faults.sameness import assert_same
from tests.faults.stage import Stage
from tests.lying_node import Reply, Request, Twist


@pytest.mark.parametrize("depth", [64, 65, 150])
def test_a_deep_fork_is_followed(stage: Stage, depth: int) -> None:
    """64 blocks are walked by their parents' hashes; beyond that they are asked for by number."""
    lots = random.Random(depth)
    stage.begin(from_nothing=False)
    story = stage.story
    stage.lying.twist = _final_is_the_beginning(stage)
    story.served.mark()
    start = story.world.block_number()
    _go_on(stage, lots, start + depth)
    assert stage.follow() is None

    story.served.back(0)
    _go_on(stage, lots, start + depth + 2)
    assert stage.follow() is None
    assert_same(stage.index(), stage.fresh(from_nothing=False))


def _go_on(stage: Stage, lots: random.Random, height: int) -> None:
    """Deeds at first, in the middle and at the end."""
    story = stage.story
    story.act(lots, 3)
    story.mine(max(1, (height - story.world.block_number()) // 2))
    story.act(lots, 3)
    story.mine(max(1, height - story.world.block_number()))


def _final_is_the_beginning(stage: Stage) -> Twist:
    def twist(request: Request, reply: Reply) -> Reply:
        if request["params"][:1] in (["finalized"], ["safe"]):
            return {**reply, "result": stage.story.finalized_header()}
        return reply

    return twist
