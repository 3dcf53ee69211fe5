"""Clocks that jump: the chain's by a year, the machine's ahead and back while processes run."""

import os
import random
from pathlib import Path

import pytest

from tests.api_player import Person
from tests.faults.sameness import assert_same
from tests.faults.stage import Stage
from tests.relaying import RelayHouse, house, one_house

__all__ = ["house", "one_house"]

_YEAR = 366 * 24 * 3600


def test_the_chains_clock_jumps_by_a_year(stage: Stage) -> None:
    stage.begin(from_nothing=False)
    lots, world = random.Random(1), stage.story.world
    for _ in range(2):
        stage.story.act(lots, 4)
        assert stage.follow() is None
        world.warp(_YEAR)
    stage.story.act(lots, 4)
    assert stage.follow() is None
    assert_same(stage.index(), stage.fresh(from_nothing=False))


@pytest.fixture
def library() -> str:
    """Lies to one process about the time: Debian's package libfaketime."""
    named = os.environ.get("REDRESS_LIBFAKETIME", "")
    found = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    places = [named] if named else [str(one) for one in found]
    if not places:
        pytest.skip("no libfaketime (Debian's package of that name, or REDRESS_LIBFAKETIME)")
    return places[0]


@pytest.mark.parametrize("jump", ["+3h", "-3h"])
def test_the_clock_of_a_relay_jumps(
    house: RelayHouse, library: str, tmp_path: Path, jump: str
) -> None:
    """What was taken is sent once, before the jump and after it, and when the clock is right."""
    clock = tmp_path / "clock"
    clock.write_text("+0s")
    lied = {
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with house.process(**lied):
        for told in ("+0s", jump, "+0s"):
            clock.write_text(told)
            person = Person()
            house.becomes(house.taken(house.signed(person)), "mined")
            assert house.has_key(person.address)
    assert house.rows("SELECT count(DISTINCT nonce) = count(*) FROM outgoing_attempt") == [(True,)]
