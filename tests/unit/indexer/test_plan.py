"""Ranges cover every block once, whatever the node bears."""

from hypothesis import given
from hypothesis import strategies as st

from dapp.domain.types import BlockNumber
from dapp.indexer import plan
from dapp.indexer.plan import Density, Span


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(1, 3000))
def test_a_backfill_reaches_the_walk_to_the_head(start: int, length: int, bearable: int) -> None:
    head, following, span = BlockNumber(start + length), BlockNumber(start), Span()
    requests = 0
    while plan.is_far(following, head):
        wanted = plan.next_range(following, head, span)
        assert wanted.first == following <= wanted.last <= head - plan.NEAR_BLOCKS
        size = wanted.last - wanted.first + 1
        requests += 1
        if size > bearable:
            smaller = span.shrunk(size)
            assert smaller is not None and 1 <= smaller.blocks < size
            span = smaller
        else:
            following = BlockNumber(wanted.last + 1)
            span = span.grown(0, 0.0)
    assert head - following < plan.NEAR_BLOCKS
    # No more than a few requests a range that the node bears.
    assert requests <= 24 + 4 * length // min(bearable, 1000) + length // 60


def test_a_single_block_that_is_refused_is_the_end() -> None:
    assert Span(1).shrunk(1) is None


def test_the_span_aims_at_two_to_eight_megabytes_and_a_few_seconds() -> None:
    assert Span(100).grown(1_999_999, 0.1).blocks == 200
    assert Span(100).grown(2_000_000, 0.1).blocks == 100
    assert Span(100).grown(8_000_001, 0.1).blocks == 50
    assert Span(100).grown(100, 2.5).blocks == 100
    assert Span(100).grown(100, 5.1).blocks == 50
    assert Span(1).grown(10**8, 60).blocks == 1


def test_where_most_blocks_have_something_of_ours_the_receipts_are_enough() -> None:
    assert not Density().is_dense
    assert Density().after(blocks=10, with_ours=6).is_dense
    assert not Density(is_dense=True).after(blocks=10, with_ours=5).is_dense
