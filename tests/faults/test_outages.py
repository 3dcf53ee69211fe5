"""A node that refuses, breaks off, or wants less at once: all of it is waited out."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.faults.faults import OUTAGES, RANGE_WORDINGS, too_large
from tests.faults.sameness import assert_same
from tests.faults.stage import Stage
from tests.faults.workload import HOUSE
from tests.lying_node import Fault, LyingNode


@pytest.mark.parametrize("wording", RANGE_WORDINGS)
def test_a_range_that_is_too_large_is_split(stage: Stage, wording: str) -> None:
    _more(stage, blocks=90)
    stage.lying.twist = too_large(wording, most=7, answers=1_000_000)
    assert stage.follow() is None
    assert_same(stage.index(), stage.fresh(from_nothing=False))


@pytest.mark.parametrize("name", OUTAGES)
def test_an_outage_at_every_third_answer_is_waited_out(stage: Stage, name: str) -> None:
    _more(stage, blocks=6)
    stage.lying.turn = _every_third(stage.lying, OUTAGES[name], times=6)
    assert stage.follow() is None
    assert_same(stage.index(), stage.fresh(from_nothing=False))


def test_a_node_that_says_for_how_long_is_left_alone_so_long(stage: Stage) -> None:
    _more(stage, blocks=2)
    stage.lying.faults.append(Fault(429, b"{}", {"Retry-After": "1"}))
    began = time.monotonic()
    assert stage.follow() is None
    assert time.monotonic() - began >= 1.0
    assert_same(stage.index(), stage.fresh(from_nothing=False))


def _more(stage: Stage, blocks: int) -> None:
    stage.begin(from_nothing=False)
    world = stage.story.world
    for _ in range(3):
        world.file(world.pay(HOUSE))
        stage.story.mine(blocks // 3)


def _every_third(
    lying: LyingNode, fault: Fault, times: int
) -> Callable[[], AbstractContextManager[None]]:
    answers = iter(range(3 * times))

    @contextmanager
    def turn() -> Iterator[None]:
        if next(answers, 0) % 3 == 2:
            lying.faults.append(fault)
        yield

    return turn
