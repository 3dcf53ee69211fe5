"""What time it is on the chain, as far as the index can tell."""

import pytest

from dapp.domain.types import BlockNumber, ChainId, Hash32, UnixTime
from dapp.service.clock import Moment, chain_time
from dapp.store.views import Head


def head(timestamp: int, indexed_at: float, number: int = 7, finalized: int = 0) -> Head:
    return Head(
        ChainId(1),
        BlockNumber(number),
        Hash32("0x" + "11" * 32),
        UnixTime(timestamp),
        indexed_at,
        BlockNumber(finalized),
    )


@pytest.mark.parametrize(
    ("timestamp", "indexed_at", "wall", "now"),
    [
        (1000, 1002.5, 1002.5, 1000),
        (1000, 1002.5, 1062.6, 1060),
        # A local chain whose clock was moved ahead keeps its own time.
        (900_000, 1002.5, 1012.5, 900_010),
        # Our clock was set back: time does not run backwards.
        (1000, 1002.5, 900.0, 1000),
    ],
)
def test_the_chains_time_is_its_heads_and_what_passed_since(
    timestamp: int, indexed_at: float, wall: float, now: int
) -> None:
    assert chain_time(head(timestamp, indexed_at), wall) == now


@pytest.mark.parametrize(("finalized", "finality"), [(6, "latest"), (7, "finalized")])
def test_a_moment_says_what_it_is_as_of(finalized: int, finality: str) -> None:
    moment = Moment(head(1, 1.0, finalized=finalized), UnixTime(1))
    assert moment.stamp() == {
        "as_of_block": 7,
        "finality": finality,
        "verified_level": "receipts",
    }
    assert moment.next_block == 8
