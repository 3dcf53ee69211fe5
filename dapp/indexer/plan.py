"""What to read next: pure decisions."""

from dataclasses import dataclass, replace

from dapp.domain.types import BlockNumber

NEAR_BLOCKS = 64
"""This near to the head, blocks are walked by their parents' hashes."""
_LEAST_SPAN = 1
_MOST_SPAN = 2_000
_GROW_BELOW_LOGS = 5_000
_FIRST_SPAN = 200


@dataclass(frozen=True, slots=True)
class Range:
    """Blocks from `first` to `last`, both in it."""

    first: BlockNumber
    last: BlockNumber


@dataclass(frozen=True, slots=True)
class Span:
    """How many blocks to ask for at once; what the node bears is found by trying."""

    blocks: int = _FIRST_SPAN

    def grown(self, logs: int) -> "Span":
        """The span after a range that was answered with `logs` logs."""
        if logs >= _GROW_BELOW_LOGS:
            return self
        return replace(self, blocks=min(self.blocks * 2, _MOST_SPAN))

    def halved(self) -> "Span | None":
        """The span after a range that the node refused; None if it was a single block."""
        if self.blocks == _LEAST_SPAN:
            return None
        return replace(self, blocks=max(self.blocks // 2, _LEAST_SPAN))


def is_far(next_block: BlockNumber, head: BlockNumber) -> bool:
    """Whether there is so much to catch up with that ranges are worth it."""
    return head - next_block >= NEAR_BLOCKS


def next_range(next_block: BlockNumber, head: BlockNumber, span: Span) -> Range:
    """The next range of a backfill; it leaves the newest blocks to be walked by hash."""
    last = min(next_block + span.blocks - 1, head - NEAR_BLOCKS)
    return Range(next_block, BlockNumber(max(last, next_block)))
