"""Two hundred stories of an indexer's life; `make simulate-index SEEDS=n` tells more."""

import pytest

from tests.faults.simulation import play
from tests.faults.stage import Stage

# Seeds that once failed, each with what was wrong.
KEPT: list[int] = []
_SEEDS = 200
_AT_ONCE = 10


@pytest.mark.parametrize("first", range(0, _SEEDS, _AT_ONCE))
def test_the_index_ends_as_one_that_heard_nothing_but_the_truth(stage: Stage, first: int) -> None:
    failed = []
    for seed in range(first, first + _AT_ONCE):
        try:
            play(stage, seed)
        except AssertionError as error:
            failed.append(str(error))
    assert not failed, "\n\n".join(failed)


@pytest.mark.parametrize("seed", KEPT)
def test_a_seed_that_once_failed(stage: Stage, seed: int) -> None:
    play(stage, seed)
